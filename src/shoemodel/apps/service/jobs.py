"""/v1/jobs: images made later, with links to watch, stop and fetch them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from shoemodel.apps.service import reading, schemas
from shoemodel.apps.service.reading import Upload
from shoemodel.apps.service.server import READING, Service, problems
from shoemodel.apps.service.store import FINAL, QueueFull
from shoemodel.image import io as images

POLL_S = 0.2
MAX_STREAMS = 256
"""Event streams at once: fewer than the connections that are accepted, so that other requests find room."""
JobId = Annotated[str, Path(alias="id", pattern="^[0-9a-f]{32}$")]


def router(service: Service) -> APIRouter:
    """The routes of jobs."""
    routes = APIRouter(prefix="/v1/jobs", tags=["jobs"])

    async def known(job_id: JobId) -> schemas.Job:
        return await find(service, job_id)

    named = Depends(known)
    streams = 0

    async def seat() -> AsyncIterator[None]:
        nonlocal streams
        if streams >= MAX_STREAMS:
            raise HTTPException(429, f"{MAX_STREAMS} event streams are open already", {"Retry-After": "5"})
        streams += 1
        try:
            yield
        finally:
            streams -= 1

    @routes.post(
        "",
        status_code=202,
        responses=problems(*READING, 429, 503),
        openapi_extra=reading.body(reading.IMAGES, service.limits),
    )
    async def submit(request: Request) -> schemas.Accepted:
        """Accept a job: once this is answered, it survives a restart."""
        asked = await reading.read(request, reading.IMAGES, service.limits)
        job_id = await accept(service, asked)
        return schemas.Accepted(id=job_id, href=_href(job_id))

    @routes.get("/{id}", responses=problems(404, 422))
    async def state(job: schemas.Job = named) -> schemas.Job:
        """How far a job is, and once it is done links to its results."""
        return job

    @routes.get(
        "/{id}/events",
        responses=problems(404, 422, 429),
        response_class=EventSourceResponse,
        dependencies=[Depends(seat)],
    )
    async def events(job: schemas.Job = named) -> AsyncIterator[ServerSentEvent]:
        """The job as server-sent events named after its status, one for each change, until it is finished."""
        seen = None
        while True:
            if job != seen:
                yield ServerSentEvent(data=job, event=job.status)
                seen = job
            if job.status in FINAL or service.worker.closing.is_set():
                return
            await asyncio.sleep(POLL_S)
            try:
                job = await find(service, job.id)
            except HTTPException:  # forgotten meanwhile
                return

    @routes.post("/{id}/cancel", responses=problems(404, 409, 422))
    async def cancel(job: schemas.Job = named) -> schemas.Job:
        """Stop a job that waits or runs."""
        if not await run_sync(service.worker.cancel, job.id):
            raise HTTPException(409, f"the job is {(await find(service, job.id)).status} already")
        return await find(service, job.id)

    @routes.delete("/{id}", status_code=204, responses=problems(404, 422))
    async def forget(job: schemas.Job = named) -> None:
        """Stop a job if it waits or runs, and remove it with its photo and results."""
        await run_sync(service.worker.cancel, job.id)
        await run_sync(service.store.remove, job.id)

    @routes.get("/{id}/results/{name:path}", responses=problems(404, 422), response_class=FileResponse)
    async def result(name: str, job: schemas.Job = named) -> FileResponse:
        """One file of a finished job."""
        if name not in [file.name for file in job.results]:
            raise HTTPException(404, "the job has no such result")
        return FileResponse(service.store.folder(job.id) / name, headers={"X-Content-Type-Options": "nosniff"})

    return routes


async def accept(service: Service, asked: Upload) -> str:
    """Check request and photo and store the job -> its id. HTTPException 422, 429 or 503."""
    service.require_open()
    asked.request.require_complete()

    def store() -> str:
        images.from_bytes(asked.photo, asked.name, service.limits.max_pixels)
        return service.store.add(asked.request.to_dict(), asked.name, asked.photo, service.limits.queue)

    try:
        job_id = await run_sync(store, limiter=service.uploads)
    except QueueFull:
        raise service.busy() from None
    service.worker.wake()
    return job_id


async def find(service: Service, job_id: str) -> schemas.Job:
    """A job as clients see it. HTTPException 404 where there is none."""
    job = await run_sync(service.store.get, job_id)
    if job is None:
        raise HTTPException(404, "there is no such job")
    progress = service.worker.progress.get(job_id) if job.status == "running" else None
    href = _href(job_id)
    return schemas.Job(
        id=job.id,
        status=job.status,
        created=job.created,
        started=job.started,
        finished=job.finished,
        progress=schemas.Progress(stage=progress[0], done=progress[1], total=progress[2]) if progress else None,
        results=[schemas.File(name=name, href=f"{href}/results/{name}") for name in job.results],
        warnings=job.warnings,
        error=job.error,
        links={"self": href, "events": f"{href}/events", "cancel": f"{href}/cancel"},
    )


def _href(job_id: str) -> str:
    return f"/v1/jobs/{job_id}"
