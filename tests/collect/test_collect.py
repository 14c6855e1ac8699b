"""A folder of toy photos, annotated by one that knows them."""

import json

import numpy as np
import pytest

from shoemodel.collect import collect, ledger, report, sources
from shoemodel.collect.engines import Workers
from shoemodel.collect.tuples import Options
from shoemodel.data import datasets, inspection, shards
from shoemodel.errors import InputError
from shoemodel.image import io as images
from tests.collect.conftest import ToyAnnotator, toy_models
from tests.toys import toy_sample

MODELS = {"judge": "toy"}


def job(photos, out, make=toy_models, **changes):
    options = changes.pop("options", Options(size=128))
    manifest = sources.read(photos.parent / "source.csv")
    given = {"unlicensed_ok": False, "options": options, "models": MODELS, "manifest": manifest, **changes}
    return collect.Job(folder=photos, out=out, load=collect.loader(make, MODELS, options), **given)


def by_name(outcomes):
    return {line["photo"]: line for line in outcomes}


def members(out):
    return {key: files for path in shards.shard_paths(out) for key, files in shards.entries(path)}


def test_photos_become_sound_tuples_or_reasons(photos, tmp_path):
    outcomes = by_name(collect.collect(job(photos, tmp_path / "data")))
    reasons = {name: line["refused"][0]["reason"] for name, line in outcomes.items() if not line["kept"]}
    assert reasons == {
        "1.png": "no licence", "2.png": "consent refused", "more/again.png": "duplicate", "nobody.png": "no person",
        "z.png": "unreadable",
    }  # fmt: skip
    found = {sample.meta["photo"]["path"]: sample for sample in shards.read(tmp_path / "data")}
    assert sorted(found) == ["0.png", "3.png", "4.png", "5.png", "6.png", "7.png"]
    sample = found["4.png"]
    assert not sample.has_unworn and sample.check() == [] and sample.meta["shoe_id"] == "group walk"
    assert (sample.meta["licence"], sample.meta["consent"], sample.meta["models"]) == ("CC0", "yes", MODELS)
    assert found["3.png"].meta["source"] == "toys" and found["3.png"].meta["shoe_id"].startswith("photo ")
    assert inspection.inspect(tmp_path / "data").problems == {}


def test_points_and_shoes_lie_where_they_are_in_the_photo(photos, tmp_path):
    collect.collect(job(photos, tmp_path / "data"))
    for sample in shards.read(tmp_path / "data"):
        true = toy_sample(int(sample.meta["photo"]["path"][0]))
        x, y, side = sample.meta["photo"]["square"]
        back = sample.pose.points * side / 128 + (x, y)
        assert np.allclose(back[sample.pose.exists], true.pose.points[sample.pose.exists], atol=0.1)
        part = true.worn[y : y + side, x : x + side]
        assert abs(part.mean() - sample.worn.mean()) < 2
        shoe = true.areas.shoe[y : y + side, x : x + side]
        assert sample.areas.visible.mean() == pytest.approx(shoe.mean(), rel=0.05)
        assert not sample.unworn[~sample.areas.visible].any()


def test_training_learns_from_them_where_it_can(photos, tmp_path):
    collect.collect(job(photos, tmp_path / "data"))
    tuples = datasets.load(tmp_path / "data")
    assert not tuples.has_unworn.any() and tuples.size == 128
    train, test = tuples.split(collected_will_do=True)
    assert len(train) + len(test) == 6 and len(test)
    with pytest.raises(InputError, match="6 tuples collected from photos"):
        tuples.split()


class Interrupted(BaseException):
    """Stands for a kill."""


class Failing(ToyAnnotator):
    """Falls over at its third photo."""

    asked = 0

    def people(self, rgb):
        Failing.asked += 1
        if Failing.asked == 3:
            raise Interrupted
        return super().people(rgb)


