"""How far to believe a region that was found without a prompt: the constants of `wd.automatic`, from composed pictures.

    python reproduce/confidence.py --cutouts CUTOUTS --backgrounds PHOTOS --num 400

The pictures are composed of cut-outs of shoes that no training sees (`reproduce/cutouts.py`) and of the photos of
places that the segmenter's training keeps for its tests, so that the masks are known. Of a region that is wrong (IoU
below 0.8) the user is to be warned. Printed are the constants of a logistic regression and, for some thresholds, how
many of the wrong and of the right ones are warned of.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro

WRONG, WHOLE = 0.8, 0.95
THRESHOLDS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
STEPS, RIDGE = 200, 1e-3
"""Newton's method for the logistic regression, and what keeps it from running away."""


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """Fit the confidence."""

    cutouts: Path
    """Folder written by `reproduce/cutouts.py`."""
    backgrounds: Path
    """Folder of photos without shoes, the one of the training."""
    num: int = 400
    """Pictures."""
    side: int = 512
    """Their side, px."""
    seed: int = 0
    """Of the compositions."""
    pack: str = "mini"
    """mini, or a folder."""
    segmenter: Path | None = None
    """A run of `shoemodel train segmenter` whose network takes the place of the pack's."""


def main(options: Confidence) -> None:
    """Compose, find, fit, and print."""
    from shoemodel.image import masks
    from shoemodel.stages import Stages
    from shoemodel.training import backgrounds
    from shoemodel.training.checkpoint import component_folder
    from shoemodel.training.packshots import Packshots, load
    from shoemodel.training.segmenter import HELD_OUT
    from shoemodel.wd import automatic
    from shoemodel.wd.segformer import StemmedSegformer

    given = {}
    if options.segmenter is not None:
        folder = component_folder(options.segmenter, "segmenter")
        given["segmenter"] = StemmedSegformer.from_pretrained(folder, local_files_only=True).eval()
    pack = Stages.from_pretrained(options.pack, only=["region", "segmenter"], **given)
    photos = backgrounds.load_folder(options.backgrounds)[::HELD_OUT]
    composer, rows = Packshots([cut for cut in load(options.cutouts, test=True) if not cut.turned], photos), []
    for number in range(options.num):
        picture, mask, _ = composer.compose(np.random.default_rng([options.seed, number]), options.side, shoes=1)
        answer = automatic.answers(pack.region, pack.segmenter, picture)
        found = answer.best
        rows.append((answer.agreement[answer.taken], answer.expected[answer.taken], masks.iou(found, mask)))
        if (number + 1) % 50 == 0:
            print(f"{number + 1} of {options.num}", flush=True)
    agreed, sure, iou = np.array(rows).T
    right = iou >= WRONG
    whole, wrong = (iou >= WHOLE).mean(), int((~right).sum())
    print(f"{len(iou)} pictures: mean IoU {iou.mean():.3f}, at least {WHOLE} in {whole:.0%}, {wrong} wrong")
    for name, constants in (("as they are", automatic.CONFIDENCE), ("fitted", fitted(agreed, sure, right))):
        likely = 1 / (1 + np.exp(-(np.stack([np.ones_like(agreed), agreed, sure], axis=1) @ constants)))
        print(f"constants {name}: {', '.join(f'{value:.1f}' for value in constants)}")
        for threshold in THRESHOLDS:
            wrong, fine = (float((likely[kind] < threshold).mean()) for kind in (~right, right))
            print(f"  below {threshold}: {wrong:.0%} of the wrong ones, {fine:.0%} of the right ones")


def fitted(agreed: np.ndarray, sure: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Constant and weights (3,) of a logistic regression, wrong and right pictures counting as much all in all."""
    features = np.stack([np.ones_like(agreed), agreed, sure], axis=1)
    counts = np.where(right, 0.5 / max(right.sum(), 1), 0.5 / max((~right).sum(), 1))
    weights = np.zeros(3)
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (counts * (likely - right)) + RIDGE * weights * [0, 1e-2, 1e-2]
        curvature = (features * (counts * likely * (1 - likely))[:, None]).T @ features
        weights -= np.linalg.solve(curvature + 1e-6 * np.eye(3), gradient)
    return weights


if __name__ == "__main__":
    main(tyro.cli(Confidence, description=__doc__))
