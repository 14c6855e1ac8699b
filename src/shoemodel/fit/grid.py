"""First guesses: every proxy from every side, compared with a picture's outline, foot points and opening at once.

The looks of the proxies (supports of outline and rim, landmarks) do not depend on the picture, so they are made once a
process. Place and size in the picture come out in closed form, left shoes are mirrored right ones, and a rolled camera
is a picture turned by whole directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from shoemodel.fit import views
from shoemodel.fit.costs import OPEN, OUTLINE, OVERLAP, POINT_TRUST, POINTS, opening, pitch_prior, robust, roll_prior
from shoemodel.fit.outline import DIRECTIONS, WAYS, Seen, silhouette, small, support
from shoemodel.fit.proxies import AZIMUTHS, ICON, PITCHES, START_M, Proxy, load_icons, load_proxies

ROLL_STEP = 2
"""Directions between two rolls tried: 18 degrees."""
OTHER_SIDE = 2.0
"""What it costs to take the points of a foot for those of the other."""


@dataclass(frozen=True, eq=False)
class Looks:
    """n views of left proxies, in px per metre from where the shoe's middle falls."""

    proxy: Int[np.ndarray, "n"]
    azimuth: Float[np.ndarray, "n"]
    pitch: Float[np.ndarray, "n"]
    outline: Float[np.ndarray, "n DIRECTIONS"]
    rim: Float[np.ndarray, "n DIRECTIONS"]
    marks: Float[np.ndarray, "n 4 2"]
    icons: Float[np.ndarray, "n cells"]
    """Silhouettes, 0 or 1, as `icon` makes them."""
    open: Bool[np.ndarray, "n"]
    """Whether the rim is that of an insole."""
    fixed: Float[np.ndarray, "n"]
    """What the view alone costs."""

    def part(self, cells: Bool[np.ndarray, "c"]) -> Looks:
        """Every proxy in some of the views of the grid."""
        rows = np.tile(cells, len(self.proxy) // len(cells))
        return Looks(**{name: value[rows] for name, value in vars(self).items()})


@dataclass(frozen=True, eq=False)
class Guesses:
    """First guesses, best first: views (n, 9), the numbers of their proxies, -1 for right shoes, whose points."""

    views: Float[np.ndarray, "n 9"]
    proxy: Int[np.ndarray, "n"]
    mirror: Float[np.ndarray, "n"]
    foot: Int[np.ndarray, "n"]


def middle_of(proxy: Proxy) -> Float[np.ndarray, "3"]:
    """The middle of a proxy's box, at which views look."""
    return (proxy.vertices.min(axis=0) + proxy.vertices.max(axis=0)) / 2


@lru_cache(maxsize=1)
def shipped_looks() -> Looks:
    """The looks of the package's own proxies."""
    return looks_of(load_proxies(), load_icons())


@lru_cache(maxsize=2)
def own_looks(proxies: tuple[Proxy, ...]) -> Looks:
    """The looks of other proxies, a quarter of a second for each of them."""
    return looks_of(proxies)


def grid_views() -> Float[np.ndarray, "n 9"]:
    """AZIMUTHS x PITCHES from START_M, one px per metre."""
    azimuth, pitch = (a.ravel() for a in np.meshgrid(AZIMUTHS, PITCHES, indexing="ij"))
    view = np.zeros((len(azimuth), 9))
    view[:, views.AZIMUTH], view[:, views.PITCH], view[:, views.DISTANCE] = azimuth, pitch, np.log(START_M)
    return view


def seen_from(proxy: Proxy, points: Float[np.ndarray, "k 3"], view: Float[np.ndarray, "n 9"]) -> np.ndarray:
    """Points of a proxy in every view (n, k, 2), px from where its middle falls."""
    n = len(view)
    return views.project(view, np.tile(points, (n, 1, 1)), np.tile(middle_of(proxy), (n, 1)), np.ones(n), (0.0, 0.0))


def looks_of(proxies: Sequence[Proxy], icons: UInt8[np.ndarray, "p n k"] | None = None) -> Looks:
    """Every proxy in every view of the grid; icons as `icons_of` makes them."""
    view = grid_views()
    outlines, rims, marks = [], [], []
    for proxy in proxies:
        h, r = len(proxy.hull), len(proxy.rim)
        px = seen_from(proxy, np.concatenate([proxy.hull, proxy.rim, proxy.landmarks]), view).astype(np.float32)
        outlines.append(support(px[:, :h]))
        rims.append(support(px[:, h : h + r]))
        marks.append(px[:, h + r :])
    count = len(proxies)
    bits = np.stack([icons_of(proxy) for proxy in proxies]) if icons is None else icons
    azimuth, pitch = (np.tile(view[:, k], count) for k in (views.AZIMUTH, views.PITCH))
    return Looks(
        np.repeat(np.arange(count), len(view)), azimuth, pitch,
        np.concatenate(outlines), np.concatenate(rims), np.concatenate(marks),
        unpacked(bits).reshape(len(azimuth), -1),
        np.repeat([p.kind == "open" for p in proxies], len(view)), robust(pitch_prior(pitch)),
    )  # fmt: skip


def icons_of(proxy: Proxy) -> UInt8[np.ndarray, "n k"]:
    """The silhouettes of a proxy in every view of the grid, their pixels as bits."""
    side = 4 * ICON
    made = []
    for px in seen_from(proxy, proxy.vertices, grid_views()):
        low, high = px.min(axis=0), px.max(axis=0)
        scale = side / (high - low).max()
        mask = silhouette((px - (low + high) / 2) * scale + side / 2, proxy.faces, (side, side))
        made.append(icon(mask).ravel())
    return np.packbits(np.array(made), axis=1)


def unpacked(bits: UInt8[np.ndarray, "p n k"]) -> Float[np.ndarray, "p n cells"]:
    """The pixels, 0 or 1, of what `icons_of` makes."""
    return np.unpackbits(bits, axis=2, count=ICON**2).astype(np.float32)


def icon(mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "ICON ICON"]:
    """A silhouette whose longer side fills the icon, in its middle."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros((ICON, ICON), bool)
    part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    scale = ICON / max(part.shape)
    width, height = (max(1, round(n * scale)) for n in part.shape[::-1])
    part = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    whole = np.zeros((ICON, ICON), bool)
    top, left = (ICON - height) // 2, (ICON - width) // 2
    whole[top : top + height, left : left + width] = part > 0.5
    return whole


def tried() -> Iterator[tuple[int, float, float]]:
    """The turns of the picture that `guesses` tries: whole directions, the roll that they mean, the shoe's mirror."""
    for steps in range(0, DIRECTIONS, ROLL_STEP):
        roll = (np.pi - 2 * np.pi * steps / DIRECTIONS) % (2 * np.pi) - np.pi
        yield from ((steps, roll, mirror) for mirror in (1.0, -1.0))


def tried_views() -> tuple[Float[np.ndarray, "t c 9"], Float[np.ndarray, "t"]]:
    """The views of the grid under each of these turns, and their mirrors."""
    turns = list(tried())
    view = np.repeat(grid_views()[None], len(turns), axis=0)
    mirror = np.array([each[2] for each in turns])
    view[..., views.AZIMUTH] *= mirror[:, None]
    view[..., views.ROLL] = np.array([each[1] for each in turns])[:, None]
    return view, mirror


def guesses(
    looks: Looks, seen: Seen, count: int, each: int = 2, prior: Float[np.ndarray, "t c"] | None = None
) -> Guesses:
    """The `count` best guesses, of each proxy and side `each` at most.

    prior: what the views of `tried_views` cost beforehand; those that cost infinitely much are left out.
    """
    shape = seen.centred()
    icons = _icons(seen)
    overlaps = _overlaps(looks.icons, icons) if prior is None else None
    found: list[tuple[np.ndarray, ...]] = []
    for number, (steps, roll, mirror) in enumerate(tried()):
        cells = np.ones(len(AZIMUTHS) * len(PITCHES), bool) if prior is None else np.isfinite(prior[number])
        if not cells.any():
            continue
        these = looks if prior is None else looks.part(cells)
        scale, shift, cost, foot = _compared(these, shape.turned(steps, mirror < 0), mirror)
        overlap = _overlaps(these.icons, icons[number : number + 1])[:, 0] if overlaps is None else overlaps[:, number]
        cost = cost + float(robust(roll_prior(np.array([roll])))[0]) + OVERLAP * (1 - overlap)
        if prior is not None:
            cost = cost + np.tile(prior[number][cells], len(cost) // np.count_nonzero(cells))
        best = np.argpartition(cost, min(400, len(cost) - 1))[:400]
        place = shift[best] * [mirror, 1.0]
        c, s = np.cos(roll), np.sin(roll)
        place = place @ np.array([[c, -s], [s, c]])
        rows = np.stack([
            mirror * these.azimuth[best], these.pitch[best], np.full(len(best), roll), place[:, 0], place[:, 1],
            np.log(scale[best]), *np.zeros((3, len(best))),
        ], axis=1)  # fmt: skip
        found.append((rows, these.proxy[best], np.full(len(best), mirror), foot[best], cost[best]))
    view, proxy, mirrors, feet, costs = (np.concatenate(part) for part in zip(*found, strict=True))
    view[:, [views.X, views.Y]] = view[:, [views.X, views.Y]] * seen.length + seen.middle
    view[:, views.SCALE] += np.log(seen.length)
    view[:, views.DISTANCE] = np.log(START_M)
    chosen = _spread(proxy * 2 + (mirrors > 0), costs, count, each)
    return Guesses(view[chosen], proxy[chosen], mirrors[chosen], feet[chosen])


def _icons(seen: Seen) -> Float[np.ndarray, "t k"]:
    """The picture's shoe as icons, turned and mirrored in the order of `tried`."""
    mask, _, _ = small(seen)
    side = int(np.ceil(np.hypot(*mask.shape)))
    icons = []
    for steps in range(0, DIRECTIONS, ROLL_STEP):
        size = np.array(mask.shape[::-1])
        matrix = cv2.getRotationMatrix2D(size / 2 - 0.5, 360 * steps / DIRECTIONS, 1.0)
        matrix[:, 2] += (side - size) / 2
        turned = cv2.warpAffine(mask.astype(np.uint8), matrix, (side, side), flags=cv2.INTER_NEAREST) > 0
        icons += [icon(turned), icon(turned[:, ::-1])]
    return np.array(icons).reshape(len(icons), -1).astype(np.float32)


def _overlaps(icons: Float[np.ndarray, "n k"], these: Float[np.ndarray, "t k"]) -> Float[np.ndarray, "n t"]:
    """IoU of icons."""
    both = icons @ these.T
    return both / (icons.sum(axis=1)[:, None] + these.sum(axis=1) - both)


def _compared(looks: Looks, shape: Seen, mirror: float) -> tuple[np.ndarray, ...]:
    """For every look: the best scale and shift onto a shape, what is left as cost, and whose foot points were used."""
    weight = shape.known
    h = looks.outline
    ways = WAYS.T
    root = np.sqrt(weight)[:, None]
    free = np.eye(DIRECTIONS) - (root * ways) @ np.linalg.pinv(root * ways)
    within = (root * free * root.T).astype(np.float32)  # weights, without what a shift explains
    moved = h @ within
    scale = np.maximum((moved @ shape.support) / np.maximum((moved * h).sum(axis=1), 1e-12), 1e-6)
    rest = shape.support - scale[:, None] * h
    shift = rest @ (np.linalg.pinv(root * ways) * root[:, 0]).T
    rest = rest - shift @ ways.T
    cost = robust(OUTLINE * rest * weight / np.sqrt(DIRECTIONS)).sum(axis=1) + looks.fixed
    if shape.opening is not None:
        rim = scale[:, None] * looks.rim + shift @ ways.T
        cost = cost + robust(np.where(looks.open, OPEN, 1.0)[:, None] * opening(rim - shape.opening)).sum(axis=1)
    marks = scale[:, None, None] * looks.marks + shift[:, None]
    own = 0 if mirror > 0 else 1
    side = []
    for number, (points, trust) in enumerate(zip(shape.points, shape.trust, strict=True)):
        off = robust(POINTS * (marks - points) * (trust * POINT_TRUST)[:, None]).sum(axis=(1, 2))
        side.append(off + OTHER_SIDE * (number != own) if trust.any() else np.full(len(h), np.inf))
    best = np.argmin(side, axis=0)
    least = np.min(side, axis=0)
    return scale, shift, cost + np.where(np.isfinite(least), least, 0.0), best


def _spread(kind: np.ndarray, costs: np.ndarray, count: int, each: int) -> np.ndarray:
    """Numbers of the least costs, of each kind `each` at most."""
    order = np.argsort(costs, kind="stable")
    ranked = kind[order]
    seen_before = np.zeros(len(order), int)
    for value in np.unique(ranked):
        at = np.flatnonzero(ranked == value)
        seen_before[at] = np.arange(len(at))
    return order[seen_before < each][:count]
