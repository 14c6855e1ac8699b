"""The shipped pack does its job on the shipped photo."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from shoemodel import ShoeModelPipeline, packs
from shoemodel.image import io as images
from shoemodel.image import masks
from shoemodel.image.pose import ABSENT, VISIBLE, Pose
from shoemodel.result import ShoeModelResult

ROOT = Path(__file__).parents[1]
PHOTO = ROOT / "examples" / "sneaker.jpg"
GOLDEN = Path(__file__).parent / "golden"
"""Areas and thumbnails as they were; after a change that is meant, `python -m tests.test_mini` writes them anew."""
LARGEST_MIB = 96
THUMBNAIL_PX = 256
POINTS = [[153.8, -2211.7], [645.7, -656.6], [367.2, 738.1], [818.4, 1015.2], [628.3, 1091.9], [253.7, 824.2]]
"""Hip, knee, ankle, big toe, small toe and heel of the right leg, px of the diffusion's canvas."""
POINTS_PX = [120, 60, 3, 3, 3, 3]
"""How far each may lie from there: of a pool of sampled legs, alike ones, another may be the first."""

pytestmark = pytest.mark.slow


def generate(pipeline: ShoeModelPipeline) -> ShoeModelResult:
    """The shipped pack on the shipped photo; by diffusion with the leg at POINTS, for pixels follow from them."""
    how: dict = {"generator": 7, "num_inference_steps": 4, "output_type": "np"}
    if pipeline.backend == "diffusion":
        how["poses"] = [Pose(np.concatenate([np.zeros((6, 2)), POINTS]), np.repeat([ABSENT, VISIBLE], 6))]
    return pipeline(images.load(PHOTO), "a woman's legs in blue jeans", **how)


def thumbnail(image: np.ndarray) -> np.ndarray:
    scale = THUMBNAIL_PX / max(image.shape[:2])
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2))


def load(backend: str) -> ShoeModelPipeline:
    """In bfloat16 points and areas move a little, and with them the leg."""
    return ShoeModelPipeline.from_pretrained("mini", backend=backend, dtype=torch.float32)


@pytest.fixture(scope="module")
def pipeline():
    return load("diffusion")


@pytest.fixture(scope="module")
def result(pipeline):
    return generate(pipeline)


@pytest.fixture(scope="module")
def rendered():
    return generate(load("render"))


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


def test_the_areas_are_those_of_the_golden_mask(result):
    """Both precisions must pass: bfloat16 gives 0.9999 and 0.9986 of the float32 areas, by which the mask was made."""
    golden = np.asarray(Image.open(GOLDEN / "areas.png"))
    for label, least in ((masks.VISIBLE, 0.995), (masks.WEARABLE, 0.98)):
        found, expected = result.areas.labels == label, golden == label
        assert masks.iou(found, expected) > least
        assert found.sum() == pytest.approx(expected.sum(), rel=1 - least)


def test_the_points_are_where_they_were(pipeline, result):
    """The networks are sure of the foot, to half a pixel in bfloat16; 25 steps of diffusion and the choice among what
    they give end at a hip that lies up to 52 px elsewhere on other processors, of 3,000 px down to the ankle."""
    (pose,) = pipeline.synthesise_poses(result.shoe, pipeline.find_feet(result.shoe), 1, 7)
    assert pose.exists.tolist() == [False] * 6 + [True] * 6
    assert (np.abs(pose.points[pose.exists] - POINTS).max(1) < POINTS_PX).all()


@pytest.mark.parametrize(("backend", "least_db"), [("diffusion", 22), ("render", 29)])
def test_the_picture_is_that_of_the_golden_thumbnail(request, backend, least_db):
    """As JPEG keeps them, float32 gives 39.1 and 32.9 dB, bfloat16 37.1 and 31.7; another seed 17.9 and 24.7. On some
    processors the diffusion's ground has another colour beside the leg: 24.5 dB."""
    made = request.getfixturevalue({"diffusion": "result", "render": "rendered"}[backend])
    golden = np.asarray(Image.open(GOLDEN / f"{backend}.jpg"))
    assert psnr(thumbnail(made.pixels[0]), golden) > least_db


def test_its_pixels_are_untouched_and_a_leg_stands_on_it(result):
    kept = result.shoe.visible
    assert (result.pixels[0][kept] == result.shoe.rgb[kept]).all()
    pose = result.poses[0]
    ankle = pose.points[[i for i in (2, 8) if pose.exists[i]]]
    assert len(ankle) and kept[:, int(ankle[0, 0])].any()


def test_the_readmes_python_runs(monkeypatch, tmp_path):
    """As it stands there, on the shipped photo, every visible pixel the photo's."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / PHOTO.name).write_bytes(PHOTO.read_bytes())
    monkeypatch.chdir(tmp_path)
    space: dict = {}
    exec(code, space)
    result = space["result"]
    assert len(result.images) == 1 and result.prompts == ["a woman's legs in blue jeans"] and result.warnings == []
    kept, photo = result.shoe.visible, images.load(PHOTO).rgb
    assert all((image[kept] == result.shoe.rgb[kept]).all() for image in result.pixels)
    assert images.load(tmp_path / "jeans.png").rgb.shape == photo.shape
    (jeans,) = result.pixels
    blue = jeans[:120][(jeans[:120] != photo[:120]).any(-1)].mean(0)
    assert blue.argmax() == 2 and result.fits[0].iou > 0.85


def write_golden() -> None:
    """Make the files of GOLDEN, in float32, and print the points."""
    GOLDEN.mkdir(exist_ok=True)
    for backend in ("diffusion", "render"):
        pipeline = load(backend)
        made = generate(pipeline)
        Image.fromarray(thumbnail(made.pixels[0])).save(GOLDEN / f"{backend}.jpg", quality=85)
        if backend == "diffusion":
            Image.fromarray(made.areas.labels).save(GOLDEN / "areas.png", optimize=True)
            (pose,) = pipeline.synthesise_poses(made.shoe, pipeline.find_feet(made.shoe), 1, 7)
            print(pose.points[pose.exists].round(1).tolist())


if __name__ == "__main__":
    write_golden()
