"""How a picture was made, as the command line and the Python that make it again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

AREAS_FILE, POSES_FILE = "areas.png", "run.json"
BACKEND = "diffusion"
"""What the studio makes legs with."""
OPTIONS = ("negative_prompt", "steps", "solver", "guidance", "background", "layout", "pack")
"""Said only where they are not as usual."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides about the pixels of a run, but for the pixels of the photo."""

    photo: str
    prompt: str
    num: int
    seed: int
    negative_prompt: str = ""
    steps: int = 20
    solver: str = "ddim"
    guidance: float | None = None
    background: str = "scene"
    pack: str = "mini"
    layout: str = "auto"
    points: tuple[float, ...] = ()
    """x, y, x, y ... in photo pixels."""
    areas: bool = False
    """Whether the areas were corrected: they are in AREAS_FILE."""
    poses: bool = False
    """Whether the poses were picked: they are in POSES_FILE."""

    def command_line(self) -> str:
        """The command that makes the same pictures; files it names are in the ZIP."""
        words = ["shoemodel", "generate", self.photo, *_flag("prompt", self.prompt), "--num", str(self.num)]
        words += ["--seed", str(self.seed), "--backend", BACKEND, "--out", "pictures"]
        for name in OPTIONS:
            value = getattr(self, name)
            if value != getattr(Recipe, name):
                words += _flag(name.replace("_", "-"), str(value))
        if self.points:
            words += ["--points", ",".join(f"{number:.1f}" for number in self.points)]
        if self.areas:
            words += ["--areas", AREAS_FILE, "--edges", "given"]
        if self.poses:
            words += ["--poses", POSES_FILE]
        return shlex.join(words)

    def python(self) -> str:
        """The same as Python."""
        values = {name: getattr(self, name) for name in OPTIONS if name != "pack"}
        lines = [f"{name}={value!r}" for name, value in values.items() if value != getattr(Recipe, name)]
        if self.points:
            pairs = [[round(x, 1), round(y, 1)] for x, y in zip(self.points[::2], self.points[1::2], strict=True)]
            lines.append(f"points=np.array({pairs})")
        if self.areas:
            lines += [f"areas=arguments.areas(Path({AREAS_FILE!r}))", 'edges="given"']
        if self.poses:
            lines.append(f"poses=arguments.poses(Path({POSES_FILE!r}))")
        body = "".join(f"    {line},\n" for line in [f"num_images={self.num}", f"generator={self.seed}", *lines])
        imports = "from pathlib import Path\n\n" if self.areas or self.poses else ""
        imports += "import numpy as np\n\n" if self.points else ""
        helpers = ", arguments" if self.areas or self.poses else ""
        return (
            f"{imports}from shoemodel import ShoeModelPipeline{helpers}\n\n"
            f"pipeline = ShoeModelPipeline.from_pretrained({self.pack!r}, backend={BACKEND!r})\n"
            f"result = pipeline(\n    {self.photo!r},\n    {self.prompt!r},\n{body})\n"
            "result.images  # (h, w, 3) uint8 each\n"
        )


def _flag(name: str, value: str) -> list[str]:
    """A flag and its value, in one word where the value would be taken for a flag."""
    return [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]
