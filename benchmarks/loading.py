"""Memory and speed of what feeds a training: does memory grow with the tuples, and does a network wait for them?

    python benchmarks/loading.py memory --folder stand-ins --counts 1000 100000
    OMP_NUM_THREADS=1 python benchmarks/loading.py speed --data tuples --trainers wd feet legs

`memory` writes that many tuples of 32 px, then lets a process of its own index them and make batches of them at random;
it prints the peak of that process's memory, and how much of it is not a file that the system may drop.

`speed` takes a preset mini on some tuples and prints seconds of the training process's one thread: to make a batch, for
forward and backward alone, for a whole step on a batch that is there, and for one that the preset's loader feeds. The
last two give the share of its speed that a training keeps: by processor time, and by the clock, which other work on the
machine disturbs. One worker keeps up where a batch takes less than a step. The generator's networks are the pack's.
"""

from __future__ import annotations

import dataclasses
import importlib
import io
import itertools
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tyro

PER_SHARD = 500
TRAINERS = ("region", "judge", "segmenter", "wd", "feet", "legs", "autoencoder", "clip", "base", "sw")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Peak memory at several numbers of tuples."""

    folder: Path
    """For the stand-ins and their indexes."""
    counts: tuple[int, ...] = (1000, 100_000)
    """Numbers of tuples."""
    batches: int = 300
    """Batches of 8 that are made of each."""

    def run(self) -> None:
        """Write, then measure each number in a process of its own."""
        print("tuples  peak_mb  not_files_mb  index_mb  index_s  tuples_per_s")
        for count in self.counts:
            folder = self.folder / str(count)
            stand_ins(folder, count)
            command = [sys.executable, __file__, "read", "--folder", str(folder), "--batches", str(self.batches)]
            environment = os.environ | {"XDG_CACHE_HOME": str(self.folder / "cache")}
            subprocess.run(command, check=True, env=environment)


@dataclass(frozen=True, kw_only=True)
class Read:
    """One process of `memory`."""

    folder: Path
    batches: int

    def run(self) -> None:
        """Index a folder and make batches of its tuples."""
        from shoemodel.data import datasets
        from shoemodel.data.index import index_of
        from shoemodel.training.batches import Batches, Share
        from shoemodel.training.feet import FeetTask, smoke

        began = time.monotonic()
        index = index_of([self.folder])
        indexed = time.monotonic() - began
        config = smoke()
        loop = dataclasses.replace(config.loop, batch=8, steps=self.batches)
        batches = Batches(FeetTask(config, datasets.stream(self.folder, kept_bytes=32 << 20)), loop, Share())
        began = time.monotonic()
        for number in range(self.batches):
            batches[number]
        speed = 8 * self.batches / (time.monotonic() - began)
        status = dict(line.split(":\t") for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
        peak, own = (int(status[name].split()[0]) / 1024 for name in ("VmHWM", "RssAnon"))
        size = sum(file.stat().st_size for file in index.folder.iterdir()) / 2**20
        print(f"{len(index.rows)}  {peak:.0f}  {own:.0f}  {size:.1f}  {indexed:.1f}  {speed:.0f}", flush=True)


def stand_ins(folder: Path, count: int, side: int = 32) -> None:
    """Shards of `count` tuples: eight drawn ones, again and again under other keys and shoes."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [members(np.random.default_rng(number), side) for number in range(8)]
    for shard in range(-(-count // PER_SHARD)):
        target = folder / f"shard-{shard:06d}.tar"
        if target.is_file():
            continue
        with tarfile.open(target.with_suffix(".partial"), "w", format=tarfile.USTAR_FORMAT) as tar:
            for index in range(shard * PER_SHARD, min((shard + 1) * PER_SHARD, count)):
                for name, data in drawn[index % 8].items():
                    shown = data.replace(b"SHOE", b"%d" % (index // 4)) if name == "json" else data
                    info = tarfile.TarInfo(f"0-{index:07d}.{name}")
                    info.size = len(shown)
                    tar.addfile(info, io.BytesIO(shown))
        target.with_suffix(".partial").replace(target)


def members(rng: np.random.Generator, side: int) -> dict[str, bytes]:
    """The files of a tuple of noise with a shoe-like label map."""
    from shoemodel.data.sample import Sample
    from shoemodel.image.masks import ShoeAreas
    from shoemodel.image.pose import Pose

    labels = np.zeros((side, side), np.uint8)
    cv2.ellipse(labels, (side // 2, side // 2), (side // 3, side // 5), 0, 0, 360, 1, -1)
    cv2.ellipse(labels, (side // 2, side // 3), (side // 8, side // 8), 0, 0, 360, 2, -1)
    worn, unworn = (rng.integers(0, 256, (side, side, 3), np.uint8) for _ in range(2))
    meta = {"seed": 0, "index": 0, "size": side, "captions": [f"stand-in {n} of a pair of legs" for n in range(5)]}
    meta |= {"family": "derby", "shoe_id": "stand-in SHOE", "feet": ["left", "right"]}
    pose = Pose(rng.uniform(0, side, (12, 2)), np.full(12, 2))
    return Sample("0-0000000", worn, unworn, ShoeAreas(labels), pose, "a stand-in", meta).to_members()


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Seconds of a step, and of its batch."""

    data: tuple[str, ...]
    """Folders of tuples."""
    trainers: tuple[str, ...] = TRAINERS
    """Which."""
    steps: int = 8
    """Steps of each measurement, after one that is not counted."""
    num: int = 96
    """Tuples that are read; the first ones."""

    def run(self) -> None:
        """One line for each trainer."""
        print("trainer  batch  workers  batch_s  forward_backward_s  step_s  fed_step_s  of_cpu  of_clock")
        for trainer in self.trainers:
            with tempfile.TemporaryDirectory() as folder:
                print(self.line(trainer, Path(folder)), flush=True)

    def line(self, trainer: str, folder: Path) -> str:
        """A trainer's figures."""
        from shoemodel.apps.cli.train import TASKS
        from shoemodel.data import datasets
        from shoemodel.training import batches, loop

        module = importlib.import_module(f"shoemodel.training.{trainer}")
        config = module.mini()
        within = {field.name for field in dataclasses.fields(config)}
        stand = {name: Path("mini") for name in ("autoencoder", "clip", "base") if name in within}
        stand |= {"latents": folder / "latents"} if "latents" in within else {}
        told = dataclasses.replace(config.loop, threads=1, workers=0, steps=10_000)
        config = dataclasses.replace(config, loop=told, **stand)
        tuples = datasets.stream(*self.data)
        few = np.linspace(0, len(tuples) - 1, min(self.num, len(tuples))).astype(int)
        task = getattr(module, TASKS[trainer])(config, tuples.subset(few))
        run = loop._Run(task, told, folder / "run", {"calls": [{}]})
        run.modules.train()
        made = batches.Batches(task, told, run.share)
        making, _ = seconds(lambda number: made[number], self.steps)
        batch = made[0]
        learning, _ = seconds(lambda _: _forward_backward(run, batches.on_device(batch, run.device)), self.steps)
        step, alone = seconds(lambda _: run.update(itertools.repeat(batch)), self.steps)
        told = dataclasses.replace(told, workers=module.mini().loop.workers)
        fed = batches.loader(task, told, run.share, 0, pinned=False)
        fed_step, together = seconds(lambda _: run.update(fed), self.steps)
        return (
            f"{trainer}  {told.batch}  {told.workers}  {making:.3f}  {learning:.3f}  {step:.3f}  {fed_step:.3f}  "
            f"{step / fed_step:.0%}  {alone / together:.0%}"
        )


def _forward_backward(run: Any, batch: Any) -> None:
    loss, _ = run.model(batch)
    run.accelerator.backward(loss)
    run.optimizer.zero_grad(set_to_none=True)


def seconds(call: Any, steps: int) -> tuple[float, float]:
    """Seconds of this process and of the clock that one of `steps` calls takes, after one that is not counted."""
    call(0)
    cpu, wall = time.process_time(), time.monotonic()
    for number in range(1, steps + 1):
        call(number)
    return (time.process_time() - cpu) / steps, (time.monotonic() - wall) / steps


if __name__ == "__main__":
    tyro.extras.subcommand_cli_from_dict({"memory": Memory, "speed": Speed, "read": Read}, description=__doc__).run()
