"""Make the proxy shoes that a fit chooses from: `src/shoemodel/fit/proxies.npz`.

    pip install -e .[world] fast-simplification
    python recipes/proxies.py

Each is a shoe of the world on the foot of a reference body, reduced to about `FACES` faces, with the ring of its
opening and the landmarks of the foot. `WANTED` says which: a family, how many, and what sets them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from shoemodel import shoes
from shoemodel.body import figure as bodies
from shoemodel.body.anny_model import body as reference_body
from shoemodel.body.footing import Fitting, fit
from shoemodel.data.splits import HELD_OUT_FAMILY
from shoemodel.fit import proxies
from shoemodel.fit.grid import icons_of
from shoemodel.fit.proxies import RIM_POINTS, Kind, Proxy
from shoemodel.render.meshes import compact, transform
from shoemodel.shoes.last import shape_last
from shoemodel.shoes.parameters import ShoeParameters, Strap
from shoemodel.shoes.rim import rim

FACES = 1600
# parts that neither the outline nor a shadow shows
SMALL = ("laces", "buckle", "bit", "tassel", "bow", "insole", "stripe", "tab", "fringe")
REFERENCE = {"gender": 1.0, "age": 0.6, "muscle": 0.45, "weight": 0.45, "height": 0.5}
# a collar this far above the ankle encloses the shin
SHAFT_M = 0.03


@dataclass(frozen=True)
class Wanted:
    """`count` shoes of a family that fulfil `such`, changed by `change`."""

    family: str
    count: int
    such: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Field of the parameters -> (low, high), or the words that are accepted."""
    change: dict[str, Any] = field(default_factory=dict)


def shaft(height: float, dip: float = 0.0) -> tuple[tuple[float, float], ...]:
    """A topline that high above the footbed, lower by `dip` at the sides."""
    return ((-0.2, height), (0.0, height), (0.17, height - dip), (0.36, height + 0.3 * dip), (0.8, height + 0.3 * dip))


def bands(*places: tuple[float, float, float]) -> tuple[Strap, ...]:
    """Bands over the instep: (place, half width, slope) each."""
    return tuple(Strap(kind="instep", place=p, half_width=w, slope=s) for p, w, s in places)


PLAIN = {"fringe": 0.0, "tread": 0.0, "ripple": 0.0}
BARE = {"straps": ()}
AROUND = (
    Strap(kind="ankle", place=0.078, half_width=0.006, slope=0.1), Strap(kind="counter", place=0.070, half_width=0.02),
)  # fmt: skip
SPORT = (*bands((0.68, 0.014, -0.1)), Strap(kind="ankle", place=0.060, half_width=0.012, slope=0.35),
         Strap(kind="counter", place=0.062, half_width=0.03))  # fmt: skip
