"""The methods of Table 3 by name: ShoeModel, its ablations and the baselines, all called alike.

A method is a way to load a model and a function (model, photo, areas, pose, prompt, seed, *, steps) -> picture, both
pictures HWC uint8 of one size. All get the same photo, true areas, true pose and caption, and take of them what
they can use.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel import packs
from shoemodel.backends.options import GUIDANCE, DiffusionOptions
from shoemodel.baselines import ablations, inpaint_in_photo
from shoemodel.baselines.table import BASELINES, Baseline
from shoemodel.errors import InputError
from shoemodel.runtime.files import sha256
from shoemodel.sw import GENERATOR_VERSION

Picture = UInt8[np.ndarray, "h w 3"]
Generate = Callable[..., Picture]
"""(model, photo, areas, pose, prompt, seed, *, steps) -> picture."""

ABLATIONS = {"shoemodel": "generate"} | {
    name: name for name in ("in_photo", "without_pose", "whole_shoe", "without_repair", "without_paste")
}
"""Name -> function of `baselines.ablations`."""
VISIBLE = {f"{name}_visible": name for name, baseline in BASELINES.items() if baseline.in_place}
"""Name -> the baseline that is given the shoe without its wearable area (Fig. 5)."""
IN_PHOTO = {"inpaint_in_photo": "inpaint"}
METHODS = (*ABLATIONS, *BASELINES, *VISIBLE, *IN_PHOTO)
"""All names."""
NOT_USED = ("region", "areas", "feet", "legs", "legs_scheduler", "judge", "pack.json")
"""Parts of a pack that no picture of an evaluation follows from: areas and poses are the true ones."""
JUDGED = ("shoemodel", "without_pose", "whole_shoe")
"""Methods of two passes, of which the second begins where the judge has looked at the first."""
BASE_ALONE = ("sd15", "sdxl", "dreambooth")
"""Methods that have no ControlNet."""
LIBRARIES = ("torch", "diffusers", "transformers")
"""Whose versions count as the code's."""
REAL = "real"
"""Not generated: the true worn pictures of other held-out tuples, the floor of every distance."""


@dataclass(frozen=True)
class Method:
    """A method and the folder of its weights."""

    name: str
    folder: Path

    def load(self) -> Any:
        """Its model."""
        return ablations.load(self.folder) if self.name in ABLATIONS else self._baseline.load(self.folder)

    @property
    def generate(self) -> Generate:
        """Its function."""
        if self.name in ABLATIONS:
            return getattr(ablations, ABLATIONS[self.name])
        if self.name in IN_PHOTO:
            return inpaint_in_photo.generate
        return partial(self._baseline.generate, given="visible" if self.name in VISIBLE else "whole")

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
        if self.name not in ABLATIONS and self._baseline.tuning_steps:
            own["tuning_steps"] = repr(self._baseline.tuning_steps)
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
    def _baseline(self) -> Baseline:
        return BASELINES[(VISIBLE | IN_PHOTO).get(self.name, self.name)]


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