def test_an_interrupted_run_goes_on_and_ends_the_same(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "PER_PART", 2)
    monkeypatch.setattr(collect, "PER_PART", 2)
    collect.collect(job(photos, tmp_path / "whole"))
    with pytest.raises(Interrupted):
        collect.collect(job(photos, tmp_path / "data", make=lambda: (Failing(), None)))
    assert 0 < len(members(tmp_path / "data")) < 6
    collect.collect(job(photos, tmp_path / "data"))
    assert members(tmp_path / "data") == members(tmp_path / "whole")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*") if path.is_file()}
    collect.collect(job(photos, tmp_path / "data", make=lambda: 1 / 0))  # nothing is left to load for
    assert before == {path: path.stat().st_mtime_ns for path in before}


class Broken(ToyAnnotator):
    """Has an error for one photo."""

    def people(self, rgb):
        if np.array_equal(rgb, toy_sample(5).worn):
            raise ZeroDivisionError("by zero")
        return super().people(rgb)


def test_an_error_costs_its_photo_and_is_tried_again(photos, tmp_path):
    outcomes = by_name(collect.collect(job(photos, tmp_path / "data", make=lambda: (Broken(), None))))
    assert outcomes["5.png"]["refused"] == [{"reason": "failed", "detail": "ZeroDivisionError: by zero"}]
    assert len(members(tmp_path / "data")) == 5
    assert by_name(collect.collect(job(photos, tmp_path / "data")))["5.png"]["kept"]


def test_photos_and_rights_that_are_added_are_taken_in(photos, tmp_path):
    collect.collect(job(photos, tmp_path / "data"))
    images.save_png(photos / "0a.png", toy_sample(9).worn)
    text = (photos.parent / "source.csv").read_text().replace("1.png,,yes", "1.png,MIT,yes")
    (photos.parent / "source.csv").write_text(text)
    outcomes = collect.collect(job(photos, tmp_path / "data"))
    kept = [line["photo"] for line in outcomes if line["kept"]]
    assert kept == ["0.png", "1.png", "3.png", "4.png", "5.png", "6.png", "7.png", "0a.png"]
    assert len(members(tmp_path / "data")) == 8


def test_other_settings_changed_photos_and_foreign_folders_are_refused(photos, tmp_path):
    collect.collect(job(photos, tmp_path / "data"))
    with pytest.raises(InputError, match="was collected with size 128, not 64"):
        collect.collect(job(photos, tmp_path / "data", options=Options(size=64)))
    (photos / "0.png").write_bytes(b"other")
    with pytest.raises(InputError, match=r"0\.png has changed"):
        collect.collect(job(photos, tmp_path / "data"))
    shards.write_shard(tmp_path, 0, toy_sample, range(1))
    with pytest.raises(InputError, match="holds tuples that were not collected"):
        collect.collect(job(photos, tmp_path))


@pytest.mark.parametrize("engine", [pytest.param(name, marks=pytest.mark.slow) for name in ("local", "ray")])
def test_several_workers_and_ray_give_the_same(photos, tmp_path, engine):
    if engine == "ray":
        pytest.importorskip("ray")
    one = collect.collect(job(photos, tmp_path / "one"))
    more = collect.collect(job(photos, tmp_path / "more", engine=engine, workers=Workers(count=2)))
    assert one == more and members(tmp_path / "one") == members(tmp_path / "more")


def test_the_report_counts_and_shows(photos, tmp_path):
    outcomes = collect.collect(job(photos, tmp_path / "data"))
    found = report.write(photos, tmp_path / "data", outcomes)
    assert found == json.loads((tmp_path / "data" / "report.json").read_text())
    assert (found["photos"], found["photos kept"], found["tuples"]) == (11, 6, 6)
    assert found["photos refused"]["duplicate"] == 1 and found["licences of the kept"] == {"CC0": 6}
    assert images.load(tmp_path / "data" / "sheet.jpg").size[1] > 700
    assert images.load(tmp_path / "data" / "refused.jpg").size[0] > 3 * 64
    assert report.sheet(tmp_path / "data", []) is None
