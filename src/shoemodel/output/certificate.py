"""Proof that the shoe's visible area is untouched, checkable from the files alone.

A folder of results holds `image_*.png`, `shoe.png` (the canvas with the visible area opaque, the rest transparent)
and `certificate.json`. The certificate states hashes of decoded pixels, so re-encoding a file or changing its
metadata does not matter; changing one visible pixel does. With the photo at hand the chain is closed: its bytes must
have the stated hash and its pixels, moved by the stated transform, must be the shoe's. The certificate is not signed:
it shows that files agree, not who made them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.compose.paste import max_delta
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.geometry import Similarity
from shoemodel.image.io import Photo
from shoemodel.image.layout import Layout

VERSION = 1
FILE_NAME, SHOE_NAME = "certificate.json", "shoe.png"
# A canvas is larger than its photo.
_MAX_CANVAS_PIXELS = 4 * images.MAX_PIXELS
_HASH = re.compile(r"[0-9a-f]{64}")
_RESULT_NAME = re.compile(r"image_[\w-]+\.png")


def array_sha256(array: np.ndarray) -> str:
    """SHA-256 of an array's type, shape and values."""
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def build(
    photo: Photo,
    layout: Layout,
    shoe: UInt8[np.ndarray, "h w 4"],
    results: Mapping[str, UInt8[np.ndarray, "h w 3"]],
) -> dict[str, Any]:
    """The certificate of results {file name: pixels}, of which `shoe` (RGBA, see `paste.place`) is to be a part."""
    visible, rgb = shoe[..., 3] == 255, shoe[..., :3]
    for name, result in results.items():
        if not _RESULT_NAME.fullmatch(name) or result.shape != rgb.shape:
            raise ValueError(f"results are image_*.png of {rgb.shape[:2]} px (h, w), got {name!r} of {result.shape}")
    deltas = {name: max_delta(result, rgb, visible) for name, result in results.items()}
    transform = layout.transform
    return {
        "version": VERSION,
        "source": {"name": photo.path.name, "sha256": photo.sha256},
        "canvas": list(layout.canvas),
        "transform": {
            "scale": transform.scale,
            "angle_deg": transform.angle_deg,
            "dx": transform.dx,
            "dy": transform.dy,
            "flip": transform.flip,
        },
        "visible": {"pixels": int(visible.sum()), "sha256": array_sha256(visible)},
        "shoe": {"name": SHOE_NAME, "sha256": _shoe_sha256(rgb, visible)},
        "results": {
            name: {"sha256": array_sha256(result), "max_delta": deltas[name]} for name, result in results.items()
        },
        "max_delta": max(deltas.values(), default=0),
    }


def save(folder: Path | str, certificate: Mapping[str, Any]) -> None:
    """Write `certificate.json`."""
    images.write_bytes(Path(folder) / FILE_NAME, (json.dumps(certificate, indent=2) + "\n").encode())


def verify(folder: Path | str, photo: Path | str | None = None) -> list[str]:
    """What does not hold in a folder of results, one sentence each; an empty list is a proof.

    Given the photo, its hash and its pixels are checked too. InputError where there is no readable certificate.
    """
    folder = Path(folder)
    certificate = _read(folder / FILE_NAME)
    try:
        shoe = images.load(folder / SHOE_NAME, _MAX_CANVAS_PIXELS)
    except InputError as error:
        return [str(error)]
    visible = np.ones(shoe.size, bool) if shoe.alpha is None else shoe.alpha == 255
    problems = _shoe_problems(certificate, shoe, visible)
    if shoe.size == tuple(certificate["canvas"]):
        problems += _result_problems(folder, certificate, shoe, visible)
        problems += _photo_problems(Path(photo), certificate, shoe, visible) if photo is not None else []
    return problems


def _shoe_problems(certificate: dict[str, Any], shoe: Photo, visible: np.ndarray) -> list[str]:
    problems = []
    if shoe.size != tuple(certificate["canvas"]):
        problems.append(f"{SHOE_NAME} has size {shoe.size} (h, w), the certificate says {certificate['canvas']}")
    if not visible.any():
        problems.append(f"{SHOE_NAME} has no opaque pixel, so nothing would be proven")
    if array_sha256(visible) != certificate["visible"]["sha256"]:
        problems.append(f"the visible area in {SHOE_NAME} is not the one the certificate names")
    if _shoe_sha256(shoe.rgb, visible) != certificate["shoe"]["sha256"]:
        problems.append(f"the pixels of {SHOE_NAME} are not the ones the certificate names")
    return problems


