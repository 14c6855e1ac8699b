"""Two shoes of a pair as one model, seen by one camera, on one floor (ours).

Fits made apart choose two proxies, two lenses and two grounds, and the shoe that is half hidden is the worse for it. A
pair is the same shoe twice: the better fit gives proxy, scale, camera and ground, and the other shoe, its mirror image,
is sought on that floor alone: three numbers, where it stands and how it is turned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import minimize

from shoemodel.fit.collar import Collar
from shoemodel.fit.outline import Seen, reduced, silhouette
from shoemodel.fit.shoe import ShoeFit, Side
from shoemodel.render.meshes import rotation

SIDE_PX = 160
"""Longer side of the crop in which both shoes are compared."""
TURNS_DEG = (0, -12, 12, -28, 28, -50, 50, -75, 75, 180, 150, -150, 110, -110)
"""Headings of the other shoe that are tried, from that of the first."""
AWAY = np.linspace(-1.0, 1.0, 9)
"""How far it may stand nearer or farther, in lengths of the shoe."""
NEAREST_M = 0.05
"""No part of a shoe is nearer to the camera."""
FIRST, STEPS = 6, 70
"""So many places are made better, in so many steps each."""
SIMPLEX = np.array([[0, 0, 0], [0.03, 0, 0], [0, 0.06, 0], [0, 0, 8.0]])
"""Metres and degrees, with which that begins."""
BEHIND, TURNED, AROUND, AGAINST = 0.1, 0.2, 0.08, 0.12
"""What it costs that all of a shoe is hidden by the other, that it points away from it by a quarter turn or
round the other way, and that its heel and toes lie a quarter turn off where they were found."""
LEAST_IOU, WORSE = 0.6, 0.1
"""A shoe that overlaps less on the other's floor, or by so much less than where it was fitted alone, is on another."""
GOOD_IOU = 0.85
"""From which on the other way round, the second shoe giving the floor, is not tried."""
INSOLE, OPEN = 0.15, 0.08
"""Share of a shoe that is wearable from which on it is an open one, and what a closed proxy then costs."""


@dataclass(frozen=True, eq=False)
class Floor:
    """The floor, camera and shoe of one fit, and what the picture shows of the other shoe of the pair."""

    fit: ShoeFit
    side: Side
    """Of the other shoe."""
    goal: Bool[np.ndarray, "h w"]
    """The other shoe's pixels, on a small grid,"""
    hidden: Bool[np.ndarray, "h w"]
    """and those of the first, behind which the other may go on."""
    scale: float
    """Of that grid, and the corner at which it begins, px."""
    corner: Float[np.ndarray, "2"]
    way: Float[np.ndarray, "2"] | None
    """From the other shoe's heel to its toes in the picture, where they were found."""

    @classmethod
    def of(cls, fit: ShoeFit, own: Bool[np.ndarray, "h w"], seen: Seen) -> Floor:
        """own: the pixels of the fitted shoe; seen: the shoe that is sought."""
        other = seen.mask
        rows, columns = np.nonzero(own | other)
        low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()]) + 1
        scale = SIDE_PX / float((high - low).max())
        corner = low - 0.1 * SIDE_PX / scale
        size = np.ceil((high - low) * scale + 0.2 * SIDE_PX).astype(int)
        goal, hidden = (reduced(mask, scale, corner, size) for mask in (other, own))
        trust = seen.trust[:, 1:].min(axis=1)
        points = seen.points[int(trust.argmax())]
        way = points[1:3].mean(axis=0) - points[3] if trust.max() > 0 else None
        return cls(fit, "right" if fit.side == "left" else "left", goal, hidden, scale, corner, way)

    def placed(self, place: Float[np.ndarray, "3"]) -> ShoeFit:
        """The other shoe's fit; place: metres to the camera's right and away from it, and degrees it is turned by."""
        turn, move = self._frame(place)
        camera = self.fit.camera
        camera = replace(camera, rotation=camera.rotation @ turn, origin=turn.T @ (camera.origin - move))
        return replace(self.fit, side=self.side, camera=camera, believed=None, collar=None)

    def _frame(self, place: Float[np.ndarray, "3"]) -> tuple[np.ndarray, np.ndarray]:
        """The frame of the other shoe in that of the first: a turn about the upright and a move along the floor."""
        right = self.fit.camera.rotation[0] * [1.0, 1.0, 0.0]
        right = right / np.linalg.norm(right)
        away = np.array([-right[1], right[0], 0.0])
        away = away * np.sign(away @ -self.fit.camera.origin or 1.0)
        return rotation("z", float(place[2])), place[0] * right + place[1] * away

    def covered(self, fit: ShoeFit) -> Bool[np.ndarray, "h w"]:
        """The pixels of the small grid that a fitted shoe covers, were nothing before it."""
        px, depth = fit.camera.project(fit.placed(fit.proxy.vertices))
        if depth.min() < NEAREST_M:
            return np.zeros(self.goal.shape, bool)
        return silhouette((px - self.corner) * self.scale, fit.faces, self.goal.shape)

    def overlap(self, fit: ShoeFit) -> tuple[float, float]:
        """IoU where the first shoe hides nothing, and the share that it hides."""
        covered = self.covered(fit)
        if not covered.any():
            return 0.0, 1.0
        seen = covered & ~self.hidden
        return (seen & self.goal).sum() / max((seen | self.goal).sum(), 1), 1 - seen.sum() / covered.sum()

    def cost(self, place: Float[np.ndarray, "3"]) -> float:
        """0 for the same pixels and the same heading as the first shoe's, 1 for no pixels in common."""
        fit = self.placed(place)
        iou, hidden = self.overlap(fit)
        cosine = float(np.cos(np.radians(place[2])))
        turned = TURNED * (1 - cosine**2) + AROUND * (cosine < 0)
        return 1 - iou + BEHIND * hidden + turned + AGAINST * self._against(fit)

    def _against(self, fit: ShoeFit) -> float:
        """1 less the cosine between heel to toes as fitted and as found."""
        if self.way is None:
            return 0.0
        _, big, small, heel = fit.camera.project(fit.placed(fit.proxy.landmarks))[0]
        way = (big + small) / 2 - heel
        return float(1 - way @ self.way / max(np.linalg.norm(way) * np.linalg.norm(self.way), 1e-6))

    def starts(self) -> Float[np.ndarray, "n 3"]:
        """Places to begin at: each turn and distance, moved sideways until the visible edges agree on one side."""
        length, found = float(np.ptp(self.fit.placed(self.fit.proxy.vertices)[:, 1])), []
        columns = np.flatnonzero(self.goal.any(axis=0))
        near = float(np.linalg.norm(self.fit.camera.origin))
        for turn in TURNS_DEG:
            for away in AWAY * length:
                fit = self.placed(np.array([0.0, away, turn]))
                px, depth = fit.camera.project(fit.placed(fit.proxy.vertices))
                if depth.min() < NEAREST_M:
                    continue
                x = (px[:, 0] - self.corner[0]) * self.scale
                by = (near + away) / fit.camera.focal_px / self.scale
                ends = {round(float(columns[0] - x.min())), round(float(columns[-1] + 1 - x.max()))}
                found += [(by * end, away, turn) for end in ends]
        return np.array(found)


