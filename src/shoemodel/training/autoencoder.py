"""Training of the autoencoder whose latents the generator diffuses.

The paper takes Stable Diffusion's (3.3); this one is (ours): a small deep-compression
autoencoder (Chen et al. 2024, arXiv 2410.10733; `AutoencoderDC`), which after equal time on one processor thread was
2 to 3 dB ahead of `AutoencoderTiny`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderDC
from jaxtyping import Float
from torch import Tensor

from shoemodel.data.datasets import Tuples
from shoemodel.image import draw
from shoemodel.image.crop import to_network
from shoemodel.sw.vae import raw_latents, to_uint8
from shoemodel.training.config import LoopConfig
from shoemodel.training.task import Batch, Task


@dataclass(frozen=True, kw_only=True)
class AutoencoderConfig:
    """The autoencoder's size and the run."""

    loop: LoopConfig
    crop: int = 128
    """Side of the random crops, px; a convolutional network learns as much per pixel from small ones."""
    latent_channels: int = 8
    widths: tuple[int, ...] = (32, 32, 64, 128, 128)
    """Channels from full resolution down; each step halves the side. With no layer at full resolution the first width
    is not used."""
    encoder_layers: tuple[int, ...] = (0, 1, 1, 1, 2)
    decoder_layers: tuple[int, ...] = (0, 1, 1, 2, 2)
    latent_noise: float = 0.2
    """Largest deviation of the noise that the decoder must bear: what the generator draws is not exact."""
    latent_weight: float = 0.01
    """Weight of the latents' mean square: detail gets only as much of them as it is worth under the noise."""
    coarse_weight: float = 0.5
    """Weight of decoding shrunken latents to the shrunken picture, which puts coarse things into coarse latents."""


def mini() -> AutoencoderConfig:
    """16-fold downsampling; about three quarters of an hour on one processor thread with AMX."""
    loop = LoopConfig(
        steps=8000, batch=8, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.995, sample_every=1000, workers=1
    )
    return AutoencoderConfig(loop=loop)


def smoke() -> AutoencoderConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=2, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return AutoencoderConfig(
        loop=loop,
        crop=64,
        latent_channels=4,
        widths=(8, 8, 16, 16, 16),
        encoder_layers=(0, 1, 1, 1, 1),
        decoder_layers=(0, 1, 1, 1, 1),
    )


def build(config: AutoencoderConfig) -> AutoencoderDC:
    """The autoencoder with random weights."""
    plain = ((),) * len(config.widths)
    return AutoencoderDC(
        latent_channels=config.latent_channels,
        encoder_block_types="ResBlock",
        decoder_block_types="ResBlock",
        encoder_block_out_channels=config.widths,
        decoder_block_out_channels=config.widths,
        encoder_layers_per_block=config.encoder_layers,
        decoder_layers_per_block=config.decoder_layers,
        encoder_qkv_multiscales=plain,
        decoder_qkv_multiscales=plain,
        downsample_block_type="conv",
        upsample_block_type="interpolate",
    )


def pyramid_loss(
    decoded: Float[Tensor, "b 3 h w"], target: Float[Tensor, "b 3 h w"], levels: int = 4
) -> Float[Tensor, ""]:
    """L1 on each band of a Laplacian pyramid, summed: edges count as much as areas, so the mean blurs less."""
    difference, loss = decoded - target, decoded.new_zeros(())
    for _ in range(levels - 1):
        coarse = F.avg_pool2d(difference, 2)
        band = difference - F.interpolate(coarse, scale_factor=2.0, mode="bilinear")
        loss = loss + band.abs().mean()
        difference = coarse
    return loss + difference.abs().mean()


class AutoencoderTask(Task):
    """Learn the worn and the unworn pictures of `tuples`; test on shoes held out."""

    def __init__(self, config: AutoencoderConfig, tuples: Tuples):
        self.config = config
        self.train, self.test = tuples.split(collected_will_do=True)
        self.examples = len(self.train)
        torch.manual_seed(config.loop.seed)
        self.model = build(config)
        self.trained: dict[str, torch.nn.Module] = {"vae": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """pixels (b, 3, crop, crop) in [-1, 1]; three of four from worn pictures, half mirrored."""
        side = self.config.crop
        crops = []
        for row in rows:
            worn = rng.random() < 0.75 or not self.train.has_unworn[row]
            source = self.train.worn if worn else self.train.unworn
            y, x = rng.integers(self.train.size - side + 1, size=2)
            crop = source[row, y : y + side, x : x + side]
            crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
        return {"pixels": torch.from_numpy(to_network(np.stack(crops)))}

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Pyramid loss of the picture decoded from noisy latents, and of the shrunken one; the latents' mean square.

        A generator learns latents the sooner the more their coarse part tells (Kouzelis et al. 2025, arXiv 2502.09509).
        """
        config, pixels = self.config, batch["pixels"]
        latents = raw_latents(self.model, pixels)
        decoded = self._decoded(latents)
        times = 2 if torch.rand(()) < 0.5 else 4
        coarse = pyramid_loss(self._decoded(F.avg_pool2d(latents, times)), F.avg_pool2d(pixels, times), levels=2)
        power = latents.float().square().mean()
        loss = pyramid_loss(decoded, pixels) + config.coarse_weight * coarse + config.latent_weight * power
        logs = {"l1": (decoded - pixels).abs().mean(), "coarse": coarse, "power": power}
        return loss, {name: value.detach() for name, value in logs.items()}

    def _decoded(self, latents: Tensor) -> Tensor:
        """Decoded under noise of a deviation up to `latent_noise`."""
        deviation = self.config.latent_noise * torch.rand(len(latents), 1, 1, 1, device=latents.device)
        return self.model.decode(latents + deviation * torch.randn_like(latents), return_dict=False)[0].float()

    def sample_grid(self, count: int = 32, shown: int = 4) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out worn pictures, as they are and decoded, and PSNR [dB] over up to `count` of them."""
        rows = np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)
        errors: list[float] = []
        pictures: list[list[np.ndarray]] = []
        for row in rows:
            pixels = self._pixels(self.test.worn[row][None])
            decoded = self.model.decode(raw_latents(self.model, pixels), return_dict=False)[0].clamp(-1, 1)
            errors.append(((decoded - pixels) ** 2).mean().item() / 4)
            if len(pictures) < shown:
                pictures.append([self.test.worn[row], to_uint8(decoded)[0]])
        psnr = float(np.mean(-10 * np.log10(np.maximum(errors, 1e-10))))
        return draw.contact_sheet(pictures, ("worn", "decoded")), {"psnr": psnr}

    def _pixels(self, pictures: np.ndarray) -> Tensor:
        return torch.from_numpy(to_network(pictures)).to(self.model.device, memory_format=torch.channels_last)

    def components(self) -> dict[str, Any]:
        """The pack's `vae`; its scaling factor gives the latents of the training pictures unit deviation."""
        rows = np.linspace(0, len(self.train) - 1, min(32, len(self.train))).astype(int)
        latents = torch.cat([raw_latents(self.model, self._pixels(self.train.worn[row][None])) for row in rows])
        self.model.register_to_config(scaling_factor=1 / float(latents.std()))
        return {"vae": self.model}
