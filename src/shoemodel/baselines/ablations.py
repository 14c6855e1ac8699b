"""ShoeModel on given areas and pose, whole or with one of its parts switched off, each called as a baseline is.

These switch parts off in the trained generator. Fig. 9 trains again without X_p: `training.sw_without_pose`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8

from shoemodel.baselines.inputs import STEPS
from shoemodel.compose.passes import STRENGTH
from shoemodel.compose.photo_background import Background, Surroundings, finish
from shoemodel.image import layout
from shoemodel.image.geometry import Letterbox
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import ABSENT, Pose
from shoemodel.pipeline import ShoeModelPipeline

Picture = UInt8[np.ndarray, "h w 3"]


def load(folder: Path) -> ShoeModelPipeline:
    """From a pack."""
    return ShoeModelPipeline.from_pretrained(folder, backend="diffusion")


def generate(
    model: ShoeModelPipeline,
    photo_rgb: Picture,
    areas: ShoeAreas,
    pose: Pose,
    prompt: str,
    seed: int,
    *,
    off: Literal["pose", "separation", "repair", "paste"] | None = None,
    background: Background = "scene",
    steps: int = STEPS,
) -> Picture:
    """Shoe-wearing generation (3.3) on the photo's own canvas, the shoe where it stands in the photo."""
    if off == "pose":
        pose = Pose(pose.points, np.full_like(pose.visibility, ABSENT))
    if off == "separation":
        areas = ShoeAreas.from_masks(areas.shoe, np.zeros_like(areas.shoe))
    placed, shoe = model.place(photo_rgb, areas, layout.keep(areas.size))
    around = Surroundings.of(photo_rgb, areas, placed) if background == "photo" else None
    text, _ = model.encode(prompt)
    repair = 0.0 if off in ("paste", "repair") else STRENGTH
    wearable = placed.apply_mask(areas.wearable)
    drawn, around = model.wear(shoe, pose, text, seed, steps, repair=repair, wearable=wearable, around=around)
    if off == "paste":
        return Letterbox(areas.size, drawn.shape[:2]).invert_image(drawn)
    return finish(drawn, shoe, pose, around)


without_pose = partial(generate, off="pose")
"""X_p is black (Fig. 9)."""
whole_shoe = partial(generate, off="separation")
"""The wearable area is not removed: X_m is given and pasted in place of X_w."""
in_photo = partial(generate, background="photo")
"""The photo stays and only the leg is drawn (`compose.photo_background`)."""
without_repair = partial(generate, off="repair")
"""No second pass (`compose.scene_background`)."""
without_paste = partial(generate, off="paste")
"""The generator's own picture of one pass, enlarged: the shoe is pasted neither at the end nor before a second one."""
