"""The shipped pack does its job on the shipped photo."""

import re
from pathlib import Path

import numpy as np
import pytest

from shoemodel import ShoeModelPipeline, packs
from shoemodel.image import io as images

PHOTO = Path(__file__).parents[1] / "examples" / "sneaker.jpg"
LARGEST_MIB = 96


@pytest.fixture(scope="module")
def result():
    pipeline = ShoeModelPipeline.from_pretrained("mini", backend="diffusion")
    return pipeline(images.load(PHOTO), "a woman's legs in blue jeans", num_images=1, generator=7, steps=4)


def test_the_pack_is_whole_and_small_enough():
    manifest = packs.check(packs.resolve("mini"))
    assert manifest["name"] == "mini"
    assert manifest["bytes"] < LARGEST_MIB * 2**20


def test_the_sneaker_is_found_with_its_opening(result):
    """It covers about a fifth of the photo; the opening lies above the middle of what stays visible."""
    assert 0.1 < result.areas.shoe.mean() < 0.3
    assert result.areas.shoe[560, 560] and not result.areas.shoe[100, 100] and not result.areas.shoe[900, 200]
    assert 0.02 < result.areas.wearable.sum() / result.areas.shoe.sum() < 0.35
    wearable_row, visible_row = (np.nonzero(mask)[0].mean() for mask in (result.areas.wearable, result.areas.visible))
    assert wearable_row < visible_row


def test_its_pixels_are_untouched_and_a_leg_stands_on_it(result):
    kept = result.shoe[..., 3] == 255
    assert (result.images[0][kept] == result.shoe[..., :3][kept]).all()
    pose = result.poses[0]
    ankle = pose.points[[i for i in (2, 8) if pose.exists[i]]]
    assert len(ankle) and kept[:, int(ankle[0, 0])].any()


def test_the_readmes_python_runs(monkeypatch):
    """As it stands there, on the shipped photo: two outfits in two poses each, every visible pixel the photo's."""
    root = Path(__file__).parents[1]
    (code,) = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.S)
    monkeypatch.chdir(root)
    space: dict = {}
    exec(code, space)
    result = space["result"]
    assert len(result.images) == 4 and result.prompts[::2] == ["blue jeans", "bare legs"] and result.notices == []
    kept, photo = result.shoe[..., 3] == 255, images.load(PHOTO).rgb
    jeans, other, bare, _ = result.images
    assert all((image[kept] == result.shoe[..., :3][kept]).all() for image in result.images)
    assert (jeans != other).any() and result.fit.iou > 0.85
    blue, skin = (image[:120][(image[:120] != photo[:120]).any(-1)].mean(0) for image in (jeans, bare))
    assert blue.argmax() == 2 and skin.argmax() == 0
