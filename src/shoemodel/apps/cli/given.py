"""Files that go with a request, and who signs the images: flags that `generate` and `batch` take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import arg

if TYPE_CHECKING:
    from shoemodel import request
    from shoemodel.output.credentials import Signer
    from shoemodel.request import Request


@dataclass(frozen=True, kw_only=True)
class GivenFiles:
    """What was found or drawn elsewhere."""

    mask: Annotated[Path | None, arg(metavar="FILE")] = None
    """The shoe's pixels: an image of the photo's size, white (or opaque) on the shoe."""
    areas: Annotated[Path | None, arg(metavar="FILE")] = None
    """An areas.png of a run, corrected perhaps: then nothing is searched for in the photo."""
    poses: Annotated[Path | None, arg(metavar="FILE")] = None
    """A poses.json, or a run.json: result i takes the i-th pose of it."""

    def read(self) -> request.Given:
        """The files. Raises InputError for what cannot be read."""
        from shoemodel import arguments, request

        mask, areas = arguments.mask(self.mask), arguments.areas(self.areas)
        return request.Given(mask=mask, areas=areas, poses=arguments.poses(self.poses))


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Who signs the images."""

    c2pa: Annotated[tuple[Path, Path] | None, arg(metavar="CERT KEY")] = None
    """Sign every image with content credentials (C2PA): a chain of certificates and its private key, as PEM files."""

    def signer(self) -> Signer | None:
        """Who signs. Raises InputError for files that C2PA cannot sign with."""
        from shoemodel.output import credentials

        return credentials.load(*self.c2pa) if self.c2pa is not None else None


def require_judge(request: Request, manifest: Mapping[str, Any]) -> None:
    """Raise InputError where the best are to be kept and the pack of this pack.json holds no judge."""
    from shoemodel.quality import keep

    if request.needs_judge:
        keep.require_judge(any(file.startswith("judge/") for file in manifest["files"]), manifest["name"])