POINTED = {"sole": 0.005, "toe_power": 1.1, "toe_extension_s": 0.15, "toe_height": 0.024, "spring": 0.002}
LONG_VAMP = {
    "throat_s": 0.70, "toe_height": 0.030,
    "collar": ((0.0, 0.068), (0.12, 0.058), (0.3, 0.042), (0.5, 0.038), (0.66, 0.042), (0.85, 0.046)),
}  # fmt: skip
STILETTO = {
    "heel_kind": "stiletto", "heel_tip": 0.005, "sole": 0.006, "straps": (*bands((0.74, 0.010, -0.1)), *AROUND),
}  # fmt: skip
WANTED = (
    Wanted("sneaker", 7),
    Wanted("sneaker", 2, {"tongue": (0.110, 0.114)}, {"tongue": 0.128, "toe_height": 0.050, "sole": 0.024}),
    Wanted("sneaker", 1, {"tongue": (0.110, 0.114)}, {"tongue": 0.120, "toe_height": 0.042, "toe_power": 1.8}),
    Wanted("platform sneaker", 3),
    Wanted("running shoe", 5),
    Wanted("running shoe", 2, change={"sole": 0.044, "flare": 0.014, "heel": 0.014, "wave": 0.006, "padding": 0.008}),
    Wanted("high-top", 4),
    Wanted("derby", 4),
    Wanted("loafer", 4),
    Wanted("ballerina", 2, change=BARE),
    Wanted("ballerina", 1, change={"straps": bands((0.54, 0.008, 0.0))}),
    Wanted("pump", 4, {"heel_kind": ("kitten",)}, BARE),
    Wanted("pump", 3, {"heel_kind": ("stiletto",)}, BARE),
    Wanted("pump", 1, {"heel_kind": ("stiletto",)}, BARE | {"heel": 0.112, "sole": 0.022, "toe_power": 2.2}),
    Wanted("pump", 1, {"heel_kind": ("stiletto",)}, BARE | {"heel": 0.125, "sole": 0.005, "toe_power": 1.15}),
    Wanted("pump", 1, {"heel_kind": ("stiletto",)}, BARE | POINTED | {"heel": 0.118}),
    Wanted("pump", 1, {"heel_kind": ("stiletto",)}, BARE | POINTED | {"heel": 0.095}),
    Wanted("pump", 1, {"heel_kind": ("stiletto",)}, BARE | POINTED | LONG_VAMP | {"heel": 0.105}),
    Wanted("pump", 1, {"heel_kind": ("stiletto",)}, BARE | POINTED | LONG_VAMP | {"heel": 0.125}),
    Wanted("pump", 1, {"heel_kind": ("stiletto",)}, POINTED | {"heel": 0.105, "straps": AROUND}),
    Wanted("pump", 2, {"heel_kind": ("block",)}, BARE),
    Wanted("pump", 1, {"heel_kind": ("cone",)}, BARE),
    Wanted("pump", 1, {"heel_kind": ("wedge",)}, BARE),
    Wanted("ankle boot", 3, {"heel": (0.018, 0.035), "heel_kind": ("block",)}),
    Wanted("ankle boot", 2, {"heel": (0.045, 0.07), "heel_kind": ("block", "cone")}),
    Wanted("ankle boot", 1, {"heel_kind": ("block",)}, {"sole": 0.026, "heel": 0.022, "laces": 8, "toe_power": 2.5}),
    Wanted("ankle boot", 1, {"heel_kind": ("cone",)}, {"heel": 0.085, "heel_tip": 0.008, "heel_kind": "stiletto"}),
    Wanted("chelsea boot", 4),
    Wanted("tall boot", 3, {"heel": (0.018, 0.045)}, {"slack": 0.014}),
    Wanted("tall boot", 2, {"heel": (0.055, 0.08)}, {"slack": 0.012}),
    Wanted("tall boot", 2, {"heel": (0.025, 0.06)}, {"slack": 0.030}),
    Wanted("tall boot", 1, {"heel": (0.02, 0.05)}, {"collar": shaft(0.24, 0.02), "slack": 0.020}),
    Wanted("tall boot", 1, {"heel": (0.02, 0.05)}, {"collar": shaft(0.21), "slack": 0.030}),
    Wanted("tall boot", 1, {"heel": (0.03, 0.05)}, {"collar": shaft(0.40), "slack": 0.012}),
    Wanted("sandal", 3, {"sole_kind": ("cup",)}),
    Wanted("sandal", 1, {"sole_kind": ("cup",)}, {"straps": SPORT, "sole": 0.018}),
    Wanted("sandal", 1, {"sole_kind": ("cup",)}, {"straps": (*bands((0.71, 0.012, -0.1)), *AROUND), "sole": 0.030}),
    Wanted("sandal", 2, {"heel": (0.05, 0.085)}, {"straps": (*bands((0.72, 0.012, -0.1)), *AROUND)}),
    Wanted("sandal", 1, {"heel": (0.04, 0.06)}, {"straps": (*bands((0.72, 0.018, -0.1)), *AROUND), "sole": 0.022}),
    Wanted("sandal", 1, {"sole_kind": ("welt",)}, STILETTO | {"heel": 0.105}),
    Wanted("sandal", 1, {"sole_kind": ("welt",)}, STILETTO | {"heel": 0.085, "straps": bands((0.72, 0.012, 0.0))}),
    Wanted("sandal", 1, {"sole_kind": ("cup",)}, {"straps": bands((0.66, 0.036, -0.1)), "sole": 0.026}),
    Wanted("sandal", 1, {"sole_kind": ("cup",)}, {"straps": bands((0.72, 0.008, 0.9), (0.72, 0.008, -0.9))}),
    Wanted("sandal", 1, {"sole_kind": ("cup",)}, {"straps": bands((0.70, 0.01, 0.6), (0.66, 0.01, -0.6))}),
    Wanted("sandal", 1, {"sole_kind": ("welt",)}, {"straps": bands((0.68, 0.034, -0.1)), "heel": 0.06}),
    Wanted("slide", 2, change={"straps": bands((0.66, 0.036, -0.05))}),
    Wanted("slide", 1, change={"straps": bands((0.74, 0.015, -0.1), (0.54, 0.015, -0.1))}),
    Wanted("slide", 1, change={"straps": bands((0.66, 0.042, 0.1)), "sole": 0.036}),
    Wanted("flip-flop", 2),
    Wanted("flip-flop", 1, change={"sole": 0.028}),
    Wanted("mule", 2, {"heel": (0.004, 0.026)}),
    Wanted("mule", 2, {"heel": (0.045, 0.10)}),
    Wanted("mule", 1, {"heel_kind": ("kitten",)}),
    Wanted("slingback", 1, {"heel": (0.006, 0.03)}),
    Wanted("slingback", 1, {"heel": (0.03, 0.055)}),
    Wanted("slingback", 2, {"heel": (0.065, 0.09)}),
    Wanted("strappy sandal", 2, {"heel_kind": ("stiletto",)}),
    Wanted("strappy sandal", 2, {"heel_kind": ("block", "cone")}),
    Wanted("strappy sandal", 1, {"heel_kind": ("wedge",)}),
    Wanted("sport sandal", 3),
    Wanted("platform sandal", 2, {"heel": (0.0, 0.03)}),
    Wanted("platform sandal", 2, {"heel": (0.045, 0.075)}),
    Wanted("hiking boot", 3),
    Wanted("children's shoe", 2),
    Wanted("espadrille", 2),
)  # fmt: skip


