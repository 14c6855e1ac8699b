"""Poses of the world without their pictures, as `recipes/poses.py` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from safetensors import SafetensorError
from safetensors.numpy import load_file

from shoemodel.errors import InputError
from shoemodel.image.pose import NAMES, SIDES
from shoemodel.lps.legs_3d import Foot, paired
from shoemodel.render.pinhole import Pinhole


def load(file: Path) -> tuple[Float[np.ndarray, "n 12 2"], Bool[np.ndarray, "n 12"]]:
    """Points in sides of the picture, also those outside it, and whether each point's leg is in the scene.

    Raises InputError for a file without them.
    """
    try:
        found = load_file(file)
        points, present = found["points"], found["present"].astype(bool)
    except (SafetensorError, OSError, KeyError) as error:
        raise InputError(f"{file}: found no readable poses ({error})") from error
    shape = (len(points), len(NAMES))
    if points.shape != (*shape, 2) or present.shape != shape:
        raise InputError(
            f"{file}: found points {points.shape} and present {present.shape}; (n, 12, 2) and (n, 12) are accepted"
        )
    return points, present


@dataclass(frozen=True, eq=False)
class Legs3D:
    """n scenes of the world in 3-D, left leg before right, metres and degrees, in the frame of the world."""

    present: Bool[np.ndarray, "n 2"]
    """Whose foot is in the picture."""
    angles_deg: Float[np.ndarray, "n 2 5"]
    """As `body.leg_angles.LegAngles`, of both legs."""
    shoes: Float[np.ndarray, "n 2 4 4"]
    """Carry the frame of each shoe to where it stands."""
    bend_deg: Float[np.ndarray, "n 2"]
    worn: Float[np.ndarray, "n 2"]
    """Of both shoes: how far they stretch the ankle, and how far they reach above it."""
    joints: Float[np.ndarray, "n 12 3"]
    """In the order of `image.pose.NAMES`."""
    axes: Float[np.ndarray, "n 3 3"]
    origin: Float[np.ndarray, "n 3"]
    """Of the camera, as of a `render.pinhole.Pinhole`."""
    focal: Float[np.ndarray, "n"]
    """In sides of the picture."""

    def __len__(self) -> int:
        return len(self.present)

    def feet(self, row: int, sides: Sequence[int] = (0, 1)) -> list[Foot]:
        """The feet of one scene that are in the picture, of these sides; of two, each knows of the other."""
        there = [side for side in sides if self.present[row, side]]
        feet = [self._foot(row, side) for side in there]
        if len(feet) < 2:
            return feet
        first, second = (self.shoes[row, side].astype(float) for side in there)
        return paired(feet, np.linalg.inv(first) @ second)

    def _foot(self, row: int, side: int) -> Foot:
        shoe = self.shoes[row, side].astype(float)
        turn, place = shoe[:3, :3], shoe[:3, 3]
        points = (self.joints[row, 6 * side + 2 : 6 * side + 6] - place) @ turn
        camera = Pinhole(self.axes[row] @ turn, (self.origin[row] - place) @ turn, float(self.focal[row]), (0.5, 0.5),
                         (1, 1))  # fmt: skip
        heel, collar = map(float, self.worn[row])
        return Foot(SIDES[side], points, heel, collar, camera, float(self.bend_deg[row, side]), turn[2])


def load_3d(*files: Path | str) -> Legs3D:
    """Files that `recipes/poses.py` wrote, as one. Raises InputError for one without legs in 3-D."""
    parts = [_load_3d(Path(file)) for file in files]
    fields = Legs3D.__dataclass_fields__
    return Legs3D(**{name: np.concatenate([part[name] for part in parts]) for name in fields})


def _load_3d(file: Path) -> dict[str, np.ndarray]:
    points, present = load(file)
    found = load_file(file)
    named = [name for name in Legs3D.__dataclass_fields__ if name not in ("present", "focal")]
    if missing := [name for name in named if name not in found]:
        raise InputError(f"{file}: found no {' and no '.join(missing)}; a file of recipes/poses.py is accepted")
    local = np.einsum("nij,nkj->nki", found["axes"], found["joints"] - found["origin"][:, None])
    slopes = local[..., :2] / np.maximum(local[..., 2:], 0.05) * (local[..., 2:] > 0.05)
    focal = ((points - 0.5) * slopes).sum((1, 2)) / (slopes**2).sum((1, 2))
    return {name: found[name] for name in named} | {"present": present[:, [0, 6]], "focal": focal}
