"""Without weights from the hub: the pack's judge finds the shoes and the 12 points (ours).

It has learnt from rendered legs alone, one pair to a picture, and knows no faces and no second person. What it takes
for worn shoes must be so to the pack's segmenter too. The pack's SAM is not asked: prompted with the box of worn shoes
it draws them worse than the judge (`docs/collect.md`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8
from transformers import SegformerForSemanticSegmentation

from shoemodel import packs
from shoemodel.collect.people import Person, of_foot, pose_of
from shoemodel.image.geometry import Box
from shoemodel.image.pose import NAMES, Pose
from shoemodel.quality import judge
from shoemodel.runtime.files import sha256
from shoemodel.runtime.quiet import quiet
from shoemodel.wd import outline, region, segmenter
from shoemodel.wd.segformer import StemmedSegformer

DOUBTFUL, SEEN = judge.MIN_PEAK, 0.5
"""Heatmap peaks from which a point counts as found, and as seen (ours)."""
MARGIN = 0.25
"""About what was found, of its longer side, on each side, for the second look (ours)."""
LEAST = 0.75
"""Of the photo's longer side: a larger square shows the judge nothing new (ours)."""
LEAST_POINTS = 4
"""Fewer are no leg (ours)."""
TWICE = 0.25
"""Of a foot's length: points of both legs that lie closer are one point, of whose side the judge is unsure (ours)."""
APART = 0.5
"""Of a foot's length: ankles that lie further apart are two (ours)."""
WORN = 0.12
"""Least mean probability that the segmenter gives the shoes' pixels of being worn: 99% of worn renders have 0.27, of
photos without legs in which the judge sees some none has 0.06 (ours)."""
KNEES = [NAMES.index(f"{side}_knee") for side in ("left", "right")]
ANKLES = [NAMES.index(f"{side}_ankle") for side in ("left", "right")]


class PackAnnotator:
    """The judge of a pack, with its segmenter where it has one; or of a run of `shoemodel train judge`, alone."""

    sees_faces = False

    def __init__(self, folder: Path):
        self.judge = judge.load(folder)
        self.segmenter = _segmenter(folder / "segmenter")
        self.identity = identity(folder)

    def people(self, rgb: UInt8[np.ndarray, "h w 3"]) -> list[Person]:
        """One person at most: looked for in the whole photo, then looked at closely."""
        reading = judge.read(self.judge, rgb)
        if reading.found.sum() < LEAST_POINTS or not reading.shoe.any():
            return []
        square = _square(reading, rgb.shape[:2])
        if square.width < LEAST * max(rgb.shape[:2]):
            reading = _look(self.judge, rgb, square)
        if reading.found.sum() < LEAST_POINTS or not reading.shoe.any() or not self._worn(rgb, reading.shoe, square):
            return []
        pose = pose_of(reading.points_px, reading.scores, DOUBTFUL, SEEN)
        return [_knees_sorted(_one_foot_once(Person(pose, shoes=reading.shoe), reading.scores))]

    def _worn(self, rgb: UInt8[np.ndarray, "h w 3"], shoes: Bool[np.ndarray, "h w"], square: Box) -> bool:
        """Whether the segmenter, where there is one, sees worn shoes there too."""
        if self.segmenter is None:
            return True
        part = square.slices
        logits = segmenter.read(self.segmenter, np.ascontiguousarray(rgb[part]))[segmenter.WORN]
        there = shoes[part]
        return bool(there.any()) and float((1 / (1 + np.exp(-logits[there]))).mean()) >= WORN

    def shoes(self, rgb: UInt8[np.ndarray, "h w 3"], person: Person) -> tuple[Bool[np.ndarray, "h w"], float]:
        """The judge's shoe moved to the photo's edges; how sure it is it does not say."""
        assert person.shoes is not None
        tidied = region.tidy(person.shoes)
        return (outline.refine(rgb, tidied) if tidied.any() else tidied), 1.0


def _segmenter(folder: Path) -> SegformerForSemanticSegmentation | None:
    if not folder.is_dir():
        return None
    with quiet():
        return StemmedSegformer.from_pretrained(folder, local_files_only=True).eval()


def identity(folder: Path) -> dict[str, str]:
    """The pack by name and hash; a run by its name and the hash of its judge."""
    if (folder / packs.MANIFEST).is_file():
        known = packs.identity("mini" if folder == packs.MINI else folder)
        return {"judge": f"pack {known['name']}, sha256 {known['sha256']}"}
    weights = folder / "model" / "judge" / "model.safetensors"
    return {"judge": f"run {folder.name}, sha256 {sha256(weights)}"}


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
    """Where the points of both feet that were found lie in one place, the leg with the lower peaks is forgotten."""
    if not person.feet:
        return person
    left, right = of_foot("left"), of_foot("right")
    points, found = person.pose.points, person.pose.exists
    both = found[left] & found[right]
    apart = np.linalg.norm(points[left] - points[right], axis=1)[both]
    if not both.any() or apart.mean() > TWICE * person.foot_length_px:
        return person
    return person.without("left" if scores[left].sum() < scores[right].sum() else "right")


def _knees_sorted(person: Person) -> Person:
    """Two knees in one place above ankles that are apart are the knee of the ankle below it; others belong to the
    ankles that they are nearer to in all. Of 109 pairs of worn renders in the first case the judge's surer knee is
    right in 72%, the one above its ankle in 83%; of 46 in the second 67% and 85% (ours)."""
    points, visibility = person.pose.points.copy(), person.pose.visibility.copy()
    if not person.pose.exists[[*KNEES, *ANKLES]].all():
        return person
    knees, ankles, length = points[KNEES], points[ANKLES], person.foot_length_px
    if np.linalg.norm(knees[0] - knees[1]) < TWICE * length:
        if np.linalg.norm(ankles[0] - ankles[1]) > APART * length:
            visibility[KNEES[int(np.abs(knees[:, 0] - ankles[:, 0]).argmax())]] = 0
    elif np.linalg.norm(knees - ankles, axis=1).sum() > np.linalg.norm(knees[::-1] - ankles, axis=1).sum():
        points[KNEES], visibility[KNEES] = points[KNEES[::-1]], visibility[KNEES[::-1]]
    return Person(Pose(points, visibility), person.faces, person.shoes)
