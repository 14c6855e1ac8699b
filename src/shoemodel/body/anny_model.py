"""The parametric body: legs of any phenotype, made by Anny (CC0), whose many bones are gathered into the legs' few."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from shoemodel.body.figure import TOES, Body, Figure
from shoemodel.render.meshes import compact

LETTERS = {"left": "L", "right": "R"}
TRUNK_BONES = ("root", "pelvis.L", "pelvis.R", "spine05", "spine04", "spine03")
JOINT_BONES = {"hip": "upperleg01", "knee": "lowerleg01", "ankle": "foot", **{toe: toe for toe in TOES}}


class AnnyBody(Body):
    """A body that makes figures of phenotypes. Its construction needs the library anny."""

    def __init__(self) -> None:
        import anny
        import torch

        self._model = anny.Anny(skinning_method="lbs").to(torch.float32)
        self._bones = {label: i for i, label in enumerate(self._model.bone_labels)}
        dense = bone_weights(self._model)
        gathered = gathered_weights(self._model)
        faces = self._model.get_triangular_faces().numpy()
        numbers = np.arange(len(dense))
        coarse_faces, self._kept, gathered, dense = compact(
            faces[(gathered.sum(axis=1)[faces] > 0.5).all(axis=1)], numbers, gathered, dense
        )
        landmarks = self._find_landmarks(dense, self._rest({})[0])
        super().__init__(coarse_faces, gathered / gathered.sum(axis=1, keepdims=True), landmarks)

    def figure(self, phenotype: dict[str, float]) -> Figure:
        """The body at rest for Anny phenotype values in [0, 1] (gender 1 is female, age >= 0.5 adult)."""
        coarse, poses = self._rest(phenotype)
        bone = {(s, j): poses[self._bones[f"{b}.{n}"]] for s, n in LETTERS.items() for j, b in JOINT_BONES.items()}
        joints = {key: pose[:3, 3] for key, pose in bone.items()}
        return Figure(self.refine @ coarse, coarse, joints, {s: bone[s, "ankle"] for s in LETTERS})

    def _rest(self, phenotype: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        """Coarse vertices (k, 3) and the poses of all bones (bones, 4, 4) at rest."""
        import torch

        with torch.no_grad():
            output = self._model(phenotype_kwargs=phenotype)
        poses = output["rest_bone_poses"][0].numpy().astype(float)
        return output["rest_vertices"][0].numpy().astype(float)[self._kept], poses

    def _find_landmarks(self, dense: np.ndarray, rest: np.ndarray) -> dict[tuple[str, str], int]:
        """Heel: rearmost low vertex of the foot bone; toes: foremost vertex of the toe's last bone."""
        owner = dense.argmax(axis=1)
        landmarks = {}
        for side, letter in LETTERS.items():
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
    for letter in LETTERS.values():
        for stems in (("upperleg",), ("lowerleg",), ("foot",), *((toe.split("-")[0] + "-",) for toe in TOES)):
            groups.append([i for n, i in bones.items() if n.startswith(stems) and n.endswith(letter)])
    dense = bone_weights(model)
    return np.stack([dense[:, members].sum(axis=1) for members in groups], axis=1)


@lru_cache(maxsize=1)
def body() -> AnnyBody:
    """The one body of this process; the first construction on a machine takes about a minute."""
    return AnnyBody()


def sample_phenotype(rng: np.random.Generator, female: bool) -> dict[str, float]:
    """Anny's parameters of an adult of any age (0.5 young, 1 old), slight to heavy, short to tall."""
    return {
        "gender": float(rng.uniform(0.88, 1.0) if female else rng.uniform(0.0, 0.12)),
        "age": float(0.5 + 0.5 * rng.beta(1.1, 2.4)),
        "muscle": float(rng.uniform(0.15, 0.9)),
        "weight": float(np.clip(rng.normal(0.46, 0.19), 0.08, 0.95)),
        "height": float(np.clip(rng.normal(0.5, 0.14), 0.12, 0.9)),
    }
