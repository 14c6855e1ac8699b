"""Where shards lie: a folder of this machine, or a URL that fsspec understands (s3, gs, https, …).

A place is a folder, or shards by name: `tuples`, `s3://bucket/tuples`, `https://host/shard-{000000..000099}.tar`. Parts
of a file are read by range; a chained URL (`filecache::s3://bucket/tuples`) keeps the shards that were read on this
machine's disk.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, NamedTuple

from shoemodel.data.shards import shard_paths
from shoemodel.errors import InputError

Place = Path | str


class Shard(NamedTuple):
    """One tar of tuples."""

    name: str
    """Path, or URL."""
    bytes: int
    stamp: str
    """Changes when the file does: its time, or what a store says of an object (its ETag, say)."""


def is_url(place: Place) -> bool:
    """Whether a place is not on this machine's disk."""
    return "://" in str(place)


def name_of(place: Place) -> str:
    """The last part of a place's name."""
    return str(place).rstrip("/").rpartition("/")[2] if is_url(place) else Path(place).resolve().name


def shards_of(place: Place) -> list[Shard]:
    """The shards of a place in order.

    Raises:
        InputError: there is none, or the store cannot be reached.
    """
    if is_url(place):
        return _remote(str(place))
    named = str(place).endswith(".tar")
    paths = [Path(name) for name in _braces(str(place))] if named else shard_paths(Path(place))
    if missing := [path for path in paths if not path.is_file()]:
        raise InputError(f"{missing[0]}: found no such shard; a folder written by `shoemodel synth` is accepted")
    return [Shard(str(path), (stat := path.stat()).st_size, str(stat.st_mtime_ns)) for path in paths]


def opened(name: str) -> Any:
    """A shard, to be read from its beginning to its end."""
    if not is_url(name):
        return open(name, "rb")
    store, path = _store(name)
    return store.open(path, "rb")


def read(name: str, start: int, length: int) -> bytes:
    """Bytes of a shard. InputError where it cannot be read, or has fewer."""
    try:
        if is_url(name):
            store, path = _store(name)
            data = store.cat_file(path, start=start, end=start + length)
        else:
            with open(name, "rb", buffering=0) as stream:
                stream.seek(start)
                data = stream.read(length)
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error})") from error
    if len(data) != length:
        raise InputError(f"{name} ended at {start + len(data)} bytes; it has changed since its index was made")
    return data


def _remote(url: str) -> list[Shard]:
    try:
        if url.endswith(".tar"):
            return [_shard(name, _info(name)) for name in _braces(url)]
        store, root = _store(url)
        found = store.glob(f"{root.rstrip('/')}/shard-*.tar", detail=True)
    except (OSError, ValueError, ImportError) as error:
        raise InputError(f"{url} cannot be read ({error})") from error
    if not found:
        raise InputError(f"{url}: found no shard-000000.tar; a copy of a folder of shards is accepted")
    return [_shard(f"{url.rstrip('/')}/{path.rpartition('/')[2]}", found[path]) for path in sorted(found)]


def _info(url: str) -> dict[str, Any]:
    store, path = _store(url)
    return store.info(path)


def _shard(name: str, info: dict[str, Any]) -> Shard:
    told = {key: str(value) for key, value in info.items() if key != "name"}
    stamp = hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:16]
    return Shard(name, int(info.get("size") or 0), stamp)


def _braces(pattern: str) -> list[str]:
    """`a-{000..002}.tar` -> its three names, as WebDataset writes them."""
    found = re.search(r"\{(\d+)\.\.(\d+)\}", pattern)
    if not found:
        return [pattern]
    first, last = found.groups()
    numbers = [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
    return [name for n in numbers for name in _braces(pattern[: found.start()] + n + pattern[found.end() :])]


def _store(url: str) -> tuple[Any, str]:
    """The store of a URL and the path in it; fsspec keeps one store for each process, as a fork ends connections."""
    import fsspec

    return fsspec.core.url_to_fs(url)
