"""Unworn shoes, laid as shops lay them, for `shoemodel train wd` and `shoemodel train feet`; see docs/data.md.

    python benchmarks/display.py --num 1200 --seed 61 --out display
    python benchmarks/display.py --preset pairs --num 600 --seed 62 --out pairs
    python benchmarks/display.py --num 600 --seed 63 --families slide flip-flop pump --out open

One process of one thread: start several with seeds and folders of their own. The same command continues.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import tyro

from shoemodel.data.splits import Split
from shoemodel.errors import InputError
from shoemodel.world import display as displays
from shoemodel.world.synthesize import one_thread


@dataclass(frozen=True, kw_only=True)
class Display:
    """Render unworn shoes."""

    num: int
    """Samples; `per_shoe` of the preset share a shoe."""
    out: Path
    """Folder for the shards."""
    seed: int = 0
    """Another seed is another display."""
    preset: Literal["smoke", "mini", "pairs", "photos", "soles"] = "mini"
    """smoke: 64 px, to see that everything runs; mini: 288 px, every arrangement; pairs: those of two shoes;
    photos: 640 px, one picture of each shoe; soles: upside down, to be refused."""
    split: Split = "train"
    """The one whose shoes are drawn."""
    families: tuple[str, ...] = ()
    """These families alone, equally often; the preset's where none is named."""
    cuda: bool = False
    """Render on the GPU."""


def main(options: Display) -> None:
    """Write the shards."""
    unknown = set(options.families) - set(displays.FAMILY_SHARES)
    if unknown:
        raise InputError(f"--families: found {sorted(unknown)}; {', '.join(displays.FAMILY_SHARES)} are accepted")
    config = replace(getattr(displays, options.preset)(), split=options.split)
    if options.families:
        config = replace(config, families=tuple((family, 1.0) for family in options.families))
    one_thread(options.cuda)
    displays.display(options.num, options.seed, options.out, config)


if __name__ == "__main__":
    main(tyro.cli(Display))
