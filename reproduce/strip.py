"""Results of one photo side by side, as README shows them: the first seed of each prompt, nothing picked.

python reproduce/strip.py examples/sneaker.jpg --out docs/img/scenes.jpg --prompt "…, wooden floor" --prompt "…"
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from PIL import Image
from tyro.conf import Positional, UseAppendAction, arg

GAP = 6


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Write a strip of results."""

    photo: Positional[Path]
    """Of an unworn shoe."""
    prompt: Annotated[UseAppendAction[tuple[str, ...]], arg(metavar="TEXT")]
    """One result each."""
    out: Path
    """The strip, .jpg."""
    seed: int = 0
    """Of every result."""
    height: int = 860
    """Of the strip, px."""
    with_photo: bool = False
    """Begin with the photo itself."""


def main(options: Strip) -> None:
    """Make the results and lay them side by side."""
    from shoemodel import ShoeModelPipeline

    result = ShoeModelPipeline.from_pretrained("mini")(options.photo, list(options.prompt), generator=options.seed)
    print("; ".join(result.warnings) or "no warning")
    pictures = [Image.open(options.photo).convert("RGB")] if options.with_photo else []
    row: list[np.ndarray] = []
    for picture in [*pictures, *result.images]:
        width = round(picture.width * options.height / picture.height)
        row += [np.asarray(picture.resize((width, options.height), Image.Resampling.LANCZOS))]
        row += [np.full((options.height, GAP, 3), 255, np.uint8)]
    Image.fromarray(np.hstack(row[:-1])).save(options.out, quality=86, optimize=True)


if __name__ == "__main__":
    main(tyro.cli(Strip))
