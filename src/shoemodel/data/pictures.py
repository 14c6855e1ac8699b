"""Pictures that stay in their shards until somebody asks for them, behind an array's face."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
from jaxtyping import Int, UInt8

from shoemodel.data.index import Index, digest
from shoemodel.data.sample import decode
from shoemodel.errors import InputError
from shoemodel.image import masks

T = TypeVar("T")
LABELS = 2
"""Of `index.PICTURES`, the one of label ids."""


class Pictures:
    """n pictures of one size, made by `get` when they are asked for: `pictures[row]`, `pictures[rows]`, `len`, `shape`.

    One picture comes read-only, since others may be given the same; several are copied into a new array.
    """

    dtype = np.dtype(np.uint8)

    def __init__(
        self,
        rows: Int[np.ndarray, "n"],
        shape: tuple[int, ...],
        get: Callable[[int], np.ndarray],
        digests: Int[np.ndarray, "m"],
    ):
        self._rows, self._get, self._digests = rows, get, digests
        self.shape = (len(rows), *shape)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Any) -> np.ndarray:
        if isinstance(key, tuple):
            return self[key[0]][key[1:]]
        if isinstance(key, (int, np.integer)):
            return self._get(int(self._rows[key]))
        return np.stack([self._get(int(row)) for row in self._rows[key]])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[row] for row in range(len(self)))

    def subset(self, rows: Int[np.ndarray, "k"]) -> Pictures:
        """The pictures of the given rows."""
        return Pictures(self._rows[rows], self.shape[1:], self._get, self._digests)

    @property
    def digests(self) -> Int[np.ndarray, "n"]:
        """63 bits of the hash of each picture's file."""
        return self._digests[self._rows]


def digests(pictures: UInt8[np.ndarray | Pictures, "n ..."]) -> Int[np.ndarray, "n"]:
    """63 bits of the hash of each picture, or of its file where it lies in one."""
    if isinstance(pictures, Pictures):
        return pictures.digests
    return np.array([digest(np.ascontiguousarray(picture)) for picture in pictures], np.int64)


class Words(Sequence[T], Generic[T]):
    """One field of the texts of an index: `words[row]`, `len`, in order."""

    def __init__(self, rows: Int[np.ndarray, "n"], get: Callable[[int], T]):
        self._rows, self._get = rows, get

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return Words(self._rows[key], self._get)
        return self._get(int(self._rows[key]))

    def subset(self, rows: Int[np.ndarray, "k"]) -> Words[T]:
        """Those of the given rows."""
        return Words(self._rows[rows], self._get)


class Source:
    """Decodes the pictures of an index at one size and keeps the last ones, up to a number of bytes."""

    def __init__(self, index: Index, size: int, kept_bytes: int):
        self.index, self.size, self._room = index, size, kept_bytes
        self._kept: OrderedDict[tuple[int, int], np.ndarray] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_kept": OrderedDict()}

    def pictures(self, picture: int) -> Pictures:
        """All worn (0), unworn (1) or label (2) pictures."""
        rows = np.arange(len(self.index.rows), dtype=np.int32)
        shape = (self.size, self.size) if picture == LABELS else (self.size, self.size, 3)
        return Pictures(rows, shape, partial(self.get, picture), self.index.rows["digest"][:, picture])

    def get(self, picture: int, row: int) -> np.ndarray:
        """One picture, read-only. InputError where its file is damaged."""
        key = (row, picture)
        found = self._kept.get(key)
        if found is None:
            found = self._read(picture, row)
            found.setflags(write=False)
            self._kept[key] = found
            self._room -= found.nbytes
            while self._room < 0:
                self._room += self._kept.popitem(last=False)[1].nbytes
        else:
            self._kept.move_to_end(key)
        return found

    def _read(self, picture: int, row: int) -> np.ndarray:
        data, labels = self.index.read(row, picture), picture == LABELS
        try:
            pixels = decode(data) if labels else cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        except (OSError, SyntaxError, ValueError) as error:
            pixels, reason = None, str(error)
        else:
            reason = "no picture"
        side = int(self.index.rows["side"][row])
        if pixels is None or pixels.shape[:2] != (side, side):
            name = self.index.shards[self.index.rows["shard"][row]]
            raise InputError(f"{name}: a picture of {self.index.text(row)[0]} cannot be read ({reason})")
        if side == self.size:
            return pixels
        return resized_labels(pixels, self.size) if labels else resized(pixels, self.size)


def resized(picture: UInt8[np.ndarray, "h w 3"], size: int) -> UInt8[np.ndarray, "{size} {size} 3"]:
    """A picture by cubic interpolation."""
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC)


def resized_labels(labels: UInt8[np.ndarray, "h w"], size: int) -> UInt8[np.ndarray, "{size} {size}"]:
    """Each pixel's likeliest label where every label's mask is softened by half a pixel and enlarged: outlines without
    steps, and lines of one pixel are kept."""
    layers = (labels[..., None] == np.arange(len(masks.NAMES))).astype(np.float32)
    soft = cv2.GaussianBlur(layers, (3, 3), 0.5)
    return cv2.resize(soft, (size, size), interpolation=cv2.INTER_LINEAR).argmax(-1).astype(np.uint8)
