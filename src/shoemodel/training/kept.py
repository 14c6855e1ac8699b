"""What networks made of tuples once, kept on disk between runs and mapped into memory: latents and embedded captions.

FOLDER/<first key>.safetensors holds the values of up to `CHUNK` tuples: keys (m), starts (m + 1), values (k, …), those
of tuple i from starts[i] to starts[i + 1]. A key is the hash of all that the values depend on and FOLDER does not say,
so tuples are found again in whatever folder and order, and added ones are encoded alone. All processes of a run encode,
each its share of the files.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from rich.progress import track
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from shoemodel.errors import InputError
from shoemodel.training import processes
from shoemodel.training.checkpoint import write_file

CHUNK = 64
"""Tuples in one file: what an interruption loses at most, of each process."""


class Kept:
    """Values of n tuples, mapped from files; each tuple has one or several, all of one shape."""

    def __init__(self, keys: Int[np.ndarray, "n"], files: dict[Path, dict[str, Tensor]]):
        parts = list(files.values())
        known = np.concatenate([part["keys"].numpy() for part in parts])
        number = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part["keys"]) for part in parts])
        starts = np.concatenate([part["starts"][:-1].numpy() for part in parts])
        counts = np.concatenate([part["starts"].diff().numpy() for part in parts])
        order = np.argsort(known, kind="stable")
        places = order[np.searchsorted(known, keys, sorter=order)]
        self._file, self._start, self._values = number[places], starts[places], [part["values"] for part in parts]
        self.counts: Int[np.ndarray, "n"] = counts[places]
        """How many values each tuple has."""
        self.shape = tuple(self._values[0].shape[1:])
        """Of one value."""

    def __len__(self) -> int:
        return len(self._file)

    def __getitem__(self, at: tuple[Int[np.ndarray, "b"], Int[np.ndarray, "b"]]) -> Tensor:
        """kept[rows, numbers]: value `numbers[i]` of tuple `rows[i]`, float32."""
        rows, numbers = at
        found = zip(self._file[rows], self._start[rows] + numbers, strict=True)
        return torch.stack([self._values[file][int(place)] for file, place in found]).float()


def keep(
    home: Path,
    keys: Int[np.ndarray, "n"],
    encode: Callable[[Int[np.ndarray, "m"]], tuple[Tensor, Int[np.ndarray, "m"]]],
    what: str,
) -> Kept:
    """The values of the tuples with these keys; what the folder `home` lacks is encoded and added to it.

    encode: rows -> their values, one after the other, and how many each has. An interrupted call continues where it
    stopped. Raises InputError for a file that cannot be read.
    """
    known = np.concatenate([np.empty(0, np.int64), *(part["keys"].numpy() for part in _files(home).values())])
    distinct, first = np.unique(keys, return_index=True)
    missing = first[~np.isin(distinct, known)]
    processes.wait()  # until all have looked
    share = processes.share()
    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    mine = chunks[share.process :: share.processes]
    for rows in track(mine, f"{what} {home}", disable=not mine or share.process > 0):
        values, counts = encode(rows)
        starts = torch.from_numpy(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
        part = {"keys": torch.from_numpy(keys[rows]), "starts": starts, "values": values.contiguous()}
        write_file(home / f"{keys[rows[0]]:016x}.safetensors", partial(save_file, part))
    processes.wait()
    return Kept(keys, _files(home))


def _files(home: Path) -> dict[Path, dict[str, Tensor]]:
    parts = {}
    for file in sorted(home.glob("*.safetensors")):
        try:
            parts[file] = load_file(file)
        except (SafetensorError, OSError) as error:
            raise InputError(f"{file}: found nothing readable ({error}); delete it to have it made again") from error
    return parts
