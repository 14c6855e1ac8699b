"""One shoe from a mesh file, .obj, .glb or .gltf, that says nothing of how it stands or which foot it is for (ours).

It is stood upright by `upright.py` and scaled to the foot, whose ankle stretches as far as `heels.py` reads its heel.
What holds no water or is not as long as a shoe is refused. A scan may be closed below its collar, where the scanner saw
no deeper: it is hollowed out.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from shoemodel.errors import InputError
from shoemodel.render.meshes import compact, transform, vertex_normals
from shoemodel.render.parts import Material, Part
from shoemodel.shoes.assets import asset_family, linear
from shoemodel.shoes.build import Shoe
from shoemodel.shoes.heels import STEEPEST_DEG, Bed, onto_heel_and_ball, read_bed, unit_length
from shoemodel.shoes.implicit import smooth_mesh
from shoemodel.shoes.inside import BACK_M, seated
from shoemodel.shoes.last import Foot
from shoemodel.shoes.palette import LINING, RUBBER, material, nearest_colour, sample_colours
from shoemodel.shoes.upright import (
    Basin,
    Room,
    faces_inside,
    fill,
    onto_floor,
    room,
    strewn,
    upright,
)

LOG = logging.getLogger(__name__)
SUFFIXES = (".obj", ".glb", ".gltf")
# finishes that need no pattern painted on
FINISHES = ("leather", "leather", "suede", "patent")
# least share of its box that a shoe fills with water, its least and greatest length over width
WATER, SLENDER = 0.003, (2.0, 4.5)
# water less deep than this share of the height below its level stands on a closed scan; where its insole is then put
SHALLOW, CLOSED_SEAT = 0.45, 0.09
# the lining of a hollowed scan lies this far inside, in lengths
INSET = 0.018


@dataclass(frozen=True)
class Scan:
    """A left shoe of length 1: +x lateral, toes to -y, floor z = 0, back of the heel y = 0.

    bed: its inner floor. lining: the mesh (vertices, faces) that is seen inside. The vertices
    have colours (n, 3), or a texture with uv, or neither, in linear rgb.
    """

    vertices: np.ndarray
    faces: np.ndarray
    bed: Bed
    lining: tuple[np.ndarray, np.ndarray]
    colours: np.ndarray | None
    texture: np.ndarray | None
    uv: np.ndarray | None


def find_scans(folder: Path) -> list[Path]:
    """The mesh files below a folder that are shoes, in order of name, but for those that belong to .mhclo files.

    Every other one is named in the log with the reason.
    """
    bound = {path.parent for path in folder.rglob("*.mhclo")}
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and path.parent not in bound]
    return [path for path in files if _is_shoe(path)]


@lru_cache(maxsize=512)
def _is_shoe(path: Path) -> bool:
    try:
        read_scan(path)
    except InputError as error:
        LOG.warning("%s", error)
        return False
    return True


@lru_cache(maxsize=8)
def read_scan(path: Path) -> Scan:
    """The shoe of a mesh file. Raises InputError, with the reason, for one that is no shoe."""
    mesh = _load(path)
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces)
    points = strewn(vertices, faces)
    turn, water = upright(points)
    if water.share < WATER:
        raise InputError(f"{path} holds no water however it stands; one shoe, open above and closed below, is needed")
    matrix = onto_floor(points @ turn.T, water.middle)
    matrix[:3, :3] = matrix[:3, :3] @ turn
    matrix = onto_heel_and_ball(transform(matrix, points)) @ matrix
    matrix = unit_length(transform(matrix, points)) @ matrix
    vertices, points = transform(matrix, vertices), transform(matrix, points)
    slender = 1.0 / float(np.ptp(points[:, 0]))
    if not SLENDER[0] < slender < SLENDER[1]:
        raise InputError(f"{path} is {slender:.1f} times as long as wide; a shoe is {SLENDER[0]} to {SLENDER[1]} times")
    if np.linalg.det(matrix[:3, :3]) < 0:
        faces = faces[:, ::-1]
    water = fill(points)
    deepest = np.unravel_index(water.depth.argmax(), water.depth.shape)
    if water.depth[deepest] < SHALLOW * (water.depth[deepest] + water.ground[deepest]):
        faces, lining = _hollowed(vertices, faces, water, room(points))
        return Scan(vertices, faces, Bed(CLOSED_SEAT, CLOSED_SEAT), lining, *_look(mesh))
    bed = read_bed(points)
    if bed.heel_deg > STEEPEST_DEG:
        raise InputError(f"{path} has an inner floor {bed.heel_deg:.0f} degrees steep; {STEEPEST_DEG:.0f} is the most")
    inside = faces_inside(vertices, faces, room(points))
    if mesh.visual.kind is None:
        return Scan(vertices, faces[~inside], bed, (vertices, faces[inside]), None, None, None)
    return Scan(vertices, faces, bed, (vertices, faces[:0]), *_look(mesh))


def _hollowed(
    vertices: np.ndarray, faces: np.ndarray, water: Basin, within: Room
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Faces without those the water stands on, and a lining: the same surface smoothed, inset, on a level insole.

    No lining where the inset surface is not within: under laces, which are thinner than it is deep.
    """
    corners = vertices[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    level_up = normal[:, 2] > 0.5 * np.linalg.norm(normal, axis=1)
    centres = corners.mean(axis=1)
    depth, ground = water.at(centres)
    wet = depth > 0.5 * water.step
    closing = level_up & wet & (np.abs(centres[:, 2] - ground) < 2 * water.step)
    # what looks at the water from beside it is the collar's own lining
    beside = centres[:, 2] > (centres[closing, 2].min() if closing.any() else 1.0)
    lined = ~closing & ~(beside & (((water.middle - centres[:, :2]) * normal[:, :2]).sum(axis=1) > 0))
    smooth = smooth_mesh(vertices, faces, 8)
    inner = smooth - INSET * vertex_normals(smooth, faces)
    inner[:, 2] = np.maximum(inner[:, 2], CLOSED_SEAT)
    lining = faces[lined]
    return faces[~closing], (inner, lining[within.holds(inner[lining].mean(axis=1))][:, ::-1])


def build_scan(path: Path, stretched: Callable[[float], Foot]) -> Shoe:
    """The left shoe of a mesh file on a foot. stretched: degrees of the ankle -> the foot."""
    scan = read_scan(path)
    heel_deg = scan.bed.heel_deg
    vertices, length, matrix, squeeze = seated(scan.vertices, scan.faces, scan.bed, stretched(heel_deg))
    family = asset_family(path)
    parts, words = _parts(path, scan, length)
    return Shoe(
        parts, heel_deg, heel_deg, matrix, squeeze, length, float(vertices[:, 2].max()), family, path.stem,
        {"family": family, **words},
    )  # fmt: skip


def _load(path: Path) -> Any:
    """The file as one mesh of trimesh."""
    import trimesh

    try:
        mesh = trimesh.load(path, force="mesh")
    except Exception as error:  # trimesh raises whatever its readers meet
        raise InputError(f"{path} cannot be read as a mesh ({type(error).__name__}: {error})") from error
    if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) < 100:
        raise InputError(f"{path} holds no mesh of 100 faces or more; one shoe is needed")
    return mesh


