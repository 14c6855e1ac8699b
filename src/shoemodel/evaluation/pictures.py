"""The sets of pictures of Table 3 on disk: generated once, kept as PNG, listed with their hashes.

    OUT/reference/<key>-<inputs>.png   true worn pictures of the n tuples
    OUT/real/...                       true worn pictures of n other tuples
    OUT/<method>/...                   what a method drew for the n tuples
    OUT/files.csv                      set, key, shoe, seed, file, sha256
    OUT/sheet.jpg                      the first tuples: photo | what each set has for it

`<inputs>` is a hash of everything that a picture follows from, so an interrupted run goes on where it was, and a
picture of other code, weights, options, data or seed is never taken for one of these.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.data.sample import Sample
from shoemodel.data.splits import SPLITS, Split
from shoemodel.errors import InputError
from shoemodel.evaluation import held_out
from shoemodel.evaluation.methods import Method
from shoemodel.image import io as images
from shoemodel.image.draw import contact_sheet
from shoemodel.image.pose import ABSENT, HIDDEN, NAMES, Pose
from shoemodel.runtime.files import sha256

Picture = UInt8[np.ndarray, "h w 3"]

ROWS = 8
"""Of the sheet."""


@dataclass(frozen=True)
class Listed:
    """A row of files.csv."""

    key: str
    shoe: str
    file: Path
    seed: int | None


@dataclass(frozen=True)
class Shown:
    """One picture of a set and the tuple it belongs to."""

    sample: Sample
    picture: Picture
    file: Path
    seed: int | None

    @property
    def listed(self) -> Listed:
        """What files.csv says of it."""
        return Listed(self.sample.key, str(self.sample.meta["shoe_id"]), self.file, self.seed)


def choose(
    folder: Path, splits: Sequence[Split], num: int | None, seed: int, others: bool
) -> tuple[set[str], set[str]]:
    """Keys of the n tuples and, where `others` are asked for, of n more: random ones of as many shoes as there are.

    `num` None takes all tuples, or half of them where `others` are asked for.

    Raises:
        InputError: there are fewer.
    """
    shoes = held_out.keys(folder, splits)
    keys = sorted(shoes)
    mixed = [keys[index] for index in np.random.default_rng(seed).permutation(len(keys))]
    times: dict[str, int] = {}
    turn = {}
    for key in mixed:
        turn[key] = times[shoes[key]] = times.get(shoes[key], 0) + 1
    mixed.sort(key=lambda key: turn[key])
    count = num or len(keys) // (1 + others)
    if not 0 < count * (1 + others) <= len(keys):
        wanted = f"{count} tuples and as many for the row real" if others else f"{count} tuples"
        raise InputError(f"{folder} holds {len(keys)} tuples of {' or '.join(splits)}, but {wanted} are needed: --num")
    return set(mixed[:count]), set(mixed[count : 2 * count] if others else ())


def true(folder: Path, splits: Sequence[Split], keys: set[str], out: Path) -> Iterator[Shown]:
    """True worn pictures, written to `out`."""
    for sample in held_out.read(folder, splits, keys):
        file = out / f"{sample.key}-{_hash(sample.worn.tobytes())}.png"
        yield Shown(sample, _kept(file, lambda sample=sample: sample.worn), file, None)  # type: ignore[misc]


def drawn(
    method: Method, folder: Path, splits: Sequence[Split], keys: set[str], seed: int, out: Path, steps: int
) -> Iterator[Shown]:
    """What a method generates in `steps` steps; its model is loaded when the first picture is missing."""
    fingerprint = method.fingerprint
    models: list[Any] = []

    def draw(sample: Sample, seed: int) -> Picture:
        if not models:
            models.append(method.load())
        given = (sample.unworn, sample.areas, whole_pose(sample), sample.caption, seed)
        picture = method.generate(models[0], *given, steps=steps)
        if picture.shape != sample.unworn.shape:
            raise ValueError(f"{method.name} drew {picture.shape} for a photo of {sample.unworn.shape}")
        return picture

    for sample in held_out.read(folder, splits, keys):
        own = seed_of(sample.key, seed)
        inputs = (fingerprint, sample.caption, own, steps, sample.pose.to_dict())
        digest = _hash(sample.unworn.tobytes(), sample.areas.labels.tobytes(), repr(inputs).encode())
        file = out / f"{sample.key}-{digest}.png"
        yield Shown(sample, _kept(file, lambda sample=sample, own=own: draw(sample, own)), file, own)  # type: ignore[misc]


def seed_of(key: str, seed: int) -> int:
    """A tuple's own seed, which does not depend on the tuples around it."""
    return int.from_bytes(hashlib.sha256(f"{seed} {key}".encode()).digest()[:4]) >> 1


def whole_pose(sample: Sample) -> Pose:
    """X_p's points: a limb is drawn up to the frame's edge when its other end lies outside, as LpS gives it."""
    present = [name.split("_")[0] in sample.meta["feet"] for name in NAMES]
    return Pose(sample.pose.points, np.where(present, np.maximum(sample.pose.visibility, HIDDEN), ABSENT))


def list_files(out: Path, sets: Mapping[str, Sequence[Listed]]) -> Path:
    """Write OUT/files.csv."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("set", "key", "shoe", "seed", "file", "sha256"))
    for name, shown in sets.items():
        for each in shown:
            place = each.file.relative_to(out).as_posix()
            writer.writerow((name, each.key, each.shoe, each.seed, place, sha256(each.file)))
    images.write_bytes(out / "files.csv", text.getvalue().encode())
    return out / "files.csv"


def write_sheet(out: Path, folder: Path, sets: Mapping[str, Sequence[Listed]]) -> Path:
    """Write OUT/sheet.jpg: the unworn picture of the first ROWS tuples, none chosen, and of each set what it has for
    them; `folder` holds the tuples."""
    first = sets["reference"][:ROWS]
    keys = {each.key for each in first}
    unworn = [sample.unworn for sample in held_out.read(folder, SPLITS, keys)]
    paired = {name: shown[:ROWS] for name, shown in sets.items() if {each.key for each in shown[:ROWS]} == keys}
    columns = [unworn, *([images.load(each.file).rgb for each in shown] for shown in paired.values())]
    sheet = contact_sheet(list(zip(*columns, strict=True)), ("photo", *paired))
    images.save_jpeg(out / "sheet.jpg", sheet)
    return out / "sheet.jpg"


def _kept(file: Path, make: Callable[[], Picture]) -> Picture:
    """The picture in the file, made first where there is none."""
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        images.save_png(file, make())
    return images.load(file).rgb


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
