"""The segmenter's composites have exact masks, prompts match them, and a few steps learn."""

import csv
import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from shoemodel.data.datasets import load
from shoemodel.errors import InputError
from shoemodel.training import backgrounds
from shoemodel.training.composites import Composer
from shoemodel.training.loop import train
from shoemodel.training.region import PADDING, RegionTask, dice_loss, focal_loss, overlap, smoke
from shoemodel.wd.sam import StemmedSam


@pytest.fixture(scope="module")
def tuples(toy_folder):
    return load(toy_folder)


def test_smoke_run_saves_a_loadable_model(tuples, tmp_path):
    config = smoke()
    done = train(RegionTask(config, tuples), config, tmp_path)
    assert done.finished and set(done.metrics) == {"iou_whole", "iou_box", "iou_points", "confidence_error"}
    assert StemmedSam.from_pretrained(tmp_path / "model" / "region").config.vision_config.image_size == 64


def test_composites_repeat_and_stay_in_their_frame(tuples):
    composer = Composer(tuples, None, 96)
    counts = set()
    for seed in range(30):
        made, again = (composer.compose(np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(made.picture, again.picture)
        counts.add(len(made.shoes))
        frame = np.zeros((96, 96), bool)
        frame[int(made.content.y0) : int(made.content.y1), int(made.content.x0) : int(made.content.x1)] = True
        assert all(mask.shape == (96, 96) and not (mask & ~frame).any() for mask in made.shoes)
        assert sum(mask.astype(int) for mask in made.shoes).max() <= 1 if made.shoes else True
    assert {1, 2} <= counts
    assert composer.compose(np.random.default_rng(0), shoes=0).shoes == ()


def test_prompts_lie_where_they_say(tuples):
    batch = RegionTask(smoke(), tuples).batch(np.random.default_rng(1), np.arange(16))
    assert batch["boxes"].shape == (12, 4) and batch["points"].shape == (4, 3, 2)
    for mask, points, labels in zip(batch["masks"][12:], batch["points"], batch["labels"], strict=True):
        assert labels[0] == 1
        for (x, y), label in zip(points.long(), labels, strict=True):
            assert label == PADDING or mask[y, x] == label
    for mask, (x0, y0, x1, y1) in zip(batch["masks"][8:12], batch["boxes"][8:], strict=True):
        rows, columns = mask.nonzero(as_tuple=True)
        assert abs(float(rows.float().mean()) - float(y0 + y1) / 2) < 0.25 * float(y1 - y0)
        assert abs(float(columns.float().mean()) - float(x0 + x1) / 2) < 0.25 * float(x1 - x0)


def test_losses_at_the_ends():
    target = torch.zeros(2, 8, 8)
    target[0, :4] = 1
    perfect, wrong = 40 * (target - 0.5), -40 * (target - 0.5)
    assert focal_loss(perfect, target) < 1e-6 < 1 < focal_loss(wrong, target)
    assert dice_loss(perfect, target) < 0.01 < 0.9 < dice_loss(wrong, target)
    assert overlap(perfect > 0, target > 0.5).tolist() == [1, 0]


def test_a_few_steps_learn_the_toy(tuples, tmp_path):
    config = smoke()
    loop = dataclasses.replace(config.loop, steps=60, lr=3e-3, warmup=5, log_every=20, sample_every=60)
    config = dataclasses.replace(config, loop=loop)
    train(RegionTask(config, tuples), config, tmp_path)
    with (tmp_path / "loss.csv").open() as stream:
        losses = [float(row["loss"]) for row in csv.DictReader(stream)]
    assert losses[-1] < 0.9 * losses[0]


def test_photos_of_places_are_read_and_tone_mapped(tmp_path):
    import cv2

    Image.fromarray(np.full((40, 60, 3), (200, 10, 10), np.uint8)).save(tmp_path / "red.png")
    cv2.imwrite(str(tmp_path / "sky.hdr"), np.full((40, 60, 3), 7.5, np.float32))
    red, sky = backgrounds.load_folder(tmp_path)
    assert red[0, 0].tolist() == [200, 10, 10]
    assert sky.dtype == np.uint8 and 90 < sky.mean() < 130
    assert backgrounds.random_crop(red, np.random.default_rng(0), 32).shape == (32, 32, 3)


def test_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(InputError, match="no picture"):
        backgrounds.load_folder(tmp_path)


def test_every_pattern_is_a_picture():
    kinds = [backgrounds.drawn(np.random.default_rng(seed), 64) for seed in range(40)]
    assert all(kind.shape == (64, 64, 3) and kind.dtype == np.uint8 for kind in kinds)
