import json

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.study import lineups
from tests.study.conftest import KEYS, METHODS
from tests.toys import toy_sample


@pytest.fixture
def methods(folders):
    return lineups.folders(folders)


def run_folder(folder, prompts):
    """What `generate` leaves of one photo."""
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"prompts": prompts}))
    pixels = np.zeros((40, 40, 3), np.uint8)
    for name in ("overview", "shoe", *(f"image_{number:02d}" for number in range(len(prompts)))):
        images.save_png(folder / f"{name}.png", pixels)
    (folder / "rejected").mkdir()
    images.save_png(folder / "rejected" / "image_00.png", pixels)


def test_pictures_of_one_input_are_found_behind_their_hashes(methods):
    found = lineups.find(methods)
    assert [each.key for each in found] == list(KEYS)
    assert all(tuple(each.files) == METHODS for each in found)
    assert {each.files["ours"].parent for each in found} == {methods["ours"]}


def test_of_a_run_folder_the_results_count_and_its_prompts_are_shown(tmp_path):
    for name in ("a", "b"):
        run_folder(tmp_path / name / "sneaker", ["jeans", "bare legs"])
    found = lineups.find({"a": tmp_path / "a", "b": tmp_path / "b"})
    assert [(each.key, each.prompt) for each in found] == [
        ("sneaker/image_00", "jeans"),
        ("sneaker/image_01", "bare legs"),
    ]


def test_methods_that_were_asked_for_different_things_are_refused(tmp_path):
    run_folder(tmp_path / "a" / "sneaker", ["jeans"])
    run_folder(tmp_path / "b" / "sneaker", ["socks"])
    with pytest.raises(InputError, match="a was asked for 'jeans', b for 'socks'"):
        lineups.find({"a": tmp_path / "a", "b": tmp_path / "b"})


def test_a_picture_that_one_method_lacks_is_named(methods):
    next(methods["inpaint"].glob("1-0000003*")).unlink()
    with pytest.raises(InputError, match=r"ours has a picture 1-0000003, and inpaint .*none.*1 of 4"):
        lineups.find(methods)


def test_two_pictures_of_one_input_are_refused(methods):
    file = next(methods["ours"].glob("1-0000001*"))
    file.with_name("1-0000001-0123456789ab.png").write_bytes(file.read_bytes())
    with pytest.raises(InputError, match="are both the picture 1-0000001"):
        lineups.find(methods)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (["ours"], "'ours' names no method and folder"),
        (["a=.", "a=."], "named twice"),
        (["a=.", "b=nowhere"], "no such folder"),
        (["a=."], "1 methods were given; a line-up takes 2 to 9"),
    ],
)
def test_entries_that_are_refused(entries, words):
    with pytest.raises(InputError, match=words):
        lineups.folders(entries)


def test_a_folder_without_pictures_is_refused(methods, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty holds no pictures"):
        lineups.find({**methods, "empty": tmp_path / "empty"})


def test_photos_are_found_by_key_or_by_the_folder_of_a_run(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    images.save_png(photos / "sneaker.png", np.full((40, 40, 3), 7, np.uint8))
    each = lineups.Lineup("sneaker/image_00", {})
    assert [found.photo.max() for found in lineups.with_photo([each], photos)] == [7]
    assert [found.photo.max() for found in lineups.with_photo([each], photos / "sneaker.png")] == [7]
    with pytest.raises(InputError, match="no photo of the shoe boot/image_00: a picture named boot/image_00 or boot"):
        list(lineups.with_photo([lineups.Lineup("boot/image_00", {})], photos))


def test_tuples_give_the_unworn_picture_and_the_caption(toy_folder):
    found = list(lineups.with_tuples([lineups.Lineup("0-0000003", {})], toy_folder))
    assert [(each.key, each.prompt) for each in found] == [("0-0000003", "a toy shoe")]
    assert np.array_equal(found[0].photo, toy_sample(3).unworn)
    with pytest.raises(InputError, match="holds no tuple 9-0000001"):
        list(lineups.with_tuples([lineups.Lineup("9-0000001", {})], toy_folder))
