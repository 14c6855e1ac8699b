"""One photo becomes tuples, or reasons why not. Nothing here knows of other photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shoemodel.collect import captions, filters, square
from shoemodel.collect.captions import Captioner
from shoemodel.collect.engines import Message
from shoemodel.collect.filters import Refused
from shoemodel.collect.people import Annotator, Person
from shoemodel.collect.sources import Rights
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.geometry import Box
from shoemodel.image.io import Photo
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import ABSENT, NAMES, Pose
from shoemodel.sw.conditions import wearable_shoe

ENLARGED = 2.0
"""How far a square may be enlarged to become a tuple (ours)."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a tuple is to be."""

    size: int = 512
    """Side, px: the paper's."""
    keep_faces: bool = False
    """Keep tuples in which a face is seen."""


@dataclass(frozen=True)
class Outcome:
    """What became of a photo."""

    samples: tuple[Sample, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """Reason and detail of each person, the largest first, that became no tuple; of the photo where nobody was seen."""

    def to_message(self) -> Message:
        """As it travels between machines."""
        members = [sample.to_members() for sample in self.samples]
        files = {f"{number}.{name}": data for number, each in enumerate(members) for name, data in each.items()}
        return {"keys": [sample.key for sample in self.samples], "refused": self.refused}, files

    @classmethod
    def from_message(cls, message: Message) -> Outcome:
        """The inverse."""
        told, files = message
        members: list[dict[str, bytes]] = [{} for _ in told["keys"]]
        for name, data in files.items():
            number, _, member = name.partition(".")
            members[int(number)][member] = data
        samples = tuple(Sample.from_members(*each) for each in zip(told["keys"], members, strict=True))
        return cls(samples, tuple((reason, detail) for reason, detail in told["refused"]))


@dataclass(frozen=True)
class TupleMaker:
    """Who annotates, and how."""

    annotator: Annotator
    captioner: Captioner | None
    models: Mapping[str, str]
    options: Options

    def __call__(self, data: bytes, line: Mapping[str, Any]) -> Outcome:
        """The tuples of one photo file; `line` names it (`photo`) and its `rights`. Whatever goes wrong costs this
        photo only, and is told in its outcome."""
        name, rights = line["photo"], Rights(**line["rights"])
        try:
            return self._outcome(images.from_bytes(data, name), name, rights)
        except InputError as error:
            return Outcome(refused=(("unreadable", str(error)),))
        except Exception as failure:
            return Outcome(refused=(("failed", f"{type(failure).__name__}: {failure}"),))

    def _outcome(self, photo: Photo, name: str, rights: Rights) -> Outcome:
        """The tuples of everybody in a photo."""
        people = self.annotator.people(photo.rgb)
        if not people:
            return Outcome(refused=(("no person", ""),))
        samples, refused = [], []
        for number, person in enumerate(people):
            try:
                samples.append(self._tuple(photo, name, number, person, people, rights))
            except Refused as reason:
                refused.append((reason.reason, reason.detail))
        return Outcome(tuple(samples), tuple(refused))

    def _tuple(
        self, photo: Photo, name: str, number: int, person: Person, everybody: list[Person], rights: Rights
    ) -> Sample:
        """The tuple of one person. Raises `Refused`."""
        size = self.options.size
        filters.check_legs(person, photo.size)
        mask, confidence = self.annotator.shoes(photo.rgb, person)
        filters.check_mask(mask, confidence)
        filters.check_shod(person, mask)
        least_px = size / ENLARGED
        box = filters.check_square(square.around(person, mask, least_px), mask, least_px)
        filters.check_others(person, everybody, box, self.options.keep_faces)
        worn, shoes = square.cut(photo.rgb, box, size), square.cut_mask(mask, box, size)
        filters.check_sharp(worn, shoes, int(box.width))
        pose = _pose(person, box, size)
        texts = [rights.caption] if rights.caption else self._captions(worn, shoes, person)
        record = {
            "photo": {"path": name, "sha256": photo.sha256, "square": [box.x0, box.y0, box.width], "person": number},
            "models": dict(self.models),
            "mask_confidence": round(confidence, 3),
            "faces_looked_for": self.annotator.sees_faces,
        }
        meta = record | _known(photo, person, rights, texts, size)
        areas = ShoeAreas.from_masks(shoes, np.zeros_like(shoes))
        sample = Sample(f"{photo.sha256[:16]}-{number}", worn, wearable_shoe(worn, shoes), areas, pose, texts[0], meta)
        if problems := sample.check():
            raise Refused("shoe not cut out", "; ".join(problems))
        return sample

    def _captions(self, worn: np.ndarray, shoes: np.ndarray, person: Person) -> list[str]:
        said = self.captioner(worn) if self.captioner else ""
        return [said] if said else captions.template(worn, shoes, person)


def _pose(person: Person, box: Box, size: int) -> Pose:
    """The pose in the tuple's pixels; points outside the square keep their place, points of no found leg have none."""
    moved = person.pose.transformed(square.to_tuple(box, size)).within((size, size))
    there = np.array([name.split("_")[0] in person.feet for name in NAMES])
    return Pose(moved.points, np.where(there, moved.visibility, ABSENT))


def _known(photo: Photo, person: Person, rights: Rights, texts: list[str], size: int) -> dict[str, Any]:
    """The record that training reads, and the rights; the shoe is the photo's, or its group's."""
    unknown = [name for name, found in zip(NAMES, person.pose.exists, strict=True) if not found]
    return {
        "unworn": False,
        "size": size,
        "captions": texts,
        "feet": list(person.feet),
        "unknown": unknown,
        "family": "unknown",
        "shoe_id": f"group {rights.group}" if rights.group else f"photo {photo.sha256[:16]}",
        "licence": rights.licence,
        "consent": rights.consent,
        "source": rights.source,
    }
