"""The store alone."""

import time

import pytest

from shoemodel.apps.service.store import QueueFull, Store
from shoemodel.errors import InputError


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    yield store
    store.close()


def test_jobs_come_out_in_order_with_their_photo(store):
    ids = [store.add({"seed": seed}, "a.png", bytes([seed]), 9) for seed in range(3)]
    claimed = [store.claim() for _ in range(3)]
    assert [(job.id, job.request["seed"], photo) for job, photo in claimed] == [
        (job_id, seed, bytes([seed])) for seed, job_id in enumerate(ids)
    ]
    assert store.claim() is None


def test_a_finished_job_cannot_be_moved(store):
    job_id = store.add({}, "a.png", b"", 9)
    assert not store.finish(job_id, [], []) and not store.fail(job_id, "no")
    store.claim()
    assert store.finish(job_id, ["image_00.png"], ["a warning"])
    assert not store.cancel(job_id) and not store.requeue(job_id) and not store.fail(job_id, "no")
    job = store.get(job_id)
    assert (job.status, job.results, job.warnings) == ("done", ["image_00.png"], ["a warning"])


def test_a_requeued_job_keeps_its_place(store):
    first, second = (store.add({}, "a.png", b"", 9) for _ in range(2))
    store.claim()
    store.requeue(first)
    assert [store.claim()[0].id for _ in range(2)] == [first, second]


def test_the_queue_is_bounded(store):
    for _ in range(2):
        store.add({}, "a.png", b"", 2)
    with pytest.raises(QueueFull):
        store.add({}, "a.png", b"", 2)
    store.claim()
    store.add({}, "a.png", b"", 2)


def test_old_jobs_are_purged_with_their_results(store):
    old, waiting = store.add({}, "a.png", b"", 9), store.add({}, "a.png", b"", 9)
    store.claim()
    store.folder(old).mkdir()
    store.finish(old, [], [])
    store.purge(time.time() + 1)
    assert store.get(old) is None and not store.folder(old).exists()
    assert store.get(waiting).status == "queued"


def test_what_a_crash_left_of_results_is_removed_at_the_start(store, tmp_path):
    done, running = store.add({}, "a.png", b"", 9), store.add({}, "a.png", b"", 9)
    store.claim(), store.claim()
    store.folder(done).mkdir()
    store.finish(done, [], [])
    kept = [store.folder(done), tmp_path / "store" / "results" / "notes of somebody else"]
    lost = [store.folder(running), store.folder(f".{running}.half"), store.folder("0" * 32)]
    for folder in (kept[1], *lost):
        folder.mkdir()
    assert store.recover() == 1
    assert sorted((tmp_path / "store" / "results").iterdir()) == sorted(kept)


def test_one_server_a_store(store, tmp_path):
    with pytest.raises(InputError, match="in use by another server"):
        Store(tmp_path / "store")
    store.close()
    Store(tmp_path / "store").close()


def test_another_file_is_refused(tmp_path):
    (tmp_path / "jobs.sqlite3").write_text("something else, and long enough to be no database" * 30)
    with pytest.raises(InputError, match="cannot be used"):
        Store(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        Store(tmp_path / "file")
