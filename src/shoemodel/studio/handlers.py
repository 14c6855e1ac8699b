"""What happens on a click: each handler changes the session and says what the page is to show.

Handlers that ask the engine share one worker (`ENGINE`): two users never compute at once, one waits in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from shoemodel import images
from shoemodel.errors import InputError
from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.pose import Pose
from shoemodel.studio import page, views
from shoemodel.studio.page import AT_ONCE, ENGINE, Page
from shoemodel.studio.session import Session, Work

Updates = dict[Any, Any]


class Handlers:
    """The engine, and the page it answers on."""

    def __init__(self, sheet: Page, pipeline: ShoeModelPipeline):
        self.sheet, self.pipeline = sheet, pipeline

    def refusing(self, handler: Callable[..., Updates]) -> Callable[..., Updates]:
        """Bad input becomes a sentence at the top of the page; anything that works clears it."""

        @wraps(handler)  # gradio reads from the annotations which handler wants the event
        def guarded(*values: Any) -> Updates:
            try:
                return {self.sheet.notice: ""} | handler(*values)
            except InputError as error:
                return {self.sheet.notice: views.notice(str(error))}

        return guarded

    def upload(self, session: Session, files: list[str] | None) -> Updates:
        """Open the photos; one that cannot be used is named, the others are taken."""
        works, refused = [], []
        for file in files or []:
            try:
                works.append(Work(images.load(Path(file))))
            except InputError as error:
                refused.append(str(error).replace(str(file), Path(file).name))
        session.works, session.current, session.editing = works, 0, None
        shown = [(views.small(work.photo.rgb, 320), work.photo.path.name) for work in works]
        return {
            self.sheet.notice: views.notice(" ".join(refused)),
            self.sheet.photos: gr.Gallery(shown, visible=bool(shown), selected_index=0 if shown else None),
            self.sheet.every: gr.Checkbox(visible=len(works) > 1),
            **self.step(session),
        }

    def choose(self, session: Session, event: gr.SelectData) -> Updates:
        """Work on another photo."""
        session.current, session.editing = event.index, None
        return self.step(session)

    def go(self, session: Session, step: int) -> Updates:
        """Compute what a step shows, and show it."""
        work = session.in_hand()
        need = {page.SHOE: work.find, page.CANVAS: work.place, page.LEGS: work.pose, page.PICTURES: work.place}
        if step in need:
            need[step](self.pipeline)
        return {self.sheet.tabs: gr.Tabs(selected=step), **self.step(session)}

    def step(self, session: Session) -> Updates:
        """What all steps show of the photo in hand; what is not computed yet is empty."""
        work, sheet = session.work, self.sheet
        stands = views.placed(work)
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
        work.correct(*views.painted(work.find(self.pipeline), event.labels))
        return {}

    def point(self, session: Session, event: gr.EventData) -> Updates:
        """Points on the shoe were clicked, to be used by `find_points`."""
        session.pointed = [[round(x, 1), round(y, 1)] for x, y in event.points]
        return {}

    def find_points(self, session: Session) -> Updates:
        """Search for the shoe under the points."""
        if not session.pointed:
            raise InputError("no point was set: choose “Point at the shoe” and click on it")
        return self.find_again(session, session.pointed)

    def find_again(self, session: Session, points: Sequence[list[float]] = ()) -> Updates:
        """Search for the shoe by itself, or under points."""
        session.in_hand().point_at(list(points))
        session.pointed = []
        return self.go(session, page.SHOE)

    def reshape(self, session: Session, shape: str) -> Updates:
        """Another canvas; the shoe keeps its place on it."""
        work = session.in_hand()
        height, width = work.photo.size
        ratio = {page.AUTOMATIC: "", page.ORIGINAL: f"{width}:{height}"}.get(shape, shape)
        work.arrange(ratio, work.placement)
        return self.go(session, page.CANVAS)

    def drag(self, session: Session, event: gr.EventData) -> Updates:
        """The shoe was dragged, scaled, turned or mirrored."""
        return self.move(session, event.x, event.y, event.scale, event.angle, event.flip)

    def move(self, session: Session, x: float, y: float, scale: float, angle: float, flip: bool) -> Updates:
        """Place the shoe by numbers."""
        work = session.in_hand()
        placement = f"{x:.4f},{y:.4f},{scale:.4g},{angle:.4g}" + (",flip" if flip else "")
        work.arrange(work.shape, placement)
        return self.go(session, page.CANVAS)

    def mirror(self, session: Session, x: float, y: float, scale: float, angle: float, flip: bool) -> Updates:
        """Turn left into right."""
        return self.move(session, x, y, scale, angle, not flip)

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

    def pick(self, session: Session, event: gr.EventData) -> Updates:
        """Poses were ticked."""
        session.in_hand().picked = [int(index) for index in event.picked]
        return {}

    def edit(self, session: Session, event: gr.EventData) -> Updates:
        """Show the points of one pose."""
        session.editing = int(event.index)
        return {
            self.sheet.joints: views.joints(session.work, session.editing),
            self.sheet.adjust: gr.Accordion(open=True),
        }

    def adjust(self, session: Session, event: gr.EventData) -> Updates:
        """Points of a pose were moved."""
        work = session.in_hand()
        if session.editing is None or session.editing >= len(work.poses):
            raise InputError("no pose is being adjusted: press “Adjust” under one")
        pose = work.poses[session.editing]
        work.adjust(session.editing, Pose(np.array(event.points, float), pose.visibility))
        return {self.sheet.poses: views.cards(work)}


def connect(sheet: Page, pipeline: ShoeModelPipeline) -> None:
    """Say what happens in steps 1 to 4; call it inside the page's Blocks."""
    handlers = Handlers(sheet, pipeline)
    _steps(sheet, handlers)
    _shoe(sheet, handlers)
    _canvas(sheet, handlers)
    _legs(sheet, handlers)


