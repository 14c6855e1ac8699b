"""The only file that speaks to mitsuba: parts and places in, linear pictures and first hits out.

Everything is a mesh with the same reflectance model, and every scene has one surrounding picture and one area light:
each new set of plugin types would cost a second of compilation.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np

from shoemodel.errors import InputError
from shoemodel.world.camera import Camera
from shoemodel.world.light import AreaLight
from shoemodel.world.parts import Part
from shoemodel.world.places import Place

Variant = Literal["llvm_ad_rgb", "scalar_rgb", "cuda_ad_rgb"]
MAX_DEPTH = 4
GUIDES = "albedo:albedo,normal:sh_normal,depth:depth"
FAR = np.inf


def find_llvm() -> Path | None:
    """libLLVM 19 or newer: `DRJIT_LIBLLVM_PATH`, else the distribution's (14 to 16 are refused or abort)."""
    named = os.environ.get("DRJIT_LIBLLVM_PATH")
    if named:
        return Path(named) if Path(named).exists() else None
    for version in (21, 20, 19):
        for pattern in (f"libLLVM.so.{version}*", f"libLLVM-{version}*.so*"):
            found = sorted(path for root in ("lib", "lib64") for path in Path("/usr", root).glob(f"**/{pattern}"))
            if found:
                return found[0]
    return None


def default_variant() -> Variant:
    """The fast one where its compiler is installed."""
    return "llvm_ad_rgb" if find_llvm() else "scalar_rgb"


def start(variant: Variant | None = None, threads: int = 1) -> ModuleType:
    """Load the renderer in one variant; once a process, later calls change nothing. Raises `InputError` when it is
    not installed."""
    variant = variant or default_variant()
    library = find_llvm()
    if variant == "llvm_ad_rgb" and library is not None:
        os.environ["DRJIT_LIBLLVM_PATH"] = str(library)
    try:
        import mitsuba as mi
    except ImportError as error:
        raise InputError("rendering needs mitsuba: found none; install shoemodel[world]") from error
    if mi.variant() is None:
        mi.set_variant(variant)
        mi.set_log_level(mi.LogLevel.Error)
        if variant != "scalar_rgb":
            import drjit

            drjit.set_thread_count(threads)
    return mi


def mitsuba() -> ModuleType:
    """The renderer as it was started, or started with the defaults."""
    return start()


@dataclass(frozen=True)
class View:
    """Parts under light, seen by one camera; `names[i]` is the part of hit number i."""

    scene: Any
    names: tuple[str, ...]
    shape_ids: dict[Any, int]
    """What a hit of the renderer carries -> index into names."""


@dataclass(frozen=True)
class Picture:
    """One linear render with the features that guide the denoiser."""

    radiance: np.ndarray
    """(h, w, 3)."""
    albedo: np.ndarray
    normal: np.ndarray
    depth: np.ndarray
    """(h, w) metres, 0 where there is only sky."""


def mesh(part: Part, number: int) -> Any:
    """A part as a mitsuba mesh named by its number."""
    mi = mitsuba()
    textured = part.texture is not None
    properties = mi.Properties()
    properties["bsdf"] = mi.load_dict(_reflectance(part))
    vertices = np.ascontiguousarray(part.vertices, np.float32)
    shape = mi.Mesh(
        shape_name(number), len(vertices), len(part.faces),
        has_vertex_normals=True, has_vertex_texcoords=textured, props=properties,
    )  # fmt: skip
    if not textured:
        shape.add_attribute("vertex_color", 3, np.ascontiguousarray(part.colours, np.float32).ravel())
    parameters = mi.traverse(shape)
    parameters["vertex_positions"] = vertices.ravel()
    parameters["faces"] = np.ascontiguousarray(part.faces, np.uint32).ravel()
    parameters["vertex_normals"] = vertex_normals(part.vertices, part.faces).astype(np.float32).ravel()
    if textured:
        uv = np.stack([part.uv[:, 0], 1 - part.uv[:, 1]], 1)
        parameters["vertex_texcoords"] = np.ascontiguousarray(uv, np.float32).ravel()
    parameters.update()
    return shape


def shape_name(number: int) -> str:
    """The renderer's name of part `number`."""
    return f"part_{number:03d}"


def _reflectance(part: Part) -> dict:
    mi = mitsuba()
    if part.texture is not None:
        pixels = mi.Bitmap(np.ascontiguousarray(part.texture, np.float32))
        colour = {"type": "bitmap", "bitmap": pixels, "raw": True, "wrap_mode": "repeat"}
    else:
        colour = {"type": "mesh_attribute", "name": "vertex_color"}
    material = part.material
    surface = {
        "type": "principled",
        "base_color": colour,
        "roughness": max(material.roughness, 0.05),
        "specular": material.specular,
        "sheen": max(material.sheen, 1e-3),
        "clearcoat": max(material.clearcoat, 1e-3),
        "metallic": max(material.metallic, 1e-3),
    }
    return {"type": "twosided", "surface": surface}


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals (n, 3). Vertices at the same place share theirs when they lean the same way: a seam
    of the texture must not show, the edge of a box must."""
    vertices = np.asarray(vertices, float)
    corners = vertices[faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.stack([_gather(faces, flat[:, axis], len(vertices)) for axis in range(3)], 1)
    _, place = np.unique(np.round(vertices * 1e5).astype(np.int64) @ _HASH, return_inverse=True)
    shared = np.stack([np.bincount(place, normals[:, axis]) for axis in range(3)], 1)[place]
    own, together = _unit(normals), _unit(shared)
    agree = (own * together).sum(1) > 0.8
    normals = np.where(agree[:, None], together, own)
    return np.where(np.linalg.norm(normals, axis=1, keepdims=True) > 0.5, normals, [0.0, 0.0, 1.0])


_HASH = np.array([73856093, 19349663, 83492791], np.int64)


def _gather(faces: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Sum of each face's value (m,) at its three vertices."""
    return np.bincount(faces.ravel(), np.repeat(values, 3), count)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def lights(place: Place) -> dict[str, Any]:
    """The place's two lights. Views must share them: compiled code knows a light by its number, and would be compiled
    again for another."""
    mi = mitsuba()
    return {"surrounding": mi.load_dict(_surrounding(place.environment)), "key": mi.load_dict(_lamp(place.key))}


