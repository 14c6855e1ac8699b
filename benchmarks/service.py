"""Load on the service: what it answers a second, how fast, what it refuses, and what a crash costs.

    python benchmarks/service.py --store runs/load --json service.json

Starts `shoemodel serve` on a free port; the clients are threads of this process and share the machine with it.

1. Each request of the table from each number of clients, who send one after the other and wait as long as a 429 says.
2. Pictures from 8 clients with `--batch 1` and with `--batch`: processor seconds of the server for each.
3. Jobs from 8 clients until SIGKILL, twice, and a restart: are accepted ids finished ones, their certificates true?
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import tyro
from prometheus_client.parser import text_string_to_metric_families

from shoemodel.apps.service.client import Client
from shoemodel.output import certificate

BOUNDARY = "shoemodel-benchmark"
PROMPT = "legs in blue jeans"
KILLS = 2  # a job that is there at three crashes counts as their cause
MANY = 8  # clients of parts 2 and 3


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure one service on this machine."""

    store: Path
    """A new folder for the servers' stores."""
    json: Path | None = None
    """Where the figures go."""
    photo: Path = Path("examples/sneaker.jpg")
    """What is sent."""
    pack: str = "mini"
    """mini, or a folder."""
    seconds: float = 10.0
    """Each request and number of clients, and until each SIGKILL."""
    clients: tuple[int, ...] = (1, 8, 64)
    """Numbers of clients."""
    queue: int = 16
    """Jobs that may wait; smaller than the largest number of clients, so that something is refused."""
    batch: int = 4
    """Jobs that run at once."""
    steps: int = 4
    """Steps of each picture in parts 1 and 3."""
    pictures: int = 24
    """Pictures of each half of part 2."""
    batch_steps: int = 20
    """Their steps."""


