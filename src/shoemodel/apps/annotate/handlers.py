"""What happens on a click: each handler changes the folder and says what the page is to show."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr

from shoemodel.apps.annotate.desk import SIDE, Desk, Place
from shoemodel.apps.annotate.page import KEYS, Page
from shoemodel.apps.pages import brush
from shoemodel.apps.pages.serving import AT_ONCE, ENGINE, NUMBERED, notice
from shoemodel.errors import InputError

Updates = dict[Any, Any]
MARKS = "a box, points or a mask"
"""How messages of the engine call the ways to say where a shoe is."""
STATES = {"new": "as the networks found it", "draft": "begun, saved", "done": "done", "left out": "left out"}


class Handlers:
    """The desk, and the page it answers on."""

    def __init__(self, sheet: Page, desk: Desk):
        self.sheet, self.desk, self.folder = sheet, desk, desk.folder

    def refusing(self, handler: Callable[..., Updates]) -> Callable[..., Updates]:
        """Bad input becomes a sentence at the top of the page; anything that works clears it. One at a time."""

        @wraps(handler)  # gradio reads from the annotations which handler wants the event
        def guarded(place: Place, *values: Any) -> Updates:
            with self.desk.lock:
                try:
                    return {self.sheet.notice: ""} | handler(place, *values)
                except InputError as error:
                    return {self.sheet.notice: notice(words(str(error)))}

        return guarded

    def newest(self, handler: Callable[..., Updates]) -> Callable[..., Updates]:
        """For events that the page numbers: one that a later one overtook changes nothing.

        None clears the notice. They are sent while others are under way, and gradio gives the page their answers in any
        order: that of a stroke or an undo would take away what a later point has brought.
        """

        @wraps(handler)
        def guarded(place: Place, event: gr.EventData) -> Updates:
            newest = place.is_newest(handler.__name__, event.number)
            return {self.sheet.notice: gr.skip()} | (handler(place, event) if newest else {})

        return self.refusing(guarded)

    def begin(self, place: Place) -> Updates:
        """The page was opened: go on where one left off."""
        return self.open(place, place.name or self.folder.first_open())

    def open(self, place: Place, name: str) -> Updates:
        """Show a photo, and let the networks look at the next one meanwhile."""
        place.name = name
        shown = self._queue(place)
        try:
            areas, said = self.desk.areas(name)
        except InputError as error:
            return shown | {self.sheet.paint: None, self.sheet.notice: notice(str(error))}
        self.desk.assistant.look_ahead(self.folder.next_open(name))
        return shown | {self.sheet.paint: self._painting(place, areas), self.sheet.notice: notice(words(said))}

    def choose(self, place: Place, event: gr.EventData) -> Updates:
        """A photo of the strip was clicked."""
        return self.open(place, event.name)

    def stroke(self, place: Place, event: gr.EventData) -> Updates:
        """The brush was lifted: what it left is saved, on the photo that it was lifted from."""
        before = self.folder.state(event.key)
        self.folder.save(event.key, brush.painted(self.desk.areas(event.key)[0], event.labels, SIDE))
        return self._queue(place) if self.folder.state(event.key) != before else {}

    def points(self, place: Place, event: gr.EventData) -> Updates:
        """Points were clicked: SAM finds the shoe at them. Where it finds none, the areas stay."""
        if not event.search:
            return {}
        name, said = event.key, "first point at the shoe, then beside it at what is none"
        areas = self.desk.areas(name)[0]
        if event.points:
            proposal = self.desk.assistant.find(name, event.points, event.outside)
            said = proposal.words
            if proposal.areas.shoe.any():
                areas = proposal.areas
                self.folder.save(name, areas)
        return {self.sheet.notice: notice(words(said)), **self._queue(place), **self._again(place, name, areas)}

    def again(self, place: Place) -> Updates:
        """Begin anew with what the networks found."""
        proposal = self.desk.assistant.start(place.name)
        self.folder.save(place.name, proposal.areas, "draft")
        return self._queue(place) | self._again(place, place.name, proposal.areas)

    def save(self, place: Place) -> Updates:
        """This photo is done."""
        self.desk.finish(place.name)
        return self._queue(place)

    def next(self, place: Place) -> Updates:
        """This photo is done; the next one that is not."""
        self.desk.finish(place.name)
        return self._onwards(place)

    def leave_out(self, place: Place) -> Updates:
        """This photo gets no areas; the next one that is not done."""
        self.folder.leave_out(place.name)
        return self._onwards(place)

    def previous(self, place: Place) -> Updates:
        """The photo before, as it was left."""
        at = self.folder.names.index(place.name)
        return self.open(place, self.folder.names[max(0, at - 1)])

    def write(self, place: Place) -> Updates:
        """Tuples and COCO's file of what is done so far."""
        return {self.sheet.status: finished(self.desk.write(), str(self.folder.out))}

    def _onwards(self, place: Place) -> Updates:
        name = self.folder.next_open(place.name)
        if name is not None:
            return self.open(place, name)
        shown = self._queue(place)
        counts = self.folder.counts()
        told = self.desk.write() if counts["done"] else "every photo was left out, so there is nothing to write"
        return shown | {
            self.sheet.status: finished(
                f"All {len(self.folder.names)} photos are through. {told}", str(self.folder.out)
            )
        }

    def _queue(self, place: Place) -> Updates:
        """The strip, and what is to be said about the photo."""
        name, state = place.name, self.folder.state(place.name)
        file = self.folder.photos[name].name
        told = f'<p class="sm-small" role="status"><b>{html.escape(file)}</b> · {STATES[state]}</p>'
        return {self.sheet.queue: self.desk.strip(name), self.sheet.status: told}

    def _painting(self, place: Place, areas: Any) -> dict[str, Any]:
        place.version += 1
        return self.desk.to_paint(place.name, areas, place.version) | {"keys": KEYS}

    def _again(self, place: Place, name: str, areas: Any) -> Updates:
        """Other areas of the photo that is shown; of another one they are on the disk, and nothing is to be shown."""
        return {self.sheet.paint: self._painting(place, areas)} if name == place.name else {}


