"""What a picture says of itself can be read from PNG text and from EXIF, in PNG, WebP and JPEG."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from shoemodel.image import io as images
from shoemodel.output import metadata

SAID = {"prompt": "a woman's legs, Füße", "seed": 7, "guidance": 7.0}


def test_png_says_it_twice(tmp_path):
    pixels = np.zeros((40, 40, 3), np.uint8)
    images.save_png(tmp_path / "a.png", pixels, metadata.text(SAID), metadata.exif(SAID))
    picture = Image.open(tmp_path / "a.png")
    assert json.loads(picture.text["parameters"]) == SAID and picture.text["Software"].startswith("shoemodel ")
    assert metadata.of_exif(picture.getexif()) == SAID
    assert (images.load(tmp_path / "a.png").rgb == pixels).all()


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_other_formats_carry_the_same_exif(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40)).save(buffer, kind, exif=metadata.exif(SAID))
    assert metadata.of_exif(Image.open(buffer).getexif()) == SAID


def test_a_picture_without():
    with pytest.raises(ValueError, match="no UserComment"):
        metadata.of_exif(Image.new("RGB", (4, 4)).getexif())
