"""One pipeline for several threads: their images are sampled in one batch.

Each thread calls the pipeline as it would call one of its own. One thread computes at a time. A call that has come to
the sampler steps aside until every other call has come there too; then one of them samples the images of all. A call
that is alone waits for nobody.

Batch sizes change rounding: an image sampled in a batch may differ from the same image sampled alone by a grey level
or two outside the visible area, which is the photo's own either way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.result import ShoeModelResult
from shoemodel.sw.sampler import Draft, Sampler
from shoemodel.sw.sampling import Hooks, Sampling

Images = list[UInt8[np.ndarray, "s s 3"]]


@dataclass(eq=False)
class _Waiting:
    """Images that one call waits for."""

    drafts: Sequence[Draft]
    sampling: Sampling
    hooks: Hooks
    images: Images | None = None
    error: Exception | None = None

    @property
    def waits(self) -> bool:
        return self.images is None and self.error is None

    @property
    def kind(self) -> tuple[bool, bool, str, int]:
        """Equal for what one batch can hold: of one pass, with the same options, and watched by nobody alone."""
        watched = self.hooks.on_step_end is not None or self.hooks.watch is not None
        first = self.drafts[0]
        return first.start is None, first.known is None, repr(self.sampling), id(self) if watched else 0

    def report(self, done: int) -> None:
        """Pass progress on; what the callback raises stops this call alone."""
        if self.hooks.report is not None and self.error is None:
            try:
                self.hooks.report(done)
            except Exception as error:
                self.error = error


class _Unwanted(Exception):
    """Every call that waits for this batch has been stopped."""


class SharedPipeline(ShoeModelPipeline):
    """A `ShoeModelPipeline` that many threads may call; `observe` is told the size of each batch."""

    _lock: threading.Condition
    _count: threading.Lock
    _calls: int
    _mine: threading.local
    _waiting: list[_Waiting]
    observe: Callable[[int], None]

    @classmethod
    def of(cls, pipeline: ShoeModelPipeline) -> SharedPipeline:
        """Share a loaded pipeline's components."""
        shared = cls(**pipeline.components, backend=pipeline.backend)
        shared._lock, shared._count, shared._mine = threading.Condition(), threading.Lock(), threading.local()
        shared._calls, shared._waiting = 0, []
        shared.observe = lambda size: None
        return shared

    def __call__(self, *args: Any, **kwargs: Any) -> ShoeModelResult:
        """As in `ShoeModelPipeline`."""
        with self.turn():
            return super().__call__(*args, **kwargs)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A call, and what this thread computes before and after it: nobody else computes but while it samples."""
        if getattr(self._mine, "inside", False):
            yield
            return
        with self._count:
            self._calls += 1  # before it is this thread's turn, so that calls under way wait for it
        self._mine.inside = True
        with self.alone():
            try:
                yield
            finally:
                self._mine.inside = False
                with self._count:
                    self._calls -= 1
                self._lock.notify_all()

    @contextmanager
    def alone(self, timeout_s: float = -1.0) -> Iterator[None]:
        """Nobody else computes within the block: for single stages. TimeoutError after `timeout_s`, if 0 or more."""
        if not self._lock.acquire(timeout=timeout_s):
            raise TimeoutError
        try:
            yield
        finally:
            self._lock.release()

    @property
    def sampler(self) -> Sampler:
        """Samples in one batch with the other calls."""
        own = super().sampler
        return _SharedSampler(own.unet, own.controlnet, own.vae, own.scheduler, self)

    def sample(self, waiting: _Waiting) -> Images:
        """Images of one call, once every other call waits here too."""
        with self._lock:
            self._waiting.append(waiting)
            while waiting.waits:
                if len(self._waiting) >= self._calls:
                    self._sample_waiting()
                else:
                    self._lock.wait()
        if waiting.error is not None:
            raise waiting.error
        assert waiting.images is not None
        return waiting.images

    def _sample_waiting(self) -> None:
        """Sample what waits, a batch for each kind."""
        waiting, self._waiting = self._waiting, []
        for _, group in groupby(sorted(waiting, key=lambda each: each.kind), key=lambda each: each.kind):
            self._sample_batch(list(group))
        self._lock.notify_all()

    def _sample_batch(self, group: list[_Waiting]) -> None:
        """Sample one batch; an error belongs to every call in it."""

        def report(done: int) -> None:
            for each in group:
                each.report(done)
            if all(each.error for each in group):
                raise _Unwanted

        drafts = [draft for each in group for draft in each.drafts]
        hooks = group[0].hooks
        self.observe(len(drafts))
        try:
            watched = Hooks(report=report, on_step_end=hooks.on_step_end, watch=hooks.watch)
            images = super().sampler(drafts, group[0].sampling, watched)
        except Exception as error:
            for each in group:
                each.error = each.error or error
        else:
            for each in group:
                each.images, images = images[: len(each.drafts)], images[len(each.drafts) :]


@dataclass(frozen=True, eq=False)
class _SharedSampler(Sampler):
    """A sampler whose images are sampled with those of other calls."""

    shared: SharedPipeline

    def __call__(self, drafts: Sequence[Draft], sampling: Sampling | None = None, hooks: Hooks | None = None) -> Images:
        return self.shared.sample(_Waiting(drafts, sampling or Sampling(), hooks or Hooks()))
