"""The one way to carry out a request: make the images, score them, keep what is asked for, write the run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shoemodel.backends.options import DiffusionOptions
from shoemodel.image.io import Photo
from shoemodel.output import run_folder
from shoemodel.output.credentials import Signer
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.quality import clip as clips
from shoemodel.quality import keep, score
from shoemodel.quality.score import Quality
from shoemodel.request import DIFFUSION_ONLY, RENDER_ONLY, Given, Request
from shoemodel.result import ShoeModelResult
from shoemodel.runtime.progress import Clock, Progress
from shoemodel.sw.sampling import Watch

FAILED = 0.01
"""Score below which a picture is called a failure (ours)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """What a request gave."""

    photo: Photo
    request: Request
    """With what was chosen where it left a choice."""
    pack: Mapping[str, str]
    """As `packs.identity` gives it."""
    result: ShoeModelResult
    """The images kept: all in the order of their seeds, or with `keep` the best first."""
    qualities: list[Quality] | None = None
    """Of each image kept; None where nothing was fitted and the pack holds no judge."""
    rejected: ShoeModelResult | None = None
    """The other images, best first; None where they are not kept too."""
    rejected_qualities: list[tuple[int, Quality]] | None = None
    """Seed and quality of each of the others, kept or not."""

    @property
    def best(self) -> int:
        """Which image to show of all: the best, or the first where nothing judges them."""
        return keep.ranked(self.qualities)[0] if self.qualities else 0

    @property
    def record(self) -> dict[str, Any]:
        """For run.json: the request, the pack, and the quality of each image."""
        told: dict[str, Any] = {"request": self.request.to_dict(), "pack": dict(self.pack)}
        if self.qualities is not None:
            told["quality"] = [keep.to_dict(quality) for quality in self.qualities]
        if self.rejected_qualities is not None:
            told["rejected"] = [{"seed": seed, **keep.to_dict(each)} for seed, each in self.rejected_qualities]
        return told

    def save(self, folder: Path, signer: Signer | None = None) -> None:
        """Write the run folder, see `output.run_folder`. Raises InputError where it cannot be written."""
        run_folder.write(folder, self.photo, self.result, self.record, self.rejected, signer)


def execute(
    pipeline: ShoeModelPipeline,
    photo: Photo,
    request: Request,
    pack: Mapping[str, str],
    given: Given | None = None,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Carry out a request on one photo.

    pack: as `packs.identity` gives it. watch: as the pipeline takes it.
    Raises:
        InputError: the request is not complete, no shoe or foot was found, the backend cannot do this, or the best are
            to be kept, of the diffusion, and the pack holds no judge.
    """
    request.require_complete()
    if request.needs_judge:
        keep.require_judge(pipeline.judge is not None, pack["name"])
    arguments = request.arguments() | (given or Given()).arguments()
    result = pipeline(photo, **arguments, output_type="np", progress=progress, watch=watch)
    if unread := _unread(request):
        reader = "render" if request.backend == "diffusion" else "diffusion"
        warning = f"{' and '.join(unread)} {'is' if len(unread) == 1 else 'are'} read by the {reader} backend only"
        result = replace(result, warnings=[*result.warnings, warning])
    used = replace(request, background=result.background or "auto")
    if request.backend == "diffusion" and request.guidance is None and result.background is not None:
        used = replace(used, guidance=DiffusionOptions().guidance(result.background))
    outcome = Outcome(photo=photo, request=used, pack=pack, result=result)
    return _scored(pipeline, outcome) if result.fits or pipeline.judge is not None else outcome


def _scored(pipeline: ShoeModelPipeline, outcome: Outcome) -> Outcome:
    clock, request, result = Clock(None), outcome.request, outcome.result
    with clock("quality"):
        if result.fits:
            qualities = score.rendered(result)
        else:
            towers = clips.of_pack(pipeline, outcome.pack["name"]) if clips.in_pack(pipeline) else None
            qualities = score.score(result, pipeline.judge, towers)
    result = replace(result, timings_s=result.timings_s | clock.seconds)
    kept, others = keep.best(qualities, request.num, request.keep)
    best = max(qualities, key=lambda quality: quality.score)
    if best.score < FAILED:
        warning = (
            f"the best picture has a score of {best.score:.2g}, which means that it failed: {'; '.join(best.reasons)}"
        )
        result = replace(result, warnings=[*result.warnings, warning])
    return replace(
        outcome,
        result=result.take(kept),
        qualities=[qualities[index] for index in kept],
        rejected=result.take(others) if request.rejected else None,
        rejected_qualities=[(result.seeds[index], qualities[index]) for index in others],
    )


def _unread(request: Request) -> list[str]:
    """Fields that were changed and that the backend does not read; the render itself speaks of a negative prompt."""
    ignored = {*RENDER_ONLY} if request.backend == "diffusion" else {*DIFFUSION_ONLY} - {"negative_prompt"}
    return [name for name in request.changed() if name in ignored]
