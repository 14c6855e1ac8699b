"""A queue that is left and taken up again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from tests.annotation.conftest import SIZES, drawn


def test_what_was_drawn_is_there_again(annotated, photos):
    again = AnnotationFolder(photos, annotated.out)
    assert again.names == ("boot", "loafer", "pump", "slide")
    assert [again.state(name) for name in again.names] == ["done", "new", "done", "draft"]
    assert again.counts() == {"new": 1, "draft": 1, "done": 2, "left out": 0}
    for name in ("boot", "pump", "slide"):
        assert np.array_equal(again.areas(name).labels, drawn(SIZES[name]).labels)
    assert again.areas("loafer") is None
    assert [name for name, _ in again.finished()] == ["boot", "pump"]
    assert again.first_open() == "loafer" and again.next_open("loafer") == "slide" == again.next_open("pump")


def test_it_goes_on_where_one_left_off_and_says_when_all_is_done(annotated):
    annotated.leave_out("loafer")
    assert annotated.first_open() == "slide" == annotated.next_open("slide")
    annotated.save("slide", drawn(SIZES["slide"]), "done")
    assert annotated.next_open("boot") is None and annotated.first_open() == "boot"
    assert not list((annotated.out / "drafts").iterdir()), "what is done is no draft"


def test_a_change_keeps_what_is_done_done_and_leaving_out_keeps_the_drawing(annotated):
    annotated.save("boot", drawn(SIZES["boot"], shift=3))
    assert annotated.state("boot") == "done"
    assert np.array_equal(annotated.areas("boot").labels, drawn(SIZES["boot"], shift=3).labels)
    annotated.leave_out("boot")
    assert annotated.state("boot") == "left out" and "boot" not in dict(annotated.finished())
    assert annotated.areas("boot") is not None
    annotated.forget("boot")
    assert annotated.state("boot") == "new" and annotated.areas("boot") is None


def test_the_maps_are_palette_pngs_of_the_photos_size(annotated):
    with Image.open(annotated.out / "areas" / "boot.png") as image:
        assert image.mode == "P" and image.size == SIZES["boot"][::-1]
        assert image.convert("RGB").getpixel((70, 50)) == (0, 0, 255)


def test_what_cannot_be_finished_is_refused_and_nothing_is_lost(annotated):
    before = annotated.areas("boot").labels.copy()
    with pytest.raises(InputError, match="stays visible"):
        annotated.save("boot", ShoeAreas(np.zeros(SIZES["boot"], np.uint8)), "done")
    with pytest.raises(InputError, match="64x64 px, but the photo is 140x90"):
        annotated.save("boot", drawn((64, 64)), "done")
    assert np.array_equal(annotated.areas("boot").labels, before)


def test_another_photo_of_the_same_name_is_noticed(annotated, photos):
    (photos / "boot.jpg").write_bytes((photos / "slide.jpg").read_bytes())
    again = AnnotationFolder(photos, annotated.out)
    with pytest.raises(InputError, match="another photo"):
        again.photo("boot")


def test_folders_that_cannot_be_annotated(tmp_path, photos):
    with pytest.raises(InputError, match="is no folder"):
        AnnotationFolder(tmp_path / "nowhere", tmp_path / "data")
    with pytest.raises(InputError, match="found no photo"):
        AnnotationFolder(tmp_path, tmp_path / "data")
    (photos / "boot.png").write_bytes((photos / "loafer.png").read_bytes())
    with pytest.raises(InputError, match="differ in their ending"):
        AnnotationFolder(photos, tmp_path / "data")


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"photos": {"boot": {"state": "?", "sha256": ""}}})])
def test_a_record_that_cannot_be_read_is_no_empty_one(photos, tmp_path, text):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "annotations.json").write_text(text)
    with pytest.raises(InputError, match=r"annotations.json cannot be read"):
        AnnotationFolder(photos, tmp_path / "data")


def test_two_processes_do_not_draw_in_one_folder(annotated, photos):
    held = annotated.lock()
    with pytest.raises(InputError, match="another process"):
        AnnotationFolder(photos, annotated.out).lock()
    held.close()
    AnnotationFolder(photos, annotated.out).lock().close()
