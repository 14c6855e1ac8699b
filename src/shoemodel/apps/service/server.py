"""What every route of one server shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from anyio import CapacityLimiter
from fastapi import HTTPException

from shoemodel.apps.service.batching import SharedPipeline
from shoemodel.apps.service.limits import Limits
from shoemodel.apps.service.metrics import Metrics
from shoemodel.apps.service.schemas import Problem
from shoemodel.apps.service.store import Store
from shoemodel.apps.service.tokens import Tokens
from shoemodel.apps.service.worker import Worker

AT_ONCE = 2
READING = (408, 413, 415, 422)
"""What may be wrong with a body."""
EVERYWHERE = (401, 403, 421)
"""What may be wrong with who asks, and whom."""
_MEANINGS = {
    401: "No bearer token, or an unknown one",
    403: "An unsafe request of a page of another origin",
    404: "No such job or result",
    408: "The request's body did not arrive in time",
    409: "The job is finished already",
    413: "More bytes than are accepted",
    415: "Neither multipart/form-data nor application/json",
    421: "The request is to a host that this server is not",
    422: "The request or its photo cannot be used",
    429: "As much waits as may wait; Retry-After says when to come back",
    503: "The server is stopping, or the request waited too long",
}


@dataclass(frozen=True)
class Service:
    """One pipeline, one store, and the threads between them."""

    pipeline: SharedPipeline
    store: Store
    worker: Worker
    metrics: Metrics
    limits: Limits
    tokens: Tokens
    uploads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))
    """Photos of jobs that are decoded at once."""

    @property
    def ready(self) -> bool:
        return self.worker.alive and not self.worker.closing.is_set()

    def require_open(self) -> None:
        """Raise HTTPException 503 once the server stops."""
        if self.worker.closing.is_set():
            raise HTTPException(503, "the server is stopping; try again in a moment", {"Retry-After": "5"})

    def busy(self) -> HTTPException:
        """429, with the seconds after which a place should be free."""
        headers = {"Retry-After": str(self.worker.retry_after_s())}
        return HTTPException(429, f"{self.limits.queue} requests wait already; try again later", headers)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI is to say about answers that are no success; EVERYWHERE and 500 may come from every route."""
    # Spelt out, because FastAPI would give a model the content type of the route's success, text/event-stream say.
    content = {"application/json": {"schema": Problem.model_json_schema()}}
    return {status: {"content": content, "description": _MEANINGS[status]} for status in (*EVERYWHERE, *statuses)}
