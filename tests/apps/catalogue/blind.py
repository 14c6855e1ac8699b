"""The tiny pack where no fixture reaches: feet and openings are given, not found. As a script: `shoemodel batch`."""

from __future__ import annotations

import sys
from pathlib import Path

from shoemodel import ShoeModelPipeline, stages
from shoemodel.apps.cli.main import main
from tests.conftest import areas_of_region, feet_of_canvas


def blind() -> None:
    """As the fixture `found_feet`."""
    stages.foot_keypoints, stages.wd.predict = feet_of_canvas, areas_of_region


def load(pack: Path) -> ShoeModelPipeline:
    """The pipeline of a pack."""
    blind()
    return ShoeModelPipeline.from_pretrained(pack, backend="diffusion")


if __name__ == "__main__":
    blind()
    sys.exit(main(["batch", *sys.argv[1:]]))
