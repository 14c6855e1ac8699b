"""The claim on a catalogue's folder."""

import sys

import pytest

from shoemodel.apps.catalogue import store
from shoemodel.errors import InputError


@pytest.mark.parametrize("kind", [BlockingIOError, PermissionError, FileExistsError])
def test_an_error_of_the_work_is_not_one_of_the_claim(tmp_path, kind):
    with pytest.raises(kind, match="of the work"), store.claimed(tmp_path):
        raise kind("of the work")
    with store.claimed(tmp_path):  # the failure gave the folder free
        pass


def test_a_folder_that_is_taken_or_cannot_be_made(tmp_path):
    with store.claimed(tmp_path), pytest.raises(InputError, match="another run works in"), store.claimed(tmp_path):
        pass
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="cannot be written"), store.claimed(out):
            pass


def test_without_file_locks_the_system_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(InputError, match="on Windows, run it in WSL"), store.claimed(tmp_path):
        pass
