from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from shoemodel import ShoeModelPipeline
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image import masks
from shoemodel.image.geometry import Box, Letterbox
from shoemodel.wd import region

pytestmark = pytest.mark.usefixtures("unchecked")  # fakes stand in for networks

EXAMPLE = Path(__file__).parents[2] / "examples" / "sneaker.jpg"


class FakeSam:
    """Answers with the pixels that are redder than the photo's grey, and remembers what it was asked."""

    config = SimpleNamespace(vision_config=SimpleNamespace(image_size=64))
    device, vision_encoder = torch.device("cpu"), SimpleNamespace(dtype=torch.float32)

    def __init__(self, confidence=0.9):
        self.confidence, self.asked = confidence, []

    def __call__(self, pixel_values, multimask_output, **prompts):
        self.asked.append(prompts)
        logits = 20 * (pixel_values[:, :1] - pixel_values[:, 1:2]) - 10
        small = torch.nn.functional.interpolate(logits, (32, 32), mode="area")
        return SimpleNamespace(pred_masks=small[:, None], iou_scores=torch.full((1, 1, 1), self.confidence))


@pytest.fixture
def photo(shoe_mask):
    rgb = np.full((*shoe_mask.shape, 3), 110, np.uint8)
    rgb[shoe_mask] = (220, 60, 60)
    return rgb


def test_automatic_mode_finds_the_shoe_sharply(photo, shoe_mask):
    sam = FakeSam()
    found = region.find(sam, photo)
    assert found.source == "automatic" and found.confidence == pytest.approx(0.9)
    assert masks.iou(found.mask, shoe_mask) > 0.97
    assert len(sam.asked) == 1  # a crop around a shoe that fills the photo would show nothing new
    # The first question is the whole picture as a box; SAM counts centres from 0.
    corners = Letterbox(photo.shape[:2], (64, 64)).apply_points(np.array([[0, 0], [128, 96]])) - 0.5
    np.testing.assert_allclose(sam.asked[0]["input_boxes"].numpy().reshape(2, 2, 2), [corners, corners])


def test_a_small_shoe_is_looked_at_again(photo, shoe_mask):
    sam, frame = FakeSam(), ((96, 96), (128, 128))
    found = region.find(sam, np.pad(photo, (*frame, (0, 0)), constant_values=110))
    assert masks.iou(found.mask, np.pad(shoe_mask, frame)) > 0.95
    assert [len(prompts["input_boxes"]) for prompts in sam.asked] == [2, 1]  # with its mirror image, and the crop


def test_the_mirror_image_is_asked_about_the_mirrored_box(photo, shoe_mask):
    sam = FakeSam()
    once, _ = region.ask(sam, photo, Box(10, 20, 60, 90))
    both, _ = region.ask(sam, photo, Box(10, 20, 60, 90), mirrored=True)
    np.testing.assert_allclose(both, once, atol=1e-4)  # this SAM sees the same in a mirror
    straight, mirror = sam.asked[1]["input_boxes"].numpy().reshape(2, 4)
    np.testing.assert_allclose(mirror, [63 - straight[2], straight[1], 63 - straight[0], straight[3]])


def test_points_and_boxes_reach_sam(photo):
    sam = FakeSam()
    assert region.find(sam, photo, points=np.array([[64.0, 55.0]])).source == "points"
    assert "input_boxes" not in sam.asked[0] and sam.asked[0]["input_points"].shape == (1, 1, 1, 2)
    assert region.find(sam, photo, box=Box(20, 30, 110, 80)).source == "box"


@pytest.mark.parametrize("box", [Box(-1, 0, 10, 10), Box(0, 0, 129, 10), Box(0, 0, 10, 97)])
def test_box_outside_the_photo(photo, box):
    with pytest.raises(InputError, match=r"does not lie inside a\.png, which is 128x96"):
        region.find(FakeSam(), photo, box=box, name="a.png")


def test_point_outside_the_photo(photo):
    with pytest.raises(InputError, match="the point 128,5"):
        region.find(FakeSam(), photo, points=np.array([[128.0, 5.0]]))


def test_no_shoe_is_said_so(photo):
    with pytest.raises(InputError, match=r"no shoe was found in a\.png .*give a box, points or a mask"):
        region.find(FakeSam(confidence=0.1), photo, name="a.png")
    with pytest.raises(InputError, match="no shoe was found"):
        region.find(FakeSam(), np.full_like(photo, 110))


def test_the_users_mask_is_taken_as_it_is(shoe_mask):
    found = region.from_user(shoe_mask, (96, 128), "mask")
    assert (found.mask == shoe_mask).all() and found.confidence == 1
    with pytest.raises(InputError, match="is 128x96, but the photo is 50x40"):
        region.from_user(shoe_mask, (40, 50), "mask")
    with pytest.raises(InputError, match="marks no pixel"):
        region.from_user(np.zeros_like(shoe_mask), (96, 128), "mask")


def test_the_real_class_answers(pipeline, photo):
    logits, confidence = region.ask(pipeline.region, photo, Box(0, 0, 128, 96))
    assert logits.shape == (96, 128) and 0 <= confidence <= 1


def test_bfloat16_in_the_image_encoder_gives_the_same_mask():
    """With the pack's own weights: as precise as float32 where boxes are read, half the work elsewhere."""
    rgb = images.load(EXAMPLE).rgb
    logits = []
    for dtype in (torch.float32, torch.bfloat16):
        sam = ShoeModelPipeline.from_pretrained("mini", only=("region",), dtype=dtype).region
        assert sam.vision_encoder.dtype == dtype and sam.dtype == torch.float32
        logits.append(region.ask(sam, rgb, Box(0, 0, rgb.shape[1], rgb.shape[0]), mirrored=True)[0])
    assert masks.iou(logits[0] > 0, logits[1] > 0) > 0.98


def test_points_beside_the_shoe_are_told_to_sam_and_take_their_piece_away():
    rgb = np.full((96, 160, 3), 110, np.uint8)
    rgb[20:80, 10:70] = rgb[20:80, 90:150] = (220, 60, 60)
    sam, on = FakeSam(), np.array([[40.0, 50.0], [30.0, 50.0]])
    both = region.find(sam, rgb, points=on).mask
    one = region.find(sam, rgb, points=on, outside=np.array([[120.0, 50.0]])).mask
    assert both[50, 40] and both[50, 120] and one[50, 40] and not one[:, 80:].any()
    asked = next(prompts for prompts in sam.asked if 0 in prompts.get("input_labels", ()))
    assert asked["input_labels"].tolist() == [[[1, 1, 0]]] and asked["input_points"].shape == (1, 1, 3, 2)
    with pytest.raises(InputError, match="the point 160,50 does not lie inside"):
        region.find(sam, rgb, points=on, outside=np.array([[160.0, 50.0]]))
