"""The mean of two networks of one kind: between what a training began with and what it came to.

    python recipes/mean.py BEGUN CAME_TO --component segmenter --share 0.9 --out RUN

A network that was trained on new data forgets the old; some of the weights it began with bring that back. BEGUN is a
pack or a run, CAME_TO the run; RUN holds the mean with CAME_TO's record and a note.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro
from tyro.conf import Positional


@dataclass(frozen=True, kw_only=True)
class Mean:
    """Write a run with the mean of two networks."""

    begun: Positional[Path]
    """Pack, mini or run with the weights that the training began with."""
    came_to: Positional[Path]
    """Its run."""
    component: Literal["areas", "segmenter"]
    """Which network."""
    out: Path
    """Folder for the run."""
    share: float = 0.5
    """Of CAME_TO's weights in the mean."""
    side: int | None = None
    """Input side, px, at which the mean is to read, if not at CAME_TO's."""


def main(options: Mean) -> None:
    """Average every weight."""
    from shoemodel.training.checkpoint import component_folder
    from shoemodel.wd.segformer import StemmedSegformer

    folders = [component_folder(each, options.component) for each in (options.begun, options.came_to)]
    old, new = (StemmedSegformer.from_pretrained(folder, local_files_only=True) for folder in folders)
    theirs, ours = old.state_dict(), new.state_dict()
    share = options.share
    mean = {k: share * v + (1 - share) * theirs[k] if v.is_floating_point() else v for k, v in ours.items()}
    new.load_state_dict(mean)
    new.config.image_size = options.side or new.config.image_size
    new.save_pretrained(options.out / "model" / options.component)
    shutil.copy(options.came_to / "config.json", options.out / "config.json")
    record = json.loads((options.came_to / "record.json").read_text(encoding="utf-8"))
    record["note"] = f"{share:.0%} of these weights, {1 - share:.0%} of those it began with (recipes/mean.py)"
    (options.out / "record.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(tyro.cli(Mean))