@dataclass(frozen=True)
class Pair:
    """Two fits on one floor."""

    fits: tuple[ShoeFit, ShoeFit]
    """In the order in which the shoes were given."""
    quality: float
    """The sum of both overlaps, less for closed proxies of open shoes."""

    @property
    def crossed(self) -> bool:
        """Whether the wearer's left shoe stands at the right of the right one, both pointing the same way."""
        left, right = self.fits if self.fits[0].side == "left" else self.fits[::-1]
        turn = left.camera.rotation.T @ right.camera.rotation
        at = left.camera.origin - turn @ right.camera.origin
        alike = (turn @ np.array([0.0, -1.0, 0.0]))[1] < -0.6
        width = float(np.ptp(left.placed(left.proxy.vertices)[:, 0]))
        return bool(alike and at[0] > 0.3 * width)


def together(fits: Sequence[ShoeFit], shoes: Sequence[Seen]) -> Pair | None:
    """Both shoes as the model of one fit on its floor, whichever agrees better with the picture; None where neither
    does as well as the fits alone."""
    found: list[Pair] = []
    for base in np.argsort([-_quality(fit, shoe) for fit, shoe in zip(fits, shoes, strict=True)]):
        other = 1 - int(base)
        floor = Floor.of(fits[base], shoes[base].mask, shoes[other])
        second = _on(floor, shoes[other])
        alone = floor.overlap(fits[other])[0]
        if second.iou >= max(LEAST_IOU, alone - WORSE):
            quality = _quality(fits[base], shoes[base]) + _quality(second, shoes[other])
            found.append(Pair((fits[0], second) if base == 0 else (second, fits[1]), quality))
            if second.iou >= max(GOOD_IOU, alone) and not any(_unlike(second, shoe) for shoe in shoes):
                break
    return max(found, key=lambda pair: pair.quality, default=None)


def _quality(fit: ShoeFit, shoe: Seen) -> float:
    """The overlap, less for a closed proxy of an open shoe."""
    return fit.iou - OPEN * _unlike(fit, shoe)


def _unlike(fit: ShoeFit, shoe: Seen) -> bool:
    """Whether a closed proxy was fitted to a shoe that shows its insole."""
    return fit.proxy.kind != "open" and bool(shoe.wearable.sum() > INSOLE * shoe.mask.sum())


def _on(floor: Floor, shoe: Seen) -> ShoeFit:
    """The second shoe where it agrees best with the picture; its IoU is that where the first does not hide it."""
    starts = floor.starts()
    order = np.argsort([floor.cost(place) for place in starts], kind="stable")
    found = [
        minimize(floor.cost, starts[row], method="Nelder-Mead",
                 options={"initial_simplex": starts[row] + SIMPLEX, "maxfev": STEPS})
        for row in _spread(starts, order)
    ]  # fmt: skip
    best = floor.placed(min(found, key=lambda each: each.fun).x)
    rim = best.camera.project(best.placed(best.proxy.rim))[0]
    return replace(best, iou=float(floor.overlap(best)[0]), collar=Collar.of(rim, shoe))


def _spread(starts: np.ndarray, order: np.ndarray) -> list[int]:
    """The first few of an order, of each turn one."""
    kept: list[int] = []
    for row in order:
        if all(starts[k, 2] != starts[row, 2] for k in kept):
            kept.append(int(row))
        if len(kept) == FIRST:
            break
    return kept