def drawn(seed: int) -> Iterator[tuple[str, ShoeParameters]]:
    """The parameters of every wanted shoe, with its name."""
    for number, wanted in enumerate(WANTED):
        if wanted.family == HELD_OUT_FAMILY:
            raise ValueError(f"the family {HELD_OUT_FAMILY} is held out")
        rng = np.random.default_rng([seed, number])
        made = 0
        while made < wanted.count:
            p = shoes.sample_parameters(rng, wanted.family)
            if all(_accepts(getattr(p, name), choice) for name, choice in wanted.such.items()):
                yield f"{wanted.family} {number}.{made}", replace(p, **{**PLAIN, **wanted.change})
                made += 1


def _accepts(value: Any, choice: tuple[Any, ...]) -> bool:
    return value in choice if isinstance(choice[0], str) else choice[0] <= value <= choice[1]


def worn(p: ShoeParameters, figure: bodies.Figure) -> Fitting:
    """A shoe built on a figure's foot, and the foot squeezed into it."""
    return fit(reference_body(), figure, shoes.build(p, reference_body().foot(figure, shoes.heel_deg(p))))


def proxy(name: str, p: ShoeParameters, fitting: Fitting) -> Proxy:
    """A worn shoe, reduced."""
    shoe = fitting.shoe
    last, _ = shape_last(p, reference_body().foot(fitting.figure, shoe.heel_deg))
    kind: Kind = "low" if p.collar else "open"
    ring = rim(last, p, RIM_POINTS)
    if p.collar and ring[:, 2].max() > fitting.ankle[2] + SHAFT_M:
        kind = "shaft"
    vertices, faces = decimated(shoe)
    return Proxy(
        family=p.family, name=name, kind=kind, vertices=vertices, faces=faces, rim=ring, landmarks=landmarks(fitting),
        heel_deg=float(shoe.heel_deg), collar_m=float(ring[:, 2].max()),
    )  # fmt: skip


def posed(fitting: Fitting) -> np.ndarray:
    """The vertices (n, 3) of the body whose left foot is in the shoe, in the shoe's frame."""
    shoe, figure = fitting.shoe, fitting.figure
    moved = bodies.rest_transforms()
    stretched = bodies.reference_foot(figure, "left", shoe.heel_deg)
    moved.update(bodies.foot_transforms(figure, "left", stretched, shoe.heel_deg))
    return transform(shoe.foot_to_shoe, bodies.skin(fitting.vertices, reference_body().weights, moved))


def landmarks(fitting: Fitting) -> np.ndarray:
    """Ankle joint and points of the skin of the left foot in its shoe."""
    skin = posed(fitting)
    points = [skin[reference_body().landmarks["left", name]] for name in proxies.LANDMARKS[1:]]
    return np.array([fitting.ankle, *points])


def decimated(shoe: shoes.Shoe) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and faces of a shoe's larger parts, about FACES in all."""
    parts = [part for part in shoe.parts if not part.name.endswith(SMALL)]
    area = np.array([np.ptp(part.vertices, axis=0).sum() for part in parts])
    vertices, faces, count = [], [], 0
    for part, share in zip(parts, area / area.sum(), strict=True):
        points, triangles = simplified(part.vertices, part.faces, int(FACES * share))
        vertices.append(points)
        faces.append(triangles + count)
        count += len(points)
    return np.concatenate(vertices), np.concatenate(faces)


def simplified(vertices: np.ndarray, faces: np.ndarray, goal: int) -> tuple[np.ndarray, np.ndarray]:
    """A mesh of about `goal` faces."""
    import fast_simplification

    points, triangles = vertices.astype(np.float32), faces.astype(np.int32)
    for haste in (2, 4, 6, 7):  # each stops where it cannot go on
        if len(triangles) > goal:
            points, triangles = fast_simplification.simplify(points, triangles, target_count=goal, agg=haste)
    triangles, points = compact(triangles, points)
    return points.astype(float), triangles.astype(int)


def main(out: Path = proxies.FILE, seed: int = 5) -> None:
    """Write the file; print a line for each shoe."""
    made = []
    figure = reference_body().figure(REFERENCE)
    for name, parameters in drawn(seed):
        made.append(proxy(name, parameters, worn(parameters, figure)))
        shoe = made[-1]
        print(
            f"{name:22s} {shoe.kind:5s} {len(shoe.faces):5d} faces, heel {shoe.heel_deg:4.1f} deg, rim "
            f"{shoe.rim[:, 2].min():.3f} to {shoe.collar_m:.3f} m",
            flush=True,
        )  # fmt: skip
    proxies.save(out, made, np.stack([icons_of(shoe) for shoe in made]))
    print(f"{len(made)} proxies, {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    tyro.cli(main)
