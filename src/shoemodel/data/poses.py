"""Poses of the world without their pictures, as `recipes/poses.py` writes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from safetensors import SafetensorError
from safetensors.numpy import load_file

from shoemodel.errors import InputError
from shoemodel.image.pose import NAMES


def load(file: Path) -> tuple[Float[np.ndarray, "n 12 2"], Bool[np.ndarray, "n 12"]]:
    """Points in sides of the picture, also those outside it, and whether each point's leg is in the scene.

    Raises InputError for a file without them.
    """
    try:
        found = load_file(file)
        points, present = found["points"], found["present"].astype(bool)
    except (SafetensorError, OSError, KeyError) as error:
        raise InputError(f"{file}: found no readable poses ({error})") from error
    shape = (len(points), len(NAMES))
    if points.shape != (*shape, 2) or present.shape != shape:
        raise InputError(
            f"{file}: found points {points.shape} and present {present.shape}; (n, 12, 2) and (n, 12) are accepted"
        )
    return points, present
