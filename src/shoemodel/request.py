"""One photo's order and how it is carried out: drawn, scored, the best kept. Every surface goes through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shoemodel.backends.backend import Background
from shoemodel.compose.edges import Edges
from shoemodel.compose.passes import STRENGTH
from shoemodel.compose.photo_background import guidance_of
from shoemodel.image.io import Photo
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.quality import clip as clips
from shoemodel.quality import keep, score
from shoemodel.result import ShoeModelResult
from shoemodel.runtime.progress import Clock, Progress
from shoemodel.sw.sample import WHOLE, Interval
from shoemodel.sw.solvers import Solver


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be made of one photo."""

    prompt: str | tuple[str, ...]
    """What the legs wear; of several prompts each gives `num` pictures."""
    negative_prompt: str = ""
    num: int = 1
    """Pictures for each prompt."""
    seed: int = 0
    steps: int = 20
    solver: Solver = "ddim"
    guidance: float | None = None
    interval: Interval = WHOLE
    """As `sw.sample.sample_batch` takes them."""
    repair: float = STRENGTH
    """As `ShoeModelPipeline.wear` takes it."""
    background: Background | None = None
    """The photo itself, or a scene from the prompt; None: the backend's default."""
    edges: Edges = "refined"
    """As `ShoeModelPipeline` takes them."""
    layout: str = "auto"
    """As `layout.parse` reads it."""
    keep: int | None = None
    """Keep this many of each prompt's pictures, the best; None keeps all, in the order of their seeds."""
    rejected: bool = False
    """Hand out those that were not kept as well."""

    def settings(self, pack: Mapping[str, str], backend: str, background: Background) -> dict[str, Any]:
        """What run.json says of the order; `pack` as `packs.identity` gives it."""
        prompt = self.prompt if isinstance(self.prompt, str) or len(self.prompt) > 1 else self.prompt[0]
        said = {
            "prompt": prompt if isinstance(prompt, str) else list(prompt),
            "backend": backend,
            "background": background,
            "pack": dict(pack),
            "seed": self.seed,
            "drawn": self.num,
        }
        if backend != "diffusion":
            return said
        return said | {
            "negative_prompt": self.negative_prompt,
            "steps": self.steps,
            "solver": self.solver,
            "guidance": guidance_of(self.guidance, background),
            "interval": list(self.interval),
            "repair": self.repair,
        }


@dataclass(frozen=True, eq=False)
class Made:
    """What an order gave."""

    result: ShoeModelResult
    """The pictures kept: all in the order of their seeds, or with `keep` the best first."""
    rejected: ShoeModelResult | None
    """The others, best first; None where they were not asked for."""
    settings: dict[str, Any]
    """For run.json: the order, and the quality of each picture where the pack holds a judge."""

    @property
    def best(self) -> int:
        """Which picture to show of all: the best, or the first where nothing judges them."""
        scores = [quality["score"] for quality in self.settings.get("quality", [])]
        return scores.index(max(scores)) if scores else 0


def make(
    pipeline: ShoeModelPipeline,
    photo: Photo,
    order: Order,
    pack: Mapping[str, str],
    callback: Progress | None = None,
    **places: Any,
) -> Made:
    """Draw the pictures, score them and keep what is asked for.

    pack: as `packs.identity` gives it. places: box, points, mask as the pipeline takes them.
    Raises:
        InputError: no shoe or foot was found, or the best are to be kept and the pack holds no judge.
    """
    if order.keep is not None:
        keep.require_judge(pipeline.judge is not None, pack["name"])
    result = pipeline(
        photo,
        order.prompt,
        num_images=order.num,
        generator=order.seed,
        steps=order.steps,
        guidance=order.guidance,
        negative_prompt=order.negative_prompt,
        layout=order.layout,
        callback=callback,
        solver=order.solver,
        interval=order.interval,
        repair=order.repair,
        background=order.background,
        edges=order.edges,
        **places,
    )
    settings = order.settings(pack, pipeline.resolve_backend().name, result.background)
    if pipeline.judge is None:
        return Made(result, None, settings)
    return _scored(pipeline, result, order, settings)


def _scored(pipeline: ShoeModelPipeline, result: ShoeModelResult, order: Order, settings: dict[str, Any]) -> Made:
    clock = Clock(None)
    with clock("quality"):
        towers = clips.of_pack(pipeline, settings["pack"]["name"]) if clips.in_pack(pipeline) else None
        qualities = score.score(result, pipeline.judge, towers)
    result = replace(result, timings_s=result.timings_s | clock.seconds)
    kept, others = keep.best(qualities, order.num, order.keep)
    settings["quality"] = [keep.to_dict(qualities[index]) for index in kept]
    settings["rejected"] = [{"seed": result.seeds[index], **keep.to_dict(qualities[index])} for index in others]
    return Made(result.take(kept), result.take(others) if order.rejected else None, settings)