def _look(mesh: Any) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Colours per vertex, texture, uv of a mesh, as far as its file gives any, linear rgb."""
    visual = mesh.visual
    if visual.kind == "vertex":
        return linear(np.asarray(visual.vertex_colors)[:, :3]), None, None
    if visual.kind != "texture" or visual.uv is None:
        return None, None, None
    picture = getattr(visual.material, "baseColorTexture", None) or getattr(visual.material, "image", None)
    if picture is None:
        return None, None, None
    return None, linear(np.asarray(picture.convert("RGB"))), np.asarray(visual.uv, float)


def _parts(path: Path, scan: Scan, length: float) -> tuple[list[Part], dict[str, str]]:
    """The shoe's parts, `length` metres long, and the words of its look: the file's own, or a finish of ours.

    Every wearer has the same look: it is drawn from the file's name.
    """
    rng = np.random.default_rng(list(hashlib.sha256(path.stem.encode()).digest()[:8]))
    family = asset_family(path)
    finish = str(rng.choice(FINISHES))
    colours = sample_colours(rng, family, finish)
    vertices = scan.vertices * length + [0.0, BACK_M, 0.0]
    parts = [
        _plain("lining", scan.lining[0] * length + [0.0, BACK_M, 0.0], scan.lining[1], colours["lining"].rgb, LINING)
    ]
    if scan.texture is not None and scan.uv is not None:
        texels = (np.mod(scan.uv * [1, -1] + [0, 1], 0.9999) * scan.texture.shape[1::-1]).astype(int)
        words = {"colour": nearest_colour(np.median(scan.texture[texels[:, 1], texels[:, 0]], axis=0)).name}
        leather = material("leather")
        parts.append(Part("shoe_left_upper", vertices, scan.faces, leather, texture=scan.texture, uv=scan.uv))
    elif scan.colours is not None:
        words = {"colour": nearest_colour(np.median(scan.colours, axis=0)).name}
        parts.append(Part("shoe_left_upper", vertices, scan.faces, material("leather"), scan.colours))
    else:
        words = {"colour": colours["body"].name, "material": finish}
        centres = scan.vertices[scan.faces].mean(axis=1)
        low = centres[:, 2] < scan.bed.at(centres[:, 1])
        parts.append(_plain("upper", vertices, scan.faces[~low], colours["body"].rgb, material(finish)))
        parts.append(_plain("sole", vertices, scan.faces[low], colours["sole"].rgb, RUBBER))
    return [part for part in parts if len(part.faces)], words


def _plain(name: str, vertices: np.ndarray, faces: np.ndarray, rgb: tuple[float, ...], surface: Material) -> Part:
    """A part of one colour, of the vertices that its faces use."""
    faces, points = compact(faces, vertices)
    return Part(f"shoe_left_{name}", points, faces, surface, np.tile(rgb, (len(points), 1)))
