"""Step 5: make pictures, cancel, look at them, take them home, make more like one."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import gradio as gr

from shoemodel.apps.studio import downloads, runs, views
from shoemodel.apps.studio.page import AT_ONCE, ENGINE, Page
from shoemodel.apps.studio.recipe import Recipe
from shoemodel.apps.studio.session import Session, Shot
from shoemodel.apps.studio.work import Work
from shoemodel.errors import InputError
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.request import Request

STAGES = {
    "region": "Finding the shoe", "areas": "Finding its areas", "poses": "Choosing poses", "fit": "Finding the camera",
    "paste": "Finishing",
}  # fmt: skip
SETTINGS = ("prompt", "num", "seed", "steps", "solver", "guidance", "negative")
CANCELLED = '<p class="sm-small">Cancelled; nothing was kept.</p>'
Updates = dict[Any, Any]


class Drawing:
    """The engine, the page it answers on, and the pack's name."""

    def __init__(self, sheet: Page, pipeline: ShoeModelPipeline, pack: str):
        self.sheet, self.pipeline, self.pack = sheet, pipeline, pack

    def start(self, session: Session) -> Updates:
        """At once: the run may be cancelled from here on, also while it waits for others."""
        session.asked.append(Event())
        return self._busy(True) | {self.sheet.status: progress("Waiting for the engine", 0, 1), self.sheet.notice: ""}

    def cancel(self, session: Session) -> Updates:
        """Stop before the next step; what still waits for others never starts."""
        for stop in session.asked:
            stop.set()
        if session.drawing:
            return {self.sheet.status: progress("Stopping", 0, 1)}
        return self._busy(False) | {self.sheet.status: CANCELLED}

    def failed(self, session: Session) -> Updates:
        """The run ended with an error that nobody expected, which gradio shows."""
        session.asked.clear()
        session.drawing = False
        return self._busy(False) | {self.sheet.status: ""}

    def run(self, session: Session, every: bool, *settings: Any) -> Iterator[Updates]:
        """Draw the pictures of the photo in hand, or of all of them."""
        works = list(session.works) if every else session.works[session.current : session.current + 1]
        yield from self._asked(session, works, dict(zip(SETTINGS, settings, strict=True)))

    def more(self, session: Session, *settings: Any) -> Iterator[Updates]:
        """Draw further pictures with the selected one's shoe, layout, pose and prompt, and new noise."""
        shot = session.selected
        assert shot is not None, "the button is hidden until there is a picture"
        work = shot.work.posed(shot.pose)
        asked, num = shot.recipe.request, dict(zip(SETTINGS, settings, strict=True))["num"]
        seed = 1 + max(other.seed for other in session.shots)
        values = (asked.prompt[0], num, seed, asked.steps, asked.solver, asked.guidance, asked.negative_prompt)
        yield from self._asked(session, [work], dict(zip(SETTINGS, values, strict=True)))

    def _asked(self, session: Session, works: list[Work], settings: dict[str, Any]) -> Iterator[Updates]:
        """The run that was asked for first, unless it was cancelled while it waited."""
        stop = session.asked[0]
        try:
            if not stop.is_set():
                session.drawing = True
                yield from self._draw(session, works, settings, stop)
        finally:
            session.drawing = False
            session.asked.popleft()

    def _draw(self, session: Session, works: list[Work], settings: dict[str, Any], stop: Event) -> Iterator[Updates]:
        begin = len(session.shots)
        told = ""
        try:
            if not works:
                raise InputError("there is no photo yet: drop one in step 1")
            for number, work in enumerate(works, 1):
                which = f"Photo {number} of {len(works)}: " if len(works) > 1 else ""
                recipe = self.recipe(work, settings)
                yield {self.sheet.status: progress(which + STAGES["region"], 0, 1)}
                with session.lock:
                    work.fit(self.pipeline)
                    recipe, frozen = self.recipe(work, settings), work.frozen()
                for step in runs.draw(self.pipeline, session, frozen, recipe, stop):
                    yield self._progress(step, which, recipe.request.num)
        except runs.Cancelled:
            told = CANCELLED if len(session.shots) == begin else CANCELLED.replace("nothing", "only what was finished")
        except InputError as error:
            yield {self.sheet.notice: views.notice(views.words(error))}
        if len(session.shots) > begin:
            session.latest = begin
            yield self.show(session)
        yield self._busy(False) | {self.sheet.status: told}

    def recipe(self, work: Work, settings: dict[str, Any]) -> Recipe:
        """Settings of the page for one photo. InputError for numbers that are missing."""
        if not str(settings["prompt"]).strip():
            raise InputError("the prompt is empty: say who wears the shoe, and where")
        missing = [name for name in ("num", "seed", "steps") if settings[name] is None]
        if missing:
            raise InputError(f"no {missing[0]} is given: type a number")
        seed = settings["seed"]
        if seed != int(seed):
            raise InputError(f"seed is {seed}; a whole number is accepted")
        points = tuple((float(x), float(y)) for x, y in work.points)
        request = Request(
            prompt=(str(settings["prompt"]).strip(),),
            num=int(settings["num"]),
            seed=int(seed),
            backend=work.backend,
            background=work.background,
            layout=work.choice,
            points=points if points and not work.corrected else None,
            edges=work.edges,
        )
        if work.backend == "diffusion":
            request = replace(
                request,
                negative_prompt=settings["negative"] or "",
                steps=int(settings["steps"]),
                solver=settings["solver"],
                guidance=settings["guidance"],
            )
        poses = bool(work.picked)
        return Recipe(photo=work.photo.path.name, request=request, pack=self.pack, areas=work.corrected, poses=poses)

    def show(self, session: Session) -> Updates:
        """The pictures of the last run and the whole history."""
        latest = session.shots[session.latest :]
        sheet = self.sheet
        return {
            sheet.results: gr.Gallery([(shot.png, views.caption(shot)) for shot in latest], visible=True),
            sheet.history: [(shot.png, views.caption(shot)) for shot in reversed(session.shots)],
            **self._select(session, latest[0]),
        }

    def select(self, session: Session, event: gr.SelectData) -> Updates:
        """One of the last pictures was clicked."""
        return self._select(session, session.shots[session.latest + event.index])

    def recall(self, session: Session, event: gr.SelectData) -> Updates:
        """One of the history was clicked."""
        return self._select(session, session.shots[len(session.shots) - 1 - event.index])

    def _select(self, session: Session, shot: Shot) -> Updates:
        session.selected = shot
        sheet = self.sheet
        return {
            sheet.details: views.details(shot),
            sheet.actions: gr.Row(visible=True),
            sheet.png: str(downloads.png(shot)),
            sheet.webp: str(downloads.webp(shot)),
            sheet.zip: str(downloads.archive(shot)),
            sheet.command: shot.recipe.command_line(),
            sheet.python: shot.recipe.python(),
        }

    def _progress(self, step: runs.Step, which: str, num: int) -> Updates:
        if step.preview is not None:
            return {self.sheet.preview: gr.Image(step.preview, visible=True)}
        if step.stage != "generate":
            return {self.sheet.status: progress(which + STAGES[step.stage], int(step.stage == "paste"), 1)}
        each = step.total // num
        number = min(num, step.done // each + 1)
        words = f"{which}Picture {number} of {num}, step {step.done - (number - 1) * each} of {each}"
        return {self.sheet.status: progress(words, step.done, step.total)}

    def _busy(self, busy: bool) -> Updates:
        sheet = self.sheet
        idle = {} if busy else {sheet.preview: gr.Image(visible=False)}
        buttons = {sheet.draw: gr.Button(interactive=not busy), sheet.more: gr.Button(interactive=not busy)}
        return buttons | {sheet.cancel: gr.Button(visible=busy)} | idle


def progress(words: str, done: int, total: int) -> str:
    """A labelled bar."""
    told = html.escape(words)
    return f'<div role="status"><label>{told}<progress max="{total}" value="{done}"></progress></label></div>'


def connect(sheet: Page, pipeline: ShoeModelPipeline, pack: str) -> None:
    """Say what happens in step 5."""
    drawing, session = Drawing(sheet, pipeline, pack), sheet.session
    settings = [getattr(sheet, name) for name in SETTINGS]
    picked = [sheet.details, sheet.actions, sheet.png, sheet.webp, sheet.zip, sheet.command, sheet.python]
    busy = [sheet.notice, sheet.status, sheet.preview, sheet.draw, sheet.more, sheet.cancel]
    shown = [*busy, sheet.results, sheet.history, *picked]

    def runs_on(click: Callable[..., Any], run: Callable[..., Iterator[Updates]], inputs: list[Any]) -> None:
        started = click(drawing.start, [session], busy, **AT_ONCE)
        # "multiple": one that was cancelled while it waits does not keep the next from being asked for
        ran = started.then(run, inputs, shown, trigger_mode="multiple", **ENGINE | {"show_progress": "hidden"})
        ran.failure(drawing.failed, [session], busy, **AT_ONCE)

    runs_on(sheet.draw.click, drawing.run, [session, sheet.every, *settings])
    runs_on(sheet.more.click, drawing.more, [session, *settings])
    sheet.cancel.click(drawing.cancel, [session], busy, **AT_ONCE)
    sheet.suggestions.click(lambda sample: sample[0], [sheet.suggestions], [sheet.prompt], **AT_ONCE)
    sheet.results.select(drawing.select, [session], picked, **AT_ONCE)
    sheet.history.select(drawing.recall, [session], picked, **AT_ONCE)
