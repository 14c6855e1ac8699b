"""Drawn tuples, quickly made, from which small networks can learn."""

import cv2
import numpy as np

from shoemodel.data.sample import Sample
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import NAMES, Pose

TOY_SIDE = 256
"""Side of the toy tuples."""


def toy_sample(index: int, seed: int = 0):
    """A drawn tuple: one or two shoes from the side (a left one points left), an oval collar, straight legs."""
    rng = np.random.default_rng([seed, index])
    worn = np.full((TOY_SIDE, TOY_SIDE, 3), rng.integers(90, 220, 3), np.uint8)
    unworn, labels = worn.copy(), np.zeros((TOY_SIDE, TOY_SIDE), np.uint8)
    feet = [["left", "right"], ["left"], ["right"]][min(index % 6, 2) if index % 2 else 0]
    points, present = np.zeros((12, 2)), np.zeros(12, bool)
    colour = rng.integers(30, 255, 3).tolist()
    for side in feet:
        sign, middle = (-1, 80) if side == "left" else (1, 176)
        centre = np.array([middle, 190]) + rng.uniform(-15, 15, 2)
        body = (int(centre[0]), int(centre[1])), (38, 20)
        collar = (int(centre[0] - 14 * sign), int(centre[1] - 14)), (16, 9)
        for image in (worn, unworn):
            cv2.ellipse(image, *body, 0, 0, 360, colour, -1)
        cv2.ellipse(unworn, *collar, 0, 0, 360, (30, 20, 20), -1)
        cv2.ellipse(labels, *body, 0, 0, 360, 1, -1)
        cv2.ellipse(labels, *collar, 0, 0, 360, 2, -1)
        ankle = centre + np.array([-14 * sign, -16])
        knee, hip = (ankle + np.array([rng.uniform(-30, 30), -up]) for up in (90, 190))
        cv2.line(worn, ankle.astype(int).tolist(), knee.astype(int).tolist(), (200, 150, 120), 18)
        toe, heel = (centre + np.array([x * sign, 5]) for x in (36, -34))
        rows = [NAMES.index(f"{side}_{j}") for j in ("hip", "knee", "ankle", "big_toe", "small_toe", "heel")]
        points[rows], present[rows] = [hip, knee, ankle, toe, toe + np.array([-8 * sign, 4]), heel], True
    inside = ((points >= 0) & (points < TOY_SIDE)).all(1)
    meta = {"seed": seed, "index": index, "size": TOY_SIDE, "captions": ["a toy shoe"], "family": "toy", "feet": feet}
    meta |= {"shoe_id": f"toy-{index % 24}", "camera": {}, "scene": {}, "version": 1}
    pose = Pose(points, np.where(present & inside, 2, 0))
    return Sample(f"{seed}-{index:07d}", worn, unworn, ShoeAreas(labels), pose, "a toy shoe", meta)