def _result_problems(folder: Path, certificate: dict[str, Any], shoe: Photo, visible: np.ndarray) -> list[str]:
    problems = []
    stated, present = certificate["results"], {path.name for path in folder.glob("image_*.png")}
    problems += [f"{name} is named in the certificate but missing" for name in sorted(set(stated) - present)]
    problems += [f"{name} is not named in the certificate" for name in sorted(present - set(stated))]
    worst = max((entry["max_delta"] for entry in stated.values()), default=0)
    if worst != 0 or certificate["max_delta"] != 0:
        problems.append(f"the certificate itself states a difference of {max(worst, certificate['max_delta'])}")
    for name in sorted(set(stated) & present):
        problems += _one_result_problems(folder / name, stated[name], shoe, visible)
    return problems


def _one_result_problems(path: Path, stated: dict[str, Any], shoe: Photo, visible: np.ndarray) -> list[str]:
    try:
        result = images.load(path, _MAX_CANVAS_PIXELS)
    except InputError as error:
        return [str(error)]
    if result.size != shoe.size:
        return [f"{path.name} has size {result.size} (h, w), {SHOE_NAME} has {shoe.size}"]
    problems = []
    if result.alpha is not None:
        problems.append(f"{path.name} is partly transparent")
    delta = max_delta(result.rgb, shoe.rgb, visible)
    if delta:
        count = int((result.rgb != shoe.rgb).any(axis=2)[visible].sum())
        problems.append(f"{path.name} differs from {SHOE_NAME} in {count} visible pixels, by up to {delta}")
    if array_sha256(result.rgb) != stated["sha256"]:
        problems.append(f"the pixels of {path.name} are not the ones the certificate names")
    return problems


def _photo_problems(path: Path, certificate: dict[str, Any], shoe: Photo, visible: np.ndarray) -> list[str]:
    photo = images.load(path)
    if photo.sha256 != certificate["source"]["sha256"]:
        return [f"{path.name} is not the photo the certificate names ({certificate['source']['name']})"]
    layout = Layout(shoe.size, Similarity(**certificate["transform"]))
    delta = max_delta(layout.apply_image(photo.rgb), shoe.rgb, visible)
    # A resampled shoe may be rounded differently by another build of the resampler.
    if delta > (0 if layout.is_exact else 2):
        return [f"{SHOE_NAME} differs from {path.name} under the stated transform by up to {delta}"]
    return []


def _shoe_sha256(shoe: np.ndarray, visible: np.ndarray) -> str:
    return array_sha256(np.where(visible[..., None], shoe, np.uint8(0)))


def _read(path: Path) -> dict[str, Any]:
    """A well-formed certificate, or InputError."""
    try:
        certificate = json.loads(path.read_text(encoding="utf-8"))
        _check_form(certificate)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); a folder of results is accepted") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is not a certificate of version {VERSION} ({error!r} was found)") from error
    return certificate


def _check_form(certificate: Any) -> None:
    if certificate["version"] != VERSION:
        raise ValueError(f"version {certificate['version']!r}")
    height, width = certificate["canvas"]
    transform = certificate["transform"]
    numbers = [transform[key] for key in ("scale", "angle_deg", "dx", "dy")]
    entries = [certificate[key] for key in ("source", "visible", "shoe")] + list(certificate["results"].values())
    integers = [height, width, certificate["max_delta"]] + [r["max_delta"] for r in certificate["results"].values()]
    if not all(isinstance(entry["sha256"], str) and _HASH.fullmatch(entry["sha256"]) for entry in entries):
        raise ValueError("a hash that is not SHA-256")
    if not all(type(number) is int and number >= 0 for number in integers):
        raise ValueError("a size or difference that is not a whole number")
    if not all(type(number) in (int, float) for number in numbers) or type(transform["flip"]) is not bool:
        raise ValueError("a transform that is not made of numbers")
    if not all(_RESULT_NAME.fullmatch(name) for name in certificate["results"]):
        raise ValueError("a result whose name is not image_*.png")
    if not isinstance(certificate["source"]["name"], str):
        raise ValueError("a source without a name")
    Similarity(**transform)
