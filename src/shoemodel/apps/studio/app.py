"""The studio's server: one pipeline, one worker, a queue; each user has a session."""

from __future__ import annotations

import gradio as gr

from shoemodel import packs
from shoemodel.apps.pages.serving import launch
from shoemodel.apps.studio import drawing, page, wiring
from shoemodel.pipeline import ShoeModelPipeline

WAITING = 64
"""Users who may wait."""


def build(pipeline: ShoeModelPipeline, pack: str) -> gr.Blocks:
    """The whole app around a pipeline, not yet served."""
    sheet = page.build(pack)
    with sheet.blocks:
        wiring.connect(sheet, pipeline)
        drawing.connect(sheet, pipeline, pack)
    sheet.blocks.queue(max_size=WAITING, api_open=False)
    return sheet.blocks


def serve(host: str, port: int, pack: str) -> None:
    """Load the pack, open the studio, and stay until interrupted."""
    packs.check(packs.resolve(pack))
    blocks = build(ShoeModelPipeline.from_pretrained(pack, backend="diffusion"), pack)
    print(f"shoemodel studio: {launch(blocks, host, port)} (Ctrl+C ends it)", flush=True)
    blocks.block_thread()
