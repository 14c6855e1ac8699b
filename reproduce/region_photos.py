"""How well the shoe is found in photos whose masks are drawn: IoU of each answer, what is said, and a sheet to look at.

    python reproduce/region_photos.py PHOTOS --out sheet.jpg

A folder of photos has its masks in `masks/`, PNG files of the same names in which everything but 0 is shoe. Photos
without one are found too; of them nothing is measured. On the sheet the drawn outline is green, the answer red.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tyro
from PIL import Image
from tyro.conf import Positional

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif")
SHOWN = 480
"""Longer side of a photo on the sheet, px."""


@dataclass(frozen=True, kw_only=True)
class RegionPhotos:
    """Measure the region of one pack."""

    photos: Positional[tuple[Path, ...]]
    """Folders of photos."""
    out: Path | None = None
    """Where the sheet is written; none by default."""
    pack: str = "mini"
    """mini, or a folder."""
    segmenter: Path | None = None
    """Folder of another segmenter than the pack's, RUN/model/segmenter say."""


def main(options: RegionPhotos) -> None:
    """Print a line for each photo, then the totals."""
    from shoemodel import ShoeModelPipeline
    from shoemodel.image import draw
    from shoemodel.wd.segformer import StemmedSegformer

    only = ("region", "segmenter")
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, only=only)
    network = pipeline.segmenter
    if options.segmenter is not None:
        network = StemmedSegformer.from_pretrained(options.segmenter, local_files_only=True).eval()
    rows = [
        measure(pipeline.region, network, file)
        for folder in options.photos
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in SUFFIXES
    ]
    for name, source in (("segmenter", 0), ("SAM", 1), ("both", 2), ("answer", 3)):
        values = np.array([row["ious"][source] for row in rows if row["ious"] and len(row["ious"]) > source])
        if len(values):
            print(
                f"{name}: mean IoU {values.mean():.3f}, at least 0.95 in {np.mean(values >= 0.95):.0%}, "
                f"worst {values.min():.2f} (n = {len(values)})"
            )
    wrong = [bool(row["said"]) for row in rows if row["ious"] and row["ious"][-1] < 0.8]
    right = [bool(row["said"]) for row in rows if row["ious"] and row["ious"][-1] >= 0.8]
    print(f"warned of or refused: {sum(wrong)} of {len(wrong)} wrong ones, {sum(right)} of {len(right)} right ones")
    if options.out is not None:
        pictures = [row["picture"] for row in rows]
        sheet = draw.contact_sheet([pictures[start : start + 5] for start in range(0, len(pictures), 5)])
        cv2.imwrite(str(options.out), sheet[..., ::-1])


def measure(sam: Any, network: Any, file: Path) -> dict[str, Any]:
    """IoU of the three answers and of what is taken (of SAM's alone without a segmenter), and what the user is told."""
    from shoemodel.errors import InputError
    from shoemodel.image import io, masks
    from shoemodel.wd import automatic, region

    photo = io.load(file)
    drawn = file.parent / "masks" / f"{file.stem}.png"
    truth = np.asarray(Image.open(drawn)) > 0 if drawn.is_file() else None
    started, found = time.process_time(), np.zeros(photo.size, bool)
    try:
        shoe = region.of_photo(sam, photo, segmenter=network)
        found, said = shoe.mask, "; ".join(shoe.notices)
    except InputError as refusal:
        said = str(refusal)
    seconds, ious = time.process_time() - started, []
    if truth is not None:
        answers = automatic.answers(sam, network, photo.rgb).masks if network is not None else ()
        ious = [masks.iou(each, truth) for each in (*answers, found)]
    print(f"{file.stem:24} {' '.join(f'{iou:.3f}' for iou in ious):24} {seconds:.2f} s  {said}", flush=True)
    return {"ious": ious, "said": said, "picture": outlined(photo.rgb, truth, found)}


def outlined(rgb: np.ndarray, truth: np.ndarray | None, found: np.ndarray) -> np.ndarray:
    """The photo, small, with the drawn outline in green and the found one in red."""
    scale = SHOWN / max(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    picture = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    for mask, colour in ((truth, (0, 180, 0)), (found, (255, 0, 0))):
        if mask is not None:
            small = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
            lines, _ = cv2.findContours(small.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(picture, lines, -1, colour, 1)
    return picture


if __name__ == "__main__":
    main(tyro.cli(RegionPhotos, description=__doc__))
