"""An index of shards: where each tuple lies, and all of it but its pictures; any tuple is then one read away.

It is made once by reading every shard from its beginning to its end, and kept in the user's cache:

    rows.bin        one `ROW` for each tuple
    text.bin        for each tuple [key, shoe, family, captions] as JSON
    index.json      shards with their hashes, counts

Both are mapped into memory: the system keeps what is in use and drops the rest. An index belongs to its shards' names,
sizes and times; of other ones another index is made.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.progress import track

from shoemodel.data import places
from shoemodel.data.places import Place, Shard
from shoemodel.data.sample import names_for, read_record
from shoemodel.errors import InputError
from shoemodel.image.pose import NAMES
from shoemodel.runtime.files import replacing

PICTURES = 3
"""worn, unworn (or X_w), areas: what the last axis of `offset`, `length` and `digest` counts."""
ROW = np.dtype(
    [
        ("shard", "i4"),
        ("place", "i4"),
        ("side", "i4"),  # of the pictures, px
        ("offset", "i8", PICTURES),
        ("length", "i8", PICTURES),
        ("digest", "i8", PICTURES),  # 63 bits of the hash of each picture's file
        ("points", "f4", (12, 2)),
        ("visibility", "i1", 12),
        ("present", "?", 12),
        ("is_worn", "?"),
        ("has_unworn", "?"),
        ("text", "i8", 2),  # from and to which byte of text.bin
    ]
)
VERSION = 2


class Index:
    """The index in `folder`, mapped into memory."""

    def __init__(self, folder: Path):
        self.folder = folder
        found = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self.shards: list[str] = [name for name, _ in found["shards"]]
        self.hashes: list[str] = [digest for _, digest in found["shards"]]
        """sha256 of each shard."""
        self.places: list[int] = found["places"]
        """Which place each shard belongs to."""
        self.rows: np.ndarray = np.memmap(folder / "rows.bin", ROW, "r")
        self._text = np.memmap(folder / "text.bin", np.uint8, "r")

    def __reduce__(self) -> tuple[type[Index], tuple[Path]]:
        return Index, (self.folder,)  # another process maps the files anew

    def text(self, row: int) -> tuple[str, str, str, list[str]]:
        """Key, shoe, family and captions of a tuple."""
        start, end = self.rows["text"][row]
        key, shoe, family, captions = json.loads(self._text[start:end].tobytes())
        return key, shoe, family, captions

    def read(self, row: int, picture: int) -> bytes:
        """The file of a tuple's picture."""
        place = self.rows[row]
        return places.read(self.shards[place["shard"]], int(place["offset"][picture]), int(place["length"][picture]))

    def place_hash(self, place: int) -> str:
        """Hash of the tuples in a place, that of `lineage.shards_hash` for a folder."""
        pairs = [(name, h) for name, h, p in zip(self.shards, self.hashes, self.places, strict=True) if p == place]
        lines = (f"{digest}  {name.rpartition('/')[2]}" for name, digest in pairs)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def index_of(given: Sequence[Place]) -> Index:
    """The index of all tuples in some places, made where it is not there.

    Raises:
        InputError: a place holds no tuple, or one that is not as it should be; the shard is named.
    """
    shards = [(number, shard) for number, place in enumerate(given) for shard in places.shards_of(place)]
    folder = _home() / hashlib.sha256(repr((VERSION, shards)).encode()).hexdigest()[:24]
    if not (folder / "index.json").is_file():
        with replacing(folder) as partial:
            _make(partial, shards, given)
    return Index(folder)


def _home() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "shoemodel" / "index"


