"""What can be asked of the product, declared once.

From `Request` follow the flags of the command line, the fields of the service and of the studio, the columns of a
manifest, what run.json says, and the command that repeats a run. `execute.execute` carries one out. Nothing heavy is
imported here.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Ge, Le

from shoemodel import declaration
from shoemodel.backends.options import BackendName, DiffusionOptions
from shoemodel.compose.kinds import BackgroundChoice, Edges, Shadow
from shoemodel.declaration import MAX_WHOLE, TextForm
from shoemodel.errors import InputError
from shoemodel.image import placement
from shoemodel.image.placement import LayoutChoice, Placement
from shoemodel.sw.sampling import Interval, Solver

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Bool

    from shoemodel.fit.each import FittedShoe
    from shoemodel.image.layout import Layout
    from shoemodel.image.masks import ShoeAreas
    from shoemodel.image.pose import Pose

_DIFFUSION, _AUTO = DiffusionOptions(), LayoutChoice()


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _joined(numbers: Any) -> str:
    return ",".join(f"{number:.6g}" for number in numbers)


def _pairs(text: str) -> tuple[tuple[float, float], ...]:
    numbers = _numbers(text)
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _best(text: str) -> int:
    kind, _, count = text.partition(":")
    if kind != "best" or not (count.isascii() and count.isdigit()):
        raise ValueError
    return int(count)


_BOX = TextForm("x0,y0,x1,y1", lambda text: tuple(_numbers(text)), _joined)
_POINTS = TextForm("x,y[,x,y...]", _pairs, lambda points: _joined(number for point in points for number in point))
_KEEP = TextForm("best:K", _best, "best:{}".format)
_INTERVAL = TextForm("LOW,HIGH", lambda text: tuple(_numbers(text)), _joined)
_LAYOUT = TextForm(placement.FORM, placement.parse)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of one photo. Raises InputError for values that make no sense."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    prompt: tuple[str, ...] = ()
    """What the legs wear, in words; of several prompts each gives its own images, in the same poses."""
    num: Annotated[int, Ge(1), Le(MAX_WHOLE)] = 1
    """Images for each prompt, each with another pose."""
    seed: Annotated[int, Ge(0), Le(MAX_WHOLE)] = 0
    """The same seed gives the same pixels on the same machine."""
    backend: BackendName = "render"
    """Who makes the leg. render: a 3-D leg, dressed as the prompt says, at the photo's own resolution; diffusion: the
    networks of the pack (the paper's)."""
    background: BackgroundChoice = "auto"
    """photo: the photo itself stays, and only the leg is added; scene: everything but the shoe is made from the prompt;
    auto: scene for diffusion, and for the render of each prompt that names a place it can make, else the photo."""
    shadow: Shadow = "auto"
    """Render: the leg's shadow on the photo's ground. auto: none on pure white; none; soft: on any ground, and on pure
    white a soft one of shoe and leg."""
    layout: Annotated[LayoutChoice, _LAYOUT] = _AUTO
    """Where the shoe stands. auto: the canvas is extended where legs need room; keep: nothing is added; or the middle
    of the shoe as fractions of the canvas, its scale, its turn in degrees, and whether it is mirrored. With a shape,
    such as 4:5, the canvas is extended to it."""
    box: Annotated[tuple[float, float, float, float] | None, _BOX] = None
    """Where the shoe is, in photo pixels, if it is not found by itself."""
    points: Annotated[tuple[tuple[float, float], ...] | None, _POINTS] = None
    """Points on the shoe, in photo pixels."""
    edges: Edges = "refined"
    """refined: the areas' edges are brought to the photo's own resolution; given: they are taken as they are."""
    keep: Annotated[int | None, Ge(1), _KEEP] = None
    """Keep the K best images of each prompt, by their quality, the best first. Diffusion: needs a pack with a judge."""
    rejected: bool = False
    """Keep the other images too, in a folder named rejected."""
    force: bool = False
    """Go on, with a warning, where a photo is refused: no unworn shoe is seen, or the feet cannot be told apart."""
    steps: Annotated[int, Ge(1), Le(MAX_WHOLE)] = _DIFFUSION.num_inference_steps
    """Diffusion: steps of the solver."""
    solver: Solver = _DIFFUSION.solver
    """Diffusion. ddim: the paper's; unipc and dpm++ need about half the steps."""
    guidance: Annotated[float | None, Ge(0), Le(100)] = _DIFFUSION.guidance_scale
    """Diffusion: how strongly the prompt steers (classifier-free guidance). Default: 7, the paper's, or 3 in the photo;
    a second pass has three sevenths of it."""
    interval: Annotated[Interval, _INTERVAL] = _DIFFUSION.guidance_interval
    """Diffusion: noise levels between which guidance is applied, 0 the image and 1 pure noise."""
    refine: Annotated[float, Ge(0), Le(1)] = _DIFFUSION.refine_strength
    """Diffusion: strength of a second pass, which makes the leg again in the scene of the first; 1 from pure noise, 0
    one pass only. In the photo there is one pass anyway."""
    negative_prompt: str = ""
    """Diffusion: what not to show."""

    def __post_init__(self) -> None:
        declaration.check(self)
        box = self.box
        if box is not None and not (len(box) == 4 and box[0] < box[2] and box[1] < box[3]):
            raise InputError(f"box is {_joined(box)!r}, but x0,y0,x1,y1 with x0 < x1 and y0 < y1 is accepted")
        if not all(len(point) == 2 and all(map(math.isfinite, point)) for point in self.points or ()):
            raise InputError(f"points is {self.points}, but pairs of numbers, x and y in photo pixels, are accepted")
        if not 0 <= self.interval[0] <= self.interval[1] <= 1:
            raise InputError(f"interval is {_joined(self.interval)}; LOW,HIGH with 0 <= LOW <= HIGH <= 1 is accepted")
        if self.rejected and self.keep is None:
            raise InputError("rejected was given without keep best:K, so nothing would be rejected")

    def require_complete(self) -> None:
        """Raise InputError where there is no prompt, or fewer images than are to be kept."""
        if not any(self.prompt):
            raise InputError("no prompt was given: say what the legs wear")
        if self.keep is not None and self.keep > self.num:
            raise InputError(f"keep is best:{self.keep}, but num is {self.num}; K from 1 to num is accepted")

    @property
    def needs_judge(self) -> bool:
        """Whether the best are to be kept, and nothing but a judge tells which they are."""
        return self.keep is not None and self.backend == "diffusion"

    @classmethod
    def of(cls, values: Mapping[str, Any], base: Request | None = None) -> Request:
        """From JSON values as `to_dict` gives them; what is missing is as in `base`.

        Raises:
            InputError: an unknown name, or a value that does not fit.
        """
        if unknown := set(values) - set(NAMES):
            raise InputError(f"{min(unknown)} is no field of a request; {', '.join(NAMES)} are accepted")
        try:
            return replace(base or cls(), **{name: _of_json(name, value) for name, value in values.items()})
        except TypeError as error:
            raise InputError(f"the request does not fit ({error})") from error

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it; without the options of the diffusion where another backend is asked."""
        names = [name for name in NAMES if self.backend == "diffusion" or name not in DIFFUSION_ONLY]
        return {name: declaration.to_json(getattr(self, name)) for name in names}

    def changed(self) -> dict[str, str]:
        """The fields that are not as usual, as text; not the prompt."""
        usual = Request(prompt=self.prompt)
        names = [name for name in NAMES if getattr(self, name) != getattr(usual, name)]
        return {name: declaration.write(Request, name, getattr(self, name)) for name in names}

    def command(self, photo: str, out: str, files: Mapping[str, str] | None = None) -> str:
        """The command line that repeats it; `files`: values of flags that name files, such as pack, areas and poses."""
        words = ["shoemodel", "generate", photo]
        for prompt in self.prompt:
            words += _flag("prompt", prompt)
        for name, text in (self.changed() | dict(files or {})).items():
            switch = isinstance(getattr(self, name, None), bool)
            words += [f"--{name}"] if switch else _flag(name.replace("_", "-"), text)
        return shlex.join([*words, "--out", out])

    def arguments(self) -> dict[str, Any]:
        """As `ShoeModelPipeline` takes them."""
        names = [name for name in NAMES if name not in ("keep", "rejected")]
        values = {IN_PYTHON.get(name, name): getattr(self, name) for name in names}
        return values | {"prompt": list(self.prompt)}


NAMES = tuple(field.name for field in fields(Request))
IN_PYTHON = {
    "num": "num_images_per_prompt",
    "seed": "generator",
    "steps": "num_inference_steps",
    "guidance": "guidance_scale",
    "interval": "guidance_interval",
    "refine": "refine_strength",
}
"""Fields that `ShoeModelPipeline` calls otherwise: in diffusers' words."""
DIFFUSION_ONLY = ("steps", "solver", "guidance", "interval", "refine", "negative_prompt")
"""Fields that no other backend reads."""
RENDER_ONLY = ("shadow",)
"""Fields that only the render reads."""


def _of_json(name: str, value: Any) -> Any:
    """A field's value from JSON."""
    if name == "prompt" and isinstance(value, str):
        return (value,)
    if name == "layout" and isinstance(value, str):
        return LayoutChoice(place=value)  # type: ignore[arg-type]
    if name == "layout" and isinstance(value, Mapping):
        place, shape = value.get("place", "auto"), value.get("shape")
        place = Placement(**place) if isinstance(place, Mapping) else place
        return LayoutChoice(place=place, shape=tuple(shape) if shape else None)
    return declaration.tuples(value)


def _flag(name: str, value: str) -> list[str]:
    """A flag and its value, in one word where the value would be taken for a flag."""
    return [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]


@dataclass(frozen=True, eq=False, kw_only=True)
class Given:
    """What was found or drawn elsewhere and goes with a request, on the photo's grid; the poses in px of the canvas."""

    mask: Bool[np.ndarray, "h w"] | None = None
    areas: ShoeAreas | None = None
    poses: list[Pose] | None = None
    layout: Layout | None = None
    """Arranged already, in place of the request's."""
    fitted: tuple[FittedShoe, ...] | None = None
    """The shoes in 3-D on that layout's canvas."""

    def arguments(self) -> dict[str, Any]:
        """As `ShoeModelPipeline` takes them, those that are there."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}
