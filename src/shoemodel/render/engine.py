"""The only file that gives mitsuba work: batches and lights in, linear pictures and first hits out.

Its code is traced anew for every picture, once for each reflectance that exists, and compiled when none like it was
compiled before on this machine. So there are few: one for everything coloured, one for each texture in the scene; with
two coloured meshes, one surrounding picture and one lamp, only the number of textures tells two scenes' codes apart.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from shoemodel.render import sensors
from shoemodel.render.batches import Batch, gather
from shoemodel.render.camera import Camera
from shoemodel.render.light import AreaLight
from shoemodel.render.parts import Part
from shoemodel.render.places import Place
from shoemodel.render.variant import Variant as Variant
from shoemodel.render.variant import default_variant as default_variant
from shoemodel.render.variant import mitsuba
from shoemodel.render.variant import start as start

MAX_DEPTH = 4
GUIDES = "albedo:albedo,normal:sh_normal,depth:depth"
GUIDE_SHARE = 2
"""Samples of the guides for one of the light (ours: 0.6 dB more than with as many)."""
GLOSS = ("roughness", "metallic", "sheen")
FAR = np.inf


@dataclass(frozen=True)
class View:
    """Parts under light, seen by one camera."""

    scene: Any
    names: tuple[str, ...]
    """Of the parts; a hit says which by its number."""
    first_face: dict[Any, int]
    """What a hit of the renderer tells about its mesh -> where that mesh begins in `face_part`."""
    face_part: np.ndarray
    kept: tuple[Any, ...]
    """What must live as long as the view."""


@dataclass(frozen=True)
class Picture:
    """One linear render with the features that guide the denoiser."""

    radiance: np.ndarray
    """(h, w, 3)."""
    albedo: np.ndarray
    normal: np.ndarray
    depth: np.ndarray
    """(h, w) metres, 0 where there is only sky."""


def views(standing: Sequence[Part], body: Sequence[Part], place: Place, camera: Camera, size: int) -> tuple[View, View]:
    """The scene without and with the body; all they have in common is shared."""
    shining = _lights(place.environment, place.key)
    names = tuple(part.name for part in (*standing, *body))
    still, moving = gather(standing), gather(body, first=len(standing))
    # The order in which meshes are made counts too: the two coloured ones, then the textured ones.
    order = [still[0], moving[0], *still[1:], *moving[1:]]
    meshes = [_mesh(batch) for batch in order]
    chosen = {id(batch): mesh for batch, mesh in zip(order, meshes, strict=True)}
    both, seen = [*still, *moving], {"sensor": sensors.description(camera, size), **shining}
    unworn = _view(still, [chosen[id(batch)] for batch in still], seen, names, tuple(meshes))
    return unworn, _view(both, [chosen[id(batch)] for batch in both], seen, names, tuple(meshes))


def lit(parts: Sequence[Part], environment: np.ndarray, key: AreaLight) -> View:
    """Parts under two lights, to be seen by the cameras that `shoot` is given."""
    batches = gather(parts)
    meshes = [_mesh(batch) for batch in batches]
    return _view(batches, meshes, _lights(environment, key), tuple(part.name for part in parts), tuple(meshes))


def _view(
    batches: list[Batch], meshes: list[Any], around: dict[str, Any], names: tuple[str, ...], kept: tuple[Any, ...]
) -> View:
    mi = mitsuba()
    contents = {"type": "scene", **around}
    scene = mi.load_dict(contents | {f"batch_{i:02d}": mesh for i, mesh in enumerate(meshes)})
    starts = np.cumsum([0, *(len(batch.faces) for batch in batches)])
    first = {_hit_id(mi, mesh): int(begin) for mesh, begin in zip(meshes, starts, strict=False)}
    return View(scene, names, first, np.concatenate([batch.face_part for batch in batches]), kept)


def _mesh(batch: Batch) -> Any:
    mi = mitsuba()
    textured = batch.texture is not None
    properties = mi.Properties()
    properties["bsdf"] = _reflectance(batch.texture) if textured else _coloured_reflectance()
    mesh = mi.Mesh(
        "batch", len(batch.vertices), len(batch.faces),
        has_vertex_normals=True, has_vertex_texcoords=textured, props=properties,
    )  # fmt: skip
    for column, name in enumerate(GLOSS):
        mesh.add_attribute(f"vertex_{name}", 1, np.ascontiguousarray(batch.gloss[:, column]))
    if batch.colours is not None:
        mesh.add_attribute("vertex_colour", 3, batch.colours.ravel())
    parameters = mi.traverse(mesh)
    parameters["vertex_positions"] = batch.vertices.ravel()
    parameters["faces"] = batch.faces.ravel()
    parameters["vertex_normals"] = batch.normals.ravel()
    if batch.uv is not None:
        # The first row of a texture is on top, where the renderer counts v from.
        parameters["vertex_texcoords"] = np.stack([batch.uv[:, 0], 1 - batch.uv[:, 1]], 1).ravel()
    parameters.update()
    return mesh


@functools.cache
def _coloured_reflectance() -> Any:
    """Shared by all meshes of all scenes that carry their colour themselves."""
    return _reflectance(None)


def _reflectance(texture: np.ndarray | None) -> Any:
    """One model for everything; see `batches.gloss`."""
    mi = mitsuba()
    colour: dict[str, Any] = {"type": "mesh_attribute", "name": "vertex_colour"}
    if texture is not None:
        pixels = mi.Bitmap(np.ascontiguousarray(texture, np.float32))
        colour = {"type": "bitmap", "bitmap": pixels, "raw": True, "wrap_mode": "repeat"}
    gloss = {name: {"type": "mesh_attribute", "name": f"vertex_{name}"} for name in GLOSS}
    surface = {"type": "principled", "base_color": colour, "specular": 0.4, **gloss}
    return mi.load_dict({"type": "twosided", "surface": surface})


def _lights(environment: np.ndarray, key: AreaLight) -> dict[str, Any]:
    """A place's two lights. Views must share them: compiled code knows a light by its number."""
    mi = mitsuba()
    lamp = mi.load_dict(_lamp(key))
    if mi.variant() != "scalar_rgb":
        import drjit

        # Where the lamp hangs must be data to the compiled code, not a constant in it.
        parameters = mi.traverse(lamp)
        drjit.make_opaque(parameters["to_world"])
        parameters.set_dirty("to_world")
        parameters.update()
    return {"surrounding": mi.load_dict(_surrounding(environment)), "key": lamp}


