"""Drawing: the engine works in a thread of its own, so that its progress can be shown and it can be stopped."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event, Thread, main_thread

import numpy as np
from jaxtyping import UInt8

from shoemodel import packs
from shoemodel.apps.studio.recipe import Recipe
from shoemodel.apps.studio.session import Session, Shot, Work
from shoemodel.compose.photo_background import guidance_of
from shoemodel.image.geometry import Letterbox
from shoemodel.output import certificate, run_folder
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.quality import clip, score
from shoemodel.result import ShoeModelResult

PREVIEW_S = 0.5
"""Seconds between two previews at least."""
PREVIEW_SHARE = 5
"""And at least this many times what decoding one takes, so that looking costs little."""


class Cancelled(Exception):
    """The user stopped the run."""


@dataclass(frozen=True)
class Step:
    """How far a run is; `preview` is what can be seen of the picture that is being drawn."""

    stage: str
    done: int
    total: int
    preview: UInt8[np.ndarray, "h w 3"] | None = None


def draw(pipeline: ShoeModelPipeline, session: Session, work: Work, recipe: Recipe, stop: Event) -> Iterator[Step]:
    """Draw the pictures of one photo and add them to the session's shots; `stop` ends it between two steps.

    Nobody may change `work` meanwhile: give a `Work.frozen`.

    Raises:
        Cancelled: it was stopped; nothing is added.
        InputError: no shoe or no foot was found.
    """
    layout = work.place(pipeline)
    square = Letterbox(layout.canvas, (pipeline.side, pipeline.side))
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
        result = pipeline(
            work.photo,
            recipe.prompt,
            num_images=recipe.num,
            generator=recipe.seed,
            steps=recipe.steps,
            guidance=recipe.guidance,
            negative_prompt=recipe.negative_prompt,
            solver=recipe.solver,  # type: ignore[arg-type]
            background=work.background,
            areas=work.areas,
            edges="given" if recipe.areas else "refined",
            layout=layout,
            poses=work.chosen or None,
            callback=callback,
            watch=watch,
        )
        session.shots += keep(pipeline, session, work, recipe, result)

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


def keep(
    pipeline: ShoeModelPipeline, session: Session, work: Work, recipe: Recipe, result: ShoeModelResult
) -> list[Shot]:
    """Write the run's folder, read its certificate back from the files, and judge the pictures."""
    folder = session.folder / f"{len(session.shots):04d}"
    settings = {"prompt": recipe.prompt, "negative_prompt": recipe.negative_prompt, "seed": recipe.seed}
    settings |= {"steps": recipe.steps, "solver": recipe.solver, "background": recipe.background}
    settings |= {"guidance": guidance_of(recipe.guidance, work.background)}
    run_folder.write(folder, work.photo, result, settings | {"pack": packs.identity(recipe.pack)})
    verdict = "; ".join(certificate.verify(folder, work.photo.path))
    judged = judge(pipeline, recipe, result)
    return [
        Shot(folder, index, recipe, pose, seed, verdict, quality.score if quality else None, _reasons(quality), work)
        for index, (pose, seed, quality) in enumerate(zip(result.poses, result.seeds, judged, strict=True))
    ]


def judge(pipeline: ShoeModelPipeline, recipe: Recipe, result: ShoeModelResult) -> list[score.Quality | None]:
    """The quality of each picture, or None where the pack holds no judge."""
    if pipeline.judge is None:
        return [None] * len(result.images)
    towers = None if pipeline.image_encoder is None else clip.of_pack(pipeline, recipe.pack)
    return list(score.score(result, pipeline.judge, towers))


def _reasons(quality: score.Quality | None) -> list[str]:
    return [] if quality is None else quality.reasons
