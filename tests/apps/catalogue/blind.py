"""The tiny pack where no fixture reaches: feet are said rather than found. As a script it is `shoemodel batch`."""

from __future__ import annotations

import sys
from pathlib import Path

from shoemodel import ShoeModelPipeline, stages
from shoemodel.apps.cli.main import main
from tests.conftest import feet_of_canvas


def load(pack: Path) -> ShoeModelPipeline:
    """The pipeline of a pack."""
    stages.foot_keypoints = feet_of_canvas
    return ShoeModelPipeline.from_pretrained(pack, backend="diffusion")


if __name__ == "__main__":
    stages.foot_keypoints = feet_of_canvas
    sys.exit(main(["batch", *sys.argv[1:]]))
