"""What clients send and get, as pydantic models: FastAPI makes the OpenAPI document from them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, field_validator

from shoemodel import arguments
from shoemodel.apps.service.store import Status
from shoemodel.compose.photo_background import Background
from shoemodel.image import layout as layouts

PHOTO = {"type": "string", "contentEncoding": "base64", "description": "A picture file."}


class AreasRequest(BaseModel):
    """A photo, and where the shoe is in it."""

    model_config = ConfigDict(extra="forbid")

    photo: Annotated[bytes, WithJsonSchema(PHOTO)]
    name: str = Field("photo", min_length=1, max_length=100, description="What messages and records call the photo.")
    box: str | None = Field(
        None, max_length=200, description="Where the shoe is: x0,y0,x1,y1 in photo px; default: it is found."
    )
    points: str | None = Field(None, max_length=2000, description="Points on the shoe: x,y[,x,y...] in photo px.")

    @field_validator("box")
    @classmethod
    def _box(cls, text: str | None) -> str | None:
        arguments.box(text)
        return text

    @field_validator("points")
    @classmethod
    def _points(cls, text: str | None) -> str | None:
        arguments.points(text)
        return text


class PosesRequest(AreasRequest):
    """Poses of legs over a shoe."""

    num: int = Field(1, ge=1, description="Poses, or pictures, each with its own pose.")
    seed: int = Field(0, ge=0, le=arguments.MAX_WHOLE, description="The same seed gives the same result.")
    layout: str = Field(
        "auto", max_length=200, description="Where the shoe stands: auto, keep or x,y,scale,angle[,flip]."
    )

    @field_validator("layout")
    @classmethod
    def _layout(cls, text: str) -> str:
        layouts.parse(text)
        return text


class ImagesRequest(PosesRequest):
    """Pictures of legs wearing the shoe."""

    prompt: str = Field(min_length=1, max_length=2000, description="What to draw; at most 77 tokens count.")
    negative_prompt: str = Field("", max_length=2000, description="What not to draw.")
    steps: int = Field(20, ge=1, description="Steps of the solver.")
    guidance: float | None = Field(
        None, ge=0, le=100, allow_inf_nan=False, description="How strongly the prompt steers: 7, or 3 in the photo."
    )
    background: Background = Field("scene", description="A scene from the prompt, or the photo itself.")


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
    results: list[File] = Field(description="Once the job is done: pictures, masks, run.json, certificate.json.")
    notices: list[str]
    error: str | None
    links: dict[Literal["self", "events", "cancel"], str]


class Accepted(BaseModel):
    """The job stands on the disk: it survives a restart."""

    id: str
    href: str


class Picture(BaseModel):
    """A result with its bytes."""

    name: str
    href: str
    png: str = Field(description="The file in base64.")


class Images(BaseModel):
    """Pictures of one finished job, which can also be fetched by its links."""

    id: str
    images: list[Picture]
    results: list[File]
    notices: list[str]


class Problem(BaseModel):
    """Every answer that is no success: one sentence."""

    detail: str


class State(BaseModel):
    status: Literal["ok", "ready", "not ready"]
