"""Sets of samples: refused where they would mix; real scenes through the whole chain, by either engine."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mitsuba")
pytest.importorskip("anny")

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.image.masks import dilate
from shoemodel.world import labels, tuples
from shoemodel.world import synthesize as module
from shoemodel.world.scene import sample_scene
from shoemodel.world.synthesize import make_sample, synthesize
from shoemodel.world.tuples import Rejected


def test_eight_bad_draws_are_an_error_that_names_the_sample(monkeypatch):
    attempts = []

    def scene(seed: int, index: int, assets: Path | None, attempt: int, *_) -> int:
        attempts.append(attempt)
        return attempt

    def reject(*_) -> Sample:
        raise Rejected("the shoes are too small")

    monkeypatch.setattr(module, "sample_scene", scene)
    monkeypatch.setattr(module, "render", reject)
    with pytest.raises(RuntimeError, match=r"2-0000009 failed 8 draws: the shoes are too small"):
        make_sample(2, 9)
    assert attempts == list(range(8))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ({"family": "slipper"}, "found 'slipper'; sneaker, "),
        ({"family": "sandal", "split": "held-out family"}, "sandal has no shoe"),
        ({"family": "clog", "split": "train"}, "clog has no shoe"),
    ],
)
def test_a_family_without_shoes_is_refused_before_anything_is_written(kind, told, tmp_path):
    with pytest.raises(InputError, match=told):
        synthesize(1, 0, tmp_path / "out", **kind)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_another_set_is_refused(tmp_path):
    module.claim(tmp_path, {"seed": 1, "size": 64})
    module.claim(tmp_path, {"seed": 1, "size": 64})
    with pytest.raises(InputError, match="seed"):
        module.claim(tmp_path, {"seed": 2, "size": 64})


@pytest.mark.parametrize("bad", [{"num": 0}, {"size": 8}, {"workers": 0}, {"assets": Path("no/such/folder")}])
def test_bad_arguments_are_refused_before_anything_is_written(tmp_path, bad):
    arguments = {"num": 1, "seed": 1, "out": tmp_path / "new", **bad}
    with pytest.raises(InputError):
        synthesize(**arguments)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="writable"):
        synthesize(1, 1, tmp_path / "file" / "out")


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    synthesize(2, 3, folder, size=64, workers=1, spp=4)
    return folder


def test_real_samples_are_sound_and_do_not_depend_on_the_process(real):
    samples = list(shards.read(real))
    assert [sample.check() for sample in samples] == [[], []]
    here = make_sample(3, 1, size=64, spp=4)
    members, others = here.to_members(), samples[1].to_members()
    pictures = {"unworn.png", "worn.png"}
    assert members.keys() == others.keys() >= pictures
    assert all(members[name] == others[name] for name in members.keys() - pictures)
    for name in ("unworn", "worn"):  # on some processors the number of threads decides a last bit
        assert np.abs(getattr(here, name).astype(int) - getattr(samples[1], name)).max() <= 1
    assert json.loads((real / "world.json").read_text())["seed"] == 3


def test_the_areas_of_real_scenes_are_the_shoes_of_the_unworn_picture(real):
    for index, sample in enumerate(shards.read(real)):
        scene = sample_scene(3, index, None, attempt=len(sample.meta["redraws"]))
        unworn, _ = tuples._views(scene, tuples._place(scene, None), 64)
        hits = labels.first_hits(unworn, scene.camera, 64)
        shoe = labels.majority(labels.is_shoe(unworn)[hits.part], 64)
        assert np.array_equal(sample.areas.visible | sample.areas.wearable, shoe)
        assert sample.areas.wearable.any() and sample.areas.visible.any()


def test_away_from_the_body_a_real_scene_keeps_its_look(real):
    for sample in shards.read(real):
        difference = np.abs(sample.worn.astype(int) - sample.unworn.astype(int)).max(-1)
        near = dilate(difference > 60, 10)
        if (~near).mean() > 0.2:
            assert difference[~near].mean() < 12
        assert np.median(difference[sample.areas.visible]) < 30


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray")
def test_real_samples_made_over_ray_are_those_of_the_local_engine(real, tmp_path):
    synthesize(2, 3, tmp_path, size=64, workers=1, spp=4, engine="ray")
    assert shards.shard_path(tmp_path, 0).read_bytes() == shards.shard_path(real, 0).read_bytes()


def test_without_ray_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"install shoemodel\[ray\]"):
        synthesize(1, 1, tmp_path, size=64, engine="ray")
