"""The shoes that the first guess of a fit is learnt from: reduced as proxies are, each with a leg (ours).

`recipes/fit_shoes.py` writes such a folder: `SHOES` in the form of the package's proxies, named by the shoes'
identities, and `LEGS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8

from shoemodel.errors import InputError
from shoemodel.fit import proxies
from shoemodel.fit.proxies import STEP_M, Proxy

SHOES, LEGS = "shoes.npz", "legs.npz"


@dataclass(frozen=True, eq=False)
class LearntShoe:
    """A left shoe and the leg in it, in one frame."""

    proxy: Proxy
    leg: Float[np.ndarray, "n 3"]
    leg_faces: Int[np.ndarray, "m 3"]


def save_legs(path: Path, made: Sequence[LearntShoe]) -> None:
    """Write the legs, points in whole steps of `STEP_M`."""
    np.savez_compressed(
        path,
        counts=np.array([(len(each.leg), len(each.leg_faces)) for each in made]),
        vertices=np.round(np.concatenate([each.leg for each in made]) / STEP_M).astype(np.int16),
        faces=np.concatenate([each.leg_faces for each in made]).astype(np.uint16),
    )


def load(folder: Path | str) -> tuple[tuple[LearntShoe, ...], UInt8[np.ndarray, "p n k"]]:
    """The shoes of a folder, and their silhouettes as `grid.icons_of` makes them.

    Raises:
        InputError: the folder holds none.
    """
    folder = Path(folder)
    if not ((folder / SHOES).is_file() and (folder / LEGS).is_file()):
        raise InputError(
            f"{folder}: found no {SHOES} and {LEGS}; a folder written by `recipes/fit_shoes.py` is accepted"
        )
    with np.load(folder / LEGS) as file:
        ends = file["counts"].cumsum(axis=0)[:-1]
        legs = np.split(file["vertices"] * STEP_M, ends[:, 0])
        faces = np.split(file["faces"].astype(int), ends[:, 1])
    found = proxies.read(folder / SHOES)
    made = tuple(LearntShoe(*each) for each in zip(found, legs, faces, strict=True))
    return made, proxies.load_icons(folder / SHOES)
