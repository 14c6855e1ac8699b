"""A scene without clothes and surroundings: how legs stand and from where they are seen, and nothing to be rendered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shoemodel.body.anny_model import body
from shoemodel.body.bvh import load_clips
from shoemodel.body.legs import Unreachable
from shoemodel.body.materials import SKIN
from shoemodel.body.stance import Stance, take
from shoemodel.data.splits import Split
from shoemodel.render.camera import Camera
from shoemodel.render.parts import Part
from shoemodel.world import framing
from shoemodel.world.scene import MAX_ATTEMPTS, SINGLE_SHARE
from shoemodel.world.shod import shod_figure


@dataclass(frozen=True, eq=False)
class BareScene:
    """Bare legs in shoes; fields as of `scene.Scene`."""

    camera: Camera
    keypoints: np.ndarray
    present: np.ndarray
    heel_deg: float
    collar_m: float
    """How far the shoes reach above the ankle."""
    legs: dict[str, dict[str, Any]]
    """By side, as `framing.leg` says."""


def sample_bare(seed: int, index: int, assets: Path | None, split: Split | None, run: int) -> BareScene:
    """Bare scene number `index` of the world `seed`; arguments are those of `scene.sample_scene`, whose scenes are
    others. RuntimeError if no draw is good."""
    _, fitting = shod_figure(seed, index // run, assets, split, None)
    clips = () if assets is None else load_clips(Path(assets))
    rng = np.random.default_rng([seed, index, 3])
    single, refusals = rng.random() < SINGLE_SHARE, set()
    for _ in range(MAX_ATTEMPTS):
        try:
            return _seen(rng, take(rng, body(), fitting, clips), single)
        except (framing.Refused, Unreachable) as refusal:
            refusals.add(str(refusal))
    raise RuntimeError(f"no good bare scene {seed}-{index} in {MAX_ATTEMPTS} draws: {sorted(refusals)}")


def _seen(rng: np.random.Generator, stance: Stance, single: bool) -> BareScene:
    """A stance from a view; raises framing.Refused."""
    feet = (str(rng.choice(["left", "right"])),) if single else ("left", "right")
    shoes = {side: stance.shoe_parts(side) for side in feet}
    keypoints, present = framing.keypoints(stance.fitting.figure, stance, feet)
    points = framing.points(shoes)[::6]
    angled = stance.pose.name == "angled" and not single
    _, camera = framing.frame(rng, points, stance.heading_deg(feet), framing.thighs(keypoints, present), angled)
    framing.check_frame(camera, points, False)
    skin = np.zeros((len(stance.vertices), 3))
    legs = [Part(f"legs_{side}", stance.vertices, body().leg_faces(side), SKIN, colours=skin) for side in feet]
    framing.check_cover(camera, stance, shoes, legs)
    placed = {side: framing.leg(stance, side) for side in ("left", "right")}
    shoe = stance.fitting.shoe
    return BareScene(camera, keypoints, present, float(shoe.heel_deg), stance.fitting.collar_above_ankle, placed)
