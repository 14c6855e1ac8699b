"""What becomes of the pictures that were drawn: flags that several verbs take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import arg

from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.output.credentials import Signer


@dataclass(frozen=True, kw_only=True)
class Keep:
    """Which pictures are kept, and who signs them."""

    keep: Annotated[str | None, arg(metavar="best:K")] = None
    """Keep the K best of the pictures drawn, by their quality; the best is image_00.png. Needs a pack with a judge."""
    rejected: bool = False
    """Keep the other pictures too, in a folder named rejected."""
    c2pa: Annotated[tuple[Path, Path] | None, arg(metavar="CERT KEY")] = None
    """Sign every picture with content credentials (C2PA): a chain of certificates and its private key, as PEM files."""

    def count(self, num: int | None = None) -> int | None:
        """How many of `num` pictures are kept, None for all. Raises InputError for what does not fit."""
        from shoemodel.quality import keep

        if self.rejected and self.keep is None:
            raise InputError("--rejected was given without --keep best:K, so nothing would be rejected")
        return keep.parse(self.keep, num) if self.keep is not None else None

    def require_judge(self, manifest: Mapping[str, Any]) -> None:
        """Raise InputError where the best are to be kept and the pack of this pack.json holds no judge."""
        from shoemodel.quality import keep

        if self.keep is not None:
            keep.require_judge(any(file.startswith("judge/") for file in manifest["files"]), manifest["name"])

    def signer(self) -> Signer | None:
        """Who signs. Raises InputError for files that C2PA cannot sign with."""
        from shoemodel.output import credentials

        return credentials.load(*self.c2pa) if self.c2pa is not None else None
