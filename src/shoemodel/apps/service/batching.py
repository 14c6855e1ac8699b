"""One pipeline for several threads: their pictures are drawn in one batch.

Each thread calls the pipeline as it would call one of its own. One thread computes at a time. A call that has come to
`wear` steps aside until every other call has come there too; then one of them draws the pictures of all. A call that
is alone waits for nobody.

Batch sizes change rounding: a picture drawn in a batch may differ from the same picture drawn alone by a grey level
or two outside the visible area, which is the photo's own either way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from shoemodel.pipeline import ShoeModelPipeline
from shoemodel.result import ShoeModelResult
from shoemodel.sw import sample
from shoemodel.sw.known import Known


@dataclass(eq=False)
class _Picture:
    """A picture that one call waits for."""

    condition: Float[Tensor, "6 s s"]
    text: sample.Text
    seed: int
    options: dict[str, Any]
    callback: Callable[[int], None] | None
    start: UInt8[np.ndarray, "s s 3"] | None
    known: Known | None
    pixels: UInt8[np.ndarray, "s s 3"] | None = None
    error: Exception | None = None

    @property
    def waits(self) -> bool:
        return self.pixels is None and self.error is None

    def report(self, done: int) -> None:
        """Pass progress on; what the callback raises stops this call alone."""
        if self.callback is not None and self.error is None:
            try:
                self.callback(done)
            except Exception as error:
                self.error = error


def _alike(picture: _Picture) -> tuple[bool, bool, str]:
    """Equal for pictures that one batch can hold: of one pass, with the same options."""
    return picture.start is None, picture.known is None, repr(picture.options)


class _Unwanted(Exception):
    """Every call that waits for this batch has been stopped."""


class SharedPipeline(ShoeModelPipeline):
    """A `ShoeModelPipeline` that many threads may call; `observe` is told the size of each batch."""

    _turn: threading.Condition
    _count: threading.Lock
    _calls: int
    _waiting: list[_Picture]
    observe: Callable[[int], None]

    @classmethod
    def of(cls, pipeline: ShoeModelPipeline) -> SharedPipeline:
        """Share a loaded pipeline's components."""
        shared = cls(**pipeline.components, backend=pipeline.backend)
        shared._turn, shared._count = threading.Condition(), threading.Lock()
        shared._calls, shared._waiting = 0, []
        shared.observe = lambda size: None
        return shared

    def __call__(self, *args: Any, **kwargs: Any) -> ShoeModelResult:
        """As in `ShoeModelPipeline`."""
        with self._count:
            self._calls += 1  # before it is this thread's turn, so that calls under way wait for it
        with self.alone():
            try:
                return super().__call__(*args, **kwargs)
            finally:
                with self._count:
                    self._calls -= 1
                self._turn.notify_all()

    @contextmanager
    def alone(self, timeout_s: float = -1.0) -> Iterator[None]:
        """Nobody else computes within the block: for single stages. TimeoutError after `timeout_s`, if 0 or more."""
        if not self._turn.acquire(timeout=timeout_s):
            raise TimeoutError
        try:
            yield
        finally:
            self._turn.release()

    def _sample(
        self,
        condition: Tensor,
        text: sample.Text,
        seed: int = 0,
        callback: Callable[[int], None] | None = None,
        start: UInt8[np.ndarray, "s s 3"] | None = None,
        known: Known | None = None,
        **options: Any,
    ) -> UInt8[np.ndarray, "s s 3"]:
        """As in `ShoeModelPipeline`, in one batch with the pictures of the other calls."""
        picture = _Picture(condition, text, seed, options, callback, start, known)
        with self._turn:
            self._waiting.append(picture)
            while picture.waits:
                if len(self._waiting) >= self._calls:
                    self._draw_waiting()
                else:
                    self._turn.wait()
        if picture.error is not None:
            raise picture.error
        assert picture.pixels is not None
        return picture.pixels

    def _draw_waiting(self) -> None:
        """Draw what waits, a batch for each choice of options."""
        waiting, self._waiting = self._waiting, []
        for _, group in groupby(sorted(waiting, key=_alike), key=_alike):
            self._draw(list(group))
        self._turn.notify_all()

    def _draw(self, pictures: list[_Picture]) -> None:
        """Draw one batch; an error belongs to every call in it."""

        def report(done: int) -> None:
            for picture in pictures:
                picture.report(done)
            if all(picture.error for picture in pictures):
                raise _Unwanted

        self.observe(len(pictures))
        starts = [picture.start for picture in pictures if picture.start is not None]
        known = [picture.known for picture in pictures if picture.known is not None]
        try:
            drawn = sample.sample_batch(
                self.unet,
                self.controlnet,
                self.vae,
                self.scheduler,
                torch.stack([picture.condition for picture in pictures]),
                [picture.text for picture in pictures],
                [picture.seed for picture in pictures],
                callback=report,
                start=np.stack(starts) if starts else None,
                known=known or None,
                **pictures[0].options,
            )
        except Exception as error:
            for picture in pictures:
                picture.error = picture.error or error
        else:
            for picture, pixels in zip(pictures, drawn, strict=True):
                picture.pixels = pixels
