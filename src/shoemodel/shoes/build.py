"""A shoe from its parameters and a foot: meshes, colours, and how the foot fits in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from shoemodel.render.parts import Material, Part
from shoemodel.shoes import sole as soles
from shoemodel.shoes import trimmings
from shoemodel.shoes import upper as uppers
from shoemodel.shoes.implicit import smooth_step, surface
from shoemodel.shoes.laces import Mesh, eyelets, lace_rows, laces
from shoemodel.shoes.last import Foot, Last, shape_last
from shoemodel.shoes.paint import Paint, paint_sole, paint_upper
from shoemodel.shoes.palette import LINING, METAL, RUBBER, material
from shoemodel.shoes.parameters import ShoeParameters, heel_deg

FINE = 0.0024  # voxels of the meshes; paint refines them where it needs to
CLEARANCE = 0.0025  # the foot keeps this far from the upper, so that coarse skin does not show through

ShoeField = Callable[[Last, ShoeParameters, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Signed distance at x, y and z, metres, negative inside, of a part of a shoe on this last."""


@dataclass(frozen=True)
class Shoe:
    """A left shoe in the canonical frame: +x lateral, -y towards the toes, +z up, ground z = 0, metres."""

    parts: list[Part]
    heel_deg: float  # plantar flexion of the ankle
    toe_deg: float  # how far the toes bend up against the foot
    foot_to_shoe: Float[np.ndarray, "4 4"]  # from the frame in which the foot was given
    squeeze: Callable[[np.ndarray], np.ndarray]  # foot points (n, 3), canonical -> inside the shoe
    length_m: float
    collar_height_m: float  # highest point of the upper above the ground
    family: str
    shoe_id: str
    description: dict[str, str]


def build(parameters: ShoeParameters, foot: Foot) -> Shoe:
    """Build the left shoe around the foot; pose the foot with `heel_deg(parameters)` first."""
    p = parameters
    last, matrix = shape_last(p, foot)
    rows = lace_rows(last, p) if p.laces else None
    paint = Paint(p, last, np.zeros((0, 3)) if rows is None else eyelets(last, p, *rows))
    parts = [_upper(last, p, paint), *_sole_parts(last, p, paint), *_trimmings(last, p, rows)]
    parts = [_sprung(part, last, p) for part in parts if len(part.faces)]
    points = np.concatenate([part.vertices for part in parts])
    upper_top = parts[0].vertices[:, 2].max()
    angle = heel_deg(p)
    return Shoe(
        parts, angle, angle, matrix, lambda q: squeeze(last, p, q), float(np.ptp(points[:, 1])), float(upper_top),
        p.family, p.shoe_id, describe(p),
    )  # fmt: skip


def describe(p: ShoeParameters) -> dict[str, str]:
    """Words for captions."""
    finish = "" if p.finish == "rubber" else p.finish
    colour = "blue" if p.finish == "denim" else p.colours["body"].name
    words = {"family": p.family, "material": f"{p.pattern} {finish}".strip(), "colour": colour}
    if p.colours["second"] != p.colours["body"]:
        words["second_colour"] = p.colours["second"].name
    words["sole"] = p.colours["sole"].name
    if p.heel > 0.03:
        words["heel"] = p.heel_kind
    return words


