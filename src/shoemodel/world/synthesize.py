"""Many tuples, by several processes, into shards: the same command goes on where it was stopped."""

from __future__ import annotations

import contextlib
import functools
import json
import multiprocessing as mp
import os
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.world import engine
from shoemodel.world.render import WORLD_VERSION, Rejected, render
from shoemodel.world.scene import sample_scene

REDRAWS = 8


def synthesize(
    num: int, seed: int, out: Path, size: int = 256, assets: Path | None = None, workers: int | None = None,
    spp: int = 8, cuda: bool = False,
) -> None:  # fmt: skip
    """Write samples 0..num-1 of the world `seed` into shards under `out`; finished shards in it are kept.

    size: side of the pictures [px]. assets: folder of shoes and `hdri/*.hdr` surroundings to use beside what the code
    makes. workers: processes of one thread each, None for one a core. spp: samples a pixel before denoising.
    cuda: render on the GPU.
    Raises `InputError` for arguments that make no sense and for a folder that holds another set, RuntimeError naming
    the sample when one cannot be made or a worker dies. What is finished stays.
    """
    _check(num, size, assets, workers, spp)
    out = Path(out)
    make = functools.partial(make_sample, seed, size=size, spp=spp, assets=assets)
    _claim(out, {"seed": seed, "size": size, "spp": spp, "assets": assets is not None, "world": WORLD_VERSION})
    shards.clear_partial(out)
    todo = shards.unfinished(out, num, seed)
    jobs = [(number, shards.shard_indices(number, num)) for number in todo]
    total = sum(len(indices) for _, indices in jobs)
    console = Console(stderr=True)
    console.print(f"{num} samples of world {seed}: {num - total} finished, {total} to render into {out}")
    _announce(console, cuda)
    if jobs:
        count = min(workers or os.cpu_count() or 1, len(jobs))
        _watch(console, _work(make, out, jobs, count, functools.partial(_one_thread, cuda)), total)


def _check(num: int, size: int, assets: Path | None, workers: int | None, spp: int) -> None:
    for name, value, least in (("num", num, 1), ("size", size, 32), ("spp", spp, 1), ("workers", workers or 1, 1)):
        if value < least:
            raise InputError(f"--{name}: found {value}, {least} or more is accepted")
    if assets is not None and not Path(assets).is_dir():
        raise InputError(f"{assets}: found no such folder; --assets takes a folder of shoe and surrounding files")


def _claim(out: Path, settings: dict[str, Any]) -> None:
    """Make the folder and write what it holds beside the shards; refuse a folder that holds something else."""
    path = out / "world.json"
    try:
        out.mkdir(parents=True, exist_ok=True)
        if path.exists():
            found = json.loads(path.read_text())
            if found != settings:
                raise InputError(f"{out}: found samples of {found}, the same settings are accepted: {settings}")
            return
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(settings, indent=1) + "\n")
        partial.replace(path)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror}); a writable folder is accepted") from error


def _announce(console: Console, cuda: bool) -> None:
    if not cuda and engine.default_variant() == "scalar_rgb":
        console.print("no libLLVM 19 or newer found (DRJIT_LIBLLVM_PATH): rendering takes 3 to 4 times as long")


def make_sample(seed: int, index: int, size: int = 256, spp: int = 8, assets: Path | None = None) -> Sample:
    """Sample `index` of the world `seed`, drawn again where a scene makes no good example; a pure function.

    Raises RuntimeError naming the sample when no draw is good.
    """
    refusals: list[str] = []
    for attempt in range(REDRAWS):
        try:
            sample = render(sample_scene(seed, index, assets, attempt), size, spp, assets)
        except Rejected as rejection:
            refusals.append(str(rejection))
            continue
        problems = sample.check()
        if not problems:
            return replace(sample, meta={**sample.meta, "redraws": refusals})
        refusals += problems
    raise RuntimeError(f"sample {shards.sample_key(seed, index)} failed {REDRAWS} draws: {'; '.join(refusals)}")


# ---- processes


@dataclass(frozen=True)
class _Event:
    """What a worker tells: a sample's key and redraws, or what went wrong."""

    key: str = ""
    redraws: tuple[str, ...] = ()
    failure: str = ""


def _work(
    make: Callable[[int], Sample], out: Path, jobs: list[tuple[int, range]], count: int, prepare: Callable[[], None]
) -> Iterator[_Event]:
    """Run the jobs in `count` processes, each prepared first, and give their events; all processes end when the
    iterator does."""
    context = mp.get_context("spawn")
    todo, events = context.SimpleQueue(), context.Queue()
    workers = [
        context.Process(target=_serve, args=(make, out, todo, events, prepare), daemon=True) for _ in range(count)
    ]
    try:
        with _single_threaded_environment():
            for worker in workers:
                worker.start()
        for job in [*jobs, *[None] * count]:
            todo.put(job)
        while any(worker.is_alive() for worker in workers) or not events.empty():
            try:
                yield events.get(timeout=1)
            except queue.Empty:
                dead = [worker for worker in workers if worker.exitcode not in (None, 0)]
                if dead:
                    yield _Event(failure=f"a worker died with exit code {dead[0].exitcode} (out of memory?)")
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()


@contextlib.contextmanager
def _single_threaded_environment() -> Iterator[None]:
    """Many processes with one thread each are faster than few with many; numpy reads this when it is imported."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(make: Callable[[int], Sample], out: Path, todo: Any, events: Any, prepare: Callable[[], None]) -> None:
    """A worker: one shard after another, until it is told to stop or its parent is gone."""
    parent = os.getppid()
    prepare()

    def report(sample: Sample) -> None:
        events.put(_Event(sample.key, tuple(sample.meta["redraws"])))
        if os.getppid() != parent:
            raise KeyboardInterrupt

    try:
        while (job := todo.get()) is not None:
            number, indices = job
            shards.write_shard(out, number, make, indices, report)
    except KeyboardInterrupt:
        return
    except Exception as error:
        events.put(_Event(failure=f"{type(error).__name__}: {error}"))


def _one_thread(cuda: bool) -> None:
    """The same for the libraries that ask elsewhere."""
    import cv2
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    engine.start("cuda_ad_rgb" if cuda else None, threads=1)


# ---- progress


def _watch(console: Console, events: Iterator[_Event], total: int) -> None:
    """Show how far the work is; raise RuntimeError at the first failure."""
    began, done, redraws = time.monotonic(), 0, 0
    columns = (TextColumn("rendering"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console) as progress:
        task = progress.add_task("render", total=total, note="")
        for event in events:
            if event.failure:
                raise RuntimeError(event.failure)
            done, redraws = done + 1, redraws + len(event.redraws)
            note = _estimate(time.monotonic() - began, done, total) + f", {redraws} redrawn"
            progress.update(task, completed=done, note=note)
    if done < total:
        raise RuntimeError(f"the workers ended after {done} of {total} samples; the same command goes on")
    seconds = time.monotonic() - began
    console.print(f"{done} samples in {seconds:.0f} s ({3600 * done / seconds:.0f} an hour), {redraws} redrawn")


def _estimate(seconds: float, done: int, total: int) -> str:
    """Rate and time left from everything since the start, redraws and warm-up included."""
    left = seconds / done * (total - done)
    return f"{3600 * done / seconds:.0f} an hour, {left // 3600:.0f}:{left % 3600 // 60:02.0f}:{left % 60:02.0f} left"