def outputs(sheet: Page, *more: Any) -> list[Any]:
    """What `Handlers.step` fills, and the notice."""
    names = ("notice", "paint", "place", "placement", "poses", "joints", "x", "y", "scale", "angle", "flip", "tabs")
    return [getattr(sheet, name) for name in names] + list(more)


def _steps(sheet: Page, handlers: Handlers) -> None:
    shown = outputs(sheet, sheet.photos, sheet.every)
    refusing, session = handlers.refusing, sheet.session
    sheet.files.change(refusing(handlers.upload), [session, sheet.files], shown, show_progress="minimal")
    sheet.photos.select(refusing(handlers.choose), [session], outputs(sheet), **AT_ONCE)

    def going(step: int) -> Callable[[Session], Updates]:
        return refusing(lambda session: handlers.go(session, step))

    buttons = (sheet.to_shoe, sheet.to_canvas, sheet.to_legs, sheet.to_pictures)
    for step, button in enumerate(buttons, page.SHOE):
        button.click(going(step), [session], outputs(sheet), **ENGINE)
        getattr(sheet, f"tab{step}").select(going(step), [session], outputs(sheet), **ENGINE)


def _shoe(sheet: Page, handlers: Handlers) -> None:
    refusing, session = handlers.refusing, sheet.session
    sheet.paint.stroke(refusing(handlers.stroke), [session], [sheet.notice], **AT_ONCE)
    sheet.paint.points(refusing(handlers.point), [session], [sheet.notice], **AT_ONCE)
    sheet.find_points.click(refusing(handlers.find_points), [session], outputs(sheet), **ENGINE)
    sheet.find_again.click(refusing(lambda session: handlers.find_again(session)), [session], outputs(sheet), **ENGINE)


def _canvas(sheet: Page, handlers: Handlers) -> None:
    refusing, session = handlers.refusing, sheet.session
    numbers = [sheet.x, sheet.y, sheet.scale, sheet.angle, sheet.flip]
    sheet.shape.input(refusing(handlers.reshape), [session, sheet.shape], outputs(sheet), **ENGINE)
    sheet.place.placed(refusing(handlers.drag), [session], outputs(sheet), **ENGINE)
    for slider in numbers[:4]:
        slider.release(refusing(handlers.move), [session, *numbers], outputs(sheet), **ENGINE)
    sheet.flip.input(refusing(handlers.move), [session, *numbers], outputs(sheet), **ENGINE)
    sheet.mirror.click(refusing(handlers.mirror), [session, *numbers], outputs(sheet), **ENGINE)
    sheet.reset.click(refusing(handlers.reset), [session], outputs(sheet), **ENGINE)


def _legs(sheet: Page, handlers: Handlers) -> None:
    refusing, session = handlers.refusing, sheet.session
    sheet.poses.picked(refusing(handlers.pick), [session], [sheet.notice], **AT_ONCE)
    sheet.poses.edit(refusing(handlers.edit), [session], [sheet.notice, sheet.joints, sheet.adjust], **AT_ONCE)
    sheet.joints.moved(refusing(handlers.adjust), [session], [sheet.notice, sheet.poses], **AT_ONCE)
    sheet.other_poses.click(refusing(handlers.other_poses), [session], outputs(sheet), **ENGINE)
