"""Three methods that made a picture of each of four inputs, and the study of them."""

from __future__ import annotations

import numpy as np
import pytest

from shoemodel.apps.cli.main import main
from shoemodel.image import io as images
from shoemodel.study import page
from shoemodel.study.answers import Answer

METHODS = ("ours", "inpaint", "example")
KEYS = ("1-0000001", "1-0000002", "1-0000003", "1-0000004")


@pytest.fixture
def folders(tmp_path):
    """METHOD=FOLDER of each, as `evaluate images` writes them; the files' metadata name the method."""
    rng = np.random.default_rng(0)
    for method in METHODS:
        (tmp_path / method).mkdir()
        for number, key in enumerate(KEYS):
            picture = rng.integers(0, 255, (48, 40, 3), np.uint8)
            file = tmp_path / method / f"{key}-{number:08x}{len(method):04x}.png"
            images.save_png(file, picture, {"parameters": f"made by {method}"})
    return [f"{method}={tmp_path / method}" for method in METHODS]


@pytest.fixture
def study(folders, tmp_path):
    """The study's folder."""
    assert main(["study", "make", *folders, "--out", str(tmp_path / "study")]) == 0
    return tmp_path / "study"


@pytest.fixture
def choose(study):
    """A function (rater, input's number, methods) -> the rater's answer for these methods."""
    key = page.read(study)

    def answer(rater, number, *methods, at="2030-01-01T00:00:00.000Z"):
        lineup = next(name for name, made_from in key.keys.items() if made_from == KEYS[number])
        pictures = {method: picture for picture, method in key.owners[lineup].items()}
        shown = tuple(pictures[method] for method in METHODS)
        return Answer(rater, lineup, tuple(pictures[method] for method in methods), shown, 4.0, at)

    return answer
