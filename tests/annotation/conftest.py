"""Photos with a drawn shoe, and an annotator who finished some of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.image import io as images
from shoemodel.image.masks import ShoeAreas

SIZES = {"boot": (90, 140), "loafer": (120, 100), "pump": (64, 64), "slide": (80, 70)}


def drawn(size: tuple[int, int], shift: int = 0) -> ShoeAreas:
    """A shoe of (h, w) // 2 with an opening in its upper left."""
    height, width = size
    labels = np.zeros(size, np.uint8)
    labels[height // 4 : 3 * height // 4, width // 4 + shift : 3 * width // 4 + shift] = 1
    labels[height // 4 : height // 3, width // 4 + shift : width // 2 + shift] = 2
    return ShoeAreas(labels)


@pytest.fixture
def photos(tmp_path) -> Path:
    """Four photos: boot.jpg, loafer.png, pump.webp, slide.jpg; and what is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for (name, size), ending in zip(SIZES.items(), (".jpg", ".png", ".webp", ".jpg"), strict=True):
        rgb = rng.integers(0, 255, (*size, 3), np.uint8)
        encode = {".jpg": images.encode_jpeg, ".png": images.encode_png, ".webp": images.encode_webp}[ending]
        (folder / f"{name}{ending}").write_bytes(encode(rgb))
    (folder / "notes.txt").write_text("none")
    return folder


@pytest.fixture
def annotated(photos, tmp_path) -> AnnotationFolder:
    """Boot and pump done, slide begun, loafer new."""
    folder = AnnotationFolder(photos, tmp_path / "data")
    folder.save("boot", drawn(SIZES["boot"]), "done")
    folder.save("pump", drawn(SIZES["pump"]), "done")
    folder.save("slide", drawn(SIZES["slide"]))
    return folder