def _surrounding(environment: np.ndarray) -> dict[str, Any]:
    mi = mitsuba()
    upright = mi.ScalarTransform4f().rotate([1, 0, 0], 90)
    return {"type": "envmap", "bitmap": mi.Bitmap(np.ascontiguousarray(environment, np.float32)), "to_world": upright}


def _lamp(lamp: AreaLight) -> dict[str, Any]:
    mi = mitsuba()
    up = [0.013, 0.1, 1]  # not straight up, for a lamp overhead
    look = mi.ScalarTransform4f().look_at(origin=lamp.origin.tolist(), target=lamp.target.tolist(), up=up)
    radiance = {"type": "rgb", "value": lamp.radiance.tolist()}
    scaled = look @ mi.ScalarTransform4f().scale(float(lamp.half_size_m))
    return {"type": "rectangle", "to_world": scaled, "emitter": {"type": "area", "radiance": radiance}}


def _hit_id(mi: ModuleType, shape: Any) -> Any:
    """What a ray's hit says about its shape. The `shape_index` output is not an index into the scene's shapes."""
    if mi.variant() == "scalar_rgb":
        return shape.id()
    import drjit

    number: Any = drjit.reinterpret_array(mi.UInt32, mi.ShapePtr(shape))
    return int(number[0])


def shoot(view: View, spp: int, seed: int, sensor: Any = 0) -> Picture:
    """Render with `spp` samples a pixel for the light and `GUIDE_SHARE` times as many for the guides, which are cheap
    and show textures and edges that the light's few samples miss. sensor: of `sensors`, or 0 for the view's own."""
    features = guides(view, GUIDE_SHARE * spp, seed, sensor)
    return Picture(radiance(view, spp, seed, sensor), features[..., :3], features[..., 3:6], features[..., 6])


def radiance(view: View, spp: int, seed: int, sensor: Any = 0) -> np.ndarray:
    """Linear RGB (h, w, 3) of the light that arrives, noisy."""
    return _rendered(view, _integrators()[0], spp, seed, sensor)[..., :3]


