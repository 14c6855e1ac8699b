"""Autoencoder, U-Net and ControlNet with fewer latent channels: the main directions of the latents that they have.

    python benchmarks/fewer_channels.py --data DIR --autoencoder runs/autoencoder --pack mini --channels 8 --out start

What is left out is what the latents vary least in. OUT is a run for `--loop.start`: tune the autoencoder first, then
the base and SW on its latents. So a generator need not begin anew when its latents become simpler.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from jaxtyping import Float
from torch import Tensor

from shoemodel.data.datasets import load
from shoemodel.image.crop import to_network
from shoemodel.sw.vae import raw_latents
from shoemodel.training.latents import load_component

PICTURES = 128


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What is projected, and on how many directions."""

    data: Path
    """Tuples, whose worn pictures say how latents vary."""
    autoencoder: Path
    """Run, pack folder or mini with the vae, an `AutoencoderDC`."""
    pack: Path = Path("mini")
    """Run, pack folder or mini with the unet and controlnet."""
    channels: int = 8
    """Channels that are left; they divide the autoencoder's last width."""
    out: Path
    """Where OUT/model/vae, unet and controlnet are written."""


def main(options: Projection) -> None:
    """Project all three and say what was lost."""
    vae = load_component(options.autoencoder, "vae").eval()
    worn = load(options.data, limit=PICTURES).worn
    pictures = torch.from_numpy(to_network(np.stack(list(worn)))).split(32)
    with torch.no_grad():
        latents = torch.cat([raw_latents(vae, part) for part in pictures])
    flat = latents.movedim(1, 0).flatten(1)
    powers, directions = torch.linalg.eigh(flat @ flat.T)
    main_ones = directions.flip(1)[:, : options.channels].contiguous()
    kept = powers.flip(0)[: options.channels].sum() / powers.sum()
    small = autoencoder(vae, main_ones).eval()
    with torch.no_grad():
        projected = torch.cat([raw_latents(small, part) for part in pictures])
        before, after = (_psnr(net, codes, pictures[0]) for net, codes in ((vae, latents), (small, projected)))
    print(f"{kept:.1%} of the latents' power kept; PSNR {before:.2f} -> {after:.2f} dB (n = {len(pictures[0])})")
    small.register_to_config(scaling_factor=1 / float(projected.std()))
    small.save_pretrained(options.out / "model" / "vae")
    for name in ("unet", "controlnet"):
        network = generator(load_component(options.pack, name), main_ones)
        network.save_pretrained(options.out / "model" / name)


def autoencoder(vae: Any, directions: Float[Tensor, "c k"]) -> Any:
    """The autoencoder whose latents are those of `vae` along the directions.

    Beside its last and its first convolution `AutoencoderDC` has means and copies of channels; the difference between
    theirs for c and for k channels goes into the convolutions.
    """
    channels, count = directions.shape
    state, width = vae.state_dict(), vae.config.encoder_block_out_channels[-1]
    leave, enter = state["encoder.conv_out.weight"], state["decoder.conv_in.weight"]
    leave, enter = torch.einsum("ck,cihw->kihw", directions, leave), torch.einsum("ochw,ck->okhw", enter, directions)
    leave[:, :, 1, 1] += directions.T @ _means(channels, width) - _means(count, width)
    enter[:, :, 1, 1] += _copies(channels, width) @ directions - _copies(count, width)
    state |= {"encoder.conv_out.weight": leave, "decoder.conv_in.weight": enter}
    state["encoder.conv_out.bias"] = directions.T @ state["encoder.conv_out.bias"]
    small = type(vae).from_config({**vae.config, "latent_channels": count})
    small.load_state_dict(state)
    return small


def generator(network: Any, directions: Float[Tensor, "c k"]) -> Any:
    """A U-Net or ControlNet that reads, and a U-Net that predicts, along the directions; it has to be tuned."""
    state, config = network.state_dict(), {**network.config, "in_channels": directions.shape[1]}
    state["conv_in.weight"] = torch.einsum("ochw,ck->okhw", state["conv_in.weight"], directions)
    if "conv_out.weight" in state:
        config["out_channels"] = directions.shape[1]
        state["conv_out.weight"] = torch.einsum("ck,cihw->kihw", directions, state["conv_out.weight"])
        state["conv_out.bias"] = directions.T @ state["conv_out.bias"]
    small = type(network).from_config(config)
    small.load_state_dict(state)
    return small


def _means(channels: int, width: int) -> Float[Tensor, "channels width"]:
    """Means of groups of features that lie side by side."""
    return torch.eye(channels).repeat_interleave(width // channels, 1) / (width // channels)


def _copies(channels: int, width: int) -> Float[Tensor, "width channels"]:
    """Each channel several times."""
    return torch.eye(channels).repeat_interleave(width // channels, 0)


def _psnr(vae: Any, latents: Tensor, pictures: Tensor) -> float:
    decoded = vae.decode(latents[: len(pictures)], return_dict=False)[0].clamp(-1, 1)
    return float(-10 * torch.log10(((decoded - pictures) / 2).square().mean()))


if __name__ == "__main__":
    main(tyro.cli(Projection, description=__doc__))
