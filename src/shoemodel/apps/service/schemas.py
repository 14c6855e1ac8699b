"""What clients get, as pydantic models: FastAPI makes the OpenAPI document from them. What they send: `reading`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from shoemodel.apps.service.store import Status


class Areas(BaseModel):
    """The areas of a shoe on the photo's grid (paper 3.1)."""

    width: int
    height: int
    source: str = Field(description="What said where the shoe is: automatic, box, points or alpha.")
    confidence: float
    visible_pixels: int
    wearable_pixels: int
    areas_png: str = Field(description="Palette PNG in base64: 0 background, 1 visible, 2 wearable.")


class Poses(BaseModel):
    """Poses that differ from each other, in px of a canvas on which the photo stands (paper 3.2)."""

    canvas_width: int
    canvas_height: int
    poses: list[dict[str, tuple[float, float, int]]] = Field(
        description="Each: 12 points as [x, y, visibility]; visibility 0 absent, 1 hidden or outside, 2 visible."
    )


class Progress(BaseModel):
    """How far a running job is."""

    stage: str
    done: int
    total: int


class File(BaseModel):
    """A result of a job."""

    name: str
    href: str


class Job(BaseModel):
    """A job; times are seconds since 1970."""

    id: str
    status: Status
    created: float
    started: float | None
    finished: float | None
    progress: Progress | None
    results: list[File] = Field(description="Once the job is done: images, masks, run.json, certificate.json.")
    warnings: list[str]
    error: str | None
    links: dict[Literal["self", "events", "cancel"], str]


class Accepted(BaseModel):
    """The job stands on the disk: it survives a restart."""

    id: str
    href: str


class Image(BaseModel):
    """A result with its bytes."""

    name: str
    href: str
    png: str = Field(description="The file in base64.")


class Images(BaseModel):
    """Images of one finished job, which can also be fetched by its links."""

    id: str
    images: list[Image]
    results: list[File]
    warnings: list[str]


class Problem(BaseModel):
    """Every answer that is no success: one sentence."""

    detail: str


class State(BaseModel):
    status: Literal["ok", "ready", "not ready"]
