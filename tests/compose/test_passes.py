"""One pass or two: what the second one is given, and how much of the walk it takes."""

import numpy as np
import pytest
import torch

from shoemodel.backends.backend import Subject
from shoemodel.backends.options import DiffusionOptions
from shoemodel.compose.placed import PlacedShoe
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.quality import judge as judges
from shoemodel.sw.sampler import Draft, Sampler, count_steps
from shoemodel.sw.sampling import Hooks, Sampling
from shoemodel.sw.text import encode

SHOE = (120, 60, 30)


@pytest.mark.parametrize("solver", ["ddim", "unipc", "dpm++"])
def test_steps_are_counted_from_the_strength_on(pipeline, solver):
    counts = [count_steps(pipeline.scheduler, solver, 10, strength) for strength in (1.0, 0.4, 0.001)]
    assert counts == [10, 4, 1]


@pytest.mark.parametrize("solver", ["ddim", "unipc", "dpm++"])
def test_a_weak_second_pass_stays_near_the_image(pipeline, solver):
    """The weaker the pass, the less it changes what it starts from."""
    text, side_px = encode(pipeline.tokenizer, pipeline.text_encoder, "jeans"), pipeline.sampler.side_px
    base = Sampler(pipeline.unet, None, pipeline.vae, pipeline.scheduler)
    draft = Draft(text, start=np.full((side_px, side_px, 3), 128, np.uint8))
    far, near, nearest = (
        base([draft], Sampling(guidance_scale=1.0, solver=solver, strength=strength))[0].astype(int)
        for strength in (0.8, 0.1, 0.001)
    )
    assert np.abs(near - nearest).mean() < np.abs(far - nearest).mean()


@pytest.fixture
def pose(pipeline):
    return Pose(np.random.default_rng(0).uniform(0, pipeline.sampler.side_px, (12, 2)), np.full(12, 2))


@pytest.fixture
def subject(pipeline):
    """A shoe with an opening on a canvas of the networks' size."""
    side = pipeline.sampler.side_px
    labels = np.zeros((side, side), np.uint8)
    labels[side // 2 :, side // 4 : side // 2] = 1
    labels[side // 2 - 3 : side // 2, side // 4 : side // 2] = 2
    rgb = np.where((labels == 1)[..., None], np.array(SHOE, np.uint8), np.uint8(0))
    return Subject("shoe.png", rgb, PlacedShoe(rgb, ShoeAreas(labels)), "scene")


@pytest.fixture
def make(pipeline, subject, pose):
    def run(strength=1.0, seed=1, steps=4):
        options = DiffusionOptions(num_inference_steps=steps, refine_strength=strength)
        legs = pipeline.resolve_backend("diffusion", options).legs(subject, "jeans", "")
        return legs.sample([pose], [seed], Hooks())[0]

    return run


def test_an_image_is_made_in_one_pass_or_two(make, subject):
    one, again, weak, two = (make(strength) for strength in (0.0, 0.0, 0.4, 1.0))
    assert np.array_equal(one.rgb, again.rgb) and one.background is None
    assert not np.array_equal(one.rgb, two.rgb) and not np.array_equal(weak.rgb, two.rgb)
    assert two.background.kind == "scene" and (two.background.rgb[subject.shoe.visible] == SHOE).all()


def test_images_of_a_batch_are_those_of_single_calls(pipeline, subject, pose, make):
    legs = pipeline.resolve_backend("diffusion", DiffusionOptions(num_inference_steps=4)).legs(subject, "jeans", "")
    both = legs.sample([pose, pose], [1, 2], Hooks())
    for each, seed in zip(both, (1, 2), strict=True):
        assert np.abs(each.rgb.astype(int) - make(seed=seed).rgb).max() <= 2


def test_a_batch_that_does_not_fit_is_halved(pipeline, subject, pose, monkeypatch):
    backend, sizes = pipeline.resolve_backend("diffusion", DiffusionOptions(num_inference_steps=1)), []
    legs = backend.legs(subject, "jeans", "")
    sample = type(legs).sample

    def small(self, poses, seeds, hooks):
        sizes.append(len(poses))
        if len(poses) > 2:
            raise torch.OutOfMemoryError
        return sample(self, poses, seeds, hooks)

    monkeypatch.setattr(type(legs), "sample", small)
    monkeypatch.setattr(type(legs), "at_once", 8)
    assert len(list(legs.generate([pose] * 5, range(5), lambda done: None))) == 5 and sizes == [5, 2, 2, 1]


def test_the_second_pass_samples_where_a_leg_can_be(make, subject, monkeypatch):
    """The first is free and has the paper's guidance; the second is given its scene and has that of photos."""
    calls = []

    def watched(sampler, drafts, sampling, hooks):
        calls.append((drafts[0].seed, drafts[0].known, sampling.guidance_scale))
        return [np.full((sampler.side_px, sampler.side_px, 3), 200, np.uint8)]

    monkeypatch.setattr(Sampler, "__call__", watched)
    make()
    (first, free, whole), (second, known, beside) = calls
    assert (first, free, whole, beside) == (1, None, 7.0, 3.0) and second != first
    assert known.free[subject.shoe.areas.wearable].all() and not known.free[subject.shoe.visible].any()
    assert (known.picture[subject.shoe.visible] == SHOE).all()


def test_the_judge_looks_at_the_first_pass_for_other_shoes(make, pipeline, monkeypatch):
    seen = []

    def nothing(judge, picture):
        seen.append(picture)
        return np.zeros(picture.shape[:2], bool)

    monkeypatch.setattr(judges, "find_shoes", nothing)
    first = make(0.0, steps=2)
    make(steps=2)
    assert len(seen) == 1 and np.array_equal(seen[0], first.rgb)
    monkeypatch.setattr(pipeline, "judge", None)
    make(steps=2)
    assert len(seen) == 1