def words(text: str) -> str:
    """What is wrong or doubtful, with what can be done about it on this page."""
    found = text.replace(f"give {MARKS}", "point at it (4), or paint it").replace(f"with {MARKS}", "with points (4)")
    return found.replace("mark others with a box", "point at others (4)")


def finished(text: str, out: str) -> str:
    """What was written, and what can be done with it."""
    train = f"shoemodel train wd mini --loop.start mini --data {out} --out runs/wd"
    return (
        f'<div class="sm-finished" role="status"><p>✓ {html.escape(text)}.</p>'
        f"<p>Train on it, best beside other tuples: <code>{html.escape(train)}</code></p></div>"
    )


def connect(sheet: Page, desk: Desk) -> None:
    """Say which click asks which handler; call it inside the page's Blocks."""
    handlers, place = Handlers(sheet, desk), [sheet.place]
    shown = [sheet.notice, sheet.queue, sheet.paint, sheet.status]
    engine = ENGINE | {"show_progress_on": sheet.paint}
    # gradio keeps the state of a page only once some event has set it
    opened = sheet.blocks.load(lambda place: place, place, place, queue=False)
    opened.then(handlers.refusing(handlers.begin), place, shown, **engine)
    sheet.queue.open(handlers.refusing(handlers.choose), place, shown, **engine)
    sheet.paint.stroke(handlers.newest(handlers.stroke), place, shown, **AT_ONCE, **NUMBERED)
    sheet.paint.points(
        handlers.newest(handlers.points), place, shown, **ENGINE | {"show_progress": "hidden"}, **NUMBERED
    )
    for button, handler in (
        (sheet.previous, handlers.previous), (sheet.again, handlers.again), (sheet.leave_out, handlers.leave_out),
        (sheet.next, handlers.next),
    ):  # fmt: skip
        button.click(handlers.refusing(handler), place, shown, **engine)
    sheet.save.click(handlers.refusing(handlers.save), place, shown, **AT_ONCE)
    sheet.write.click(handlers.refusing(handlers.write), place, shown, **ENGINE | {"show_progress_on": sheet.status})
