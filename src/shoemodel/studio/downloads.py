"""Files of one picture for the user: PNG with its parameters inside, WebP without loss, ZIP of its whole run."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from shoemodel import images
from shoemodel.studio.session import Shot

KEY = "shoemodel"
"""The PNG's text entry."""


def png(shot: Shot) -> Path:
    """The picture with its recipe, its seed and its pose as a text entry."""
    told = {**asdict(shot.recipe), "noise_seed": shot.seed, "pose": shot.pose.to_dict()}
    text = {KEY: json.dumps(told, ensure_ascii=False)}
    return _made(shot, ".png", lambda file: images.save_png(file, images.load(shot.png).rgb, text))


def webp(shot: Shot) -> Path:
    """The same pixels as WebP."""
    return _made(shot, ".webp", lambda file: images.write_bytes(file, images.encode_webp(images.load(shot.png).rgb)))


def archive(shot: Shot) -> Path:
    """The run's folder, which `shoemodel verify` accepts, with the commands that repeat it."""

    def write(target: Path) -> None:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
            for file in sorted(shot.folder.iterdir()):
                bundle.write(file, file.name)
            bundle.writestr("command.sh", shot.recipe.command_line() + "\n")
            bundle.writestr("command.py", shot.recipe.python())

    return _made(shot, ".zip", write)


def _made(shot: Shot, suffix: str, write: Callable[[Path], None]) -> Path:
    """The file beside the run's folder, written when it is first asked for."""
    number = "" if suffix == ".zip" else f"_{shot.index:02d}"
    folder = shot.folder.with_name(f"{shot.folder.name}_files")
    folder.mkdir(exist_ok=True)
    file = folder / f"{Path(shot.recipe.photo).stem}_seed{shot.recipe.seed}{number}{suffix}"
    if not file.exists():
        write(file)
    return file
