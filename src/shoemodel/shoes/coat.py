"""What covers a surface: colours, relief and gloss, functions of the place, on a mesh refined where they change.

A pattern is told by signed distances: `edge` is in metres and negative within.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import ndimage

from shoemodel.render.parts import Material
from shoemodel.shoes.implicit import smooth_step

RAMP = 0.0005  # half width of a colour border, metres
MARGIN, ROUNDS = 0.0005, 2  # edges that come this near to a border are halved, so many times
SINGLE = 0.0008  # a border said to be this far is worth one round only
FAR = 1.0


@dataclass(frozen=True)
class Places:
    """Points on a shoe with the coordinates that patterns are drawn in."""

    points: np.ndarray  # (n, 3) canonical
    normals: np.ndarray  # (n, 3) outwards
    depth: np.ndarray  # (n,) metres outside the last
    cut: np.ndarray  # (n,) metres outside the upper's border
    s: np.ndarray  # (n,) 0 heel .. 1 toe
    rise: np.ndarray  # (n,) metres above the footbed
    across: np.ndarray  # (n,) metres from the middle of the instep, lateral positive
    ahead: np.ndarray  # (n,) metres from the heel

    @property
    def up(self) -> np.ndarray:
        """Metres along the skin of the upper from its lower edge, roughly: up the flank, then inwards."""
        return self.rise - np.abs(self.across)

    def between(self, pairs: np.ndarray) -> Places:
        """The middles of pairs (m, 2) of places."""
        middle = {f.name: getattr(self, f.name)[pairs].mean(1) for f in fields(self)}
        middle["normals"] /= np.linalg.norm(middle["normals"], axis=1, keepdims=True) + 1e-9
        return Places(**middle)

    def joined(self, more: Places) -> Places:
        """These places and then more."""
        return Places(**{f.name: np.concatenate([getattr(self, f.name), getattr(more, f.name)]) for f in fields(self)})


@dataclass
class Coat:
    """Colours, relief and gloss of n places while layers are laid on them, one after another."""

    colours: np.ndarray  # (n, 3) linear RGB
    relief: np.ndarray  # (n,) metres outwards
    gloss: np.ndarray  # (n, 3) roughness, metallic, sheen
    near: np.ndarray  # (n,) metres to the nearest border

    def lay(self, edge: np.ndarray, colour: np.ndarray, height: float = 0.0, finish: Material | None = None) -> None:
        """Cover where edge < 0 and raise it by height."""
        amount = smooth_step(edge, RAMP, -RAMP)[:, None]
        self.colours = self.colours + amount * (colour - self.colours)
        self.relief = self.relief + height * smooth_step(edge, 0.0008, -0.0008)
        if finish is not None:
            self.gloss = self.gloss + amount * (gloss_of(finish) - self.gloss)
        self.near = np.minimum(self.near, np.abs(edge))

    def panel(self, edge: np.ndarray, colour: np.ndarray, finish: Material | None, height: float = 0.0007) -> None:
        """A piece sewn on: raised, with a dark line beside it where it ends."""
        self.lay(edge, colour, height, finish)
        self.colours = self.colours * (1 - 0.45 * np.exp(-(((edge - 0.0004) / 0.0006) ** 2)))[:, None]

    def seam(self, edge: np.ndarray, width: float = 0.0007) -> None:
        """A groove along edge = 0."""
        groove = np.exp(-((edge / width) ** 2))
        self.relief = self.relief - 0.0006 * groove
        self.colours = self.colours * (1 - 0.4 * groove[:, None])
        self.near = np.minimum(self.near, np.abs(edge))

    def stitch(self, edge: np.ndarray, along: np.ndarray, colour: np.ndarray, pitch: float = 0.0040) -> None:
        """A dashed thread along edge = 0; `along` are metres in its direction."""
        dash = (np.abs((along / pitch) % 1 - 0.5) - 0.36) * pitch
        self.lay(np.maximum(np.abs(edge) - 0.00045, dash), colour, 0.0003)

    def shade(self, factor: np.ndarray) -> None:
        """Multiply the colours by factor (n,)."""
        self.colours = self.colours * factor[:, None]

    def joined(self, more: Coat) -> Coat:
        """This coat and then more."""
        return Coat(**{f.name: np.concatenate([getattr(self, f.name), getattr(more, f.name)]) for f in fields(self)})


def gloss_of(finish: Material) -> np.ndarray:
    """Roughness, metallic and sheen of a material, (3,); a clear coat is taken for a smoother surface."""
    roughness = finish.roughness * (1 - finish.clearcoat) + 0.12 * finish.clearcoat
    return np.array([roughness, finish.metallic, finish.sheen])


def bare_coat(count: int, colour: np.ndarray, finish: Material) -> Coat:
    """A coat of one colour and one finish."""
    gloss = np.tile(gloss_of(finish), (count, 1))
    return Coat(np.tile(colour, (count, 1)), np.zeros(count), gloss, np.full(count, FAR))


def noise(points: np.ndarray, frequency: float, rng: np.random.Generator, octaves: int = 3) -> np.ndarray:
    """Smooth noise of about unit std at points (n, 3); frequency in cells a metre."""
    total, gain = np.zeros(len(points)), 1.6
    for octave in range(octaves):
        cells = rng.standard_normal((16, 16, 16))
        at = (points * frequency * 2**octave) % 16
        total += gain * ndimage.map_coordinates(cells, at.T, order=3, mode="grid-wrap", prefilter=False)
        gain *= 0.5
    return total


def halved(faces: np.ndarray, points: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Halve the edges that a border crosses, or nearly: pairs (e, 2) of ends and the new faces, without gaps.

    near (n,) is the distance of points (n, 3) from the nearest border. The middle of pair k gets the number n + k.
    """
    first = len(points)
    sides = np.sort(np.stack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]], 1), axis=2)
    length = np.linalg.norm(points[sides[..., 0]] - points[sides[..., 1]], axis=2)
    chosen = near[sides].sum(2) < length + MARGIN  # (m, 3)
    key = sides[..., 0].astype(np.int64) * first + sides[..., 1]
    unique, inverse = np.unique(key[chosen], return_inverse=True)
    middle = np.full(chosen.shape, -1)
    middle[chosen] = first + inverse.ravel()
    pairs = np.stack([unique // first, unique % first], 1)
    count = chosen.sum(1)
    made = [faces[count == 0]]
    # turn each face so that the edges that are halved come first
    start = np.where(count == 1, chosen.argmax(1), (~chosen).argmax(1) + 1) % 3
    order = (start[:, None] + np.arange(3)) % 3
    corner, mid = np.take_along_axis(faces, order, 1), np.take_along_axis(middle, order, 1)
    a, b, c = corner[count == 1].T
    m = mid[count == 1, 0]
    made += [np.stack([a, m, c], 1), np.stack([m, b, c], 1)]
    a, b, c = corner[count == 2].T
    m, n = mid[count == 2, :2].T
    made += [np.stack([a, m, n], 1), np.stack([m, b, n], 1), np.stack([a, n, c], 1)]
    a, b, c = faces[count == 3].T
    m, n, o = middle[count == 3].T
    made += [np.stack(corners, 1) for corners in ((a, m, o), (m, b, n), (o, n, c), (m, n, o))]
    return pairs, np.concatenate(made)


def painted(places: Places, faces: np.ndarray, paint: Callable[[Places], Coat]) -> tuple[Places, np.ndarray, Coat]:
    """Paint a mesh, halving its edges near the borders of the pattern; `paint` depends on each place alone."""
    coat = paint(places)
    for _ in range(ROUNDS):
        pairs, faces = halved(faces, places.points, coat.near)
        if not len(pairs):
            break
        middles = places.between(pairs)
        places, coat = places.joined(middles), coat.joined(paint(middles))
    return places, faces, coat


def hidden(coat: Coat, where: np.ndarray) -> Coat:
    """The coat without need for detail where `where` (n,) holds."""
    return replace(coat, near=np.where(where, FAR, coat.near))
