"""The studio around the tiny pack, and Debian's chromium to use it with."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.conftest import feet_of_canvas

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def studio(pipeline, tiny_pack):
    """The address of a studio around the tiny pack, in which feet are found."""
    pytest.importorskip("gradio", reason="gradio is not installed: shoemodel[studio]")
    from shoemodel.apps.pages.serving import launch
    from shoemodel.apps.studio import app

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    blocks = app.build(pipeline, str(tiny_pack))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shoemodel.stages.foot_keypoints", feet_of_canvas)
        yield launch(blocks, "127.0.0.1", port)
    blocks.close()


@pytest.fixture(scope="session")
def browser():
    """Headless chromium; skips where playwright or the browser is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: shoemodel[dev]")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not there (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, studio):
    """A function that opens the studio as a new user; what goes wrong in the page fails the test."""
    contexts, faults = [], []

    def open_page(width: int = 1280, height: int = 900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)  # a machine may be busy
        page.on("request", lambda request: faults.append(request.url) if not _is_local(request.url) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(studio)
        page.wait_for_selector("#to_shoe")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == [], "errors in the page, or requests that leave the machine"


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
