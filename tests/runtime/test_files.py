import os

import pytest

from shoemodel.errors import InputError
from shoemodel.runtime.files import replacing


def test_folder_takes_the_place_of_the_earlier_one(tmp_path):
    target = tmp_path / "a" / "run"
    for text in ("first", "second"):
        with replacing(target) as partial:
            (partial / text).touch()
        assert [path.name for path in target.iterdir()] == [text]
    assert [path.name for path in target.parent.iterdir()] == ["run"]


def test_a_failure_leaves_the_earlier_folder_and_nothing_else(tmp_path):
    with replacing(tmp_path / "run") as partial:
        (partial / "whole").touch()
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "run") as partial:
        (partial / "half").touch()
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.rglob("*")] == ["run", "whole"]


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "file").touch()
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="file"), replacing(target):
            pass


def test_folders_have_the_access_of_the_umask_and_never_change_it(tmp_path, monkeypatch):
    before = os.umask(0o027)
    change = os.umask
    try:
        monkeypatch.setattr(os, "umask", lambda _: pytest.fail("the umask is that of every thread"))
        with replacing(tmp_path / "run"):
            pass
    finally:
        change(before)
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o750
