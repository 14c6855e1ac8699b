"""The methods of Table 3 by name: ShoeModel, its ablations and the baselines, all called alike.

A method is a module's `load(folder)` and a function (model, photo, areas, pose, prompt, seed, *, steps) -> picture,
both pictures HWC uint8 of one size. All get the same photo, true areas, true pose and caption, and take of them what
they can use.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel import packs
from shoemodel.backends.options import GUIDANCE, DiffusionOptions
from shoemodel.errors import InputError
from shoemodel.runtime.files import sha256
from shoemodel.sw import GENERATOR_VERSION

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
LIBRARIES = ("torch", "diffusers", "transformers")
"""Whose versions count as the code's."""
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
        """Hash of all that a picture of this method follows from, but for the tuple, the seed and the steps.

        The code (`GENERATOR_VERSION` and the libraries' versions), the options, and the content of the weights that
        take part. The machine is left out: another rounding is no other method.
        """
        code = [GENERATOR_VERSION, *(version(library) for library in LIBRARIES)]
        text = repr([self.name, code, sorted(self._options.items()), self._weights])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def _options(self) -> dict[str, str]:
        """The method's own options, `steps` aside, and the generator's."""
        parameters = inspect.signature(self.generate).parameters.values()
        own = {each.name: repr(each.default) for each in parameters if each.kind is each.KEYWORD_ONLY}
        own.pop("steps", None)
        strength = DiffusionOptions.refine_strength
        return own | {"guidance of ShoeModel": repr(dict(GUIDANCE)), "second pass from": repr(strength)}

    @property
    def _weights(self) -> list[tuple[str, str]]:
        """Name and hash of each file of the weights that take part."""
        model = self.folder / "model"
        folder = model if model.is_dir() else self.folder
        unused = {*NOT_USED, *(("controlnet",) if self.name in BASE_ALONE else ())}
        unused -= {"judge"} if self.name in JUDGED else set()
        files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return [(path.as_posix(), sha256(folder / path)) for path in files if path.parts[0] not in unused]

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
