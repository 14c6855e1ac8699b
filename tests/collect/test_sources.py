"""Licences and consent."""

import pytest

from shoemodel.collect import sources
from shoemodel.collect.sources import Rights
from shoemodel.errors import InputError


def read(tmp_path, text):
    (tmp_path / "source.csv").write_text(text)
    return sources.read(tmp_path / "source.csv")


def test_a_named_photo_has_its_row_and_another_the_first_pattern(tmp_path):
    manifest = read(tmp_path, "photo,licence,consent,group\na/*,CC0,yes,walk\n*,MIT,form 3,\na/1.jpg,own,no,\n")
    assert manifest.of("a/1.jpg").licence == "own"
    assert manifest.of("a/2.jpg") == Rights(licence="CC0", consent="yes", group="walk")
    assert manifest.of("b.jpg").consent == "form 3"
    assert sources.Manifest({}, ()).of("b.jpg") == Rights()


@pytest.mark.parametrize(
    ("rights", "strict", "lax"),
    [
        (Rights(licence="CC0", consent="yes"), "", ""),
        (Rights(consent="yes"), "no licence", ""),
        (Rights(licence="CC0"), "no consent on record", ""),
        (Rights(licence="CC0", consent="No"), "consent refused", "consent refused"),
    ],
)
def test_nothing_is_taken_without_both_and_a_no_always_counts(rights, strict, lax):
    assert rights.refusal(unlicensed_ok=False) == strict
    assert rights.refusal(unlicensed_ok=True) == lax


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("photo,licence\n", "lacks the columns consent"),
        ("", "lacks the columns photo, licence, consent; it has none"),
        ("photo,licence,consent\na,b,c,d\n", "line 2: more cells"),
        ("photo,licence,consent\n,b,c\n", "line 2: no photo"),
        ("photo,licence,consent\na,b,c\na,b,c\n", "line 3: a has a row already"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_photos_are_found_in_folders_too(photos, tmp_path):
    assert sources.photos(photos)[-3:] == ["more/again.png", "nobody.png", "z.png"]
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "missing"):
        with pytest.raises(InputError, match="found no"):
            sources.photos(folder)
