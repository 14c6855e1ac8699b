"""One scene of the synthetic world: who stands where in which shoes, seen from where.

A scene holds everything the renderer needs and everything the labels are read from. It is a pure function of
(seed, index); the surroundings are named here (`place`, `ground`, `place_seed`) and built by `places.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shoemodel.world.camera import Camera
from shoemodel.world.parts import Part

# the kinds of place and the grounds each of them may have
GROUNDS = {
    "studio": ("plain",),
    "room": ("wood", "tile", "carpet", "concrete"),
    "street": ("asphalt", "concrete", "tile", "stone"),
    "park": ("grass", "concrete"),
}


@dataclass(frozen=True)
class Scene:
    """Everything in front of the camera, in the world frame (metres, z up, floor at z=0, the body faces -y).

    shoe_parts: shoes and laces as placed, names "shoe_left", "shoe_left_laces", "shoe_right" ...
    body_parts: skin, socks, trousers; absent in the unworn picture.
    keypoints: (12, 3) in the order of `shoemodel.pose.NAMES`; present: (12,) bool, False for an absent leg.
    feet: the sides present, a subset of ("left", "right").
    place, ground: what surrounds the legs, a key of GROUNDS and one of its values.
    backdrop: linear rgb (3,) of the studio's paper or the room's wall; place_seed: for every other choice of the place.
    seat: (centre (3,), half size (3,)) of the box sat upon, or None.
    style: the words captions are written from.
    """

    key: str
    shoe_parts: list[Part]
    body_parts: list[Part]
    camera: Camera
    keypoints: np.ndarray
    present: np.ndarray
    feet: tuple[str, ...]
    place: str
    ground: str
    backdrop: np.ndarray
    place_seed: int
    seat: tuple[np.ndarray, np.ndarray] | None
    style: dict[str, str]
    caption: str
    captions: list[str]
    meta: dict

    def __post_init__(self) -> None:
        if self.keypoints.shape != (12, 3) or self.present.shape != (12,):
            raise ValueError(
                f"scene {self.key} has keypoints {self.keypoints.shape} and present {self.present.shape}, "
                "expected (12, 3) and (12,)"
            )
        if not self.feet or not set(self.feet) <= {"left", "right"}:
            raise ValueError(f"scene {self.key} has feet {self.feet}, expected one or both of left, right")
