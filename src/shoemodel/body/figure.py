"""The parametric body: Anny's legs, refined once, with weights gathered into the few joints a leg needs.

Anny (CC0) stands in its rest pose facing -y, z up, left = +x, metres. Its bones are gathered into 17 groups
(trunk; per side thigh, shin, foot, five toes), each moved by one rigid transform; skinning is linear blending.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from shoemodel.render.meshes import compact, loop_subdivision, rigid, rotation, transform
from shoemodel.shoes.last import Foot

SIDES = {"left": "L", "right": "R"}
TOES = tuple(f"toe{i}-1" for i in range(1, 6))
GROUP_COUNT = 17
TRUNK_BONES = ("root", "pelvis.L", "pelvis.R", "spine05", "spine04", "spine03")
# nothing further from the shoe than this is told apart
FAR_M = 0.05
JOINT_BONES = {"hip": "upperleg01", "knee": "lowerleg01", "ankle": "foot", **{toe: toe for toe in TOES}}


def group(side: str, joint: str) -> int:
    """Number of a group of bones: 0 is the trunk; joint is thigh, shin, foot or one of TOES."""
    return 1 + 8 * (side == "right") + ("thigh", "shin", "foot", *TOES).index(joint)


@dataclass(frozen=True)
class Figure:
    """A body of one phenotype at rest, metres.

    vertices (n, 3): refined leg mesh; coarse (k, 3): Anny's own vertices of it; joints {(side, joint): (3,)} with
    joint hip, knee, ankle or one of TOES; foot_bones {side: (4, 4)}: Anny's pose of the foot bone.
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
    """Anny's leg mesh: topology, weights and landmarks, common to all phenotypes.

    `faces` (m, 3), `weights` (n, 17) and `landmarks` {(side, name): vertex} belong to the refined mesh, in which
    Anny's vertices keep the numbers they have in `coarse_faces`.
    """

    def __init__(self) -> None:
        import anny
        import torch

        self._model = anny.Anny(skinning_method="lbs").to(torch.float32)
        self._bones = {label: i for i, label in enumerate(self._model.bone_labels)}
        dense = bone_weights(self._model)
        gathered = gathered_weights(self._model)
        faces = self._model.get_triangular_faces().numpy()
        numbers = np.arange(len(dense))
        self.coarse_faces, self._kept, gathered, dense = compact(
            faces[(gathered.sum(axis=1)[faces] > 0.5).all(axis=1)], numbers, gathered, dense
        )
        self.coarse_weights = gathered / gathered.sum(axis=1, keepdims=True)
        self._refine, self.faces = loop_subdivision(self.coarse_faces, len(self._kept))
        self.weights = self._refine @ self.coarse_weights
        self.landmarks = self._find_landmarks(dense)

    def figure(self, phenotype: dict[str, float]) -> Figure:
        """The body at rest for Anny phenotype values in [0, 1] (gender 1 is female, age >= 0.5 adult)."""
        import torch

        with torch.no_grad():
            output = self._model(phenotype_kwargs=phenotype)
        poses = output["rest_bone_poses"][0].numpy().astype(float)
        coarse = output["rest_vertices"][0].numpy().astype(float)[self._kept]
        bone = {(s, j): poses[self._bones[f"{b}.{n}"]] for s, n in SIDES.items() for j, b in JOINT_BONES.items()}
        joints = {key: pose[:3, 3] for key, pose in bone.items()}
        return Figure(self._refine @ coarse, coarse, joints, {s: bone[s, "ankle"] for s in SIDES})

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

    def _find_landmarks(self, dense: np.ndarray) -> dict[tuple[str, str], int]:
        """Heel: rearmost low vertex of the foot bone; toes: foremost vertex of the toe's last bone."""
        rest = self.figure({}).coarse
        owner = dense.argmax(axis=1)
        landmarks = {}
        for side, letter in SIDES.items():
            low = np.flatnonzero((owner == self._bones[f"foot.{letter}"]) & (rest[:, 2] < rest[:, 2].min() + 0.03))
            landmarks[side, "heel"] = int(low[rest[low, 1].argmax()])
            for name, bone in (("big_toe", "toe1-2"), ("small_toe", "toe5-3")):
                toe = np.flatnonzero(owner == self._bones[f"{bone}.{letter}"])
                landmarks[side, name] = int(toe[rest[toe, 1].argmin()])
        return landmarks


def bone_weights(model: Any) -> np.ndarray:
    """How much each vertex of an Anny model belongs to each of its bones, (vertices, bones)."""
    weights = model.vertex_bone_weights.numpy()
    dense = np.zeros((len(weights), len(model.bone_labels)))
    rows = np.broadcast_to(np.arange(len(weights))[:, None], weights.shape)
    np.add.at(dense, (rows, model.vertex_bone_indices.numpy()), weights)
    return dense


def gathered_weights(model: Any) -> np.ndarray:
    """How much each vertex of an Anny model belongs to each group, (vertices, GROUP_COUNT); arms and head to none."""
    bones = {label: i for i, label in enumerate(model.bone_labels)}
    groups = [[bones[name] for name in TRUNK_BONES]]
    for letter in SIDES.values():
        for stems in (("upperleg",), ("lowerleg",), ("foot",), *((toe.split("-")[0] + "-",) for toe in TOES)):
            groups.append([i for n, i in bones.items() if n.startswith(stems) and n.endswith(letter)])
    dense = bone_weights(model)
    return np.stack([dense[:, members].sum(axis=1) for members in groups], axis=1)


@lru_cache(maxsize=1)
def body() -> Body:
    """The one body of this process; the first construction on a machine takes about a minute."""
    return Body()


def sample_phenotype(rng: np.random.Generator, female: bool) -> dict[str, float]:
    """Anny's parameters of an adult of any age (0.5 young, 1 old), slight to heavy, short to tall."""
    return {
        "gender": float(rng.uniform(0.88, 1.0) if female else rng.uniform(0.0, 0.12)),
        "age": float(0.5 + 0.5 * rng.beta(1.1, 2.4)),
        "muscle": float(rng.uniform(0.15, 0.9)),
        "weight": float(np.clip(rng.normal(0.46, 0.19), 0.08, 0.95)),
        "height": float(np.clip(rng.normal(0.5, 0.14), 0.12, 0.9)),
    }


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
