"""What the page is told of events that it sends while others are under way."""

from __future__ import annotations

import pytest

from shoemodel.apps.pages import brush
from tests.conftest import areas_of_region

gr = pytest.importorskip("gradio", reason="gradio is not installed: shoemodel[annotate]")

from shoemodel.apps.annotate import page  # noqa: E402
from shoemodel.apps.annotate.desk import SIDE, Desk, Place  # noqa: E402
from shoemodel.apps.annotate.handlers import Handlers  # noqa: E402


def test_strokes_undone_points_and_what_was_overtaken_take_no_notice_away(folder, pipeline, monkeypatch):
    """Their answers may come after that of a later point."""
    monkeypatch.setattr("shoemodel.stages.wd.predict", areas_of_region)
    desk, sheet, place = Desk(folder, pipeline), page.build("tiny", folder.source, folder.out), Place()
    handlers, place.name = Handlers(sheet, desk), "shoe_00"

    def notice(handler, **event):
        return handlers.newest(handler)(place, gr.EventData(None, {"key": place.name, **event}))[sheet.notice]

    beside = {"points": [], "outside": [[90.0, 60.0]], "search": True}
    undone = {"points": [], "outside": [], "search": False}
    assert "first point at the shoe" in notice(handlers.points, number=2, **beside)
    labels = brush.labels_url(desk.areas(place.name)[0], SIDE)
    assert notice(handlers.stroke, number=3, labels=labels) == gr.skip()
    assert notice(handlers.points, number=4, **undone) == gr.skip()
    assert notice(handlers.points, number=1, **beside) == gr.skip()
    assert "cannot be read" in notice(handlers.stroke, number=5, labels="rubbish")