@dataclass
class Load:
    """What the clients of one run saw; milliseconds of the answers that were a success."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """Until the last answer."""

    def figures(self) -> dict:
        """Rates a second and percentiles in ms."""
        p50, p99 = np.percentile(self.milliseconds or [np.nan], (50, 99))
        return {
            "answers_per_s": sum(self.statuses.values()) / self.seconds,
            "successes_per_s": len(self.milliseconds) / self.seconds,
            "successes": len(self.milliseconds),
            "p50_ms": p50,
            "p99_ms": p99,
            "refused": {str(status): n for status, n in sorted(self.statuses.items()) if status >= 400},
        }


class Server:
    """`shoemodel serve` as its own process."""

    def __init__(self, options: Benchmark, name: str, batch: int):
        store = options.store / name
        command = [sys.executable, "-m", "shoemodel.apps.cli.main", "serve", "--port", "0", "--store", str(store)]
        command += ["--pack", options.pack, "--queue", str(options.queue), "--batch", str(batch)]
        with (options.store / f"{name}.log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        self.address, self.client = urlsplit(url).netloc, Client(url)
        self.get("/readyz")

    def get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection(self.address, timeout=600)
        connection.request("GET", path)
        return connection.getresponse().read()

    def processor_s(self) -> float:
        """Processor seconds that the server has taken so far."""
        families = text_string_to_metric_families(self.get("/metrics").decode())
        return next(s.value for family in families for s in family.samples if s.name == "process_cpu_seconds_total")


@contextmanager
def serving(options: Benchmark, name: str, batch: int) -> Iterator[Server]:
    """A server that answers, stopped in the end."""
    server = Server(options, name, batch)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait()


def main(options: Benchmark) -> None:
    """Print the tables as they come."""
    options.store.mkdir(parents=True)
    figures = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
    figures["load"] = load(options)
    figures["batches"] = [batches(options, batch) for batch in (1, options.batch)]
    figures["crash"] = crash(options)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def load(options: Benchmark) -> list[dict]:
    """Part 1."""
    photo = options.photo.read_bytes()
    job = _form(photo, prompt=PROMPT, steps=options.steps)
    print("| request | clients | answers/s | successes/s (n) | p50 ms | p99 ms | refused |")
    print("|---|---|---|---|---|---|---|")
    rows = []
    with serving(options, "load", options.batch) as server:
        done = server.client.submit(photo, PROMPT, steps=options.steps)
        server.client.wait(done)
        routes = {
            "GET /healthz": b"",
            f"GET /v1/jobs/{done}": b"",
            "POST /v1/areas": _form(photo),
            "POST /v1/jobs": job,
            "POST /v1/images": job,
        }
        for route, body in routes.items():
            for clients in options.clients:
                seen = run(server.address, route, body, clients, lambda: time.sleep(options.seconds))
                for job_id in seen.accepted:
                    server.client.forget(job_id)  # the next run finds the queue empty
                row = {"request": route.replace(done, "{id}"), "clients": clients, **seen.figures()}
                rows.append(row)
                refused = ", ".join(f"{n} × {status}" for status, n in row["refused"].items()) or "–"
                rates = f"{row['answers_per_s']:.1f} | {row['successes_per_s']:.1f} ({row['successes']})"
                times = f"{row['p50_ms']:.0f} | {row['p99_ms']:.0f}"
                print(f"| `{row['request']}` | {clients} | {rates} | {times} | {refused} |", flush=True)
    return rows


def batches(options: Benchmark, batch: int) -> dict:
    """Part 2, with one size of batches."""
    photo = options.photo.read_bytes()
    with serving(options, f"batch{batch}", batch) as server:
        server.client.images(photo, PROMPT, steps=1)  # whatever comes only once
        before, seeds = server.processor_s(), iter(range(options.pictures))
        started, lock = time.perf_counter(), threading.Lock()

        def client() -> None:
            while True:
                with lock:
                    seed = next(seeds, None)
                if seed is None:
                    return
                server.client.images(photo, PROMPT, steps=options.batch_steps, seed=seed)

        _together(client, MANY)
        rate = options.pictures / (time.perf_counter() - started)
        processor = (server.processor_s() - before) / options.pictures
    print(f"--batch {batch}: {processor:.2f} processor s a picture, {rate:.2f} pictures/s", flush=True)
    return {"batch": batch, "processor_s_per_picture": processor, "pictures_per_s": rate}


def crash(options: Benchmark) -> dict:
    """Part 3. SystemExit where anything accepted was lost, or a result is not whole."""
    job = _form(options.photo.read_bytes(), prompt=PROMPT, steps=options.steps)
    accepted: set[str] = set()
    for _ in range(KILLS):
        server = Server(options, "crash", options.batch)

        def kill(process: subprocess.Popen = server.process) -> None:
            time.sleep(options.seconds)
            process.kill()

        accepted |= set(run(server.address, "POST /v1/jobs", job, MANY, kill).accepted)
        server.process.wait()
    with serving(options, "crash", options.batch) as server:
        states = {json.loads(server.get(f"/v1/jobs/{job_id}")).get("status", "lost") for job_id in accepted}
        finished = {job_id for job_id in accepted if server.client.wait(job_id)["status"] == "done"}
        broken = {job_id for job_id in finished if not _whole(server, job_id, options)}
    print(
        f"SIGKILL {KILLS} times under load: {len(accepted)} accepted, {len(finished)} finished, "
        f"{len(accepted - finished)} lost, {len(broken)} broken; right after the restart: {', '.join(sorted(states))}"
    )
    if accepted != finished or broken:
        raise SystemExit(f"lost: {sorted(accepted - finished)}; broken: {sorted(broken)}")
    return {"kills": KILLS, "accepted": len(accepted), "finished": len(finished), "lost": 0, "broken": 0}


def _whole(server: Server, job_id: str, options: Benchmark) -> bool:
    folder = options.store / "downloads" / job_id
    server.client.download(job_id, folder)
    return certificate.verify(folder, options.photo) == []


def run(address: str, route: str, body: bytes, clients: int, until: Callable[[], None]) -> Load:
    """Send requests from `clients` threads until `until` returns; those that are on their way then are waited for."""
    seen, stop, lock = Load(), threading.Event(), threading.Lock()
    method, path = route.split()
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} if body else {}

    def client() -> None:
        connection = http.client.HTTPConnection(address, timeout=600)
        while not stop.is_set():
            sent = time.perf_counter()
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException):
                return  # killed: what was not answered was not accepted
            with lock:
                seen.statuses[answer.status] += 1
                if answer.status < 400:
                    seen.milliseconds.append(1000 * (time.perf_counter() - sent))
                if answer.status == 202:
                    seen.accepted.append(json.loads(data)["id"])
            if answer.status == 429:
                stop.wait(float(answer.headers["Retry-After"]))

    started = time.perf_counter()
    timer = threading.Thread(target=lambda: (until(), stop.set()))
    timer.start()
    _together(client, clients)
    timer.join()
    seen.seconds = time.perf_counter() - started
    return seen


def _together(client: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=client) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _form(photo: bytes, **fields: object) -> bytes:
    """A multipart body."""
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
    parts.append(b'Content-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n\r\n' + photo)
    boundary = f"--{BOUNDARY}".encode()
    return b"".join(boundary + b"\r\n" + part + b"\r\n" for part in parts) + boundary + b"--\r\n"


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
