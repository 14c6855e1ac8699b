"""The HTTP application: routes, who is let in, what errors look like, start and stop."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import ClientDisconnect

from shoemodel.apps.service import direct, jobs, schemas
from shoemodel.apps.service.batching import SharedPipeline
from shoemodel.apps.service.body_limit import BodyLimit
from shoemodel.apps.service.hosts import Hosts
from shoemodel.apps.service.limits import Limits
from shoemodel.apps.service.metrics import Metrics, Timed
from shoemodel.apps.service.server import Service, problems
from shoemodel.apps.service.store import Store
from shoemodel.apps.service.tokens import Tokens
from shoemodel.apps.service.worker import INTERNAL_ERROR, Worker
from shoemodel.errors import InputError
from shoemodel.pipeline import ShoeModelPipeline

log = logging.getLogger(__name__)
_bearer = HTTPBearer(auto_error=False, description="Needed where the server was given tokens.")


def build(pipeline: ShoeModelPipeline, pack: str | Path, store: Store, limits: Limits, tokens: Tokens) -> Service:
    """A pipeline, the name of its pack and a store, put together; nothing runs yet."""
    metrics = Metrics(store)
    shared = SharedPipeline.of(pipeline)
    shared.observe = metrics.batch
    return Service(shared, store, Worker(shared, pack, store, limits, metrics), metrics, limits, tokens)


def create_app(
    service: Service, origins: Sequence[str] = (), grace_s: float = 30.0, hosts: Sequence[str] = ()
) -> FastAPI:
    """The application; its lifespan starts the worker and stops it.

    origins: pages that browsers may let use the service. grace_s: seconds that running jobs are given at the end.
    hosts: names of this server beside localhost and its addresses, see `Hosts`.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.worker.start()
        yield
        await run_sync(service.worker.stop, grace_s)

    def admit(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
        if not service.tokens.admit(credentials.credentials if credentials else None):
            raise HTTPException(401, "a known bearer token is needed", {"WWW-Authenticate": "Bearer"})

    app = FastAPI(
        title="shoemodel",
        version=version("shoemodel"),
        description="Turns a photo of an unworn shoe and a prompt into images of legs wearing that exact shoe.",
        lifespan=lifespan,
        docs_url=None,  # the pages would load scripts from elsewhere
        redoc_url=None,
        responses=problems(),
    )
    guard = [Depends(admit)] if service.tokens else []
    app.include_router(direct.router(service), dependencies=guard)
    app.include_router(jobs.router(service), dependencies=guard)
    _add_probes(app, service)
    app.add_exception_handler(AnyHTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(InputError, _unusable)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_exception_handler(Exception, _internal)
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["*"], allow_headers=["*"])
    app.add_middleware(Hosts, hosts=hosts, origins=origins)
    app.add_middleware(BodyLimit, max_bytes=service.limits.body_bytes)
    app.add_middleware(Timed, metrics=service.metrics)
    return app


def _add_probes(app: FastAPI, service: Service) -> None:
    """What an orchestrator and Prometheus ask, without a token."""

    @app.get("/healthz", tags=["probes"])
    async def healthz() -> schemas.State:
        """The process answers."""
        return schemas.State(status="ok")

    @app.get("/readyz", tags=["probes"], responses={503: {"model": schemas.State, "description": "Not ready"}})
    async def readyz(response: Response) -> schemas.State:
        """The model is loaded, its threads run, the store answers, and no stop was asked for."""
        try:
            await run_sync(service.store.counts)
            ready = service.ready
        except sqlite3.Error as error:
            log.error("the store does not answer (%s)", error)
            ready = False
        if not ready:
            response.status_code = 503
        return schemas.State(status="ready" if ready else "not ready")

    @app.get("/metrics", tags=["probes"], responses={200: {"content": {"text/plain": {}}}}, response_class=Response)
    async def metrics() -> Response:
        """Counters in Prometheus' text format."""
        return Response(await run_sync(service.metrics.text), media_type="text/plain; version=0.0.4; charset=utf-8")


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(schemas.Problem(detail=detail).model_dump(), status, headers)


async def _http_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnyHTTPException)
    headers = dict(error.headers) if error.headers else None
    return _problem(error.status_code, str(error.detail), headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _problem(422, "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors()))


async def _unusable(_: Request, error: Exception) -> JSONResponse:
    return _problem(422, str(error))


async def _left(_: Request, error: Exception) -> JSONResponse:
    return _problem(400, "the request ended before its body did")  # for the counters: nobody is there to read it


async def _internal(_: Request, error: Exception) -> JSONResponse:
    return _problem(500, INTERNAL_ERROR)