def guides(view: View, spp: int, seed: int, sensor: Any = 0) -> np.ndarray:
    """Albedo, normal and depth (h, w, 7) of what is met first, the means over a pixel."""
    return _rendered(view, _integrators()[1], spp, seed, sensor)


def _rendered(view: View, integrator: Any, spp: int, seed: int, sensor: Any) -> np.ndarray:
    picture = mitsuba().render(view.scene, sensor=sensor, integrator=integrator, spp=spp, seed=seed)
    return np.nan_to_num(np.array(picture), posinf=0.0)


@functools.cache
def _integrators() -> tuple[Any, Any]:
    """For the light, and for the guides."""
    mi = mitsuba()
    return mi.load_dict({"type": "path", "max_depth": MAX_DEPTH}), mi.load_dict({"type": "aov", "aovs": GUIDES})


@dataclass(frozen=True)
class Hits:
    """What rays (n,) met first."""

    distance: np.ndarray
    """`FAR` for nothing."""
    face: np.ndarray
    """Index into the view's `face_part`; -1 for nothing and for the lamp."""
    weights: np.ndarray
    """(n, 2) barycentric shares of the triangle's second and third corner."""


def cast(view: View, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First hits of rays, origins (n, 3) and unit directions (n, 3): distance (n,), `FAR` for none, and the number
    (n,) of the part, -1 for none and for the lamp."""
    hits = first_hits(view, origins, directions)
    return hits.distance, np.where(hits.face >= 0, view.face_part[hits.face], -1)


def first_hits(view: View, origins: np.ndarray, directions: np.ndarray) -> Hits:
    """The triangles that rays of origins (n, 3) and unit directions (n, 3) meet first."""
    mi = mitsuba()
    if len(directions) == 0:
        return Hits(np.zeros(0), np.zeros(0, int), np.zeros((0, 2)))
    if mi.variant() == "scalar_rgb":
        return _hits_one_by_one(view, origins, directions)
    import drjit

    ray = mi.Ray3f(mi.Point3f(np.float32(origins.T)), mi.Vector3f(np.float32(directions.T)))
    hit = view.scene.ray_intersect_preliminary(ray, coherent=True)
    distance, triangle = np.array(hit.t, float), np.array(hit.prim_index, np.int64)
    shape = np.array(drjit.reinterpret_array(mi.UInt32, hit.shape))
    face = np.full(len(distance), -1)
    for shape_id, begin in view.first_face.items():
        mine = shape == shape_id
        face[mine] = begin + triangle[mine]
    return Hits(np.where(shape > 0, distance, FAR), face, np.array(hit.prim_uv).T)


def _hits_one_by_one(view: View, origins: np.ndarray, directions: np.ndarray) -> Hits:
    mi = mitsuba()
    count = len(directions)
    distance, face, weights = np.full(count, FAR), np.full(count, -1), np.zeros((count, 2))
    for i, (origin, direction) in enumerate(zip(origins.tolist(), directions.tolist(), strict=True)):
        hit = view.scene.ray_intersect_preliminary(mi.Ray3f(mi.Point3f(*origin), mi.Vector3f(*direction)))
        if hit.is_valid():
            begin = view.first_face.get(hit.shape.id())
            distance[i], weights[i] = hit.t, list(hit.prim_uv)
            face[i] = -1 if begin is None else begin + hit.prim_index
    return Hits(distance, face, weights)


def blocked(view: View, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Whether rays (n,) of origins (n, 3) and directions (n, 3) meet anything before they have gone their length."""
    mi = mitsuba()
    if mi.variant() == "scalar_rgb":
        pairs = zip(origins.tolist(), directions.tolist(), strict=True)
        rays = [mi.Ray3f(mi.Point3f(*origin), mi.Vector3f(*way), 1.0, 0.0, []) for origin, way in pairs]
        return np.array([view.scene.ray_test(ray) for ray in rays], bool)
    start, way = mi.Point3f(np.float32(origins.T)), mi.Vector3f(np.float32(directions.T))
    return np.array(view.scene.ray_test(mi.Ray3f(start, way, 1.0, 0.0, mi.Color0f())))
