"""A run: the engine works in a thread of its own, so that its progress can be shown and it can be stopped."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event, Thread, main_thread

import numpy as np
from jaxtyping import UInt8

from shoemodel import packs
from shoemodel.apps.studio.recipe import Recipe
from shoemodel.apps.studio.session import Session, Shot
from shoemodel.apps.studio.work import Work
from shoemodel.execute import Outcome, execute
from shoemodel.image.geometry import Letterbox
from shoemodel.output import certificate
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.quality.score import Quality
from shoemodel.request import Given

PREVIEW_S = 0.5
"""Seconds between two previews at least."""
PREVIEW_SHARE = 5
"""And at least this many times what decoding one takes, so that looking costs little."""


class Cancelled(Exception):
    """The user stopped the run."""


@dataclass(frozen=True)
class Step:
    """How far a run is; `preview` is what can be seen of the image that is being made."""

    stage: str
    done: int
    total: int
    preview: UInt8[np.ndarray, "h w 3"] | None = None


def draw(pipeline: ShoeModelPipeline, session: Session, work: Work, recipe: Recipe, stop: Event) -> Iterator[Step]:
    """Make the images of one photo and add them to the session's shots; `stop` ends it between two steps.

    Nobody may change `work` meanwhile: give a `Work.frozen`.

    Raises:
        Cancelled: it was stopped; nothing is added.
        InputError: no shoe or no foot was found.
    """
    layout = work.place(pipeline)
    side_px = pipeline.sampler.side_px
    square = Letterbox(layout.canvas, (side_px, side_px))
    steps: queue.Queue[Step] = queue.Queue()
    due = time.monotonic()

    def callback(stage: str, done: int, total: int) -> None:
        if stop.is_set() or not main_thread().is_alive():  # the studio was interrupted
            raise Cancelled
        steps.put(Step(stage, done, total))

    def watch(look: Callable[[], np.ndarray]) -> None:
        nonlocal due
        started = time.monotonic()
        if started >= due:
            steps.put(Step("preview", 0, 0, square.crop(look()[0])))
            ended = time.monotonic()
            due = ended + max(PREVIEW_S, PREVIEW_SHARE * (ended - started))

    def run() -> None:
        given = Given(areas=work.areas, poses=work.chosen or None, layout=layout, fitted=work.fitted or None)
        pack = packs.identity(recipe.pack)
        if recipe.request.backend == "render":
            for small in work.preview(pipeline, recipe.request.prompt[0], recipe.request.seed):
                steps.put(Step("preview", 0, 0, small))
        outcome = execute(pipeline, work.photo, recipe.request, pack, given, callback, watch)
        session.shots += keep(session, work, recipe, outcome)

    yield from _follow(run, steps, stop)


def _follow(run: Callable[[], None], steps: queue.Queue[Step], stop: Event) -> Iterator[Step]:
    """What `run` reports, until it ends; what it raises is raised. A reader that goes away stops it."""
    future: Future[None] = Future()

    def work() -> None:
        try:
            future.set_result(run())  # type: ignore[func-returns-value]
        except BaseException as error:
            future.set_exception(error)

    worker = Thread(target=work)  # not of a pool: Python waits for pools before the main thread counts as ended
    worker.start()
    try:
        while not (future.done() and steps.empty()):
            try:
                yield steps.get(timeout=0.1)
            except queue.Empty:
                continue
    except GeneratorExit:
        stop.set()
        raise
    finally:
        worker.join()
    future.result()


def keep(session: Session, work: Work, recipe: Recipe, outcome: Outcome) -> list[Shot]:
    """Write the run's folder, and read its certificate back from the files."""
    folder = session.folder / f"{len(session.shots):04d}"
    outcome.save(folder)
    verdict = "; ".join(certificate.verify(folder, work.photo.path))
    result = outcome.result
    told = tuple(result.warnings)
    qualities: Sequence[Quality | None] = outcome.qualities or [None] * len(result.pixels)
    return [
        Shot(
            folder,
            index,
            recipe,
            pose,
            seed,
            verdict,
            quality.score if quality else None,
            _reasons(quality),
            work,
            told,
        )
        for index, (pose, seed, quality) in enumerate(zip(result.poses, result.seeds, qualities, strict=True))
    ]


def _reasons(quality: Quality | None) -> list[str]:
    return [] if quality is None else quality.reasons
