"""How a run was made, as the command line and the Python that make it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shoemodel.declaration import to_json
from shoemodel.request import IN_PYTHON, Request

AREAS_FILE, POSES_FILE = "areas.png", "run.json"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides about the pixels of a run, but for the pixels of the photo."""

    photo: str
    request: Request
    pack: str = "mini"
    areas: bool = False
    """Whether the areas were corrected: they are in AREAS_FILE."""
    poses: bool = False
    """Whether the poses were picked: they are in POSES_FILE."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"photo": self.photo, "request": self.request.to_dict(), "areas": self.areas, "poses": self.poses}

    def command_line(self) -> str:
        """The command that makes the same images; files it names are in the ZIP."""
        files = {"pack": self.pack} if self.pack != "mini" else {}
        files |= {"areas": AREAS_FILE} if self.areas else {}
        files |= {"poses": POSES_FILE} if self.poses else {}
        return self.request.command(self.photo, "pictures", files)

    def python(self) -> str:
        """The same as Python."""
        request, changed = self.request, self.request.changed()
        values = {name: getattr(request, name) for name in changed if name not in ("layout", "backend", "seed")}
        lines = [f"{IN_PYTHON.get(name, name)}={to_json(value)!r}" for name, value in values.items()]
        lines += [f"layout={changed['layout']!r}"] if "layout" in changed else []
        lines += [f"areas=arguments.areas(Path({AREAS_FILE!r}))"] if self.areas else []
        lines += [f"poses=arguments.poses(Path({POSES_FILE!r}))"] if self.poses else []
        body = "".join(f"    {line},\n" for line in [f"generator={request.seed}", *lines])
        files = self.areas or self.poses
        prompt = request.prompt[0] if len(request.prompt) == 1 else list(request.prompt)
        return (
            f"{'from pathlib import Path' if files else ''}\n\n".lstrip()
            + f"from shoemodel import ShoeModelPipeline{', arguments' if files else ''}\n\n"
            f"pipeline = ShoeModelPipeline.from_pretrained({self.pack!r}, backend={request.backend!r})\n"
            f"result = pipeline(\n    {self.photo!r},\n    {prompt!r},\n{body})\n"
            'for number, image in enumerate(result.images):\n    image.save(f"image_{number:02d}.png")\n'
        )
