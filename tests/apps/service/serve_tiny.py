"""`shoemodel serve` on a pack whose untrained networks find no feet: they are said to be where they are."""

from __future__ import annotations

import sys

from shoemodel import stages
from shoemodel.apps.cli.main import main
from tests.conftest import feet_of_canvas

if __name__ == "__main__":
    stages.foot_keypoints = feet_of_canvas
    sys.exit(main(["serve", *sys.argv[1:]]))
