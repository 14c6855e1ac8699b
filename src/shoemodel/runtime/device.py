"""Where and in which precision the networks compute when nobody says otherwise."""

from __future__ import annotations

import torch

HEAVY = ("region", "areas", "feet", "unet", "controlnet", "vae")
"""Components that run in the fast precision (of SAM the image encoder, see `wd.sam.precise`); the others, small ones,
stay float32."""
LARGE = 2**29
"""Bytes of weights from which any component is heavy."""


def dtypes(bytes_of: dict[str, int], dtype: torch.dtype | None) -> dict[str, torch.dtype]:
    """What each component of a pack computes in, by its bytes: float32, or for heavy ones `dtype` or the default."""
    heavy = {*HEAVY, *(name for name, size in bytes_of.items() if size > LARGE)}
    return {"default": torch.float32, **dict.fromkeys(heavy, dtype or default_dtype())}


def default_device() -> torch.device:
    """CUDA where there is one, else Apple's MPS, else the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def default_dtype() -> torch.dtype:
    """bfloat16 on CUDA and on a processor that multiplies it; float16 on MPS; float32 elsewhere."""
    device = default_device().type
    if device == "cpu":
        return torch.bfloat16 if multiplies_bf16("cpu") else torch.float32
    return torch.bfloat16 if device == "cuda" else torch.float16


def multiplies_bf16(device: str) -> bool:
    """Whether bfloat16 is the faster: on a processor three to four times with AMX tiles, by a quarter with AVX-512
    alone; one without either takes many times as long as in float32."""
    return device != "cpu" or torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def autocast(device: str) -> torch.autocast:
    """Products in bfloat16 where that is the faster, else as they are."""
    return torch.autocast(device, torch.bfloat16, enabled=multiplies_bf16(device))
