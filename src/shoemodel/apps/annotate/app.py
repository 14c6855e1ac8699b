"""The server of the page: one folder, one annotator; a second process on the same folder is refused."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from shoemodel import packs
from shoemodel.annotation import tuples
from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.apps.annotate import handlers, page
from shoemodel.apps.annotate.desk import Desk
from shoemodel.apps.annotate.page import STATIC
from shoemodel.apps.pages.serving import launch
from shoemodel.stages import Stages

NEEDED = ("region", "segmenter", "areas")
"""Components of the pack."""


def build(desk: Desk, pack: str) -> gr.Blocks:
    """The page around a desk, not yet served."""
    sheet = page.build(pack, desk.folder.source, desk.folder.out)
    with sheet.blocks:
        handlers.connect(sheet, desk)
    sheet.blocks.queue(api_open=False)
    return sheet.blocks


def open_page(blocks: gr.Blocks, host: str, port: int) -> str:
    """Serve it in the background and return the address. InputError where the port is taken."""
    return launch(blocks, host, port, (STATIC / "annotate.css").read_text(encoding="utf-8"))


def serve(photos: Path, out: Path, size: int, host: str, port: int, pack: str) -> None:
    """Load the pack, open the page, stay until interrupted, and then write what is done.

    Raises:
        InputError: no photos, a size that makes no tuple, or a folder that another process draws in.
    """
    tuples.check_size(size)
    folder = AnnotationFolder(photos, out)
    packs.check(packs.resolve(pack))
    with folder.lock():
        desk = Desk(folder, Stages.from_pretrained(pack, only=NEEDED), size)
        blocks = build(desk, pack)
        counts, total = folder.counts(), len(folder.names)
        print(f"{photos}: {total} photos, {counts['done']} done, {counts['left out']} left out")
        print(f"shoemodel annotate: {open_page(blocks, host, port)} (Ctrl+C ends it)", flush=True)
        blocks.block_thread()
        desk.assistant.close()
        if folder.counts()["done"]:
            print(desk.write())
