"""The studio's server: one pipeline, one worker, a queue; each user has a session."""

from __future__ import annotations

import gradio as gr

from shoemodel import packs
from shoemodel.apps.studio import drawing, page, wiring
from shoemodel.apps.studio.page import STATIC
from shoemodel.errors import InputError
from shoemodel.pipeline import ShoeModelPipeline

MAX_UPLOAD = "100mb"
WAITING = 64
"""Users who may wait."""
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif")


def build(pipeline: ShoeModelPipeline, pack: str) -> gr.Blocks:
    """The whole app around a pipeline, not yet served."""
    sheet = page.build(pack)
    with sheet.blocks:
        wiring.connect(sheet, pipeline)
        drawing.connect(sheet, pipeline, pack)
    sheet.blocks.queue(max_size=WAITING, api_open=False)
    return sheet.blocks


def launch(blocks: gr.Blocks, host: str, port: int) -> str:
    """Serve in the background and return the address.

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
            css=(STATIC / "studio.css").read_text(encoding="utf-8"),
            max_file_size=MAX_UPLOAD,
        )
    except OSError as error:
        raise InputError(f"the studio cannot listen on {host}:{port} ({error}); a free port is accepted") from error
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


def serve(host: str, port: int, pack: str) -> None:
    """Load the pack, open the studio, and stay until interrupted."""
    packs.check(packs.resolve(pack))
    blocks = build(ShoeModelPipeline.from_pretrained(pack, backend="diffusion"), pack)
    print(f"shoemodel studio: {launch(blocks, host, port)} (Ctrl+C ends it)", flush=True)
    blocks.block_thread()
