"""Where the shoe is in the photo and where it is to stand, and what is given instead of found: groups of flags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import arg


@dataclass(frozen=True, kw_only=True)
class Where:
    """The shoe in the photo, and its place on the canvas."""

    box: Annotated[str | None, arg(metavar="x0,y0,x1,y1")] = None
    """Where the shoe is, in photo pixels, if it is not found by itself."""
    points: Annotated[str | None, arg(metavar="x,y[,x,y...]")] = None
    """Points on the shoe, in photo pixels."""
    mask: Annotated[Path | None, arg(metavar="FILE")] = None
    """The shoe's pixels: a picture of the photo's size, white (or opaque) on the shoe."""
    layout: Annotated[str, arg(metavar="auto|keep|x,y,scale,angle[,flip][,W:H]")] = "auto"
    """Where the shoe stands: `auto` extends the canvas where legs need room, `keep` adds nothing; or the middle of the
    shoe as fractions of the canvas, its scale and its turn in degrees, and `flip` to mirror it. `,4:5` behind any of
    them extends the canvas to that shape."""

    def read(self) -> dict[str, Any]:
        """box, points and mask as the pipeline takes them. Raises InputError for what cannot be read."""
        from shoemodel import arguments
        from shoemodel.image import layout as layouts

        layouts.parse(self.layout)
        places = {"box": arguments.box(self.box), "points": arguments.points(self.points)}
        return {**places, "mask": arguments.mask(self.mask)}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What an earlier run found and a person corrected or chose."""

    areas: Annotated[Path | None, arg(metavar="FILE")] = None
    """An areas.png of a run, corrected perhaps: then nothing is searched for in the photo."""
    poses: Annotated[Path | None, arg(metavar="FILE")] = None
    """A poses.json, or a run.json: result i takes the i-th pose of it."""
    edges: Literal["refined", "given"] = "refined"
    """refined: the areas' edges are brought to the photo's own resolution; given: they are taken as they are."""

    def read(self) -> dict[str, Any]:
        """areas and poses as the pipeline takes them. Raises InputError for what cannot be read."""
        from shoemodel import arguments

        return {"areas": arguments.areas(self.areas), "poses": arguments.poses(self.poses)}
