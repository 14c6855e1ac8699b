"""ShoeModel with one of its parts switched off, each called as a baseline is.

These switch parts off in the trained generator. Fig. 9 trains again without X_p: `training.sw_without_pose`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from shoemodel import layout
from shoemodel.baselines.inputs import GUIDANCE, STEPS
from shoemodel.geometry import Letterbox
from shoemodel.masks import ShoeAreas
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.pose import ABSENT, Pose
from shoemodel.sw.paste import paste

Picture = UInt8[np.ndarray, "h w 3"]


def load(folder: Path) -> ShoeModelPipeline:
    """From a pack."""
    return ShoeModelPipeline.from_pretrained(folder)


def without_pose(
    model: ShoeModelPipeline,
    photo_rgb: Picture,
    areas: ShoeAreas,
    pose: Pose,
    prompt: str,
    seed: int,
    *,
    steps: int = STEPS,
) -> Picture:
    """X_p is black (Fig. 9)."""
    nobody = Pose(pose.points, np.full_like(pose.visibility, ABSENT))
    return paste(_draw(model, photo_rgb, areas, nobody, prompt, seed, steps), photo_rgb, areas.visible)


def whole_shoe(
    model: ShoeModelPipeline,
    photo_rgb: Picture,
    areas: ShoeAreas,
    pose: Pose,
    prompt: str,
    seed: int,
    *,
    steps: int = STEPS,
) -> Picture:
    """The wearable area is not removed: X_m is given and pasted in place of X_w."""
    unseparated = ShoeAreas.from_masks(areas.shoe, np.zeros_like(areas.shoe))
    return paste(_draw(model, photo_rgb, unseparated, pose, prompt, seed, steps), photo_rgb, unseparated.visible)


def without_paste(
    model: ShoeModelPipeline,
    photo_rgb: Picture,
    areas: ShoeAreas,
    pose: Pose,
    prompt: str,
    seed: int,
    *,
    steps: int = STEPS,
) -> Picture:
    """The generator's own picture, enlarged."""
    drawn = _draw(model, photo_rgb, areas, pose, prompt, seed, steps)
    return Letterbox(areas.size, drawn.shape[:2]).invert_image(drawn)


def _draw(
    model: ShoeModelPipeline, photo_rgb: Picture, areas: ShoeAreas, pose: Pose, prompt: str, seed: int, steps: int
) -> UInt8[np.ndarray, "s s 3"]:
    """X' before paste-back, the shoe where it stands in the photo."""
    _, shoe = model.place(photo_rgb, areas, layout.keep(areas.size))
    text, _ = model.encode(prompt)
    return model.wear(shoe, pose, text, seed, steps, GUIDANCE)
