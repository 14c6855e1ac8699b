"""What one `generate` leaves on disk for one photo: whole or not at all.

    image_00.png ...   results, at the canvas size
    shoe.png           RGBA on the canvas: X_w, alpha 255 exactly on the visible area
    areas.png          palette, on the photo's grid: 0 background, 1 visible, 2 wearable
    pose_00.png ...    X_p of each result
    overview.png       photo | areas | pose | result, one row for each result
    run.json           how it was made
    certificate.json   proof that the visible area is untouched
    rejected/          image_00.png ... that were made and not kept, where they were asked for

Every image_*.png holds its own parameters (`metadata.py`) and, where a signer is given, signed content credentials.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.image.io import Photo
from shoemodel.image.pose import FOOT_INDICES, NAMES
from shoemodel.output import certificate, credentials, metadata
from shoemodel.output.credentials import Signer
from shoemodel.result import ShoeModelResult
from shoemodel.runtime.files import replacing

RUN = "run.json"
LIBRARIES = (
    "shoemodel", "torch", "transformers", "diffusers", "mitsuba", "pyoidn", "numpy", "pillow", "opencv-python-headless",
)  # fmt: skip
IN_IMAGE = ("photo", "request", "pack", "backend", "background", "layout")
"""What of run.json stands in every image, beside its prompt."""
OVERVIEW_SIDE = 512  # px: the longer side of each picture in overview.png


def write(
    folder: Path,
    photo: Photo,
    result: ShoeModelResult,
    settings: dict[str, Any],
    rejected: ShoeModelResult | None = None,
    signer: Signer | None = None,
) -> None:
    """Write the run folder of one photo, replacing an earlier one only when the new one is whole.

    `settings` (request, pack, quality ...) go into run.json as they are. `signer` adds content credentials.

    Raises:
        InputError: the folder cannot be written.
    """
    names = [f"image_{index:02d}.png" for index in range(len(result.pixels))]
    proof = certificate.build(photo, result.layout, result.shoe.rgba, dict(zip(names, result.pixels, strict=True)))
    told = describe(photo, result, settings)
    with replacing(folder) as partial:
        _save_images(partial, result, told, told.get("quality"))
        for index, pose_image in enumerate(result.pose_images):
            images.save_png(partial / f"pose_{index:02d}.png", pose_image)
        images.save_png(partial / "shoe.png", result.shoe.rgba)
        images.save_palette_png(partial / "areas.png", result.areas.labels)
        images.save_png(partial / "overview.png", overview(photo, result))
        if rejected is not None and rejected.pixels:
            (partial / "rejected").mkdir()
            _save_images(partial / "rejected", rejected, told, told["rejected"])
        run = json.dumps(told, indent=2, ensure_ascii=False)
        images.write_bytes(partial / RUN, (run + "\n").encode())
        certificate.save(partial, proof)
        if signer is not None:
            credentials.sign(partial, signer)


def _save_images(
    folder: Path, result: ShoeModelResult, told: dict[str, Any], qualities: list[dict[str, Any]] | None
) -> None:
    """image_00.png ..., each with what it was made with."""
    shared = {key: told[key] for key in IN_IMAGE}
    for index, image in enumerate(result.pixels):
        own = {"prompt": result.prompts[index], **shared, "noise_seed": result.seeds[index]}
        own["shoemodel"] = told["versions"]["shoemodel"]
        if qualities is not None:
            own["score"] = qualities[index]["score"]
        name = f"image_{index:02d}.png"
        images.save_png(folder / name, image, metadata.text(own), metadata.exif(own))


def describe(photo: Photo, result: ShoeModelResult, settings: dict[str, Any]) -> dict[str, Any]:
    """What run.json says: everything needed to repeat the run and to judge it. Points are canvas pixels."""
    layout = result.layout
    return {
        "photo": {"name": photo.path.name, "sha256": photo.sha256, "size": list(photo.size)},
        **settings,
        "backend": result.backend,
        "background": result.background,
        "seeds": result.seeds,
        "prompts": result.prompts,
        "understood": result.understood,
        "lights": result.lights,
        "warnings": result.warnings,
        "region": {
            "source": result.region.source,
            "confidence": round(result.region.confidence, 4),
            "pixels": int(result.region.mask.sum()),
        },
        "areas": {
            "visible": int(result.areas.visible.sum()),
            "wearable": int(result.areas.wearable.sum()),
            "unsure": round(result.areas.unsure, 4),
        },
        "layout": {"canvas": list(layout.canvas), "transform": asdict(layout.transform), "exact": layout.is_exact},
        "fits": [fit.to_dict() for fit in result.fits],
        "foot_scores": {
            NAMES[index]: round(float(score), 4) for index, score in zip(FOOT_INDICES, result.feet.scores, strict=True)
        },
        "poses": [pose.to_dict() for pose in result.poses],
        "timings_s": {stage: round(seconds, 3) for stage, seconds in result.timings_s.items()},
        "versions": {"python": platform.python_version(), **{library: version(library) for library in LIBRARIES}},
    }


def overview(photo: Photo, result: ShoeModelResult) -> UInt8[np.ndarray, "h w 3"]:
    """Photo | areas | pose | result, a row for each result, small enough to look at."""
    small = partial(draw.shrunk, longer_px=OVERVIEW_SIDE)
    first, areas = small(photo.rgb), small(draw.overlay_areas(photo.rgb, result.areas))
    shoe = result.shoe.rgb
    rows = [
        [first, areas, small(draw.overlay_pose(shoe, pose)), small(image)]
        for pose, image in zip(result.poses, result.pixels, strict=True)
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
