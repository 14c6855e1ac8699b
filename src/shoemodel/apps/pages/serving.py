"""A page as gradio serves it: the look, the address, and components whose behaviour is a script of our own."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import gradio as gr

from shoemodel.errors import InputError

STATIC = Path(__file__).parent / "static"
MAX_UPLOAD = "100mb"
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif")
ENGINE: dict[str, Any] = {"concurrency_id": "engine", "concurrency_limit": 1, "show_progress": "minimal"}
"""Events that ask the engine: one at a time, the others wait in a queue."""
AT_ONCE: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
"""Events that are answered without waiting."""
LAST: dict[str, Any] = {"trigger_mode": "always_last"}
"""Events of which the last one counts: it is sent once the one before is answered."""
NUMBERED: dict[str, Any] = {"trigger_mode": "multiple"}
"""Events of our own scripts: sent at once, so that no button overtakes them; one that is overtaken is not used."""


def launch(blocks: gr.Blocks, host: str, port: int, css: str = "") -> str:
    """Serve in the background and return the address; `css` comes after the rules that all pages share.

    Raises:
        InputError: the port is taken or the address is not this machine's.
    """
    try:
        _, url, _ = blocks.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            footer_links=[],
            theme=theme(),
            css=(STATIC / "page.css").read_text(encoding="utf-8") + css,
            max_file_size=MAX_UPLOAD,
            _frontend=False,  # else gradio gives up where a busy machine takes 3 s to answer its own first request
        )
    except OSError as error:
        raise InputError(f"the page cannot be served on {host}:{port} ({error}); a free port is accepted") from error
    return url


def theme() -> gr.themes.Base:
    """Calm and legible, with the machine's own fonts: no font is fetched."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        font=list(FONTS),
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    ).set(button_primary_background_fill="*primary_600", button_primary_background_fill_hover="*primary_700")


def scripted(name: str, label: str, folder: Path = STATIC) -> gr.HTML:
    """A component of our own: NAME.js in a folder draws its value and triggers its events."""
    script = (folder / f"{name}.js").read_text(encoding="utf-8")
    return gr.HTML(None, html_template="", js_on_load=script, elem_id=name, label=label)


def notice(text: str) -> str:
    """A sentence for the bar at the top, read out by screen readers; empty hides it."""
    return f'<div role="alert" class="sm-alert">{html.escape(text)}</div>' if text else ""
