"""How far the joints of a leg bend, and whether a pose keeps to it.

Ranges of motion after the American Academy of Orthopaedic Surgeons, widened to what is seen under load and in
movement (ours). Angles are measured from the rest pose, in which Anny stands upright.
"""

from __future__ import annotations

import numpy as np

from shoemodel.body.figure import group

LIMITS_DEG: dict[str, tuple[float, float]] = {
    "hip flexion": (-30.0, 125.0),
    "hip abduction": (-35.0, 45.0),
    "knee flexion": (-5.0, 150.0),
    "ankle stretch": (-36.0, 62.0),
    "ankle tilt": (-30.0, 30.0),
    "ankle twist": (-40.0, 40.0),
}
"""Least and greatest angle of each; stretch is plantar flexion."""


def angles_deg(transforms: dict[int, np.ndarray], side: str) -> dict[str, float]:
    """The joint angles of one leg in a pose given by the groups' transforms (4, 4), by the names of LIMITS_DEG."""
    trunk, thigh, shin, foot = (
        transforms[number][:3, :3] for number in (0, *(group(side, part) for part in ("thigh", "shin", "foot")))
    )
    outwards = 1.0 if side == "left" else -1.0
    down = np.array([0.0, 0.0, -1.0])
    thigh_way, shin_way = trunk.T @ thigh @ down, thigh.T @ shin @ down
    relative = shin.T @ foot
    radians = {
        "hip flexion": np.arctan2(-thigh_way[1], -thigh_way[2]),
        "hip abduction": np.arcsin(np.clip(outwards * thigh_way[0], -1, 1)),
        "knee flexion": np.arctan2(shin_way[1], -shin_way[2]),
        "ankle stretch": np.arctan2(relative[2, 1], relative[1, 1]),
        "ankle tilt": np.arcsin(np.clip(relative[0, 2], -1, 1)),
        "ankle twist": np.arcsin(np.clip(relative[0, 1], -1, 1)),
    }
    return {name: float(np.degrees(angle)) for name, angle in radians.items()}


def broken(transforms: dict[int, np.ndarray], side: str) -> str:
    """What a leg does that no leg can, in one sentence; empty when it keeps to the limits."""
    for name, angle in angles_deg(transforms, side).items():
        low, high = LIMITS_DEG[name]
        if not low <= angle <= high:
            return f"the {side} leg has a {name} of {angle:.0f} degrees, {low:.0f} to {high:.0f} are possible"
    return ""
