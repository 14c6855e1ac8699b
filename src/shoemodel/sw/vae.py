"""Between pictures and the latents X_0 that the generator diffuses; for any autoencoder of diffusers.

Pictures are CHW float in [-1, 1]; latents are scaled to unit std by the autoencoder's own config
(`scaling_factor` and, where there is one, `shift_factor`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8

from shoemodel.image.crop import to_network


def downsampling(vae: Any) -> int:
    """Picture px per latent px, along one side."""
    widths = vae.config.get("encoder_block_out_channels") or vae.config.block_out_channels
    return 2 ** (len(widths) - 1)


def raw_latents(vae: Any, pictures: Float[torch.Tensor, "b 3 h w"]) -> Float[torch.Tensor, "b c hl wl"]:
    """What the encoder gives, not yet scaled; of a distribution its mode."""
    encoded = vae.encode(pictures, return_dict=False)[0]
    return encoded if isinstance(encoded, torch.Tensor) else encoded.mode()


def to_latents(vae: Any, pictures: Float[torch.Tensor, "b 3 h w"]) -> Float[torch.Tensor, "b c hl wl"]:
    """X_0: (encoding - shift) * scale."""
    return (raw_latents(vae, pictures) - _shift(vae)) * vae.config.scaling_factor


def encode_pictures(
    vae: Any, pictures: UInt8[np.ndarray, "b h w 3"], device: torch.device
) -> Float[torch.Tensor, "b c hl wl"]:
    """X_0 of pictures, float32; the encoder computes on `device`, in its own precision."""
    pixels = torch.from_numpy(to_network(pictures)).to(device, vae.dtype, memory_format=torch.channels_last)
    return to_latents(vae, pixels).float()


def to_pictures(vae: Any, latents: Float[torch.Tensor, "b c hl wl"]) -> UInt8[np.ndarray, "b h w 3"]:
    """Decode scaled latents, on the autoencoder's device, to pictures, in its own precision."""
    decoded = vae.decode(unscaled(vae, latents).to(vae.dtype, memory_format=torch.channels_last), return_dict=False)[0]
    return to_uint8(decoded)


def unscaled(vae: Any, latents: Float[torch.Tensor, "b c hl wl"]) -> Float[torch.Tensor, "b c hl wl"]:
    """What the decoder takes, of X_0."""
    return latents / vae.config.scaling_factor + _shift(vae)


def is_decoder(weight: str) -> bool:
    """Whether a weight of this name turns latents into pictures; the latents do not depend on it."""
    return weight.startswith(("decoder.", "post_quant_conv."))


def to_uint8(pictures: Float[torch.Tensor, "b 3 h w"]) -> UInt8[np.ndarray, "b h w 3"]:
    """[-1, 1] to 0..255, rounded."""
    scaled = ((pictures.float() + 1) * 127.5).round().clamp(0, 255)
    return scaled.byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()


def _shift(vae: Any) -> float:
    return vae.config.get("shift_factor") or 0.0
