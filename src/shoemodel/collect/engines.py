"""Photos handed to several workers: processes of this machine, or Ray Data. Both give the same answers in order.

Photos are read where the command was started when Ray is used, and travel to the actors as bytes, so that no folder of
photos has to be shared; answers travel back as JSON and the bytes of files. The weights must lie at the same place on
every node, or on the hub.
"""

from __future__ import annotations

import json
import multiprocessing as mp
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from shoemodel.runtime.ray import started

Answer = TypeVar("Answer")
Work = Callable[[bytes, Any], Answer]
"""(the photo's bytes, what else it needs) -> an answer."""
Item = tuple[Path, Any]
"""A photo, and what else the work needs: a value of JSON."""
Message = tuple[Any, Mapping[str, bytes]]
"""A value of JSON, and files by name."""
AHEAD = 4
"""Photos that wait for each worker."""


@dataclass(frozen=True, kw_only=True)
class Workers:
    """How many there are and what each takes."""

    count: int = 1
    gpus: float = 0.0
    """Ray: of a GPU; a fraction lets actors share one."""


@dataclass(frozen=True)
class Wire(Generic[Answer]):
    """How an answer travels between machines."""

    pack: Callable[[Answer], Message]
    unpack: Callable[[Message], Answer]


def local(load: Callable[[], Work[Answer]], items: Sequence[Item], workers: Workers) -> Iterator[Answer]:
    """The answers in the order of the items; with one worker in this process. RuntimeError where a worker dies."""
    if workers.count == 1:
        with _one_thread():
            work = load()
            for path, more in items:
                yield work(_bytes(path), more)
        return
    context = mp.get_context("spawn")
    with ProcessPoolExecutor(workers.count, mp_context=context, initializer=_prepare, initargs=(load,)) as pool:
        waiting: deque[Any] = deque()
        try:
            for path, more in items:
                waiting.append(pool.submit(_do, path, more))
                if len(waiting) >= AHEAD * workers.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise RuntimeError("a worker died (out of memory?); the same command goes on") from error
        finally:
            for future in waiting:
                future.cancel()


def ray(
    load: Callable[[], Work[Answer]], items: Sequence[Item], workers: Workers, wire: Wire[Answer]
) -> Iterator[Answer]:
    """The same over Ray Data, on the cluster of RAY_ADDRESS or on this machine. InputError where ray is missing."""
    data = started(workers.count + 1)
    import ray as library

    here = {"ray.io/node-id": library.get_runtime_context().get_node_id()}
    todo = [{"index": i, "path": str(path), "more": json.dumps(more)} for i, (path, more) in enumerate(items)]
    rows = data.from_items(todo, override_num_blocks=len(todo)).map(
        _read, num_cpus=0, concurrency=2, label_selector=here
    )
    actors = data.ActorPoolStrategy(size=workers.count)
    made = rows.map(_Actor, fn_constructor_args=(load, wire.pack), compute=actors, num_cpus=1, num_gpus=workers.gpus)
    early: dict[int, Message] = {}
    wanted = 0
    for row in made.iter_rows():
        early[row["index"]] = json.loads(row["told"]), dict(zip(row["names"], row["contents"], strict=True))
        while wanted in early:
            yield wire.unpack(early.pop(wanted))
            wanted += 1


def _bytes(path: Path) -> bytes:
    """A photo's bytes; none where it cannot be read, which is then found out and said."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "bytes": _bytes(Path(row["path"]))}


@contextmanager
def _one_thread() -> Iterator[None]:
    """The same sums in the same order as in the workers of any number of processes, so the same bits."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


_work: Work[Any] | None = None
"""What a worker process does."""


def _prepare(load: Callable[[], Work[Any]]) -> None:
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was started says that it was interrupted
    os.environ["OMP_NUM_THREADS"] = "1"
    import cv2
    import torch

    torch.set_num_threads(1)  # many processes of one thread are faster than few of many
    cv2.setNumThreads(1)
    _work = load()


def _do(path: Path, more: Any) -> Any:
    assert _work is not None
    return _work(_bytes(path), more)


class _Actor:
    """Loads once, then answers row after row."""

    def __init__(self, load: Callable[[], Work[Any]], pack: Callable[[Any], Message]):
        import torch

        torch.set_num_threads(1)
        self.work, self.pack = load(), pack

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        told, files = self.pack(self.work(row["bytes"], json.loads(row["more"])))
        columns = {"told": json.dumps(told), "names": list(files), "contents": list(files.values())}
        return {"index": row["index"], **columns}
