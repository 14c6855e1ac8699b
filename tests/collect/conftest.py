"""Photos of toy legs, and an annotator that knows the truth of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shoemodel.collect.people import Person
from shoemodel.image import io as images
from shoemodel.image.pose import ABSENT, Pose
from tests.toys import toy_sample


def toy_person(sample) -> Person:
    """The legs of a toy tuple, all of whose points in the picture are seen."""
    visibility = np.where([name in sample.meta["feet"] for name in _sides()], sample.pose.visibility, ABSENT)
    return Person(Pose(sample.pose.points, visibility), shoes=sample.areas.shoe)


def _sides() -> list[str]:
    from shoemodel.image.pose import NAMES

    return [name.split("_")[0] for name in NAMES]


class ToyAnnotator:
    """Knows toy tuples by their pixels; in other pictures it finds nobody."""

    sees_faces = True

    def __init__(self, count: int = 12):
        self.known = {sample.worn.tobytes(): sample for sample in map(toy_sample, range(count))}
        self.identity = {"judge": "toy"}

    def people(self, rgb):
        sample = self.known.get(rgb.tobytes())
        return [] if sample is None else [toy_person(sample)]

    def shoes(self, rgb, person):
        return person.shoes, 1.0


def toy_models():
    """What a worker loads: annotator and captioner."""
    return ToyAnnotator(), None


@pytest.fixture
def photos(tmp_path) -> Path:
    """Eight photos of toy legs, one of them twice, one of nobody, one that is none, and a table of rights."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for index in range(8):
        images.save_png(folder / f"{index}.png", toy_sample(index).worn)
    images.save_png(folder / "more" / "again.png", toy_sample(3).worn)
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    images.save_png(folder / "nobody.png", noise)
    (folder / "z.png").write_bytes(b"no picture")
    (tmp_path / "source.csv").write_text(
        "photo,licence,consent,source,group\n*,CC0,release 7,toys,\n1.png,,yes,,\n2.png,CC0,no,,\n4.png,CC0,yes,,walk\n"
    )
    return folder
