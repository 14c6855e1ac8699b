"""Motion clips: the legs of a recorded walker, read from BVH files.

A BVH file names a skeleton whose rest pose faces +z with y up, and lists angles for every frame. Only the joints of the
legs are kept, in the world's frame (metres, z up, the body faces -y, left = +x), for a leg of `LEG_M`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from shoemodel.body.poses import LEG_M
from shoemodel.errors import InputError

# what files call the joints at the upper end of thigh, shin and foot, after "left", "l" ...
JOINTS = {
    "hip": ("thigh", "upleg", "upperleg", "hip"),
    "knee": ("shin", "leg", "lowerleg", "knee"),
    "ankle": ("foot", "ankle"),
}
PREFIXES = {"left": ("left", "l"), "right": ("right", "r")}
# the file's x, y, z in the world's frame
TO_WORLD = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
# a foot is flat when its ankle is among the lowest of its clip (ours)
FLAT_SHARE = 0.2


@dataclass(frozen=True)
class Clip:
    """The legs of one recording of n frames.

    joints {(side, hip | knee | ankle): (n, 3)}; toes {side: (n, 3)} unit vectors the way each foot points, level when
    the foot is flat on the floor.
    """

    name: str
    frame_s: float
    joints: dict[tuple[str, str], np.ndarray]
    toes: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.toes["left"])


@dataclass
class _Node:
    """A joint of the file: its parent's number, offset, channels and the first column they fill."""

    name: str
    parent: int
    offset: np.ndarray = field(default_factory=lambda: np.zeros(3))
    channels: list[str] = field(default_factory=list)
    column: int = 0


@lru_cache(maxsize=4)
def load_clips(folder: Path) -> tuple[Clip, ...]:
    """Every `mocap/*.bvh` below a folder of assets, in order of name. Raises InputError for one without legs."""
    return tuple(read_clip(path) for path in sorted((folder / "mocap").glob("*.bvh")))


def read_clip(path: Path) -> Clip:
    """The legs of a BVH file. Raises InputError naming the file where it holds no such thing."""
    head, _, tail = path.read_text(errors="replace").partition("MOTION")
    nodes = _read_nodes(head)
    frames, frame_s = _read_frames(path, tail, sum(len(node.channels) for node in nodes))
    legs = {(side, joint): _find(path, nodes, side, joint) for side in PREFIXES for joint in JOINTS}
    places, turns = _pose(nodes, frames)
    joints = {key: places[number] @ TO_WORLD.T for key, number in legs.items()}
    ends = [joints["left", joint][0] for joint in JOINTS]
    scale = LEG_M / (np.linalg.norm(ends[1] - ends[0]) + np.linalg.norm(ends[2] - ends[1]))
    joints = {key: points * scale for key, points in joints.items()}
    toes = {}
    for side in PREFIXES:
        foot = legs[side, "ankle"]
        way = turns[foot].apply(_forward(nodes, foot)) @ TO_WORLD.T
        toes[side] = _levelled(way, joints[side, "ankle"][:, 2])
    return Clip(path.stem, frame_s, joints, toes)


def _read_nodes(head: str) -> list[_Node]:
    """The skeleton, parents before children."""
    nodes: list[_Node] = []
    open_nodes: list[int] = []
    columns = 0
    for line in head.splitlines():
        words = line.split()
        if words[:1] in (["ROOT"], ["JOINT"], ["End"]):
            nodes.append(_Node(words[-1], open_nodes[-1] if open_nodes else -1))
        elif words[:1] == ["{"]:
            open_nodes.append(len(nodes) - 1)
        elif words[:1] == ["}"]:
            open_nodes.pop()
        elif words[:1] == ["OFFSET"]:
            nodes[-1].offset = np.array([float(word) for word in words[1:4]])
        elif words[:1] == ["CHANNELS"]:
            nodes[-1].channels, nodes[-1].column = words[2:], columns
            columns += len(words) - 2
    return nodes


def _read_frames(path: Path, tail: str, columns: int) -> tuple[np.ndarray, float]:
    """Angles and places (n, columns) of every frame, and the seconds between two."""
    lines = [line for line in tail.splitlines() if line.strip()]
    rows = [line.split() for line in lines[2:]]
    if not columns or not rows or any(len(row) != columns for row in rows):
        found = len(rows[0]) if rows else 0
        raise InputError(
            f"{path} has {len(rows)} frames of {found} numbers for {columns} channels; one number each is needed"
        )
    return np.array(rows, float), float(lines[1].split()[-1])


def _find(path: Path, nodes: list[_Node], side: str, joint: str) -> int:
    """Number of the side's joint, whatever the file calls it."""
    names = {node.name.lower().split(":")[-1].replace("_", ""): number for number, node in enumerate(nodes)}
    for word in JOINTS[joint]:
        for prefix in PREFIXES[side]:
            if prefix + word in names:
                return names[prefix + word]
    accepted = ", ".join(f"{side}{word}" for word in JOINTS[joint])
    raise InputError(f"{path} has no {side} {joint}; a joint named one of {accepted} is needed")


def _pose(nodes: list[_Node], frames: np.ndarray) -> tuple[list[np.ndarray], list[Rotation]]:
    """Place (n, 3) and turn of every joint in every frame, in the file's frame (forward kinematics)."""
    places: list[np.ndarray] = []
    turns: list[Rotation] = []
    for node in nodes:
        values = frames[:, node.column : node.column + len(node.channels)]
        moved = np.tile(node.offset, (len(frames), 1))
        for axis, name in enumerate("XYZ"):
            if f"{name}position" in node.channels:
                moved[:, axis] += values[:, node.channels.index(f"{name}position")]
        spins = [k for k, name in enumerate(node.channels) if name.endswith("rotation")]
        order = "".join(node.channels[k][0] for k in spins)
        turn = Rotation.from_euler(order, values[:, spins], degrees=True) if spins else Rotation.identity(len(frames))
        if node.parent >= 0:
            moved = places[node.parent] + turns[node.parent].apply(moved)
            turn = turns[node.parent] * turn
        places.append(moved)
        turns.append(turn)
    return places, turns


def _forward(nodes: list[_Node], foot: int) -> np.ndarray:
    """The way the toes point at rest (3,): level towards the foot's first child, else straight ahead."""
    child = next((node for node in nodes if node.parent == foot), None)
    level = np.array([0.0, 0.0, 1.0]) if child is None else child.offset * [1, 0, 1]
    length = np.linalg.norm(level)
    return level / length if length > 1e-6 else np.array([0.0, 0.0, 1.0])


def _levelled(way: np.ndarray, ankle_z: np.ndarray) -> np.ndarray:
    """Ways (n, 3) of a foot, pitched so that it is level where its ankle is lowest."""
    pitch = np.arcsin(np.clip(way[:, 2], -1, 1))
    pitch = pitch - np.median(pitch[ankle_z <= np.quantile(ankle_z, FLAT_SHARE)])
    heading = np.arctan2(way[:, 0], -way[:, 1])
    return np.stack([np.cos(pitch) * np.sin(heading), -np.cos(pitch) * np.cos(heading), np.sin(pitch)], axis=1)
