"""The verb `shoemodel push`: a pack and its model card on the hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from shoemodel.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Push:
    """Publish a pack on the hub, with a model card: what is in it, data, licence, figures, limits.

    The card is written from the pack's own records and from reports of `shoemodel evaluate --json` on this very pack.
    Log in with `hf auth login`, or set HF_TOKEN. Whoever has the repository's name can use the pack at once:
    `shoemodel generate shoe.jpg --pack OWNER/NAME --prompt jeans --out demo`.

    Example: shoemodel push mine someone/shoes --results areas.json feet.json --private
    """

    pack: Annotated[Positional[str], arg(metavar="PACK")]
    """Folder written by `shoemodel pack`, or mini."""
    repository: Annotated[Positional[str], arg(metavar="OWNER/NAME")]
    """Repository on the hub; it is made where there is none."""
    results: Annotated[tuple[Path, ...], arg(metavar="JSON")] = ()
    """Reports to take the card's figures from."""
    private: bool = False
    """Make a new repository private; one that is there stays as it is."""
    message: Annotated[str, arg(metavar="TEXT")] = ""
    """Of the commit. Default: the pack's name."""
    card: Annotated[Path | None, arg(metavar="FILE")] = None
    """Write the card to this file, to look at, and send nothing."""

    def run(self) -> int:
        from shoemodel import hub, packs
        from shoemodel.image import io as images
        from shoemodel.publishing import card, push

        if "@" in self.repository or not hub.is_repository(self.repository):
            raise InputError(f"{self.repository!r} is no repository's name; OWNER/NAME is accepted")
        folder = packs.resolve(self.pack)
        text = card.write(folder, self.repository, self.results)
        if self.card is not None:
            self.card.parent.mkdir(parents=True, exist_ok=True)
            images.write_bytes(self.card, text.encode())
            print(f"card: {self.card}; nothing was sent")
            return 0
        print(push.push(folder, self.repository, text, private=self.private, message=self.message))
        return 0
