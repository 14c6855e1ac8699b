"""EXIF data say the focal length only where nothing was cropped."""

import numpy as np
import pytest
from PIL import Image

from shoemodel.fit.focal import focal_px_of


def photo(path, size, **tags):
    """A JPEG of (h, w) with these EXIF entries."""
    image = Image.fromarray(np.zeros((*size, 3), np.uint8))
    exif = image.getexif()
    exif.get_ifd(0x8769).update({{"focal": 41989, "width": 40962, "height": 40963}[k]: v for k, v in tags.items()})
    image.save(path, exif=exif)
    return path


def test_equivalent_focal_length(tmp_path):
    path = photo(tmp_path / "a.jpg", (60, 80), focal=26, width=4000, height=3000)
    assert focal_px_of(path, (60, 80)) == pytest.approx(26 / 43.27 * 100)
    assert focal_px_of(path, (80, 60)) == pytest.approx(26 / 43.27 * 100)


def test_cropped_or_silent_photos(tmp_path):
    assert focal_px_of(photo(tmp_path / "a.jpg", (60, 60), focal=26, width=4000, height=3000), (60, 60)) is None
    assert focal_px_of(photo(tmp_path / "b.jpg", (60, 80)), (60, 80)) is None
    assert focal_px_of(tmp_path / "missing.jpg", (60, 80)) is None
