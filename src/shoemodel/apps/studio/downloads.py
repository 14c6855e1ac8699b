"""Files of one picture for the user: PNG and WebP with the parameters inside, ZIP of its whole run."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shoemodel.apps.studio.session import Shot
from shoemodel.image import io as images
from shoemodel.output import metadata
from shoemodel.output.run_folder import RUN


def png(shot: Shot) -> Path:
    """The picture; its parameters as text and as EXIF."""
    told = _told(shot)
    text, exif = metadata.text(told), metadata.exif(told)
    return _made(shot, ".png", lambda file: images.save_png(file, images.load(shot.png).rgb, text, exif))


def webp(shot: Shot) -> Path:
    """The same pixels as WebP; the parameters as EXIF."""
    exif = metadata.exif(_told(shot))
    encode = images.encode_webp
    return _made(shot, ".webp", lambda file: images.write_bytes(file, encode(images.load(shot.png).rgb, exif)))


def archive(shot: Shot) -> Path:
    """The run's folder, which `shoemodel verify` accepts, with the commands that repeat it."""

    def write(target: Path) -> None:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
            for file in sorted(shot.folder.iterdir()):
                bundle.write(file, file.name)
            bundle.writestr("command.sh", shot.recipe.command_line() + "\n")
            bundle.writestr("command.py", shot.recipe.python())

    return _made(shot, ".zip", write)


def _told(shot: Shot) -> dict[str, Any]:
    """Everything that decided about the picture, and the command that makes its run again."""
    run = json.loads((shot.folder / RUN).read_text(encoding="utf-8"))
    made = {"noise_seed": shot.seed, "pose": shot.pose.to_dict(), "score": shot.score}
    proof = {"photo_sha256": run["photo"]["sha256"], "pack_sha256": run["pack"]["sha256"], "canvas": run["layout"]}
    return {**shot.recipe.to_dict(), **made, **proof, "command": shot.recipe.command_line()}


def _made(shot: Shot, suffix: str, write: Callable[[Path], None]) -> Path:
    """The file beside the run's folder, written when it is first asked for."""
    number = "" if suffix == ".zip" else f"_{shot.index:02d}"
    folder = shot.folder.with_name(f"{shot.folder.name}_files")
    folder.mkdir(exist_ok=True)
    file = folder / f"{Path(shot.recipe.photo).stem}_seed{shot.recipe.request.seed}{number}{suffix}"
    if not file.exists():
        write(file)
    return file
