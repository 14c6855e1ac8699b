"""What Prometheus reads from /metrics."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shoemodel.apps.service.store import Status, Store

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Metrics:
    """The counters of one server; jobs in the store are counted when they are asked for."""

    def __init__(self, store: Store):
        registry = self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("shoemodel_requests", "Requests answered", labels, registry=registry)
        self._seconds = Histogram("shoemodel_request_seconds", "Until the answer began", ("route",), registry=registry)
        self._jobs = Counter("shoemodel_jobs", "Jobs that ran, by what came of them", ("outcome",), registry=registry)
        self._job_seconds = Histogram(
            "shoemodel_job_seconds",
            "Seconds a job ran",
            registry=registry,
            buckets=(1, 3, 10, 30, 100, 300),
        )
        self._batches = Histogram(
            "shoemodel_batch_pictures", "Images generated in one batch", registry=registry, buckets=(1, 2, 4, 8, 16, 32)
        )
        self._registry.register(_Stored(store))
        ProcessCollector(registry=registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method if method in METHODS else "other", route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def job(self, outcome: str, seconds: float) -> None:
        self._jobs.labels(outcome).inc()
        self._job_seconds.observe(seconds)

    def batch(self, pictures: int) -> None:
        self._batches.observe(pictures)

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self._registry)


class _Stored(Collector):
    def __init__(self, store: Store):
        self._store = store

    def collect(self) -> Iterable[Metric]:
        counts = self._store.counts()
        gauge = GaugeMetricFamily("shoemodel_stored_jobs", "Jobs in the store", labels=["status"])
        for status in get_args(Status):
            gauge.add_metric([status], counts.get(status, 0))
        yield gauge


class Timed:
    """ASGI middleware that counts each request under the path of its route, never under what a client sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status, seconds = 500, None  # what the server answers where the application raises

        async def sent(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - started
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            path = getattr(scope.get("route"), "path", "none")
            if seconds is None:
                seconds = time.perf_counter() - started
            self._metrics.request(scope["method"], path, status, seconds)
