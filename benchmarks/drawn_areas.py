"""Wearable areas and feet on photos whose areas are drawn: a table, and a picture of each photo to be looked at.

    python benchmarks/drawn_areas.py FOLDER… --pack mini --out looked-at

FOLDER holds photos, and in `masks/` the drawn areas as palette PNG of the same name (0 background, 1 visible, 2
wearable). The shoe is given, so that the areas are measured and not the region. In the pictures yellow is wearable
area found rightly, green is missed, red is invented; the left foot is red, the right one blue.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import tyro
from PIL import Image

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image import masks
from shoemodel.image.masks import ShoeAreas

SIDE = 800
COLOURS = {"right": (255, 230, 0), "missed": (0, 200, 0), "invented": (255, 0, 0)}


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Compare a pack's areas with drawn ones."""

    folders: tyro.conf.Positional[tuple[Path, ...]]
    """Of photos with `masks/`."""
    pack: Annotated[Path, tyro.conf.arg(metavar="mini|FOLDER")] = Path("mini")
    """The weights."""
    areas: Path | None = None
    """A run of `shoemodel train wd` whose areas are measured instead of the pack's."""
    feet: Path | None = None
    """The same of `shoemodel train feet`."""
    out: Path | None = None
    """Folder for the pictures."""


def main(options: Drawn) -> None:
    """Print a line for each photo and the pooled figures."""
    from shoemodel.pipeline import ShoeModelPipeline

    given = {name: _component(run, name) for name in ("areas", "feet") if (run := getattr(options, name)) is not None}
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, only=["areas", "feet"], **given)
    for folder in options.folders:
        tally = np.zeros(2, int)
        files = sorted((folder / "masks").glob("*.png"))
        if not files:
            raise InputError(f"{folder}: found no drawn areas; PNG files in {folder / 'masks'} are accepted")
        for file in files:
            tally += _measure(pipeline, folder, file, options.out)
        print(f"{folder.name}: wearable IoU {tally[0] / max(tally[1], 1):.3f}, pooled over {len(files)} photos")


def _component(run: Path, name: str) -> Any:
    from shoemodel.lps.vitpose import StemmedVitPose
    from shoemodel.training.checkpoint import component_folder
    from shoemodel.wd.segformer import StemmedSegformer

    kind: Any = {"areas": StemmedSegformer, "feet": StemmedVitPose}[name]
    return kind.from_pretrained(component_folder(run, name), local_files_only=True).eval()


def _measure(pipeline: Any, folder: Path, drawn: Path, out: Path | None) -> np.ndarray:
    """Pixels (2,) of the wearable area's intersection and union."""
    from shoemodel.lps.predict import foot_keypoints
    from shoemodel.wd.predict import predict

    photo = next((file for file in sorted(folder.glob(f"{drawn.stem}.*")) if file.is_file()), None)
    if photo is None:
        raise InputError(f"{drawn}: found no photo of this name in {folder}")
    rgb, true = images.load(photo).rgb, ShoeAreas(np.asarray(Image.open(drawn)))
    found = predict(pipeline.areas, rgb, true.shoe, photo.name)
    hit, union = (found.wearable & true.wearable).sum(), (found.wearable | true.wearable).sum()
    shares = [area.sum() / true.shoe.sum() for area in (true.wearable, found.wearable)]
    print(f"{drawn.stem:24} IoU {hit / max(union, 1):.2f}, of the shoe {shares[0]:.3f} drawn, {shares[1]:.3f} found")
    if out is not None:
        feet = foot_keypoints(pipeline.feet, np.dstack([rgb, np.where(found.visible, 255, 0).astype(np.uint8)]))
        out.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_picture(rgb, found, true, feet)).save(out / f"{folder.name}_{drawn.stem}.png")
    return np.array([hit, union])


def _picture(rgb: np.ndarray, found: ShoeAreas, true: ShoeAreas, feet: Any) -> np.ndarray:
    kinds = {
        "right": found.wearable & true.wearable,
        "missed": true.labels == masks.WEARABLE,
        "invented": found.wearable & ~true.wearable,
    }
    shown = rgb.astype(float)
    for name in ("missed", "right", "invented"):
        shown[kinds[name]] = 0.4 * rgb[kinds[name]] + 0.6 * np.array(COLOURS[name])
    scale = SIDE / max(rgb.shape[:2])
    shown = cv2.resize(shown.astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for foot, colour in enumerate(((255, 0, 0), (0, 80, 255))):
        points = (feet.points_px[4 * foot : 4 * foot + 4] * scale).astype(int).tolist()
        for name, point in zip("ABSH", points if feet.exists[4 * foot] else [], strict=False):
            cv2.line(shown, points[0], point, colour, 1, cv2.LINE_AA)
            cv2.circle(shown, point, 4, colour, -1, cv2.LINE_AA)
            cv2.putText(shown, name, (point[0] + 5, point[1] + 5), 0, 0.5, colour, 1, cv2.LINE_AA)
    return shown


if __name__ == "__main__":
    main(tyro.cli(Drawn))
