"""One contact sheet of everything the chain does with a folder of real photos, without intervention.

    python benchmarks/photos.py PHOTOS… --out docs/img/first_light.jpg

A photo that is refused keeps its row, with the sentence that the user would read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tyro

from shoemodel import draw, images
from shoemodel.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Photo | areas | X_p over X_w | results in the photo itself | results drawn from the prompt; a row a photo."""

    photos: tyro.conf.Positional[tuple[Path, ...]]
    """Photos of unworn shoes."""
    out: Path
    """The sheet, .jpg."""
    pack: str = "mini"
    """mini, or a folder."""
    prompt: str = "a woman's legs in blue jeans, studio photo, on a plain background"
    """The same for every photo."""
    num: int = 2
    """Results of each kind for each photo that are shown."""
    draws: int = 6
    """Results of each kind that are drawn; the best by their score are shown, as `generate --keep best:NUM` does it."""
    seed: int = 1
    """Seed of the first result."""
    side: int = 280
    """Side of each picture on the sheet, px."""


def main(options: Sheet) -> None:
    """Run the chain on every photo and write the sheet."""
    from shoemodel import ShoeModelPipeline, packs
    from shoemodel.orders import Order, make

    pipeline, pack = ShoeModelPipeline.from_pretrained(options.pack), packs.identity(options.pack)
    how = {"prompt": options.prompt, "num": options.draws, "keep": options.num, "seed": options.seed}
    orders = [Order(surroundings=name, **how) for name in ("photo", "drawn")]
    rows = []
    for path in options.photos:
        photo = images.load(path)
        try:
            kept, result = (make(pipeline, photo, order, pack).result for order in orders)
        except InputError as refusal:
            print(f"{path.name}: refused: {refusal}")
            rows.append([_framed(photo.rgb, options.side)])
            continue
        print(
            f"{path.name}: region {result.region.confidence:.2f}, visible {result.areas.visible.mean():.1%}, "
            f"wearable {result.areas.wearable.mean():.1%} of the photo, feet {np.round(result.feet.scores, 2)}, "
            f"seeds {kept.seeds} in the photo, {result.seeds} drawn"
        )
        overlay = draw.overlay_areas(photo.rgb, result.areas)
        pose = draw.overlay_pose(kept.shoe[..., :3], kept.poses[0])
        pictures = (photo.rgb, overlay, pose, *kept.images, *result.images)
        rows.append([_framed(picture, options.side) for picture in pictures])
    numbers = range(options.num)
    labels = ["photo", "areas", "pose", *(f"in the photo {i}" for i in numbers), *(f"drawn {i}" for i in numbers)]
    images.save_jpeg(options.out, draw.contact_sheet(rows, labels))
    print(options.out)


def _framed(image: np.ndarray, side: int) -> np.ndarray:
    """The picture reduced to fit a white square of `side` px."""
    scale = side / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = np.full((side, side, 3), 255, np.uint8)
    y, x = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    frame[y : y + small.shape[0], x : x + small.shape[1]] = small
    return frame


if __name__ == "__main__":
    main(tyro.cli(Sheet))
