"""A few samples a pixel become what many would show: Intel Open Image Denoise, guided by what a ray meets first.

Its network expects noise that differs from pixel to pixel, so the renderer's film must not spread a sample over its
neighbours (a box filter): under any wider one hardly anything is taken out.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from jaxtyping import Float

from shoemodel.errors import InputError


def denoise(
    radiance: Float[np.ndarray, "h w 3"],
    albedo: Float[np.ndarray, "h w 3"],
    normal: Float[np.ndarray, "h w 3"],
    threads: int = 1,
    fast: bool = False,
) -> Float[np.ndarray, "h w 3"]:
    """Smooth the linear radiance under the guidance of albedo and unit normal.

    The same input gives the same output on the same number of threads. fast: in half of the time, good enough for
    light without texture. Raises `InputError` when the library is not installed, RuntimeError when it fails.
    """
    oidn, device = _device(threads)
    images = {
        "color": np.ascontiguousarray(np.maximum(radiance, 0), np.float32),
        "albedo": np.ascontiguousarray(np.clip(albedo, 0, 1), np.float32),
        "normal": np.ascontiguousarray(normal, np.float32),
        "output": np.empty(radiance.shape, np.float32),
    }
    with oidn.Filter(device) as network:
        for name, pixels in images.items():
            network.set_image(name, pixels, oidn.OIDN_FORMAT_FLOAT3)
        network.set_bool("hdr", True)
        network.set_quality(oidn.OIDN_QUALITY_FAST if fast else oidn.OIDN_QUALITY_BALANCED)
        network.commit()
        network.execute()
    if problem := device.get_error():
        raise RuntimeError(f"the denoiser failed: {problem}")
    return images["output"]


@functools.cache
def _device(threads: int) -> tuple[Any, Any]:
    """The library and its processor device, not tied to a core: workers would share the first."""
    try:
        import pyoidn
    except ImportError as error:
        raise InputError("denoising needs pyoidn: found none; install pyoidn") from error
    device = pyoidn.Device()
    device.set_int("numThreads", threads)
    device.set_bool("setAffinity", False)
    device.commit()
    return pyoidn, device
