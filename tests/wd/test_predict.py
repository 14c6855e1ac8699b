import copy

import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.image.geometry import Box
from shoemodel.wd import predict


def answer_with(monkeypatch, function):
    """Let the network's logits be `function` of its pixels (3, s, s) -> labels (s, s)."""

    def logits(model, pixels):
        labels = torch.stack([function(each).long() for each in pixels])
        return 20 * torch.nn.functional.one_hot(labels, 3).permute(0, 3, 1, 2).float()

    monkeypatch.setattr(predict, "area_logits", logits)


def test_areas_come_back_on_the_photos_grid(monkeypatch, pipeline, shoe_mask):
    rgb = np.zeros((*shoe_mask.shape, 3), np.uint8)
    rgb[:, :64], rgb[:, 64:] = 200, 60  # bright half visible, dark half wearable
    answer_with(monkeypatch, lambda pixels: 1 + (pixels[0] < 0))
    areas = predict.predict(pipeline.areas, rgb, shoe_mask)
    assert (areas.shoe == shoe_mask).all()
    assert areas.visible[:, :63].sum() == shoe_mask[:, :63].sum()
    assert areas.wearable[:, 65:].sum() == shoe_mask[:, 65:].sum()


def test_what_is_sure_is_certain_and_what_is_not_is_counted(monkeypatch, pipeline, shoe_mask):
    rgb = np.full((*shoe_mask.shape, 3), 200, np.uint8)
    answer_with(monkeypatch, lambda pixels: torch.ones(pixels.shape[1:]))
    assert predict.predict(pipeline.areas, rgb, shoe_mask).unsure == pytest.approx(0, abs=1e-3)

    def torn(model, pixels):
        return torch.log(torch.tensor([1e-6, 0.6, 0.4]))[None, :, None, None].expand(2, 3, *pixels.shape[-2:])

    monkeypatch.setattr(predict, "area_logits", torn)
    assert predict.predict(pipeline.areas, rgb, shoe_mask).unsure == pytest.approx(0.4, abs=0.01)


def test_background_inside_the_region_is_trimmed(monkeypatch, pipeline, shoe_mask):
    rgb = np.full((*shoe_mask.shape, 3), 200, np.uint8)
    rgb[:, 90:] = 0
    answer_with(monkeypatch, lambda pixels: pixels[0] > 0)
    areas = predict.predict(pipeline.areas, rgb, shoe_mask)
    assert not areas.shoe[:, 92:].any() and areas.visible[shoe_mask][:10].all()


def test_nothing_visible_is_refused(monkeypatch, pipeline, shoe_mask):
    answer_with(monkeypatch, lambda pixels: torch.full(pixels.shape[1:], 2))
    with pytest.raises(InputError, match=r"no part of the shoe in a\.png would be visible"):
        predict.predict(pipeline.areas, np.zeros((*shoe_mask.shape, 3), np.uint8), shoe_mask, "a.png")


def test_specks_take_their_surroundings_label():
    region = np.ones((40, 40), bool)
    labels = np.full((40, 40), masks.VISIBLE, np.uint8)
    labels[:10] = masks.WEARABLE
    clean = labels.copy()
    labels[20, 20], labels[5, 5], labels[30, 30:32] = masks.WEARABLE, masks.BACKGROUND, masks.BACKGROUND
    assert (predict.remove_specks(labels, region) == clean).all()


def test_network_of_the_pack_runs(pipeline, shoe_mask):
    logits = predict._to_photo(np.zeros((8, 8, 3), np.float32), predict.Similarity(0.1), Box(0, 0, 128, 96))
    assert logits.shape == (96, 128, 3)
    assert predict.input_side(pipeline.areas) > 0


def test_two_classes_share_the_region():
    scores = np.zeros((4, 6, 2), np.float32)
    scores[:2, :, 1] = 1
    region = np.ones((4, 6), bool)
    region[:, 0] = False
    labels = predict.area_labels(scores, region)
    assert (labels[:2, 1:] == masks.WEARABLE).all() and (labels[2:, 1:] == masks.VISIBLE).all()
    assert not labels[:, 0].any()


def test_bfloat16_gives_the_same_areas(pipeline, shoe_mask):
    """The faster number format moves logits by less than a hundredth of their spread."""
    rgb = np.random.default_rng(0).integers(0, 256, (*shoe_mask.shape, 3), dtype=np.uint8)
    crop, _ = predict.crop_to_shoe(rgb, shoe_mask, 64)
    exact = predict.scores(pipeline.areas, crop)
    fast = predict.scores(copy.deepcopy(pipeline.areas).bfloat16(), crop)
    assert np.abs(fast - exact).max() < 0.05 * exact.std() + 0.01


def test_an_unsure_spot_within_the_visible_area_is_no_opening():
    region = np.zeros((60, 60), bool)
    region[5:55, 5:55] = True
    labels = np.where(region, masks.VISIBLE, masks.BACKGROUND).astype(np.uint8)
    labels[5:10, 20:40] = labels[25:30, 10:20] = labels[40:45, 30:45] = masks.WEARABLE
    probability = np.zeros(region.shape)
    probability[5:10, 20:40], probability[25:30, 10:20], probability[40:45, 30:45] = 0.55, 0.6, 0.9
    cleaned = predict.without_spots(labels, probability, region)
    assert (cleaned[25:30, 10:20] == masks.VISIBLE).all()
    cleaned[25:30, 10:20] = masks.WEARABLE
    assert (cleaned == labels).all()  # the one at the outline and the certain one stay


def test_a_mirrored_shoe_gets_mirrored_areas(pipeline):
    x_m = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    found, mirrored = (predict.scores(pipeline.areas, view) for view in (x_m, x_m[:, ::-1].copy()))
    assert found[:, ::-1] == pytest.approx(mirrored, abs=1e-4)
    assert np.exp(found).sum(-1) == pytest.approx(np.ones((64, 64)), abs=1e-4)
