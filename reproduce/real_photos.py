"""Real photos: is the shoe found whole, is the opening right, what is said, and are bad pictures refused?

    python reproduce/real_photos.py PHOTOS --masks MASKS --out sheets
    python reproduce/real_photos.py PHOTOS --bad PICTURES

PHOTOS is a folder of photos. Beside it (MASKS, by default PHOTOS/masks) lie drawn areas, PNG files of the same names in
which 0 is ground, 1 stays visible and 2 is wearable. Photos without one are looked at only. PICTURES is a folder of
such as ought to be refused. The sheets show each photo with the drawn outline in green and the found one in red, then
its areas: yellow is wearable area rightly found, green is missed, red is invented. The left foot is red, the right one
blue.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import tyro
from PIL import Image
from tyro.conf import Positional, arg

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif")
SHOWN = 640
"""Longer side of a photo on a sheet, px."""
ON_A_SHEET = 4
WRONG, WHOLE, ROUGHLY = 0.8, 0.95, 0.92
"""IoU below which a region is wrong, from which it is whole, and from which it is so where it was drawn roughly."""
OPENING = 0.01
"""Of the shoe: a smaller opening has no IoU of its own."""
PAINTED = 0.03
"""Of the shoe: where more of what stays visible is called wearable, the product is painted over."""
FAULTY = 0.08
"""Of the shoe: where more has the wrong one of its two labels, the user ought to be told."""
COLOURS = {"missed": (0, 200, 0), "right": (255, 230, 0), "invented": (255, 0, 0)}


@dataclass(frozen=True, kw_only=True)
class RealPhotos:
    """Measure a pack on photos."""

    photos: Positional[tuple[Path, ...]]
    """Folders of photos of unworn shoes."""
    masks: tuple[Path, ...] = ()
    """The drawn areas of each; by default the folders' masks."""
    rough: tuple[str, ...] = ()
    """How the names begin of photos whose outlines are drawn to 3 to 5 px only."""
    bad: tuple[Path, ...] = ()
    """Folders of pictures that are to be refused or warned of."""
    out: Path | None = None
    """Folder for the sheets; none are drawn by default."""
    pack: Annotated[str, arg(metavar="mini|FOLDER")] = "mini"
    """The weights."""
    segmenter: Path | None = None
    """A run of `shoemodel train segmenter` that is measured instead of the pack's."""
    areas: Path | None = None
    """The same of `shoemodel train wd`."""
    feet: Path | None = None
    """The same of `shoemodel train feet`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Row:
    """What was measured of a photo; shares are of the drawn shoe."""

    name: str
    refused: str
    warnings: list[str]
    seconds: float
    """Of the processor, for region, areas and feet."""
    shoe_iou: float | None = None
    given: np.ndarray | None = None
    """Pixels of intersection, union and invented opening, with the drawn shoe given (3,)."""
    chained: np.ndarray | None = None
    """The same with the shoe that was found."""
    unsure: float = 0.0
    """Share of the shoe that the network expects to have labelled wrongly, the drawn shoe given."""
    opening: float = 0.0
    """Share of the drawn opening."""
    pixels: int = 1
    """Of the drawn shoe."""
    pictures: tuple[np.ndarray, ...] = ()

    @property
    def said(self) -> bool:
        return bool(self.refused or self.warnings)


def main(options: RealPhotos) -> None:
    """Print a line for each photo, then the figures of each folder."""
    from shoemodel.pipeline import ShoeModelPipeline

    given = {name: _component(run, name) for name in ("segmenter", "areas", "feet") if (run := getattr(options, name))}
    only = ["region", "segmenter", "areas", "feet"]
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, only=only, **given)
    for number, folder in enumerate(options.photos):
        drawn = options.masks[number] if options.masks else folder / "masks"
        rows = [measure(pipeline, file, drawn / f"{file.stem}.png") for file in _pictures(folder)]
        summarise(folder.name, rows, options.rough)
        if options.out is not None:
            _draw(options.out, folder.name, rows)
    for folder in options.bad:
        rows = [measure(pipeline, file, folder / "none") for file in _pictures(folder)]
        refused, warned = (sum(map(bool, values)) for values in zip(*((r.refused, r.said) for r in rows), strict=True))
        print(f"{folder.name}: of {len(rows)} bad pictures {refused} refused, {warned - refused} warned of")
        if options.out is not None:
            _draw(options.out, folder.name, rows)


def measure(pipeline: Any, file: Path, drawn: Path) -> Row:
    """One photo, all the way to where a leg would be made."""
    from shoemodel import doubts
    from shoemodel.errors import InputError
    from shoemodel.image import io, masks
    from shoemodel.image.masks import ShoeAreas
    from shoemodel.lps.predict import ankles_apart

    photo = io.load(file)
    truth = ShoeAreas(np.asarray(Image.open(drawn))) if drawn.is_file() else None
    started, refused, warnings = time.process_time(), "", []
    shoe, areas, feet = np.zeros(photo.size, bool), None, None
    try:
        region = pipeline.find_region(photo)
        shoe, warnings = region.mask, [*region.warnings, *doubts.of_region(photo.rgb, region.mask)]
        areas = pipeline.detect_areas(photo, region)
        _, placed = pipeline.place(photo, areas, "keep", "photo")
        feet = pipeline.find_feet(placed)
        refused = ankles_apart(feet, file.name)
        warnings += [*doubts.of_feet(placed.areas.shoe, feet), *doubts.of_areas(placed.areas, feet, areas.unsure)]
    except InputError as refusal:
        refused = str(refusal)
    seconds = time.process_time() - started
    pictures = (_outlined(photo.rgb, truth, shoe), _areas(photo.rgb, truth, areas, feet))
    row = {"name": file.name, "refused": refused, "warnings": warnings, "seconds": seconds, "pictures": pictures}
    if truth is None:
        print(f"{file.stem:24} {seconds:.2f} s  {refused or '; '.join(warnings)}", flush=True)
        return Row(**row)
    from shoemodel.wd.predict import predict

    iou = masks.iou(shoe, truth.shoe)
    given = predict(pipeline.areas, photo.rgb, truth.shoe, file.name)
    counts = [_counts(found, truth) for found in (given, areas or ShoeAreas(np.zeros(photo.size, np.uint8)))]
    opening, invented = truth.wearable.sum() / truth.shoe.sum(), counts[0][2] / truth.shoe.sum()
    print(
        f"{file.stem:24} shoe {iou:.3f}, opening {counts[0][0] / max(counts[0][1], 1):.2f} ({opening:.3f} of the shoe, "
        f"{invented:.3f} invented), {seconds:.2f} s  {refused or '; '.join(warnings)}",
        flush=True,
    )
    return Row(
        **row, shoe_iou=iou, given=counts[0], chained=counts[1], pixels=int(truth.shoe.sum()),
        opening=float(opening), unsure=given.unsure,
    )  # fmt: skip


def summarise(name: str, rows: list[Row], rough: tuple[str, ...] = ()) -> None:
    """Print the figures of a folder."""
    from shoemodel import doubts

    measured = [row for row in rows if row.shoe_iou is not None]
    said = [
        f"{sum(bool(row.refused) for row in rows)} refused",
        f"{sum(row.said for row in rows)} refused or warned of",
    ]
    print(f"{name}: {len(rows)} photos, {', '.join(said)}; {np.mean([row.seconds for row in rows]):.2f} s each")
    if not measured:
        return
    ious = np.array([row.shoe_iou for row in measured])
    print(
        f"  shoe IoU: mean {ious.mean():.3f}, worst {ious.min():.2f}, at least {WHOLE} in {np.mean(ious >= WHOLE):.0%} "
        f"(n = {len(ious)})"
    )
    if rough:
        whole = [row.shoe_iou >= (ROUGHLY if row.name.startswith(rough) else WHOLE) for row in measured]
        print(f"  at least {WHOLE}, {ROUGHLY} where the outline is rough: {np.mean(whole):.0%}")
    wrong, right = ([row.said for row in measured if (row.shoe_iou < WRONG) == kind] for kind in (True, False))
    print(f"  refused or warned of: {sum(wrong)} of {len(wrong)} wrong regions, {sum(right)} of {len(right)} others")
    faulty, right = ([r.unsure > doubts.UNSURE for r in measured if _is_faulty(r) == kind] for kind in (True, False))
    print(
        f"  the opening called uncertain, the shoe given: {sum(faulty)} of {len(faulty)} with more than "
        f"{FAULTY:.0%} of the shoe wrong, {sum(right)} of {len(right)} others"
    )
    for label in ("given", "chained"):
        counts = np.array([getattr(row, label) for row in measured])
        pixels = np.array([row.pixels for row in measured])
        each = [c[0] / max(c[1], 1) for c, row in zip(counts, measured, strict=True) if row.opening > OPENING]
        painted = (counts[:, 2] / pixels > PAINTED).sum()
        print(
            f"  wearable IoU, the shoe {'given' if label == 'given' else 'found'}: pooled "
            f"{counts[:, 0].sum() / max(counts[:, 1].sum(), 1):.3f}, mean of {len(each)} openings "
            f"{np.mean(each) if each else 0:.3f}; invented {counts[:, 2].sum() / pixels.sum():.1%} of the shoes, more "
            f"than {PAINTED:.0%} in {painted} of {len(measured)}"
        )


def _is_faulty(row: Row) -> bool:
    """Whether too much of the shoe is called opening and is none, or the other way round; with the shoe given."""
    both, either, _ = row.given
    return bool((either - both) / row.pixels > FAULTY)


def _counts(found: Any, truth: Any) -> np.ndarray:
    """Pixels of the openings' intersection, their union, and of what stays visible and is called opening."""
    both, either = found.wearable & truth.wearable, found.wearable | truth.wearable
    return np.array([both.sum(), either.sum(), (found.wearable & truth.visible).sum()])


