"""A store that fails for a while costs time, never a worker and never a job."""

import sqlite3
import time

import pytest

from shoemodel.apps.service import worker
from tests.apps.service.conftest import QUICK


@pytest.fixture
def failing(monkeypatch):
    """Make a method of a store fail the next few times -> a list that holds one entry for each failure."""
    monkeypatch.setattr(worker, "FIRST_PAUSE_S", 0.01)

    def install(store, name, times):
        method, failures = getattr(store, name), []

        def fail_first(*given):
            if len(failures) < times:
                failures.append(name)
                raise sqlite3.OperationalError("disk I/O error")
            return method(*given)

        monkeypatch.setattr(store, name, fail_first)
        return failures

    return install


def until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("30 s have passed")


@pytest.mark.parametrize("name", ["claim", "finish"])
def test_a_store_that_fails_is_asked_again(serve, photo, finished, failing, caplog, name):
    client = serve(batch=1)
    failures = failing(client.service.store, name, 3)
    with client:
        job_id = client.post("/v1/jobs", files={"photo": photo}, data=QUICK).json()["id"]
        assert finished(client, job_id)["status"] == "done"
        assert client.get("/readyz").status_code == 200
    assert len(failures) == 3 and "the store failed; it is asked again in 0.04 s" in caplog.text


def test_a_failure_is_told_once_the_store_takes_it(serve, photo, finished, failing, monkeypatch):
    monkeypatch.setattr("shoemodel.apps.service.batching.SharedPipeline.find_region", lambda *_: 1 / 0)
    client = serve(batch=1)
    failures = failing(client.service.store, "fail", 2)
    with client:
        for _ in range(2):
            job_id = client.post("/v1/jobs", files={"photo": photo}, data=QUICK).json()["id"]
            assert finished(client, job_id)["status"] == "failed"
    assert len(failures) == 2


def test_a_stop_does_not_wait_for_a_store_that_fails(serve, photo, finished, failing):
    client = serve(batch=1)
    failures = failing(client.service.store, "finish", 10**9)
    with client:
        job_id = client.post("/v1/jobs", files={"photo": photo}, data=QUICK).json()["id"]
        until(lambda: failures)
    client.service.store.close()
    with serve() as client:
        assert finished(client, job_id)["status"] == "done"


def test_housekeeping_that_fails_is_tried_again_and_leaves_the_server_ready(serve, failing, monkeypatch, caplog):
    monkeypatch.setattr(worker, "HOUSEKEEPING_S", 0.05)
    client = serve()
    failures = failing(client.service.store, "purge", 3)
    with client:
        until(lambda: len(failures) == 3)
        assert client.get("/readyz").status_code == 200
    assert "finished jobs could not be removed" in caplog.text


def test_a_server_whose_store_does_not_answer_is_not_ready(client, failing):
    failing(client.service.store, "counts", 1)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    assert client.get("/readyz").status_code == 200
