"""Sets of pictures: chosen by shoe, drawn once, never mistaken for others."""

import os
from functools import partial

import numpy as np
import pytest

from shoemodel.baselines import ablations
from shoemodel.data.splits import SPLITS
from shoemodel.errors import InputError
from shoemodel.evaluation import held_out, methods, pictures


@pytest.fixture
def method(monkeypatch, tmp_path):
    """A method that draws its seed in grey, and how often it was asked."""
    calls = []

    def generate(model, photo_rgb, areas, pose, prompt, seed, *, steps):
        calls.append(seed)
        return np.full_like(photo_rgb, seed % 256)

    monkeypatch.setattr(ablations, "load", lambda folder: calls.append("load"))
    monkeypatch.setattr(ablations, "generate", generate)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "file").write_text("1")
    return methods.Method("shoemodel", tmp_path / "weights"), calls


def test_choice_takes_every_shoe_once_before_any_twice(toy_folder):
    keys, others = pictures.choose(toy_folder, SPLITS, 24, 0, others=True)
    shoes = held_out.keys(toy_folder, SPLITS)
    assert len({shoes[key] for key in keys}) == 24 and not keys & others and len(others) == 24
    assert pictures.choose(toy_folder, SPLITS, 24, 0, others=False)[0] == keys
    assert pictures.choose(toy_folder, SPLITS, 24, 1, others=False)[0] != keys
    assert len(pictures.choose(toy_folder, SPLITS, None, 0, others=False)[0]) == 48
    with pytest.raises(InputError, match=r"holds 48 tuples .* 25 tuples and as many for the row real"):
        pictures.choose(toy_folder, SPLITS, 25, 0, others=True)


def test_pictures_are_drawn_once(method, toy_folder, tmp_path):
    drawing, calls = method
    keys, _ = pictures.choose(toy_folder, SPLITS, 3, 0, others=False)

    def draw(seed=0, steps=2):
        return list(pictures.drawn(drawing, toy_folder, SPLITS, keys, seed, tmp_path / "out", steps))

    first = draw()
    assert calls[0] == "load" and len(calls) == 4 and len({each.seed for each in first}) == 3
    again = draw()
    assert len(calls) == 4 and [each.file for each in again] == [each.file for each in first]
    assert all((a.picture == b.picture).all() for a, b in zip(first, again, strict=True))
    first[0].file.unlink()
    draw()
    assert len(calls) == 6  # one picture, and the model for it
    draw(seed=1)
    (drawing.folder / "file").write_text("22")
    draw()
    draw(steps=3)
    assert len(calls) == 6 + 3 * 4  # another seed, other weights, other steps: other pictures


def test_list_names_every_file_with_its_hash(toy_folder, tmp_path):
    keys, _ = pictures.choose(toy_folder, SPLITS, 2, 0, others=False)
    shown = list(pictures.true(toy_folder, SPLITS, keys, tmp_path / "reference"))
    assert all((each.picture == each.sample.worn).all() for each in shown)
    file = pictures.list_files(tmp_path, {"reference": [each.listed for each in shown]})
    head, *rows = file.read_text().splitlines()
    assert head == "set,key,shoe,seed,file,sha256" and len(rows) == 2
    assert rows[0].startswith(f"reference,{shown[0].sample.key},toy-") and "reference/" in rows[0]


def test_methods_are_named_with_their_folders(tiny_pack, tmp_path):
    found = methods.parse(f"shoemodel, real,inpaint={tmp_path}", str(tiny_pack))
    assert [(each.name, each.folder) for each in found] == [
        ("shoemodel", tiny_pack),
        ("real", tiny_pack),
        ("inpaint", tmp_path),
    ]
    for text, message in (("photoshop", "'photoshop'"), ("real,real", "twice"), ("sd15=nowhere", "no such folder")):
        with pytest.raises(InputError, match=message):
            methods.parse(text, str(tiny_pack))


def test_what_draws_no_picture_draws_nothing_anew_and_another_generator_does(method):
    fingerprint = method[0].fingerprint
    one_pass = methods.Method("without_repair", method[0].folder)
    before = one_pass.fingerprint
    for part in ("areas", "judge"):
        assert method[0].fingerprint == fingerprint
        (method[0].folder / part).mkdir()
        (method[0].folder / part / "file").write_text("1")
    assert one_pass.fingerprint == before and method[0].fingerprint != fingerprint  # of two, the judge sees the first
    fingerprint = method[0].fingerprint
    (method[0].folder / "unet").mkdir()
    (method[0].folder / "unet" / "file").write_text("1")
    assert method[0].fingerprint != fingerprint


def test_another_controlnet_leaves_text_alone(tmp_path):
    ours, text_alone = (methods.Method(name, tmp_path) for name in ("shoemodel", "sd15"))
    before = ours.fingerprint, text_alone.fingerprint
    (tmp_path / "controlnet").mkdir()
    (tmp_path / "controlnet" / "file").write_text("1")
    assert ours.fingerprint != before[0] and text_alone.fingerprint == before[1]


def test_other_code_options_or_content_of_the_weights_give_another_fingerprint(method, monkeypatch):
    shown, _ = method
    seen = [shown.fingerprint]

    def changed() -> bool:
        seen.append(shown.fingerprint)
        return len(set(seen)) == len(seen)

    monkeypatch.setattr(methods, "GENERATOR_VERSION", methods.GENERATOR_VERSION + 1)
    assert changed()
    monkeypatch.setattr(methods.DiffusionOptions, "refine_strength", 0.4)
    assert changed()
    monkeypatch.setattr(ablations, "generate", partial(ablations.generate, steps=30))
    assert not changed()  # steps are hashed beside it
    seen.pop()

    def with_option(model, photo_rgb, areas, pose, prompt, seed, *, steps, guidance=7.0): ...

    monkeypatch.setattr(ablations, "generate", with_option)
    assert changed()
    file = shown.folder / "file"
    times = file.stat()
    file.write_text("2")  # as long as before
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert changed()
    os.utime(file)
    assert not changed()  # a copy of the same weights is the same weights


def test_of_a_run_only_its_model_counts(tmp_path):
    for part in ("model", "state"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "file").write_text("1")
    shown = methods.Method("inpaint", tmp_path)
    before = shown.fingerprint
    (tmp_path / "state" / "file").write_text("2")
    assert shown.fingerprint == before
    (tmp_path / "model" / "file").write_text("2")
    assert shown.fingerprint != before
