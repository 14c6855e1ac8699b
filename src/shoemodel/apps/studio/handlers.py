"""What happens on a click: each handler changes the session and says what the page is to show.

Handlers that ask the engine share one worker (`ENGINE`): two users never compute at once, one waits in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from shoemodel.apps.studio import page, views
from shoemodel.apps.studio.page import Page
from shoemodel.apps.studio.session import Session
from shoemodel.apps.studio.work import Work
from shoemodel.backends.options import BackendName
from shoemodel.compose.kinds import Background
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.geometry import Box
from shoemodel.pipeline import ShoeModelPipeline

Updates = dict[Any, Any]


class Handlers:
    """The engine, and the page it answers on."""

    def __init__(self, sheet: Page, pipeline: ShoeModelPipeline):
        self.sheet, self.pipeline = sheet, pipeline

    def newest(self, handler: Callable[..., Updates]) -> Callable[..., Updates]:
        """For events that the page numbers: one that a later one overtook changes nothing."""

        @wraps(handler)
        def guarded(session: Session, *values: Any) -> Updates:
            return handler(session, *values) if session.is_newest(handler.__name__, values[-1].number) else {}

        return self.refusing(guarded)

    def refusing(self, handler: Callable[..., Updates]) -> Callable[..., Updates]:
        """Bad input becomes a sentence at the top of the page; anything that works clears it. One at a time."""

        @wraps(handler)  # gradio reads from the annotations which handler wants the event
        def guarded(session: Session, *values: Any) -> Updates:
            with session.lock:
                try:
                    return {self.sheet.notice: ""} | handler(session, *values)
                except InputError as error:
                    return {self.sheet.notice: views.notice(views.words(error))}

        return guarded

    def upload(self, session: Session, files: list[str] | None) -> Updates:
        """Open the photos; one that cannot be used is named, the others are taken. Those that were there stay."""
        before, there = session.work, {work.photo.path: work for work in session.works}
        works, refused = [], []
        for file in dict.fromkeys(map(Path, files or [])):
            try:
                works.append(there.get(file) or Work(images.load(file)))
            except InputError as error:
                refused.append(str(error).replace(str(file), file.name))
        session.works = works
        if before not in works:
            session.current, session.editing = 0, None
        else:
            session.current = works.index(before)
        shown = [(views.small(work.photo.rgb, 320), work.photo.path.name) for work in works]
        return {
            self.sheet.notice: views.notice("; ".join(refused)),
            self.sheet.files: [str(work.photo.path) for work in works] or None,
            self.sheet.photos: gr.Gallery(
                shown, visible=bool(shown), selected_index=session.current if shown else None
            ),
            self.sheet.every: gr.Checkbox(visible=len(works) > 1),
            **self.other(session),
        }

    def choose(self, session: Session, event: gr.SelectData) -> Updates:
        """Work on another photo."""
        session.current, session.editing = event.index, None
        return self.other(session)

    def other(self, session: Session) -> Updates:
        """What all steps show of another photo, and what was chosen for it, which nobody may be choosing meanwhile."""
        work, sheet = session.work, self.sheet
        if work is None:
            return self.step(session) | {sheet.shape: page.AUTOMATIC}
        made = {sheet.background: work.background, sheet.backend: work.backend}
        return self.step(session) | {sheet.shape: _shape_of(work)} | made

    def open(self, session: Session, step: int) -> Updates:
        """Turn to a step at once; that its tab is shown then asks `go` to compute what is on it."""
        try:
            session.in_hand()
        except InputError as error:
            return {self.sheet.notice: views.notice(str(error))}
        return {self.sheet.tabs: gr.Tabs(selected=step)}

    def go(self, session: Session, step: int) -> Updates:
        """Compute what a step shows, and show it; where that fails, what can be shown without."""
        work = session.in_hand()
        need = {page.SHOE: work.find, page.CANVAS: work.place, page.LEGS: work.pose, page.PICTURES: work.place}
        try:
            need[step](self.pipeline)
        except InputError as error:
            return self.step(session) | {self.sheet.notice: views.notice(views.words(error))}
        return self.step(session) | {self.sheet.notice: views.notice(views.words("; ".join(work.doubts)))}

    def step(self, session: Session) -> Updates:
        """What all steps show of the photo in hand; what is not computed yet is empty."""
        work, sheet = session.work, self.sheet
        stands = views.placed(work, session.seen.get("drag", 0))
        shown = {
            sheet.paint: views.paint(work),
            sheet.place: stands,
            sheet.poses: views.cards(work),
            sheet.joints: views.joints(work, session.editing),
            sheet.placement: "",
        }
        if stands is not None and work is not None and work.layout is not None:
            shown[sheet.placement] = views.describe_layout(work.layout)
            shown |= {getattr(sheet, name): stands[name] for name in ("x", "y", "scale", "angle", "flip")}
        return shown

    def stroke(self, session: Session, event: gr.EventData) -> Updates:
        """The brush was lifted."""
        work = session.in_hand()
        work.correct(*views.painted(work.canvas_to_paint or work.find(self.pipeline), event.labels))
        return {}

    def point(self, session: Session, event: gr.EventData) -> Updates:
        """Points on the shoe were clicked, to be used by `find_points`."""
        session.in_hand().pointed = [[round(x, 1), round(y, 1)] for x, y in event.points]
        return {}

    def find_points(self, session: Session) -> Updates:
        """Search for the shoe under the points."""
        work = session.in_hand()
        if not work.pointed:
            raise InputError("no point was set: choose “Point at the shoe” and click on it")
        work.point_at(work.pointed)
        return self.go(session, page.SHOE)

    def find_again(self, session: Session) -> Updates:
        """Search for the shoe by itself."""
        session.in_hand().point_at([])
        return self.go(session, page.SHOE)

    def find_other(self, session: Session) -> Updates:
        """Take the next candidate for the shoe."""
        session.in_hand().other_region(self.pipeline)
        return self.go(session, page.SHOE)

    def reshape(self, session: Session, shape: str) -> Updates:
        """Another canvas; the shoe keeps its place on it."""
        work = session.in_hand()
        work.arrange(_ratio(work, shape), work.placement)
        return self.go(session, page.CANVAS)

    def surround(self, session: Session, background: Background) -> Updates:
        """A scene from the prompt, or the photo itself, as the background."""
        session.in_hand().surround(background)
        return self.go(session, page.CANVAS)

    def make_by(self, session: Session, backend: BackendName) -> Updates:
        """A leg in 3-D, or one that the networks draw."""
        session.in_hand().make_by(backend)
        return {}

    def drag(self, session: Session, event: gr.EventData) -> Updates:
        """The shoe was dragged, scaled, turned or mirrored."""
        return self.move(session, event.x, event.y, event.scale, event.angle, event.flip)

    def move(self, session: Session, x: float, y: float, scale: float, angle: float, flip: bool) -> Updates:
        """Place the shoe by numbers."""
        work = session.in_hand()
        placement = f"{x:.4f},{y:.4f},{scale:.4g},{angle:.4g}" + (",flip" if flip else "")
        work.arrange(work.shape, placement)
        return self.go(session, page.CANVAS)

    def mirror(self, session: Session) -> Updates:
        """Turn left into right."""
        work = session.in_hand()
        layout = work.place(self.pipeline)
        assert work.refined is not None
        stands = views.standing(layout, Box.of_mask(work.refined.shoe))
        return self.move(session, **stands | {"flip": not stands["flip"]})

    def reset(self, session: Session) -> Updates:
        """Place the shoe as the engine would."""
        work = session.in_hand()
        work.arrange(work.shape, "")
        return self.go(session, page.CANVAS)

    def other_poses(self, session: Session) -> Updates:
        """Draw new poses."""
        session.in_hand().other_poses()
        session.editing = None
        return self.go(session, page.LEGS)

    def pick(self, session: Session, num: float | None, event: gr.EventData) -> Updates:
        """Poses were ticked; there are to be as many pictures at least."""
        work = session.in_hand()
        work.picked = [int(index) for index in event.picked if int(index) < len(work.poses)]
        return self._enough(work, num)

    def _enough(self, work: Work, num: float | None) -> Updates:
        return {self.sheet.num: len(work.picked)} if len(work.picked) > (num or 0) else {}

    def render_small(self, session: Session, prompt: str) -> Iterator[Updates]:
        """Show each pose of the photo in hand as a small render, one after the other."""
        work = session.work
        if work is None or not work.fitted:
            return
        try:
            for _ in work.render_small(prompt.strip() or "bare legs"):
                if session.work is work:
                    yield {self.sheet.poses: views.cards(work)}
        except InputError as error:
            yield {self.sheet.notice: views.notice(views.words(error))}

    def edit(self, session: Session, event: gr.EventData) -> Updates:
        """Show the points of one pose."""
        session.editing = int(event.index)
        return {
            self.sheet.joints: views.joints(session.work, session.editing),
            self.sheet.adjust: gr.Accordion(open=True),
        }

    def adjust(self, session: Session, num: float | None, event: gr.EventData) -> Updates:
        """Points of a pose were moved."""
        work = session.in_hand()
        if session.editing is None or session.editing >= len(work.poses):
            raise InputError("no pose is being adjusted: press “Adjust” under one")
        pose = work.poses[session.editing]
        work.adjust(session.editing, replace(pose, points=np.array(event.points, float)))
        return {self.sheet.poses: views.cards(work), **self._enough(work, num)}


def _ratio(work: Work, shape: str) -> str:
    """A shape of the page as the layout takes it."""
    height, width = work.photo.size
    return {page.AUTOMATIC: "", page.ORIGINAL: f"{width}:{height}"}.get(shape, shape)


def _shape_of(work: Work) -> str:
    return next(shape for shape in page.SHAPES if _ratio(work, shape) == work.shape)
