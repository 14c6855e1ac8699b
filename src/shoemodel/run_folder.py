"""What one `generate` leaves on disk for one photo: whole or not at all.

    image_00.png ...   results, at the canvas size
    shoe.png           RGBA on the canvas: X_w, alpha 255 exactly on the visible area
    areas.png          palette, on the photo's grid: 0 background, 1 visible, 2 wearable
    pose_00.png ...    X_p of each result
    overview.png       photo | areas | pose | result, one row for each result
    run.json           how it was made
    certificate.json   proof that the visible area is untouched
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import UInt8

from shoemodel import certificate, draw, images
from shoemodel.errors import InputError
from shoemodel.files import replacing
from shoemodel.images import Photo
from shoemodel.pose import FOOT_INDICES, NAMES
from shoemodel.result import ShoeModelResult

LIBRARIES = ("shoemodel", "torch", "transformers", "diffusers", "numpy", "pillow", "opencv-python-headless")
OVERVIEW_SIDE = 512  # px: the longer side of each picture in overview.png


def write(folder: Path, photo: Photo, result: ShoeModelResult, settings: dict[str, Any]) -> None:
    """Write the run folder of one photo, replacing an earlier one only when the new one is whole.

    `settings` (prompt, seed, pack ...) go into run.json as they are.

    Raises:
        InputError: the folder cannot be written.
    """
    names = [f"image_{index:02d}.png" for index in range(len(result.images))]
    proof = certificate.build(photo, result.layout, result.shoe, dict(zip(names, result.images, strict=True)))
    with replacing(folder) as partial:
        for name, image in zip(names, result.images, strict=True):
            images.save_png(partial / name, image)
        for index, pose_image in enumerate(result.pose_images):
            images.save_png(partial / f"pose_{index:02d}.png", pose_image)
        images.save_png(partial / "shoe.png", result.shoe)
        images.save_palette_png(partial / "areas.png", result.areas.labels)
        images.save_png(partial / "overview.png", overview(photo, result))
        run = json.dumps(describe(photo, result, settings), indent=2, ensure_ascii=False)
        images.write_bytes(partial / "run.json", (run + "\n").encode())
        certificate.save(partial, proof)


def describe(photo: Photo, result: ShoeModelResult, settings: dict[str, Any]) -> dict[str, Any]:
    """What run.json says: everything needed to repeat the run and to judge it. Points are canvas pixels."""
    layout = result.layout
    return {
        "photo": {"name": photo.path.name, "sha256": photo.sha256, "size": list(photo.size)},
        **settings,
        "seeds": result.seeds,
        "notices": result.notices,
        "region": {
            "source": result.region.source,
            "confidence": round(result.region.confidence, 4),
            "pixels": int(result.region.mask.sum()),
        },
        "areas": {"visible": int(result.areas.visible.sum()), "wearable": int(result.areas.wearable.sum())},
        "layout": {"canvas": list(layout.canvas), "transform": asdict(layout.transform), "exact": layout.is_exact},
        "foot_scores": {
            NAMES[index]: round(float(score), 4)
            for index, score in zip(FOOT_INDICES, result.feet.scores, strict=True)
        },
        "poses": [pose.to_dict() for pose in result.poses],
        "timings_s": {stage: round(seconds, 3) for stage, seconds in result.timings_s.items()},
        "versions": {"python": platform.python_version(), **{library: version(library) for library in LIBRARIES}},
    }


def overview(photo: Photo, result: ShoeModelResult) -> UInt8[np.ndarray, "h w 3"]:
    """Photo | areas | pose | result, a row for each result, small enough to look at."""
    first, areas = _small(photo.rgb), _small(draw.overlay_areas(photo.rgb, result.areas))
    shoe = result.shoe[..., :3]
    rows = [
        [first, areas, _small(draw.overlay_pose(shoe, pose)), _small(image)]
        for pose, image in zip(result.poses, result.images, strict=True)
    ]
    return draw.contact_sheet(rows, labels=["photo", "areas", "pose", "result"])


def require_writable(out: Path) -> None:
    """Raise InputError unless folders can be made in `out`; leaves nothing behind that was not there."""
    nearest = out
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    try:
        if not nearest.is_dir():
            raise NotADirectoryError(20, f"{nearest} is a file")
        probe = nearest / f".shoemodel-{platform.node()}-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(f"the output folder {out} cannot be written ({error.strerror})") from error


def find(folder: Path) -> list[Path]:
    """The run folders that `folder` is or holds.

    Raises:
        InputError: none.
    """
    candidates = [folder, *sorted(child for child in folder.iterdir())] if folder.is_dir() else []
    found = [candidate for candidate in candidates if (candidate / certificate.FILE_NAME).is_file()]
    if not found:
        raise InputError(f"{folder} holds no results: no {certificate.FILE_NAME} in it or in a folder right below it")
    return found


def _small(image: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
    height, width = image.shape[:2]
    scale = min(1.0, OVERVIEW_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
