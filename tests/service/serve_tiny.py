"""`shoemodel serve` on a pack whose untrained networks find no feet: they are said to be where they are."""

from __future__ import annotations

import numpy as np

from shoemodel import cli
from shoemodel.lps.predict import FootKeypoints


def _feet(model, shoe):
    height, width = shoe.shape[:2]
    unit = [[0.3, 0.6], [0.5, 0.8], [0.45, 0.8], [0.25, 0.8], [0.6, 0.6], [0.8, 0.8], [0.75, 0.8], [0.55, 0.8]]
    return FootKeypoints(np.array(unit) * (width, height), np.ones(8), np.ones(8, bool))


def main(arguments: list[str]) -> int:
    from shoemodel import pipeline

    pipeline.foot_keypoints = _feet
    return cli.main(["serve", *arguments])
