"""Which click on the page asks which handler of steps 1 to 4, and what it may change. Step 5 is in `drawing.py`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from shoemodel.apps.studio import page
from shoemodel.apps.studio.handlers import Handlers, Updates
from shoemodel.apps.studio.page import AT_ONCE, ENGINE, LAST, NUMBERED, Page
from shoemodel.apps.studio.session import Session
from shoemodel.pipeline import ShoeModelPipeline


def connect(sheet: Page, pipeline: ShoeModelPipeline) -> None:
    """Say what happens in steps 1 to 4; call it inside the page's Blocks."""
    handlers = Handlers(sheet, pipeline)
    _steps(sheet, handlers)
    _shoe(sheet, handlers)
    _canvas(sheet, handlers)
    _legs(sheet, handlers)


def outputs(sheet: Page, *more: Any) -> list[Any]:
    """What `Handlers.step` fills, and the notice."""
    names = ("notice", "paint", "place", "placement", "poses", "joints", "x", "y", "scale", "angle", "flip")
    return [getattr(sheet, name) for name in names] + list(more)


def _asking(part: Any) -> dict[str, Any]:
    """An event that asks the engine; `part` shows that it is waited for."""
    return ENGINE | {"show_progress_on": part}


def _steps(sheet: Page, handlers: Handlers) -> None:
    chosen = outputs(sheet, sheet.shape, sheet.background, sheet.backend)
    shown = [*chosen, sheet.files, sheet.photos, sheet.every]
    refusing, session = handlers.refusing, sheet.session
    for event in (sheet.files.upload, sheet.files.delete, sheet.files.clear):
        event(refusing(handlers.upload), [session, sheet.files], shown, show_progress="minimal", **LAST)
    sheet.photos.select(refusing(handlers.choose), [session], chosen, **AT_ONCE)

    def going(step: int) -> Callable[[Session], Updates]:
        return refusing(lambda session: handlers.go(session, step))

    buttons = (sheet.to_shoe, sheet.to_canvas, sheet.to_legs, sheet.to_pictures)
    watched = (sheet.paint, sheet.place, sheet.poses, sheet.status)
    for step, (button, part) in enumerate(zip(buttons, watched, strict=True), page.SHOE):
        button.click(partial(handlers.open, step=step), [session], [sheet.notice, sheet.tabs], **AT_ONCE)
        shown = getattr(sheet, f"tab{step}").select(going(step), [session], outputs(sheet), **_asking(part))
        if step == page.LEGS:
            _then_small(shown, sheet, handlers)


def _shoe(sheet: Page, handlers: Handlers) -> None:
    refusing, session, asking = handlers.refusing, sheet.session, _asking(sheet.paint)
    sheet.paint.stroke(handlers.newest(handlers.stroke), [session], [sheet.notice], **AT_ONCE, **NUMBERED)
    sheet.paint.points(handlers.newest(handlers.point), [session], [sheet.notice], **AT_ONCE, **NUMBERED)
    sheet.find_points.click(refusing(handlers.find_points), [session], outputs(sheet), **asking)
    sheet.find_other.click(refusing(handlers.find_other), [session], outputs(sheet), **asking)
    sheet.find_again.click(refusing(handlers.find_again), [session], outputs(sheet), **asking)


def _canvas(sheet: Page, handlers: Handlers) -> None:
    refusing, session, asking = handlers.refusing, sheet.session, _asking(sheet.place)
    numbers = [sheet.x, sheet.y, sheet.scale, sheet.angle, sheet.flip]
    sheet.shape.input(refusing(handlers.reshape), [session, sheet.shape], outputs(sheet), **asking, **LAST)
    where, who = sheet.background, sheet.backend
    where.input(refusing(handlers.surround), [session, where], outputs(sheet), **asking, **LAST)
    who.input(refusing(handlers.make_by), [session, who], [sheet.notice], **AT_ONCE)
    sheet.place.placed(handlers.newest(handlers.drag), [session], outputs(sheet), **asking, **NUMBERED)
    for slider in numbers[:4]:
        slider.release(refusing(handlers.move), [session, *numbers], outputs(sheet), **asking, **LAST)
    sheet.flip.input(refusing(handlers.move), [session, *numbers], outputs(sheet), **asking, **LAST)
    sheet.mirror.click(refusing(handlers.mirror), [session], outputs(sheet), **asking)
    sheet.reset.click(refusing(handlers.reset), [session], outputs(sheet), **asking)


def _legs(sheet: Page, handlers: Handlers) -> None:
    refusing, session = handlers.refusing, sheet.session
    counted = [sheet.notice, sheet.num]
    sheet.poses.picked(handlers.newest(handlers.pick), [session, sheet.num], counted, **AT_ONCE, **NUMBERED)
    sheet.poses.edit(refusing(handlers.edit), [session], [sheet.notice, sheet.joints, sheet.adjust], **AT_ONCE)
    moved = [session, sheet.num]
    shown = sheet.joints.moved(handlers.newest(handlers.adjust), moved, [*counted, sheet.poses], **AT_ONCE, **NUMBERED)
    _then_small(shown, sheet, handlers)
    shown = sheet.other_poses.click(refusing(handlers.other_poses), [session], outputs(sheet), **_asking(sheet.poses))
    _then_small(shown, sheet, handlers)


def _then_small(shown: Any, sheet: Page, handlers: Handlers) -> None:
    """Skeletons are there at once; small renders take their place as soon as the engine has made each."""
    quiet = ENGINE | {"show_progress": "hidden"}
    shown.then(handlers.render_small, [sheet.session, sheet.prompt], [sheet.notice, sheet.poses], **quiet)
