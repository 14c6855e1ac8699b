"""(ours) The bodies that come with the package: legs of grown women and men, slim to heavy, young to old.

`bodies.npz` holds them coarse; `recipes/bodies.py` makes it with Anny (CC0). Nothing else is needed to pose them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_matrix

from shoemodel.body.figure import GROUP_COUNT, SIDES, TOES, Body, Figure
from shoemodel.body.relief import shaped
from shoemodel.body.splitting import split_long_edges

PATH = Path(__file__).with_name("bodies.npz")
Build = Literal["slim", "average", "strong", "heavy"]
JOINTS = tuple((side, joint) for side in SIDES for joint in ("hip", "knee", "ankle", *TOES))
LANDMARKS = tuple((side, name) for side in SIDES for name in ("heel", "big_toe", "small_toe"))
# finer than the world's mesh, for pictures in which an ankle is hundreds of px wide; foot and ankle finer still
LEVELS, FINE_EDGE_M, FINE_ABOVE_ANKLE_M = 2, 0.0026, 0.2
# how much bones and tendons show, and how much thicker the lower leg is, cm of a foot of 25
RELIEF = {"slim": (1.1, -0.18), "average": (0.95, -0.05), "strong": (1.1, 0.0), "heavy": (0.55, 0.40)}


@dataclass(frozen=True, eq=False)
class Person:
    """One of the bodies."""

    name: str
    woman: bool
    build: Build
    body: Body
    coarse: Float[np.ndarray, "k 3"]
    """Vertices at rest that the body's mesh is refined from, metres."""
    joints: Float[np.ndarray, "16 3"]
    """In the order of JOINTS."""
    foot_bones: Float[np.ndarray, "2 4 4"]
    """Left and right."""

    @cached_property
    def figure(self) -> Figure:
        """The legs at rest."""
        joints, bones = dict(zip(JOINTS, self.joints, strict=True)), dict(zip(SIDES, self.foot_bones, strict=True))
        smooth = Figure(self.body.refine @ self.coarse, self.coarse, joints, bones)
        return replace(smooth, vertices=shaped(self.body, smooth, *RELIEF[self.build]))


@dataclass(frozen=True, eq=False)
class Bodies:
    """What all of them share, and each."""

    body: Body
    people: tuple[Person, ...]

    def named(self, name: str) -> Person:
        """The person of a name. Raises KeyError for none."""
        return {person.name: person for person in self.people}[name]


@lru_cache(maxsize=2)
def load(fine: bool = True) -> Bodies:
    """The bodies of the package, read once a process; not fine: coarse ones, for small pictures."""
    with np.load(PATH) as stored:
        data = {name: stored[name] for name in stored.files}
    shape = (data["coarse"].shape[1], GROUP_COUNT)
    weights = csr_matrix((data["weights"], data["weight_columns"], data["weight_rows"]), shape).toarray().astype(float)
    landmarks = dict(zip(LANDMARKS, data["landmarks"].tolist(), strict=True))
    body = Body(data["faces"].astype(np.int64), weights, landmarks, LEVELS if fine else 1)
    if fine:
        vertices = body.refine @ data["coarse"][0]
        low = vertices[:, 2] < data["joints"][0, JOINTS.index(("left", "ankle")), 2] + FINE_ABOVE_ANKLE_M
        body = body.refined(*split_long_edges(body.faces, vertices, FINE_EDGE_M, low))
    people = tuple(
        Person(str(name), bool(woman), build, body, coarse.astype(float), joints, foot_bones)
        for name, woman, build, coarse, joints, foot_bones in zip(
            data["names"], data["women"], data["builds"].tolist(), data["coarse"], data["joints"], data["foot_bones"],
            strict=True,
        )
    )  # fmt: skip
    return Bodies(body, people)


def save(path: Path, body: Body, people: list[tuple[str, bool, Build, Figure]]) -> None:
    """Write a body and (name, woman, build, figure) of its people in the form that `load` reads."""
    weights = csr_matrix(body.coarse_weights.astype(np.float32))
    figures = [figure for *_, figure in people]
    np.savez_compressed(
        path, faces=body.coarse_faces.astype(np.uint16), weights=weights.data,
        weight_columns=weights.indices.astype(np.uint8), weight_rows=weights.indptr.astype(np.int32),
        landmarks=np.array([body.landmarks[key] for key in LANDMARKS], np.int32),
        names=np.array([name for name, *_ in people]), women=np.array([woman for _, woman, *_ in people]),
        builds=np.array([build for _, _, build, _ in people]),
        coarse=np.stack([figure.coarse for figure in figures]).astype(np.float32),
        joints=np.stack([[figure.joints[key] for key in JOINTS] for figure in figures]),
        foot_bones=np.stack([[figure.foot_bones[side] for side in SIDES] for figure in figures]),
    )  # fmt: skip
