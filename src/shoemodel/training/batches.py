"""Which examples a step learns from, and how they reach it.

Every example comes once an epoch, in an order that follows from (seed, epoch) alone. Step n takes the examples from
n × global batch on, so a run that was stopped in the middle of an epoch goes on with the next one, and any number of
processes and of accumulated batches with the same product learns the same examples in the same step.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Int
from torch.utils.data import DataLoader, Dataset

from shoemodel.training.config import LoopConfig
from shoemodel.training.task import Batch, Task


@dataclass(frozen=True)
class Share:
    """Which process of how many this is."""

    process: int = 0
    processes: int = 1


def global_batch(loop: LoopConfig, share: Share) -> int:
    """Examples that one optimiser step of all processes learns from."""
    return loop.batch * loop.accumulate * share.processes


class Order:
    """The examples 0 … n − 1 in one order after the other, one an epoch."""

    def __init__(self, examples: int, seed: int):
        self.examples, self._seed = examples, seed
        self._epoch, self._shuffled = -1, np.empty(0, np.int32)

    def __call__(self, start: int, count: int) -> Int[np.ndarray, "{count}"]:
        """The examples at the places from `start` on, counted through all epochs."""
        places = np.arange(start, start + count)
        rows = np.empty(count, np.int64)
        for epoch in np.unique(places // self.examples):
            here = places // self.examples == epoch
            rows[here] = self._of(int(epoch))[places[here] % self.examples]
        return rows

    def _of(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            rng = np.random.default_rng([self._seed, epoch])
            self._epoch, self._shuffled = epoch, rng.permutation(np.arange(self.examples, dtype=np.int32))
        return self._shuffled


class Batches(Dataset[Batch]):
    """Batch number n of this process, for DataLoader: `loop.accumulate` of them make a step."""

    def __init__(self, task: Task, loop: LoopConfig, share: Share):
        self.task, self.loop, self.share = task, loop, share
        self._order = Order(task.examples, loop.seed)

    def __getitem__(self, number: int) -> Batch:
        loop, share = self.loop, self.share
        step, part = divmod(number, loop.accumulate)
        before = step * loop.accumulate * share.processes + part * share.processes + share.process
        rng = np.random.default_rng([loop.seed, step, share.process, part])
        return self.task.batch(rng, self._order(before * loop.batch, loop.batch))


def loader(task: Task, loop: LoopConfig, share: Share, step: int, pinned: bool) -> Iterator[Batch]:
    """The batches of this process from step `step` to the end, prepared by `loop.workers` processes."""
    if loop.workers:
        cv2.setNumThreads(1)  # a fork has OpenCV's locks, but not its threads: it would wait for these forever
    return iter(
        DataLoader(
            Batches(task, loop, share),
            batch_size=None,
            sampler=range(step * loop.accumulate, loop.steps * loop.accumulate),
            num_workers=loop.workers,
            worker_init_fn=_quiet_worker,
            pin_memory=pinned,
        )
    )


def on_device(batch: Batch, device: torch.device) -> Batch:
    """Move a batch; pictures become channels_last, in which convolutions are faster."""
    return {
        name: value.to(device, memory_format=torch.channels_last, non_blocking=True)
        if value.ndim == 4
        else value.to(device, non_blocking=True)
        for name, value in batch.items()
    }


def _quiet_worker(_: int) -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends the workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
