"""Jobs from acceptance to results, across cancels, limits, stops and crashes."""

import json
import threading
import time
from types import SimpleNamespace

import pytest

from shoemodel.apps.service.store import MAX_ATTEMPTS
from shoemodel.image import io as images
from shoemodel.output import certificate
from shoemodel.request import Request
from tests.apps.service.conftest import QUICK


def submit(client, photo, **data):
    answer = client.post("/v1/jobs", files={"photo": photo}, data={**QUICK, **data})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def test_a_job_leads_to_results_that_verify(client, photo, shoe_photo, finished):
    job_id = submit(client, photo, num=2)
    job = finished(client, job_id)
    assert (job["id"], job["status"], job["error"], job["progress"]) == (job_id, "done", None, None)
    assert job["created"] <= job["started"] <= job["finished"]
    names = [result["name"] for result in job["results"]]
    assert {"image_00.png", "image_01.png", "shoe.png", "certificate.json", "run.json"} <= set(names)
    for result in job["results"]:
        assert client.get(result["href"]).status_code == 200
    assert certificate.verify(client.service.store.folder(job_id), shoe_photo) == []


def test_events_tell_each_step_and_end(client, photo, finished):
    job_id = submit(client, photo)
    with client.stream("GET", f"/v1/jobs/{job_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = list(answer.iter_lines())
    states = [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")]
    assert [state["id"] for state in states] == [job_id] * len(states)
    assert states[-1]["status"] == "done" and states[-1]["results"]
    assert lines.count("event: done") == 1


def test_event_streams_are_bounded_and_end_with_their_job(serve, photo, held, monkeypatch):
    monkeypatch.setattr("shoemodel.apps.service.jobs.MAX_STREAMS", 0)
    with serve() as client:
        job_id = submit(client, photo)
        answer = client.get(f"/v1/jobs/{job_id}/events")
        assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
        monkeypatch.setattr("shoemodel.apps.service.jobs.MAX_STREAMS", 1)
        threading.Timer(0.5, lambda: client.delete(f"/v1/jobs/{job_id}")).start()
        assert client.get(f"/v1/jobs/{job_id}/events").text.startswith("event:")  # it ends although the job is gone
        assert client.get(f"/v1/jobs/{submit(client, photo)}").status_code == 200
        held.released.set()


def test_cancel_while_running_and_while_queued(serve, photo, held):
    with serve(batch=1) as client:
        running, queued = submit(client, photo), submit(client, photo)
        assert held.reached.wait(30)
        for job_id in (queued, running):
            answer = client.post(f"/v1/jobs/{job_id}/cancel")
            assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
            assert client.post(f"/v1/jobs/{job_id}/cancel").status_code == 409
        held.released.set()
    for job_id in (queued, running):
        assert client.service.store.get(job_id).status == "cancelled"
        assert not client.service.store.folder(job_id).exists()


def test_unknown_jobs(client):
    for method, route in (("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("DELETE", ""), ("GET", "/results/a")):
        assert client.request(method, f"/v1/jobs/{'0' * 32}{route}").status_code == 404


def test_a_forgotten_job_leaves_nothing(client, photo, finished):
    job_id = submit(client, photo)
    finished(client, job_id)
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    assert client.get(f"/v1/jobs/{job_id}").status_code == 404
    assert not client.service.store.folder(job_id).exists()


def test_a_full_queue_says_when_to_come_back(serve, photo, held):
    with serve(batch=1, queue=2) as client:
        submit(client, photo)
        assert held.reached.wait(30)
        accepted = [submit(client, photo) for _ in range(2)]
        for route in ("/v1/jobs", "/v1/images"):
            answer = client.post(route, files={"photo": photo}, data=QUICK)
            assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
        client.post(f"/v1/jobs/{accepted[0]}/cancel")
        submit(client, photo)
        held.released.set()


def test_a_job_that_takes_too_long_fails(serve, photo, held, finished, monkeypatch):
    with serve(max_seconds=1) as client:
        job_id = submit(client, photo)
        assert held.reached.wait(30)
        later = time.monotonic() + 10
        clock = SimpleNamespace(monotonic=lambda: later, time=time.time)
        monkeypatch.setattr("shoemodel.apps.service.worker.time", clock)
        held.released.set()
        job = finished(client, job_id)
    assert job["status"] == "failed" and "longer than the 1 s" in job["error"]


@pytest.mark.usefixtures("no_shoe_seen")
def test_a_photo_without_a_shoe_fails_its_job_alone(client, photo, finished):
    wall = ("wall.png", images.encode_png(images.from_bytes(photo[1], "a").rgb))
    bad, good = submit(client, wall), submit(client, photo)
    assert finished(client, good)["status"] == "done"
    job = finished(client, bad)
    assert job["status"] == "failed" and "wall.png" in job["error"] and "--" not in job["error"]


def test_a_graceful_stop_finishes_what_runs(serve, photo):
    with serve() as client:
        job_id = submit(client, photo)
        while client.get(f"/v1/jobs/{job_id}").json()["status"] == "queued":
            pass
    assert client.service.store.get(job_id).status == "done"


def test_a_stop_without_grace_requeues_and_the_next_server_finishes(serve, photo, held, finished):
    client = serve(grace_s=0.0, batch=1)
    with client:
        ids = [submit(client, photo) for _ in range(3)]
        assert held.reached.wait(30)
        client.service.worker._abandon.set()
        held.released.set()
    store = client.service.store
    assert [store.get(job_id).status for job_id in ids] == ["queued"] * 3
    assert store.get(ids[0]).attempts == 0
    store.close()
    with serve() as client:
        assert [finished(client, job_id)["status"] for job_id in ids] == ["done"] * 3


def test_jobs_that_ran_at_a_crash_run_again(serve, photo, finished):
    store = serve().service.store
    ids = [store.add({**_request(), "seed": seed}, "shoe.png", photo[1], 9) for seed in range(2)]
    assert store.claim()[0].id == ids[0]
    store.close()  # nobody moved the job on: as after SIGKILL
    with serve() as client:
        assert [finished(client, job_id)["status"] for job_id in ids] == ["done"] * 2


def test_a_job_that_kills_the_server_each_time_fails(serve, photo):
    store = serve().service.store
    job_id = store.add(_request(), "shoe.png", photo[1], 9)
    for attempt in range(MAX_ATTEMPTS):
        assert store.get(job_id).status == "queued"
        assert store.claim()[0].attempts == attempt + 1
        store.recover()
    assert store.get(job_id).status == "failed"
    assert "the server stopped 3 times" in store.get(job_id).error


def _request():
    return Request(prompt=("jeans",), steps=2, seed=3, backend="diffusion").to_dict()
