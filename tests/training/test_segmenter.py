"""The segmenter learns cut-outs and tuples; worn shoes are no unworn ones; pictures may hold no shoe."""

import dataclasses
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from shoemodel.data.datasets import load
from shoemodel.data.splits import split_of
from shoemodel.errors import InputError
from shoemodel.training import packshots, segmenter
from shoemodel.training.loop import train
from shoemodel.wd.segformer import StemmedSegformer
from shoemodel.wd.segmenter import UNWORN, WORN, read

SIDE = 48


@pytest.fixture
def cutouts(tmp_path):
    """Views of two toy shoes, one to learn from and one held out: a red ellipse and a blue one."""
    folder = tmp_path / "cutouts"
    folder.mkdir()
    names = [
        next(f"toy-{n:08x}" for n in range(999) if split_of(f"toy-{n:08x}", "toy") == s) for s in ("train", "test")
    ]
    for number, (name, colour) in enumerate(zip(names, ((200, 40, 40), (40, 40, 200)), strict=True)):
        cover = cv2.ellipse(np.zeros((SIDE, SIDE), np.uint8), (24, 28), (18, 9), 0, 0, 360, 255, -1)
        rgb = np.where(cover[..., None] > 0, np.uint8(colour), np.uint8(255))
        shadow = np.where(np.roll(cover, 3, 0) > 0, np.uint8(100), np.uint8(255))
        views = {"rgb": rgb[None], "cover": cover[None], "shadow": shadow[None]}
        np.savez_compressed(folder / f"1-{number:05d}.npz", **views, shoe_id=name, family="toy")
    return folder


def test_smoke_run_saves_a_readable_segmenter(toy_folder, cutouts, tmp_path):
    config = dataclasses.replace(segmenter.smoke(), cutouts=cutouts)
    done = train(segmenter.SegmenterTask(config, load(toy_folder)), config, tmp_path / "run")
    assert done.finished and set(done.metrics) == {"iou", "nearly_whole", "invented"}
    model = StemmedSegformer.from_pretrained(tmp_path / "run" / "model" / "segmenter")
    assert read(model, np.zeros((30, 50, 3), np.uint8)).shape == (2, 30, 50)


def test_a_new_run_begins_with_the_judge(toy_folder):
    mini = segmenter.mini()
    task = segmenter.SegmenterTask(dataclasses.replace(mini, cutouts=None), load(toy_folder))
    task.started()
    judge = StemmedSegformer.from_pretrained(segmenter.component_folder("mini", "judge"))
    ours, theirs = task.model.state_dict(), judge.state_dict()
    for output in (UNWORN, WORN):
        assert torch.equal(ours["decode_head.classifier.weight"][output], theirs["decode_head.classifier.weight"][0])


def test_shoes_are_where_the_mask_says(cutouts):
    shots = packshots.Packshots(packshots.load(cutouts, test=False), [])
    rng = np.random.default_rng(0)
    for side in (64, 96):
        pictures, masks, turned = zip(*(shots.compose(rng, side) for _ in range(24)), strict=True)
        assert {picture.shape for picture in pictures} == {(side, side, 3)}
        assert 0.02 < np.mean([mask.mean() for mask in masks]) < 0.6
        assert not any(turned)
    assert not shots.compose(rng, 64, shoes=0)[1].any()


@pytest.mark.usefixtures("unchecked")  # a stand-in for the task
def test_shoes_that_lie_sole_up_are_what_no_foot_goes_into(cutouts):
    cuts = packshots.load(cutouts, test=False)
    shots = packshots.Packshots([*cuts, dataclasses.replace(cuts[0], turned=True)], [])
    rng = np.random.default_rng(0)
    share = np.mean([shots.compose(rng, 64)[2] for _ in range(400)])
    assert 0.5 * packshots.TURNED_P < share < 2 * packshots.TURNED_P
    task = SimpleNamespace(config=SimpleNamespace(tuple_p=0.0, empty_p=0.0))
    soles = packshots.Packshots([dataclasses.replace(cuts[0], turned=True)] * 2, [])
    soles.upright = soles.turned
    targets = [segmenter.SegmenterTask._example(task, rng, 64, None, soles)[1] for _ in range(60)]
    assert any(target[WORN].any() for target in targets) and any(target[UNWORN].any() for target in targets)
    assert not any(target[UNWORN].any() and target[WORN].any() for target in targets)


def test_test_shoes_are_not_learnt(cutouts, tmp_path):
    learnt, tested = (packshots.load(cutouts, test)[0].rgb[28, 24] for test in (False, True))
    assert learnt[0] > learnt[2] and tested[2] > tested[0]
    with pytest.raises(InputError, match="found no cut-out"):
        packshots.load(tmp_path, test=False)


def test_worn_shoes_have_an_output_of_their_own(toy_folder):
    tuples, rng = load(toy_folder), np.random.default_rng(0)
    targets = [segmenter._of_tuple(tuples, rng, 64)[1] for _ in range(20)]
    assert all(target[UNWORN].any() != target[WORN].any() for target in targets)
    assert len({bool(target[WORN].any()) for target in targets}) == 2


def test_ground_seen_through_a_strap_counts_more():
    target = np.zeros((2, 40, 40), bool)
    target[UNWORN] = cv2.ellipse(np.zeros((40, 40), np.uint8), (20, 20), (15, 9), 0, 0, 360, 1, 4) > 0
    weights = segmenter._weights(target)
    assert weights[20, 20] == segmenter.HOLLOW and weights[2, 2] == 1 and (weights[target[UNWORN]] == 1).all()
    assert (segmenter._weights(np.zeros((2, 8, 8), bool)) == 1).all()


def test_a_cut_shadow_is_dark_and_no_shoe(cutouts, monkeypatch):
    monkeypatch.setattr(packshots, "HARD_P", 1.0)
    cut, rng = packshots.load(cutouts, test=False)[0], np.random.default_rng(1)
    dark = []
    for _ in range(12):
        paper, nothing = np.full((96, 96, 3), 255, np.uint8), np.zeros((96, 96), np.float32)
        picture, mask = packshots._pasted(paper, nothing, cut, rng, crowded=True, plain=True)
        dark.append(picture[cv2.dilate(mask, np.ones((7, 7))) == 0].min())
        assert 0.01 < (mask > 0.5).mean() < 0.3
    assert min(dark) < 100 and np.mean(np.array(dark) < 240) >= 0.25  # the shoe hides many of them
    assert not packshots._hard_shadow(np.zeros((96, 96), np.float32), rng).any()


def test_a_batch_can_be_learnt(toy_folder, cutouts):
    config = dataclasses.replace(segmenter.smoke(), cutouts=cutouts)
    task = segmenter.SegmenterTask(config, load(toy_folder))
    batch = task.batch(np.random.default_rng(0), np.arange(4) % task.examples)
    assert batch["pixels"].shape == (4, 3, 64, 64) and batch["targets"].shape == (4, 2, 64, 64)
    optimizer = torch.optim.AdamW(task.model.parameters(), 5e-3)
    losses = []
    for _ in range(80):
        loss, logs = task.loss(batch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(logs["entropy"]))
    assert losses[-1] < 0.3 * losses[0]
