import re

import pytest

from shoemodel import hub
from shoemodel.errors import InputError

SAM = hub.SD15[1]


def test_public_weights_are_pinned():
    assert all(re.fullmatch("[0-9a-f]{40}", source.revision) for source in hub.SD15)


def test_a_repository_is_fetched_at_its_commit_without_pickles(tmp_path, monkeypatch):
    calls = []

    def download(name, **options):
        calls.append((name, options))
        return str(tmp_path)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert hub.fetch(SAM.repository) == tmp_path and hub.fetch("someone/else") == tmp_path
    assert [(name, options["revision"]) for name, options in calls] == [
        (SAM.repository, SAM.revision),
        ("someone/else", None),
    ]
    assert all("*.bin" in options["ignore_patterns"] for _, options in calls)
    assert not any("*.bin" in options["allow_patterns"] for _, options in calls)


def test_what_the_hub_does_not_have_is_named(monkeypatch):
    def download(name, **_):
        raise OSError("404\nsome page")

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    with pytest.raises(
        InputError, match=r"^there is no folder nobody/nothing, and the hub has no such repository .* \(404\)$"
    ):
        hub.fetch("nobody/nothing")


def test_the_record_of_published_weights_names_commit_and_licence(tmp_path):
    snapshot = tmp_path / "snapshots" / "87ae"
    for held in (snapshot, snapshot / "unet"):
        expected = {"repository": SAM.repository, "revision": "87ae", "licence": "Apache-2.0"}
        assert hub.record(SAM.repository, held) == expected
    unknown = {"repository": "someone/else", "revision": "unknown", "licence": "unknown"}
    assert hub.record("someone/else", tmp_path) == unknown
