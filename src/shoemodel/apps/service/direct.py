"""POST /v1/areas, /v1/poses and /v1/images: the answer holds the result."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar

import anyio.from_thread
import anyio.to_thread
from fastapi import APIRouter, HTTPException, Request

from shoemodel.apps.service import jobs, reading, schemas
from shoemodel.apps.service.reading import Upload
from shoemodel.apps.service.server import AT_ONCE, READING, Service, problems
from shoemodel.apps.service.store import FINAL
from shoemodel.apps.service.worker import INTERNAL_ERROR
from shoemodel.image import io as images
from shoemodel.image.masks import ShoeAreas
from shoemodel.lps.choose import distinct
from shoemodel.wd.region import Region

Answer = TypeVar("Answer")
LEFT = "the client left"
LOOK_S = 1.0
"""How often a request that waits looks whether its client is still there, and the server still open."""


def router(service: Service) -> APIRouter:
    """The three routes."""
    routes = APIRouter(prefix="/v1", tags=["direct"])
    line = _Line(service)

    def body(names: Sequence[str]) -> dict[str, Any]:
        return reading.body(names, service.limits)

    @routes.post("/areas", responses=problems(*READING, 429, 503), openapi_extra=body(reading.AREAS))
    async def areas(request: Request) -> schemas.Areas:
        """Find the shoe in a photo, and its visible and wearable area."""
        asked = await reading.read(request, reading.AREAS, service.limits)
        return await line.run(request, lambda: _areas(service, asked))

    @routes.post("/poses", responses=problems(*READING, 429, 503), openapi_extra=body(reading.POSES))
    async def poses(request: Request) -> schemas.Poses:
        """Poses in which legs could stand in the shoe; those that look like an earlier one are dropped."""
        asked = await reading.read(request, reading.POSES, service.limits)
        return await line.run(request, lambda: _poses(service, asked))

    @routes.post("/images", responses=problems(*READING, 429, 503), openapi_extra=body(reading.IMAGES))
    async def pictures(request: Request) -> schemas.Images:
        """Make images and wait for them. It is a job like those of /v1/jobs, cancelled when the client leaves."""
        asked = await reading.read(request, reading.IMAGES, service.limits)
        job_id = await jobs.accept(service, asked)
        return await _wait(service, request, job_id)

    return routes


class _Line:
    """Areas and poses requests one behind the other; HTTPException 429 where too many wait, 503 after too long.

    A request whose client has left is dropped.
    """

    def __init__(self, service: Service):
        self._service, self._waiting = service, 0
        self._threads = anyio.CapacityLimiter(AT_ONCE)

    async def run(self, request: Request, work: Callable[[], Answer]) -> Answer:
        self._service.require_open()
        if self._waiting >= self._service.limits.queue:
            raise self._service.busy()
        self._waiting += 1
        deadline = time.monotonic() + self._service.limits.max_seconds
        try:
            with anyio.fail_after(self._service.limits.max_seconds):
                return await anyio.to_thread.run_sync(self._turn, request, work, deadline, limiter=self._threads)
        except TimeoutError:
            raise HTTPException(503, "the request waited too long for its turn") from None
        finally:
            self._waiting -= 1

    def _turn(self, request: Request, work: Callable[[], Answer], deadline: float) -> Answer:
        """Do the work once nobody else computes.

        TimeoutError where that comes too late, HTTPException where the server stops or the client leaves before.
        """
        turn = ExitStack()
        while True:
            self._service.require_open()
            if anyio.from_thread.run(request.is_disconnected):
                raise HTTPException(503, LEFT)
            try:
                turn.enter_context(self._service.pipeline.alone(LOOK_S))
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise
            else:
                with turn:
                    return work()


def _found(service: Service, asked: Upload) -> tuple[images.Photo, Region, ShoeAreas]:
    """The first two stages; the caller holds the pipeline."""
    photo = images.from_bytes(asked.photo, asked.name, service.limits.max_pixels)
    pipeline = service.pipeline
    region = pipeline.find_region(photo, asked.request.box, asked.request.points)
    return photo, region, pipeline.detect_areas(photo, region)


def _areas(service: Service, asked: Upload) -> schemas.Areas:
    photo, region, areas = _found(service, asked)
    return schemas.Areas(
        width=photo.size[1],
        height=photo.size[0],
        source=region.source,
        confidence=region.confidence,
        visible_pixels=int(areas.visible.sum()),
        wearable_pixels=int(areas.wearable.sum()),
        areas_png=base64.b64encode(images.encode_palette_png(areas.labels)).decode(),
    )


def _poses(service: Service, asked: Upload) -> schemas.Poses:
    pipeline = service.pipeline
    photo, _, areas = _found(service, asked)
    _, shoe = pipeline.place(photo, areas, asked.request.layout)
    feet, request = pipeline.find_feet(shoe), asked.request
    found = distinct(pipeline.synthesise_poses(shoe, feet, request.num, request.seed, asked.name))
    height, width = shoe.size
    poses = [{name: (x, y, int(seen)) for name, (x, y, seen) in pose.to_dict().items()} for pose in found]
    return schemas.Poses(canvas_width=width, canvas_height=height, poses=poses)


async def _wait(service: Service, request: Request, job_id: str) -> schemas.Images:
    """The results of a job once it is done. HTTPException 422 or 500 where it fails, 503 where the server stops."""
    finished = False
    try:
        while True:
            job = await jobs.find(service, job_id)
            finished = job.status in FINAL
            if finished:
                return await anyio.to_thread.run_sync(_pictures, service, job)
            if service.worker.closing.is_set() and job.status == "queued":
                raise HTTPException(503, "the server stops; send the request again later")
            if await request.is_disconnected():
                raise HTTPException(503, LEFT)
            await asyncio.sleep(jobs.POLL_S)
    finally:
        if not finished:
            service.worker.cancel(job_id)


def _pictures(service: Service, job: schemas.Job) -> schemas.Images:
    if job.status != "done":
        raise HTTPException(500 if job.error == INTERNAL_ERROR else 422, job.error or "the job was cancelled")
    folder = service.store.folder(job.id)
    pictures = [
        schemas.Image(**vars(file), png=base64.b64encode((folder / file.name).read_bytes()).decode())
        for file in job.results
        if file.name.startswith("image_")
    ]
    return schemas.Images(id=job.id, images=pictures, results=job.results, warnings=job.warnings)
