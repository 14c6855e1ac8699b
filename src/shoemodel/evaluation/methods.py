"""The methods of Table 3 by name: ShoeModel, its ablations and the baselines, all called alike.

A method is a module's `load(folder)` and a function (model, photo, areas, pose, prompt, seed, *, steps) -> picture,
both pictures HWC uint8 of one size. All get the same photo, true areas, true pose and caption, and take of them what
they can use.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel import packs
from shoemodel.errors import InputError

Picture = UInt8[np.ndarray, "h w 3"]
Generate = Callable[..., Picture]
"""(model, photo, areas, pose, prompt, seed, *, steps) -> picture."""

METHODS = {
    "shoemodel": "shoemodel.baselines.ablations:generate",
    "in_photo": "shoemodel.baselines.ablations:in_photo",
    "without_pose": "shoemodel.baselines.ablations:without_pose",
    "whole_shoe": "shoemodel.baselines.ablations:whole_shoe",
    "without_repair": "shoemodel.baselines.ablations:without_repair",
    "without_paste": "shoemodel.baselines.ablations:without_paste",
    "sd15": "shoemodel.baselines.sd15:generate",
    "sdxl": "shoemodel.baselines.sdxl:generate",
    "inpaint": "shoemodel.baselines.inpaint:generate",
    "inpaint_visible": "shoemodel.baselines.inpaint:visible",
    "inpaint_in_photo": "shoemodel.baselines.inpaint:in_photo",
    "controlnet_inpaint": "shoemodel.baselines.controlnet_inpaint:generate",
    "controlnet_inpaint_visible": "shoemodel.baselines.controlnet_inpaint:visible",
    "paint_by_example": "shoemodel.baselines.paint_by_example:generate",
    "paint_by_example_visible": "shoemodel.baselines.paint_by_example:visible",
    "ip_adapter": "shoemodel.baselines.ip_adapter:generate",
    "dreambooth": "shoemodel.baselines.dreambooth:generate",
}
"""Name -> module and function."""
NOT_USED = ("region", "areas", "feet", "legs", "legs_scheduler", "judge", "pack.json")
"""Parts of a pack that no picture of an evaluation follows from: areas and poses are the true ones."""
JUDGED = ("shoemodel", "without_pose", "whole_shoe")
"""Methods of two passes, of which the second begins where the judge has looked at the first."""
BASE_ALONE = ("sd15", "sdxl", "dreambooth")
"""Methods that have no ControlNet."""
REAL = "real"
"""Not drawn: the true worn pictures of other held-out tuples, the floor of every distance."""


@dataclass(frozen=True)
class Method:
    """A method and the folder of its weights."""

    name: str
    folder: Path

    def load(self) -> Any:
        """Its model."""
        return self._module.load(self.folder)

    @property
    def generate(self) -> Generate:
        """Its function."""
        return getattr(self._module, METHODS[self.name].partition(":")[2])

    @property
    def fingerprint(self) -> str:
        """Changes when a file of the weights that draw does: the hash of their names, sizes and times."""
        files = sorted(path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        unused = {*NOT_USED, *(("controlnet",) if self.name in BASE_ALONE else ())}
        unused -= {"judge"} if self.name in JUDGED else set()
        stats = [(path.as_posix(), (self.folder / path).stat()) for path in files if path.parts[0] not in unused]
        text = repr([self.name, *((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def _module(self) -> Any:
        return importlib.import_module(METHODS[self.name].partition(":")[0])


def parse(text: str, pack: str) -> list[Method]:
    """Read "NAME[=FOLDER],..."; a method without a folder takes its weights from the pack.

    Raises:
        InputError: an unknown or repeated name, or a folder that is not there.
    """
    found: dict[str, Method] = {}
    for entry in text.split(","):
        name, _, folder = (part.strip() for part in entry.partition("="))
        if name not in METHODS and name != REAL:
            raise InputError(f"--methods names {name!r}; {REAL}, {', '.join(METHODS)} are accepted")
        if name in found:
            raise InputError(f"--methods names {name} twice")
        if folder and not Path(folder).is_dir():
            raise InputError(f"--methods says {name}={folder}, but there is no such folder")
        found[name] = Method(name, Path(folder) if folder else packs.resolve(pack))
    return list(found.values())
