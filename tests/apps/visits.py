"""Pages in a browser that must neither fail nor ask other machines for anything."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def visits(browser, address: str, there: str) -> Iterator:
    """A function that opens a page as a new user and waits for what is `there`; what goes wrong in the page fails the
    test."""
    contexts, faults = [], []

    def open_page(width: int = 1280, height: int = 900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)  # a machine may be busy
        page.on("request", lambda request: faults.append(request.url) if not _is_local(request.url) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        page.wait_for_selector(there)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == [], "errors in the page, or requests that leave the machine"


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