def view(parts: Sequence[tuple[str, Any]], shining: dict[str, Any], camera: Camera, size: int) -> View:
    """A scene of (name, mesh) pairs under `lights`; the meshes too may be shared between views."""
    mi = mitsuba()
    contents = {
        "type": "scene",
        "integrator": {"type": "aov", "aovs": GUIDES, "colour": {"type": "path", "max_depth": MAX_DEPTH}},
        "sensor": _sensor(camera, size),
        **shining,
    }
    order = {shape_name(number): number for number in range(len(parts))}
    contents |= {shape_name(number): shape for number, (_, shape) in enumerate(parts)}
    scene = mi.load_dict(contents)
    shape_ids = {_hit_id(mi, shape): order[shape.id()] for shape in scene.shapes() if shape.id() in order}
    return View(scene, tuple(name for name, _ in parts), shape_ids)


def _sensor(camera: Camera, size: int) -> dict:
    mi = mitsuba()
    look = mi.ScalarTransform4f().look_at(origin=camera.origin.tolist(), target=camera.target.tolist(), up=[0, 0, 1])
    film = {"type": "hdrfilm", "width": size, "height": size, "rfilter": {"type": "gaussian"}, "pixel_format": "rgb"}
    film["sample_border"] = True
    sensor = {"type": "perspective", "fov": camera.fov_deg, "fov_axis": "x", "to_world": look}
    return sensor | {"near_clip": 0.02, "film": film, "sampler": {"type": "independent"}}


def _surrounding(environment: np.ndarray) -> dict:
    mi = mitsuba()
    upright = mi.ScalarTransform4f().rotate([1, 0, 0], 90)
    return {"type": "envmap", "bitmap": mi.Bitmap(np.ascontiguousarray(environment, np.float32)), "to_world": upright}


def _lamp(lamp: AreaLight) -> dict:
    mi = mitsuba()
    look = mi.ScalarTransform4f().look_at(origin=lamp.origin.tolist(), target=lamp.target.tolist(), up=[0.013, 0.1, 1])
    radiance = {"type": "rgb", "value": lamp.radiance.tolist()}
    scaled = look @ mi.ScalarTransform4f().scale(float(lamp.half_size_m))
    return {"type": "rectangle", "to_world": scaled, "emitter": {"type": "area", "radiance": radiance}}


def _hit_id(mi: ModuleType, shape: Any) -> Any:
    """What a ray's hit says about its shape. The `shape_index` output is not an index into the scene's shapes."""
    if mi.variant() == "scalar_rgb":
        return shape.id()
    import drjit

    return int(drjit.reinterpret_array(mi.UInt32, mi.ShapePtr(shape))[0])


def shoot(world: View, spp: int, seed: int) -> Picture:
    """Render with `spp` samples a pixel."""
    mi = mitsuba()
    layers = np.array(mi.render(world.scene, spp=spp, seed=seed))
    layers = np.nan_to_num(layers, nan=0.0, posinf=0.0, neginf=0.0)
    return Picture(layers[..., :3], layers[..., 3:6], layers[..., 6:9], layers[..., 9])


def cast(world: View, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First hits of rays, origins (n, 3) and unit directions (n, 3): distance (n,), `FAR` for none, and index (n,)
    into the view's names, -1 for none or for the lamp."""
    mi = mitsuba()
    if len(directions) == 0:
        return np.zeros(0), np.zeros(0, int)
    if mi.variant() == "scalar_rgb":
        return _cast_one_by_one(world, origins, directions)
    import drjit

    ray = mi.Ray3f(mi.Point3f(np.float32(origins.T)), mi.Vector3f(np.float32(directions.T)))
    hit = world.scene.ray_intersect_preliminary(ray, coherent=True)
    distance, ids = np.array(hit.t, float), np.array(drjit.reinterpret_array(mi.UInt32, hit.shape))
    table = np.full(max([*world.shape_ids, int(ids.max())]) + 1, -1)
    table[list(world.shape_ids)] = list(world.shape_ids.values())
    return np.where(ids > 0, distance, FAR), table[ids]


def _cast_one_by_one(world: View, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mi = mitsuba()
    distance, index = np.full(len(directions), FAR), np.full(len(directions), -1)
    for i, (origin, direction) in enumerate(zip(origins.tolist(), directions.tolist(), strict=True)):
        hit = world.scene.ray_intersect_preliminary(mi.Ray3f(mi.Point3f(*origin), mi.Vector3f(*direction)))
        if hit.is_valid():
            distance[i], index[i] = hit.t, world.shape_ids.get(hit.shape.id(), -1)
    return distance, index
