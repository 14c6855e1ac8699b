"""The studio around the tiny pack."""

from __future__ import annotations

import pytest

from tests.apps.visits import free_port, visits
from tests.conftest import feet_of_canvas


@pytest.fixture(scope="module")
def studio(pipeline, tiny_pack):
    """The address of a studio around the tiny pack, in which feet are found."""
    pytest.importorskip("gradio", reason="gradio is not installed: shoemodel[studio]")
    from shoemodel.apps.pages.serving import launch
    from shoemodel.apps.studio import app

    blocks = app.build(pipeline, str(tiny_pack))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shoemodel.stages.foot_keypoints", feet_of_canvas)
        yield launch(blocks, "127.0.0.1", free_port())
    blocks.close()


@pytest.fixture
def visit(browser, studio):
    """A function that opens the studio as a new user."""
    with visits(browser, studio, "#to_shoe") as open_page:
        yield open_page
