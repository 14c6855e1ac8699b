"""Load on the service: requests per second, p50 and p99 at several numbers of clients, and what was refused.

    python benchmarks/service.py --photo examples/sneaker.jpg --store DIR

Starts `shoemodel serve` on a free port, then: each route under each number of clients; then jobs from 8 clients until
SIGKILL, a restart on the same store, and a count of the accepted jobs that did not finish.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import tyro

BOUNDARY = "shoemodel-benchmark"
JOB = {"prompt": "legs in blue jeans", "steps": "4"}


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure one service on this machine; the clients share its processors."""

    photo: Path
    """What is sent."""
    store: Path
    """A new folder for the server."""
    pack: str = "mini"
    """mini, or a folder."""
    seconds: float = 20.0
    """Each route and number of clients."""
    clients: tuple[int, ...] = (1, 8, 64)
    """Numbers of clients that send one request after the other."""
    queue: int = 64
    """Jobs that may wait."""
    batch: int = 4
    """Jobs that run at once."""


@dataclass
class Load:
    """What the clients of one run saw; milliseconds of the answers that were a success."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """Until the last answer."""

    def row(self, route: str, clients: int) -> str:
        """A row of the table."""
        times = np.array(self.milliseconds or [np.nan])
        p50, p99 = np.percentile(times, (50, 99))
        refused = ", ".join(f"{n} × {status}" for status, n in sorted(self.statuses.items()) if status >= 400) or "–"
        rate, successes = (n / self.seconds for n in (sum(self.statuses.values()), len(self.milliseconds)))
        return f"| {route} | {clients} | {rate:.1f} | {successes:.1f} | {p50:.0f} | {p99:.0f} | {refused} |"


def main(options: Benchmark) -> None:
    """Print the table, and what the crash cost."""
    server, address = start(options)
    form = _form(options.photo.read_bytes())
    routes = {"GET /healthz": b"", "POST /v1/areas": _form(options.photo.read_bytes(), {}), "POST /v1/jobs": form}
    print("| route | clients | answers/s | successes/s | p50 ms | p99 ms | refused |\n|---|---|---|---|---|---|---|")
    for route, body in routes.items():
        for clients in options.clients:
            load = run(address, route, body, clients, lambda: time.sleep(options.seconds))
            print(load.row(route, clients), flush=True)

    def kill() -> None:
        time.sleep(options.seconds)
        server.kill()

    accepted = run(address, "POST /v1/jobs", form, 8, kill).accepted
    server.wait()
    server, address = start(options)
    finished = Counter(_wait(address, job_id) for job_id in accepted)
    print(f"killed with {len(accepted)} jobs accepted in {options.seconds:g} s; after the restart: {dict(finished)}")
    server.terminate()
    server.wait()


def start(options: Benchmark) -> tuple[subprocess.Popen, str]:
    """A server -> process, host:port; it answers."""
    command = [sys.executable, "-m", "shoemodel.cli", "serve", "--port", "0", "--store", str(options.store)]
    command += ["--pack", options.pack, "--queue", str(options.queue), "--batch", str(options.batch)]
    with (options.store.parent / f"{options.store.name}.log").open("a") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert server.stdout is not None
    address = urlsplit(server.stdout.readline().strip()).netloc
    _get(address, "/readyz")
    return server, address


def run(address: str, route: str, body: bytes, clients: int, until: Callable[[], None]) -> Load:
    """Send requests from `clients` threads until `until` returns."""
    load, stop, lock = Load(), threading.Event(), threading.Lock()
    method, path = route.split()

    def client() -> None:
        connection = http.client.HTTPConnection(address, timeout=600)
        while not stop.is_set():
            sent = time.perf_counter()
            try:
                headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} if body else {}
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException):
                return  # killed: what was not answered was not accepted
            with lock:
                load.statuses[answer.status] += 1
                if answer.status < 400:
                    load.milliseconds.append(1000 * (time.perf_counter() - sent))
                if answer.status == 202:
                    load.accepted.append(json.loads(data)["id"])

    threads = [threading.Thread(target=client) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    until()
    stop.set()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - started
    return load


def _wait(address: str, job_id: str) -> str:
    """The final status of a job; "lost" where there is none."""
    while True:
        status, body = _get(address, f"/v1/jobs/{job_id}")
        if status != 200:
            return "lost"
        state = json.loads(body)["status"]
        if state not in ("queued", "running"):
            return state
        time.sleep(1)


def _get(address: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=600)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _form(photo: bytes, fields: dict[str, str] = JOB) -> bytes:
    """A multipart body."""
    texts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}' for key, value in fields.items()]
    parts = [text.encode() for text in texts]
    parts.append(b'Content-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n\r\n' + photo)
    boundary = f"--{BOUNDARY}".encode()
    return b"".join(boundary + b"\r\n" + part + b"\r\n" for part in parts) + boundary + b"--\r\n"


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
