"""Tuples in WebDataset tars: written whole or not at all, so that the same command goes on where it was stopped."""

import io
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from shoemodel.data.sample import COLLECTED_MEMBERS, MEMBERS, Sample
from shoemodel.errors import InputError

PER_SHARD = 50


def shard_path(folder: Path, number: int) -> Path:
    """Where shard `number` of a folder lies."""
    return Path(folder) / f"shard-{number:06d}.tar"


def shard_indices(number: int, num: int, per_shard: int = PER_SHARD) -> range:
    """The sample indices that belong to one shard of a set of `num`."""
    return range(number * per_shard, min((number + 1) * per_shard, num))


def sample_key(seed: int, index: int) -> str:
    """The key of sample `index` of the set `seed`."""
    return f"{seed}-{index:07d}"


def unfinished(folder: Path, num: int, seed: int, per_shard: int = PER_SHARD) -> list[int]:
    """The numbers of the shards that still have to be written so that samples 0..num-1 exist.

    A shard counts as finished when every key it should hold is in it: the short last shard of a smaller set is
    written again when the set grows.
    """
    count = -(-num // per_shard)
    wanted = {n: {sample_key(seed, i) for i in shard_indices(n, num, per_shard)} for n in range(count)}
    return [n for n, keys in wanted.items() if not keys <= keys_in(shard_path(folder, n))]


def keys_in(path: Path) -> set[str]:
    """The keys whose members are all in a shard; empty when the file does not exist or is not a whole tar."""
    if not path.exists():
        return set()
    try:
        with tarfile.open(path) as tar:
            names = set(tar.getnames())
    except tarfile.TarError:
        return set()
    keys = {name.split(".", 1)[0] for name in names}
    whole = (MEMBERS, COLLECTED_MEMBERS)
    return {key for key in keys if any(all(f"{key}.{member}" in names for member in members) for members in whole)}


def write_shard(
    folder: Path,
    number: int,
    make: Callable[[int], Sample],
    indices: range,
    report: Callable[[Sample], None] | None = None,
) -> Path:
    """Make the samples of one shard and write them under a temporary name that becomes the shard's when all are in.

    The bytes depend on the samples alone: no times, no owner. `report` is told of each sample once it is written.
    """
    target = shard_path(folder, number)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with tarfile.open(partial, "w", format=tarfile.USTAR_FORMAT) as tar:
            for index in indices:
                sample = make(index)
                _append(tar, sample)
                if report is not None:
                    report(sample)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _append(tar: tarfile.TarFile, sample: Sample) -> None:
    members = sample.to_members()
    for name in sample.members:
        info = tarfile.TarInfo(f"{sample.key}.{name}")
        info.size = len(members[name])
        info.mode = 0o644
        tar.addfile(info, io.BytesIO(members[name]))


def clear_partial(folder: Path) -> None:
    """Remove what an interrupted run left half-written."""
    for path in Path(folder).glob(".shard-*.tar.*.partial"):
        path.unlink(missing_ok=True)


def shard_paths(folder: Path) -> list[Path]:
    """The finished shards of a folder in order. Raises `InputError` when there is none."""
    paths = sorted(path for path in Path(folder).glob("shard-*.tar") if re.fullmatch(r"shard-\d{6}\.tar", path.name))
    if not paths:
        raise InputError(
            f"{folder}: found no shard-000000.tar; a folder written by `shoemodel synth` or `collect` is accepted"
        )
    return paths


def entries(path: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Key and members of every tuple of one shard, whatever they are; a key that is written twice comes twice.

    Raises tarfile.TarError where the file is damaged.
    """
    key, members = "", dict[str, bytes]()
    with tarfile.open(path) as tar:
        for info in tar:
            stem, _, name = info.name.partition(".")
            file = tar.extractfile(info)
            if members and (stem != key or name in members):
                yield key, members
                members = {}
            key = stem
            members[name] = file.read() if file is not None else b""
    if members:
        yield key, members


def read(folder: Path) -> Iterator[Sample]:
    """All samples of a folder, in the order of their shards; every process of a distributed run reads them all."""
    import webdataset

    urls = [str(path) for path in shard_paths(folder)]
    for entry in webdataset.WebDataset(urls, shardshuffle=False, empty_check=False, nodesplitter=None):
        members = {name: data for name, data in entry.items() if not name.startswith("__")}
        yield Sample.from_members(entry["__key__"], members)
