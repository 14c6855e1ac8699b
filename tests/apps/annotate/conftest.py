"""A queue of 20 photos, and the page around the tiny pack that draws on them."""

from __future__ import annotations

import numpy as np
import pytest

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.image import io as images
from tests.apps.visits import free_port, visits
from tests.conftest import areas_of_region

PHOTOS = 20


@pytest.fixture
def photos(tmp_path, shoe_mask):
    """20 cut-outs of one shoe, each of another colour, so that no trained network has to find it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    alpha = np.where(shoe_mask, 255, 0).astype(np.uint8)
    for number in range(PHOTOS):
        rgb = np.where(shoe_mask[..., None], [9 * number, 60, 40], [200, 210, 220]).astype(np.uint8)
        images.save_png(folder / f"shoe_{number:02d}.png", np.dstack([rgb, alpha]))
    return folder


@pytest.fixture
def folder(photos, tmp_path):
    """The annotator's, empty."""
    return AnnotationFolder(photos, tmp_path / "data")


@pytest.fixture
def serve(pipeline, browser, monkeypatch):
    """A function that serves a page around a folder and returns one that visits it; each serving is a new process's."""
    pytest.importorskip("gradio", reason="gradio is not installed: shoemodel[annotate]")
    from shoemodel.apps.annotate import app
    from shoemodel.apps.annotate.desk import Desk

    monkeypatch.setattr("shoemodel.stages.wd.predict", areas_of_region)
    served, open_visits = [], []

    def begin(folder: AnnotationFolder, size: int = 64):
        desk = Desk(folder, pipeline, size)
        blocks = app.build(desk, "tiny")
        served.append((desk, blocks))
        open_visits.append(
            visits(browser, app.open_page(blocks, "127.0.0.1", free_port()), "#paint canvas[data-ready]")
        )
        return open_visits[-1].__enter__()

    yield begin
    for desk, blocks in served:
        blocks.close()
        desk.assistant.close()
    for context in open_visits:
        context.__exit__(None, None, None)