def _component(run: Path, name: str) -> Any:
    from shoemodel.lps.vitpose import StemmedVitPose
    from shoemodel.training.checkpoint import component_folder
    from shoemodel.wd.segformer import StemmedSegformer

    kind: Any = StemmedVitPose if name == "feet" else StemmedSegformer
    return kind.from_pretrained(component_folder(run, name), local_files_only=True).eval()


def _pictures(folder: Path) -> list[Path]:
    from shoemodel.errors import InputError

    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not found:
        raise InputError(f"{folder}: found no photo; {', '.join(SUFFIXES)} are accepted")
    return found


def _draw(out: Path, name: str, rows: list[Row]) -> None:
    from shoemodel.image import draw

    out.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(rows), ON_A_SHEET):
        sheet = draw.contact_sheet([list(row.pictures) for row in rows[start : start + ON_A_SHEET]])
        Image.fromarray(sheet).save(out / f"{name}_{start // ON_A_SHEET:02d}.png")


def _small(picture: np.ndarray) -> np.ndarray:
    """On a square of SHOWN px."""
    from shoemodel.image.geometry import Letterbox

    return Letterbox(picture.shape[:2], (SHOWN, SHOWN)).apply_image(picture, fill=(255, 255, 255))


def _outlined(rgb: np.ndarray, truth: Any, found: np.ndarray) -> np.ndarray:
    picture, width = rgb.copy(), max(1, round(max(rgb.shape) / SHOWN))
    for mask, colour in ((truth.shoe if truth else None, (0, 180, 0)), (found, (255, 0, 0))):
        if mask is not None:
            lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(picture, lines, -1, colour, width)
    return _small(picture)


