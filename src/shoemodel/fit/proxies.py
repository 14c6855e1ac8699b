"""Proxy shoes: shoes of the world reduced to what matching a silhouette, dressing a leg and casting a shadow need.

Canonical frame of a left shoe: +x lateral, -y towards the toes, +z up, ground z = 0, back of the heel near y = 0,
metres. A right shoe is its mirror image in x, so that +x is the wearer's left in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, UInt8

LANDMARKS = ("ankle", "big_toe", "small_toe", "heel")
FILE = Path(__file__).with_name("proxies.npz")
RIM_POINTS = 48
HULL_POINTS = 160

AZIMUTHS = np.radians(np.arange(-180, 180, 15))
PITCHES = np.radians([0, 14, 30, 50, 75])
START_M = 0.9
"""The views (see `fit.views`) from which silhouettes are kept: all of both, from that far."""
ICON = 28
"""Sides of a kept silhouette, px."""

Kind = Literal["low", "shaft", "open"]
KINDS: tuple[Kind, ...] = ("low", "shaft", "open")
STEP_M = 2e-5
"""Points are kept as whole multiples of it."""


@dataclass(frozen=True, eq=False)
class Proxy:
    """One left shoe."""

    family: str
    name: str
    vertices: Float[np.ndarray, "n 3"]
    """Of the decimated mesh."""
    faces: Int[np.ndarray, "m 3"]
    rim: Float[np.ndarray, "k 3"]
    """The edge of the opening, a closed ring from the heel on, first towards +x; a tongue is cut at the heel's height.
    Of an open shoe, the outline of its insole."""
    landmarks: Float[np.ndarray, "4 3"]
    """Of the foot inside it, in the order of LANDMARKS: the ankle is the joint, the others are points of the skin."""
    heel_deg: float
    """Plantar flexion that the shoe imposes on the ankle."""
    collar_m: float
    """Height of the highest point of the opening above the ground."""
    kind: Kind = "low"
    """low: the rim is about the ankle; shaft: it is well above it; open: bands on an insole, the toes are seen."""

    @cached_property
    def hull(self) -> Float[np.ndarray, "HULL_POINTS 3"]:
        """Outermost vertices in directions spread over the sphere; some are there more than once."""
        k = np.arange(HULL_POINTS) + 0.5
        z = 1 - 2 * k / HULL_POINTS
        turn = np.pi * (1 + 5**0.5) * k
        flat = np.sqrt(1 - z * z)
        ways = np.stack([flat * np.cos(turn), flat * np.sin(turn), z])
        return self.vertices[np.einsum("nc,ck->nk", self.vertices, ways).argmax(axis=0)]


def save(path: Path, made: Sequence[Proxy], icons: UInt8[np.ndarray, "p n k"]) -> None:
    """Write proxies as one compressed file: points in whole steps of STEP_M, faces as 16-bit numbers, icons as
    `grid.icons_of` makes them."""
    np.savez_compressed(
        path,
        family=np.array([p.family for p in made]),
        name=np.array([p.name for p in made]),
        kind=np.array([p.kind for p in made]),
        counts=np.array([(len(p.vertices), len(p.faces)) for p in made]),
        vertices=_steps(np.concatenate([p.vertices for p in made])),
        faces=np.concatenate([p.faces for p in made]).astype(np.uint16),
        rim=_steps(np.stack([p.rim for p in made])),
        landmarks=_steps(np.stack([p.landmarks for p in made])),
        heel_deg=np.array([p.heel_deg for p in made]),
        collar_m=np.array([p.collar_m for p in made]),
        icons=icons,
    )


def _steps(points: Float[np.ndarray, "*n 3"]) -> Int[np.ndarray, "*n 3"]:
    return np.round(points / STEP_M).astype(np.int16)


@lru_cache(maxsize=1)
def load_proxies() -> tuple[Proxy, ...]:
    """The proxies of the package, read once a process."""
    return read(FILE)


def read(path: Path) -> tuple[Proxy, ...]:
    """What `save` wrote."""
    with np.load(path) as file:
        data = {key: file[key] for key in file.files if key != "icons"}
    ends = data["counts"].cumsum(axis=0)[:-1]
    vertices = np.split(data["vertices"] * STEP_M, ends[:, 0])
    faces = np.split(data["faces"].astype(int), ends[:, 1])
    rims, landmarks = data["rim"] * STEP_M, data["landmarks"] * STEP_M
    return tuple(
        Proxy(
            family=str(data["family"][i]), name=str(data["name"][i]), vertices=vertices[i], faces=faces[i],
            rim=rims[i], landmarks=landmarks[i], heel_deg=float(data["heel_deg"][i]),
            collar_m=float(data["collar_m"][i]), kind=KINDS[KINDS.index(str(data["kind"][i]))],
        )
        for i in range(len(vertices))
    )  # fmt: skip


def load_icons(path: Path = FILE) -> UInt8[np.ndarray, "p n k"]:
    """The silhouettes of the package's proxies, or of others, one bit a pixel."""
    with np.load(path) as file:
        return file["icons"]
