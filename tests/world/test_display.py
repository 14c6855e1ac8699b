"""Unworn shoes at 64 px: areas against the foot's rays, points, colours, shards that go on."""

import numpy as np
import pytest

pytest.importorskip("mitsuba")
pytest.importorskip("anny")

from shoemodel.data import datasets, shards
from shoemodel.errors import InputError
from shoemodel.render.engine import Picture
from shoemodel.world import display, recolour
from shoemodel.world.display import DisplayConfig


@pytest.fixture(scope="module")
def samples():
    config = DisplayConfig(
        size=64, spp=1, arrangements=1, cameras=1, looks=2, families=(("slide", 1.0),), shares=(("parallel", 1.0),)
    )
    return [display.make_sample(3, config, index) for index in range(2)]


def test_a_slide_s_insole_is_wearable_and_its_strap_is_not(samples):
    areas = samples[0].areas
    assert areas.wearable.any() and areas.visible.any()
    assert samples[0].check() == [] and not samples[0].is_worn


def test_looks_differ_in_colour_alone(samples):
    one, other = samples
    assert (one.areas.labels == other.areas.labels).all()
    assert (one.pose.points == other.pose.points).all()
    assert (one.unworn != other.unworn).any()


def test_a_pair_has_both_feet_and_no_legs(samples):
    pose = samples[0].pose
    assert samples[0].meta["feet"] == ["left", "right"]
    assert not pose.exists[[0, 1, 6, 7]].any() and pose.exists[[2, 3, 4, 5, 8, 9, 10, 11]].all()


def test_recolouring_keeps_what_is_no_shoe():
    albedo = np.full((32, 32, 3), 0.4)
    albedo[:, 16:] = [0.1, 0.3, 0.6]
    picture = Picture(albedo * 0.5, albedo, np.zeros((32, 32, 3)), np.ones((32, 32)))
    shoe = np.zeros((32, 32), bool)
    shoe[4:28, 4:28] = True
    changed = [recolour.recoloured(picture, shoe, np.random.default_rng(seed)) for seed in range(8)]
    assert all((each.radiance[~shoe] == picture.radiance[~shoe]).all() for each in changed)
    assert any((each.radiance[shoe] != picture.radiance[shoe]).any() for each in changed)


def test_an_interrupted_display_goes_on_with_the_same_samples(samples, tmp_path, monkeypatch):
    monkeypatch.setattr(display, "make_sample", lambda seed, _, index: _named(samples[index % 2], seed, index))
    display.display(60, 3, tmp_path, display.smoke())
    before = (tmp_path / "shard-000000.tar").read_bytes()
    display.display(70, 3, tmp_path, display.smoke())
    assert (tmp_path / "shard-000000.tar").read_bytes() == before
    assert len(list(shards.read(tmp_path))) == 70


def test_only_areas_and_feet_learn_from_shoes_that_nobody_wears(samples, tmp_path):
    shards.write_shard(tmp_path, 0, lambda index: _named(samples[index % 2], 3, index, f"shoe {index % 3}"), range(6))
    tuples = datasets.load(tmp_path)
    with pytest.raises(InputError, match="6 tuples of shoes that nobody wears"):
        tuples.split()
    train, test = tuples.split(unworn_will_do=True)
    assert len(train) + len(test) == 6


def test_a_configuration_that_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="spp is 0"):
        DisplayConfig(spp=0)


def _named(sample, seed, index, shoe_id=None):
    from dataclasses import replace

    meta = sample.meta | {"shoe_id": shoe_id or sample.meta["shoe_id"], "index": index}
    return replace(sample, key=shards.sample_key(seed, index), meta=meta)