def _areas(rgb: np.ndarray, truth: Any, found: Any, feet: Any) -> np.ndarray:
    picture, size = rgb.astype(float), rgb.shape[:2]
    wearable = found.wearable if found else np.zeros(size, bool)
    true = truth.wearable if truth else wearable
    kinds = {"missed": true & ~wearable, "right": true & wearable, "invented": wearable & ~true}
    for name, kind in kinds.items():
        picture[kind] = 0.4 * picture[kind] + 0.6 * np.array(COLOURS[name])
    drawn, width = picture.astype(np.uint8), max(1, round(max(size) / SHOWN))
    for foot, colour in enumerate(((255, 0, 0), (0, 80, 255))):
        if feet is None or not feet.exists[4 * foot]:
            continue
        points = feet.points_px[4 * foot : 4 * foot + 4].astype(int).tolist()
        for name, point in zip("ABSH", points, strict=True):
            cv2.line(drawn, points[0], point, colour, width, cv2.LINE_AA)
            cv2.circle(drawn, point, 4 * width, colour, -1, cv2.LINE_AA)
            cv2.putText(drawn, name, (point[0] + 5 * width, point[1]), 0, 0.6 * width, colour, width, cv2.LINE_AA)
    return _small(drawn)


if __name__ == "__main__":
    main(tyro.cli(RealPhotos, description=__doc__))
