"""Without weights from the hub: the pack's judge finds the shoes and the 12 points (ours).

It has learnt from rendered legs alone, one pair to a picture, and knows no faces and no second person. The pack's SAM
is not asked: prompted with the box of worn shoes it draws them worse than the judge (`docs/collect.md`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel import packs
from shoemodel.collect.people import Person, of_foot, pose_of
from shoemodel.image.geometry import Box
from shoemodel.image.pose import extents
from shoemodel.quality import judge
from shoemodel.wd import outline, region

DOUBTFUL, SEEN = judge.MIN_PEAK, 0.5
"""Heatmap peaks from which a point counts as found, and as seen (ours)."""
MARGIN = 0.25
"""About what was found, of its longer side, on each side, for the second look (ours)."""
LEAST = 0.75
"""Of the photo's longer side: a larger square shows the judge nothing new (ours)."""
LEAST_POINTS = 4
"""Fewer are no leg (ours)."""
TWICE = 0.25
"""Of a foot's length: two feet whose points lie closer are one foot, of whose side the judge is unsure (ours)."""


class PackAnnotator:
    """The judge of a pack, or of a run of `shoemodel train judge`."""

    sees_faces = False

    def __init__(self, folder: Path):
        self.judge = judge.load(folder)
        self.identity = identity(folder)

    def people(self, rgb: UInt8[np.ndarray, "h w 3"]) -> list[Person]:
        """One person at most: looked for in the whole photo, then looked at closely."""
        reading = judge.read(self.judge, rgb)
        if reading.found.sum() < LEAST_POINTS or not reading.shoe.any():
            return []
        square = _square(reading, rgb.shape[:2])
        if square.width < LEAST * max(rgb.shape[:2]):
            reading = _look(self.judge, rgb, square)
            if reading.found.sum() < LEAST_POINTS or not reading.shoe.any():
                return []
        pose = pose_of(reading.points_px, reading.scores, DOUBTFUL, SEEN)
        return [_one_foot_once(Person(pose, shoes=reading.shoe), reading.scores)]

    def shoes(self, rgb: UInt8[np.ndarray, "h w 3"], person: Person) -> tuple[Bool[np.ndarray, "h w"], float]:
        """The judge's shoe moved to the photo's edges; how sure it is it does not say."""
        assert person.shoes is not None
        tidied = region.tidy(person.shoes)
        return (outline.refine(rgb, tidied) if tidied.any() else tidied), 1.0


def identity(folder: Path) -> dict[str, str]:
    """The pack by name and hash; a run by its name and the hash of its judge."""
    if (folder / packs.MANIFEST).is_file():
        known = packs.identity("mini" if folder == packs.MINI else folder)
        return {"judge": f"pack {known['name']}, sha256 {known['sha256']}"}
    weights = folder / "model" / "judge" / "model.safetensors"
    return {"judge": f"run {folder.name}, sha256 {packs.sha256(weights)}"}


def _square(reading: judge.Reading, size: tuple[int, int]) -> Box:
    """Whole pixels about shoes and points, moved into the photo where it fits."""
    shoe = Box.of_mask(reading.shoe)
    around = np.concatenate([reading.points_px[reading.found], shoe.corners()])
    low, high = around.min(0), around.max(0)
    side = int(np.ceil((1 + 2 * MARGIN) * (high - low).max()))
    side = min(side, *size) if side <= max(size) else min(size)
    x, y = ((low + high - side) / 2).round().astype(int)
    x, y = int(np.clip(x, 0, size[1] - side)), int(np.clip(y, 0, size[0] - side))
    return Box(x, y, x + side, y + side)


def _look(network: judge.SegformerForSemanticSegmentation, rgb: np.ndarray, square: Box) -> judge.Reading:
    """What the judge sees in a part of the photo, in the photo's pixels."""
    closer = judge.read(network, np.ascontiguousarray(rgb[square.slices]))
    shoe = np.zeros(rgb.shape[:2], bool)
    shoe[square.slices] = closer.shoe
    return judge.Reading(shoe, closer.points_px + np.array([square.x0, square.y0], float), closer.scores)


def _one_foot_once(person: Person, scores: Float[np.ndarray, "12"]) -> Person:
    """Where both feet lie in one place, the leg with the lower peaks is forgotten."""
    if len(person.feet) < 2:
        return person
    left, right = (person.foot_px(side) for side in ("left", "right"))
    length = float(extents(np.stack([left, right])).max())
    if float(np.linalg.norm(left - right, axis=1).mean()) > TWICE * length:
        return person
    weaker = min(("left", "right"), key=lambda side: scores[of_foot(side)].sum())
    return person.without(weaker)