def _make(folder: Path, shards: list[tuple[int, Shard]], given: Sequence[Place]) -> None:
    hashes, sides, written = [], dict[int, int](), 0
    with (folder / "rows.bin").open("wb") as rows, (folder / "text.bin").open("wb") as texts:
        for number, (place, shard) in enumerate(track(shards, "index of the shards", disable=len(shards) < 20)):
            stream = _Hashed(places.opened(shard.name))
            for key, members in _entries(stream, shard.name):
                row, text = _row(key, members, number, place, written)
                side = sides.setdefault(place, int(row["side"]))
                if row["side"] != side:
                    raise InputError(
                        f"{given[place]}: {key} is {(int(row['side']),) * 2} px; {(side,) * 2} is accepted here"
                    )
                rows.write(row.tobytes())
                written += texts.write(text)
            hashes.append((shard.name, stream.close()))
    if empty := set(range(len(given))) - set(sides):
        raise InputError(
            f"{given[min(empty)]}: found no tuple; a folder written by `shoemodel synth` or `collect` is accepted"
        )
    content = {"version": VERSION, "shards": hashes, "places": [place for place, _ in shards]}
    (folder / "index.json").write_text(json.dumps(content), encoding="utf-8")


class _Hashed:
    """A stream that hashes what is read of it."""

    def __init__(self, stream: Any):
        self._stream, self._hash = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def close(self) -> str:
        """Read to the end -> sha256 of all."""
        while self.read(1 << 20):
            pass
        self._stream.close()
        return self._hash.hexdigest()


def _entries(stream: _Hashed, name: str) -> Iterator[tuple[str, dict[str, tuple[int, bytes]]]]:
    """Key, and place and content of each member, of every tuple of a shard."""
    key, members = "", dict[str, tuple[int, bytes]]()
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=1 << 18) as tar:  # type: ignore[call-overload]
            for info in tar:
                stem, _, member = info.name.partition(".")
                if members and stem != key:
                    yield key, members
                    members = {}
                file = tar.extractfile(info)
                key, members[member] = stem, (info.offset_data, file.read() if file is not None else b"")
    except tarfile.TarError as error:
        raise InputError(f"{name} cannot be read as a shard of tuples ({error})") from error
    if members:
        yield key, members


def _row(
    key: str, members: Mapping[str, tuple[int, bytes]], shard: int, place: int, written: int
) -> tuple[np.ndarray, bytes]:
    """The `ROW` of a tuple, and its text."""
    pose, record = read_record(key, {name: data for name, (_, data) in members.items()})
    if missing := [name for name in ("captions", "caption", "shoe_id", "family", "feet") if name not in record]:
        raise InputError(f"sample {key}: its record lacks {', '.join(missing)}")
    names = names_for({name: data for name, (_, data) in members.items()})
    pictures = [members[name] for name in names[:PICTURES]]
    captions = list(record["captions"]) or [record["caption"]]
    text = json.dumps([key, str(record["shoe_id"]), str(record["family"]), captions]).encode()
    row = np.zeros((), ROW)
    row["shard"], row["place"], row["side"] = shard, place, _side(key, [data for _, data in pictures])
    row["offset"], row["length"] = [at for at, _ in pictures], [len(data) for _, data in pictures]
    row["digest"] = [digest(data) for _, data in pictures]
    row["points"], row["visibility"] = pose.points, pose.visibility
    unknown = record.get("unknown", ())
    row["present"] = [name.split("_")[0] in record["feet"] and name not in unknown for name in NAMES]
    row["has_unworn"] = bool(record.get("unworn", True))
    row["is_worn"], row["text"] = bool(record.get("worn", True)), (written, written + len(text))
    return row, text


def _side(key: str, pictures: list[bytes]) -> int:
    """The side of a tuple's pictures, by their headers. InputError unless all are squares of one size."""
    try:
        sizes = {_size(data) for data in pictures}
    except (OSError, SyntaxError) as error:
        raise InputError(f"sample {key}: cannot be read ({type(error).__name__}: {error})") from error
    height, width = next(iter(sizes))
    if len(sizes) > 1 or height != width:
        raise InputError(f"sample {key}: found pictures of {sorted(sizes)} px; squares of one size are accepted")
    return height


def _size(data: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(data)) as picture:
        return picture.height, picture.width


def digest(*parts: Any) -> int:
    """63 bits of the hash of some bytes."""
    hashed = hashlib.blake2b(digest_size=8)
    for part in parts:
        hashed.update(part)
    return int.from_bytes(hashed.digest()) >> 1
