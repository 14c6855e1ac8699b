"""A service on the tiny pack, answered in this process."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

pytest.importorskip("fastapi")

from fastapi.testclient import TestClient

from shoemodel.apps.service.app import build, create_app
from shoemodel.apps.service.batching import SharedPipeline
from shoemodel.apps.service.limits import Limits
from shoemodel.apps.service.store import Store
from shoemodel.apps.service.tokens import Tokens

QUICK = {"prompt": "jeans", "steps": 2, "seed": 3, "backend": "diffusion"}


@pytest.fixture
def serve(pipeline, tiny_pack, found_feet, tmp_path):
    """Make a client of a service with these limits and tokens; `raise_server_exceptions` is off, as in production."""
    stores = []

    def start(tokens=(), origins=(), grace_s=30.0, folder="store", hosts=(), **limits):
        store = Store(tmp_path / folder)
        stores.append(store)
        service = build(pipeline, tiny_pack, store, Limits(**{"batch": 2, **limits}), Tokens(list(tokens)))
        app = create_app(service, origins, grace_s, hosts)
        client = TestClient(app, "http://localhost:8000", raise_server_exceptions=False)
        client.service = service
        return client

    yield start
    for store in stores:
        store.close()


@pytest.fixture
def client(serve):
    with serve() as client:
        yield client


@pytest.fixture
def photo(shoe_photo):
    return ("shoe.png", shoe_photo.read_bytes(), "image/png")


@pytest.fixture
def finished():
    """Wait until a job is finished -> its state."""

    def wait(client, job_id):
        for _ in range(600):
            job = client.get(f"/v1/jobs/{job_id}").json()
            if job["status"] in ("done", "failed", "cancelled"):
                return job
            time.sleep(0.05)
        raise AssertionError(f"still {job['status']} after 30 s")

    return wait


@pytest.fixture
def held(monkeypatch):
    """Hold every job at its first stage until `held.released` is set; `held.reached` is set once one is there."""
    held = SimpleNamespace(reached=threading.Event(), released=threading.Event())
    find_region = SharedPipeline.find_region

    def wait(self, *arguments, **options):
        held.reached.set()
        assert held.released.wait(30)
        return find_region(self, *arguments, **options)

    monkeypatch.setattr(SharedPipeline, "find_region", wait)
    yield held
    held.released.set()
