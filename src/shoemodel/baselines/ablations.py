"""ShoeModel on given areas and pose, whole or with one of its parts switched off, each called as a baseline is.

These switch parts off in the trained generator. Fig. 9 trains again without X_p: `training.sw_without_pose`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8

from shoemodel.backends.backend import Subject
from shoemodel.backends.diffusion import DiffusionBackend
from shoemodel.backends.options import DiffusionOptions
from shoemodel.baselines.inputs import STEPS
from shoemodel.compose.kinds import Background
from shoemodel.compose.photo_background import BackgroundImage, finish
from shoemodel.image import layout
from shoemodel.image.geometry import Letterbox
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import ABSENT, Pose
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.sw.sampling import Hooks

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
    off: Literal["pose", "separation", "refine", "paste"] | None = None,
    background: Background = "scene",
    steps: int = STEPS,
) -> Picture:
    """Shoe-wearing generation (3.3) on the photo's own canvas, the shoe where it stands in the photo."""
    if off == "pose":
        pose = Pose(pose.points, np.full_like(pose.visibility, ABSENT))
    if off == "separation":
        areas = ShoeAreas.from_masks(areas.shoe, np.zeros_like(areas.shoe))
    placed, shoe = model.place(photo_rgb, areas, layout.keep(areas.size))
    refine = 0.0 if off in ("paste", "refine") else DiffusionOptions.refine_strength
    options = DiffusionOptions(num_inference_steps=steps, refine_strength=refine)
    backend = model.resolve_backend("diffusion", options)
    assert isinstance(backend, DiffusionBackend)
    canvas = BackgroundImage.of(photo_rgb, placed).rgb
    legs = backend.legs(Subject("the photo", canvas, shoe, background), prompt, "")
    (made,) = legs.sample([pose], [seed], Hooks())
    if off == "paste":
        return Letterbox(areas.size, made.rgb.shape[:2]).invert_image(made.rgb)
    return finish(made.rgb, shoe, pose, made.background)


without_pose = partial(generate, off="pose")
"""X_p is black (Fig. 9)."""
whole_shoe = partial(generate, off="separation")
"""The wearable area is not removed: X_m is given and pasted in place of X_w."""
in_photo = partial(generate, background="photo")
"""The photo stays and only the leg is generated (`compose.photo_background`)."""
without_repair = partial(generate, off="refine")
"""No second pass (`compose.scene_background`)."""
without_paste = partial(generate, off="paste")
"""The generator's own picture of one pass, enlarged: the shoe is pasted neither at the end nor before a second one."""