def squeeze(last: Last, p: ShoeParameters, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    """Move points of the foot or leg into the room inside the shoe; above the collar nothing moves."""
    out = np.array(points, float)
    near = np.where(out[:, 2] < last.top - 0.005)[0]
    if not len(near):
        return out
    q = out[near]
    weight = smooth_step(_cut_at(last, p, q), 0.014, -0.004)
    for _ in range(8):
        depth = last.solid.at(q) + CLEARANCE
        move = weight * np.clip(depth, 0, 0.01)
        q = q - move[:, None] * last.solid.gradient(q)
    floor = last.bed(q[:, 1]) + 0.002
    q[:, 2] = np.where(last.plan.at(q[:, :2]) < 0.004, np.maximum(q[:, 2], floor), q[:, 2])
    q[:, 2] += spring(last, p, q[:, 1])
    out[near] = q
    return out


def spring(last: Last, p: ShoeParameters, y: np.ndarray) -> np.ndarray:
    """How far the toe rises off the ground at y."""
    return p.spring * np.clip((last.s(y) - 0.76) / 0.28, 0, 1.3) ** 2


def _cut_at(last: Last, p: ShoeParameters, points: np.ndarray) -> np.ndarray:
    return uppers.cut_field(last, p, points[:, 0], points[:, 1], points[:, 2])


def _sprung(part: Part, last: Last, p: ShoeParameters) -> Part:
    vertices = part.vertices.copy()
    vertices[:, 2] += spring(last, p, vertices[:, 1])
    return replace(part, vertices=vertices)


def _mesh(
    field: ShoeField, last: Last, p: ShoeParameters, z_range: tuple[float, float], rounds: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Surface of a field of (last, parameters, x, y, z) between two heights."""
    low = np.append(last.plan.origin, z_range[0])
    shape = np.array(last.plan.values.shape) * last.plan.step
    high = np.append(last.plan.origin + shape, z_range[1])

    def on_grid(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        x, y, z = (a.astype(np.float32) for a in (x, y, z))
        return field(last, p, x[:, None, None], y[None, :, None], z[None, None])

    return surface(on_grid, low, high, FINE, rounds)


def _upper(last: Last, p: ShoeParameters, paint: Paint) -> Part:
    vertices, faces = _mesh(uppers.shell_field, last, p, (last.sole - 0.006, last.top))
    vertices, faces, colours, gloss = paint_upper(paint, vertices, faces, _cut_at(last, p, vertices))
    return Part("shoe_left_upper", vertices, faces, material(p.finish), colours, gloss=gloss)


def _sole_parts(last: Last, p: ShoeParameters, paint: Paint) -> list[Part]:
    low, high = min(last.sole, last.seat), max(last.sole, last.seat)
    layers: list[tuple[str, ShoeField, tuple[float, float], Material]] = [
        ("insole", soles.insole_field, (low - 0.008, high + 0.006), LINING)
    ]
    if p.sole_kind == "cup":
        layers.append(("sole", soles.sole_field, (-0.004, high + 2 * p.rim + p.wave + 0.006), RUBBER))
        if p.outsole:
            layers.append(("outsole", soles.outsole_field, (-0.004, p.outsole + 0.014), RUBBER))
        if p.stripe:
            layers.append(("stripe", soles.stripe_field, (p.stripe - 0.006, p.stripe + 0.006), RUBBER))
    else:
        layers.append(("sole", soles.welt_and_heel, (-0.004, high + p.rim + 0.006), RUBBER))
    parts = []
    for name, field, z_range, surface_material in layers:
        vertices, faces = _mesh(field, last, p, z_range)
        if len(faces):
            vertices, faces, colours, gloss = paint_sole(paint, name, vertices, faces)
            parts.append(Part(f"shoe_left_{name}", vertices, faces, surface_material, colours, gloss=gloss))
    return parts


def _trimmings(last: Last, p: ShoeParameters, rows: tuple[np.ndarray, np.ndarray] | None) -> list[Part]:
    """Laces, bow, fringe and metalwork: meshes laid on the upper."""
    made: list[tuple[str, Mesh | None, str, Material]] = []
    if rows is not None:
        made.append(("laces", laces(last, p, *rows), "laces", material("canvas")))
    if "bow" in p.marks and p.throat_s > 0:
        made.append(("bow", trimmings.bow(last, p), "body", material(p.finish)))
    if p.fringe:
        made.append(("fringe", trimmings.fringe(last, p), "body", material(p.finish)))
    if "pull_tab" in p.marks:
        made.append(("tab", trimmings.pull_tab(last, p), "second", material("canvas")))
    if "tassel" in p.marks and "bit" not in p.marks:
        made.append(("tassel", trimmings.tassels(last, p), "body", material(p.finish)))
    if "bit" in p.marks:
        made.append(("bit", trimmings.bit(last, p), "metal", METAL))
    if "buckle" in p.marks and (p.straps or "strap_band" in p.marks):
        made.append(("buckle", trimmings.buckles(last, p), "metal", METAL))
    return [
        Part(f"shoe_left_{name}", mesh[0], mesh[1], surface, np.tile(p.colours[place].rgb, (len(mesh[0]), 1)))
        for name, mesh, place, surface in made
        if mesh is not None
    ]
