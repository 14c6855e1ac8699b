"""The body: a pair of legs as a mesh, refined from a coarse one, with weights of the few joints a leg needs.

It stands in its rest pose facing -y, z up, left = +x, metres. Its bones are 17 groups (trunk; per side thigh, shin,
foot, five toes), each moved by one rigid transform; skinning is linear blending.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from shoemodel.render.meshes import compact, loop_subdivision, rigid, rotation, transform
from shoemodel.shoes.last import Foot

SIDES = ("left", "right")
TOES = tuple(f"toe{i}-1" for i in range(1, 6))
GROUP_COUNT = 17
# nothing further from the shoe than this is told apart
FAR_M = 0.05


def group(side: str, joint: str) -> int:
    """Number of a group of bones: 0 is the trunk; joint is thigh, shin, foot or one of TOES."""
    return 1 + 8 * (side == "right") + ("thigh", "shin", "foot", *TOES).index(joint)


@dataclass(frozen=True)
class Figure:
    """One person's legs at rest, metres.

    vertices (n, 3): refined leg mesh; coarse (k, 3): the vertices it is refined from; joints {(side, joint): (3,)} with
    joint hip, knee, ankle or one of TOES; foot_bones {side: (4, 4)}: pose of the foot bone.
    """

    vertices: np.ndarray
    coarse: np.ndarray
    joints: dict[tuple[str, str], np.ndarray]
    foot_bones: dict[str, np.ndarray]

    def length(self, start: str, end: str) -> float:
        """Distance between two joints of the left leg."""
        return float(np.linalg.norm(self.joints["left", end] - self.joints["left", start]))

    def height_above_ankle(self, side: str) -> np.ndarray:
        """Rest height (n,) of every refined vertex above the side's ankle joint."""
        return self.vertices[:, 2] - self.joints[side, "ankle"][2]


@dataclass(frozen=True)
class Shod:
    """A figure whose feet are in shoes: all that its clothes need to know of them.

    vertices (n, 3): the refined mesh at rest with the feet squeezed to the shoes' inside; to_shoe (n,): how far each
    of them is, in its shoe, from that, metres, `FAR_M` where it is no part of foot or shin.
    """

    figure: Figure
    vertices: np.ndarray
    to_shoe: np.ndarray


class Body:
    """A leg mesh: topology, weights and landmarks, common to all figures.

    `faces` (m, 3), `weights` (n, 17) and `landmarks` {(side, name): vertex} belong to the refined mesh, in which
    the coarse vertices keep the numbers they have in `coarse_faces`; `refine` (n, k) makes it of them in `levels`
    steps of subdivision.
    """

    def __init__(
        self, coarse_faces: np.ndarray, coarse_weights: np.ndarray, landmarks: dict[tuple[str, str], int],
        levels: int = 1,
    ) -> None:  # fmt: skip
        self.coarse_faces, self.coarse_weights, self.landmarks = coarse_faces, coarse_weights, landmarks
        self.refine, self.faces = loop_subdivision(coarse_faces, len(coarse_weights))
        for _ in range(levels - 1):
            finer, self.faces = loop_subdivision(self.faces, self.refine.shape[0])
            self.refine = finer @ self.refine
        self.weights = self.refine @ coarse_weights

    def refined(self, finer: csr_matrix, faces: np.ndarray) -> Body:
        """The same body with a finer mesh of these faces, whose vertices the matrix `finer` makes of its own."""
        body = copy(self)
        body.faces, body.refine = faces, (finer @ self.refine).tocsr()
        body.weights = body.refine @ self.coarse_weights
        return body

    def foot(self, figure: Figure, heel_deg: float) -> Foot:
        """The left foot and lower leg of a figure, stretched by heel_deg, for a shoe to be built on."""
        transforms = rest_transforms()
        transforms.update(foot_transforms(figure, "left", reference_foot(figure, "left", heel_deg), heel_deg))
        posed = skin(figure.coarse, self.coarse_weights, transforms)
        foot_groups = [group("left", joint) for joint in ("foot", *TOES)]
        is_foot = self.coarse_weights[:, foot_groups].sum(axis=1)
        lower = is_foot + self.coarse_weights[:, group("left", "shin")]
        faces, vertices, is_foot = compact(
            self.coarse_faces[(lower[self.coarse_faces] > 0.3).any(axis=1)], posed, is_foot > 0.5
        )
        points = {name: posed[self.landmarks["left", name]] for name in ("heel", "big_toe", "small_toe")}
        ankle = transforms[group("left", "foot")] @ figure.foot_bones["left"]
        return Foot(vertices=vertices, faces=faces, is_foot=is_foot, ankle_pose=ankle, **points)

    def leg_faces(self, side: str) -> np.ndarray:
        """Faces of one leg alone, cut open below the hip."""
        weight = self.weights[:, [group(side, joint) for joint in ("thigh", "shin", "foot", *TOES)]].sum(axis=1)
        return self.faces[(weight[self.faces] > 0.6).all(axis=1)]

    def foot_weight(self, side: str) -> np.ndarray:
        """How much each refined vertex (n,) belongs to the foot and its toes."""
        return self.weights[:, [group(side, joint) for joint in ("foot", *TOES)]].sum(axis=1)


def rest_transforms() -> dict[int, np.ndarray]:
    """Every group where it rests."""
    return {number: np.eye(4) for number in range(GROUP_COUNT)}


def reference_foot(figure: Figure, side: str, heel_deg: float) -> np.ndarray:
    """Transform (4, 4) of the foot when its ankle stretches by heel_deg in the rest pose."""
    ankle = figure.joints[side, "ankle"]
    return rigid(rotation("x", heel_deg), ankle, ankle)


def foot_transforms(figure: Figure, side: str, foot: np.ndarray, heel_deg: float) -> dict[int, np.ndarray]:
    """Transforms of a foot moved by `foot` (4, 4) and of its toes, which stay level while the heel rises."""
    transforms = {group(side, "foot"): foot}
    for toe in TOES:
        root = figure.joints[side, toe]
        transforms[group(side, toe)] = foot @ rigid(rotation("x", -heel_deg), root, root)
    return transforms


def blend(weights: np.ndarray, transforms: dict[int, np.ndarray]) -> np.ndarray:
    """Linear blend (n, 4, 4) of the groups' transforms by weights (n, 17)."""
    stacked = np.stack([transforms[number] for number in range(GROUP_COUNT)])
    return (weights @ stacked.reshape(GROUP_COUNT, 16)).reshape(-1, 4, 4)


def skin(vertices: np.ndarray, weights: np.ndarray, transforms: dict[int, np.ndarray]) -> np.ndarray:
    """Linear blend skinning of rest vertices (n, 3)."""
    blended = blend(weights, transforms)
    return np.einsum("nij,nj->ni", blended[:, :3, :3], vertices) + blended[:, :3, 3]


def joint_points(figure: Figure, side: str, transforms: dict[int, np.ndarray]) -> dict[str, np.ndarray]:
    """Hip, knee and ankle of one leg in the world."""
    owner = {"hip": "thigh", "knee": "shin", "ankle": "foot"}
    return {
        name: transform(transforms[group(side, part)], figure.joints[side, name][None])[0]
        for name, part in owner.items()
    }
