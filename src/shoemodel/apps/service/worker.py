"""Threads that take jobs from the store and run the pipeline on them; the only place of the service that does.

`limits.batch` jobs run at once on one `SharedPipeline`, which computes one thing at a time and samples their images
in one batch. A job is stopped at its next step: when it was cancelled, when it takes too long, when the server stops.
"""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from shoemodel import packs
from shoemodel.apps.service.batching import SharedPipeline
from shoemodel.apps.service.limits import Limits
from shoemodel.apps.service.metrics import Metrics
from shoemodel.apps.service.store import Job, Store
from shoemodel.errors import InputError
from shoemodel.execute import execute
from shoemodel.image import io as images
from shoemodel.request import Request
from shoemodel.runtime import files
from shoemodel.runtime.progress import Progress

log = logging.getLogger(__name__)
HOUSEKEEPING_S = 600.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""Until a store that failed is asked again: doubled each time, from the first to the longest."""
INTERNAL_ERROR = "internal error; the server's log says more"

Answer = TypeVar("Answer")


class _Cancelled(Exception):
    """Nobody wants this job any more."""


class _Stopped(Exception):
    """The server stops before this job is finished."""


class Worker:
    """Runs jobs from `start` to `stop`."""

    def __init__(self, pipeline: SharedPipeline, pack: str | Path, store: Store, limits: Limits, metrics: Metrics):
        self.pipeline, self.store, self.limits, self.metrics = pipeline, store, limits, metrics
        self.progress: dict[str, tuple[str, int, int]] = {}
        """Stage, steps done and steps in all of each job that runs."""
        self.closing = threading.Event()
        """Set once no further job is to be taken."""
        self._pack = packs.identity(pack)
        self._closed_at = 0.0
        self._abandon = threading.Event()
        self._work = threading.Condition()
        self._cancelled: set[str] = set()
        self._job_seconds = 10.0  # a first guess, then a moving average
        self._at_work = [
            threading.Thread(target=self._run_jobs, name=f"job-{number}", daemon=True) for number in range(limits.batch)
        ]
        self._threads = [*self._at_work, threading.Thread(target=self._keep_house, name="housekeeping", daemon=True)]

    def start(self) -> None:
        """Queue again what ran at a crash, and begin."""
        if count := self.store.recover():
            log.warning("%d jobs ran when the server died; they are queued again", count)
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether every thread that takes jobs runs."""
        return all(thread.is_alive() for thread in self._at_work)

    def wake(self) -> None:
        """Say that there is a new job."""
        with self._work:
            self._work.notify()

    def cancel(self, job_id: str) -> bool:
        """Cancel a job, at once for its client, at the next step for the machine; False where it is finished."""
        cancelled = self.store.cancel(job_id)
        if cancelled and job_id in self.progress:
            self._cancelled.add(job_id)
        return cancelled

    def retry_after_s(self) -> int:
        """About how long it takes until a place in the queue is free."""
        return max(1, math.ceil(self._job_seconds / self.limits.batch))

    def close(self) -> None:
        """Take no further job; may be called by a signal's handler."""
        if not self.closing.is_set():
            self._closed_at = time.monotonic()
            self.closing.set()

    def stop(self, grace_s: float) -> None:
        """Let what runs finish within `grace_s` of `close`; what does not goes back to the queue."""
        self.close()
        with self._work:
            self._work.notify_all()
        deadline = self._closed_at + grace_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._abandon.set()
        for thread in self._threads:
            thread.join()

    def _run_jobs(self) -> None:
        while not self.closing.is_set():
            try:
                claimed = self._asked(self.store.claim)
            except _Stopped:
                return
            if claimed is None:
                with self._work:
                    self._work.wait(1.0)
            else:
                self._run(*claimed)

    def _asked(self, ask: Callable[..., Answer], *given: object) -> Answer:
        """The store's answer; while it fails, on a full disk say, it is asked again after longer and longer pauses.

        Raises:
            _Stopped: it failed and the server stops; a job that ran is queued again at the next start.
        """
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return ask(*given)
            except Exception:  # whatever it is, the thread must live to take the next job
                log.exception("the store failed; it is asked again in %g s", pause_s)
            if self.closing.wait(pause_s):
                raise _Stopped
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _run(self, job: Job, photo: bytes) -> None:
        """One job, whatever comes of it."""
        started = time.monotonic()
        self.progress[job.id] = ("queued", 0, 1)
        outcome = "requeued"
        try:
            outcome = self._outcome(job, photo)
        except _Stopped:
            log.warning("job %s is queued again at the next start", job.id)
        finally:
            del self.progress[job.id]
            self._cancelled.discard(job.id)
        seconds = time.monotonic() - started
        self._job_seconds += 0.2 * (seconds - self._job_seconds)
        self.metrics.job(outcome, seconds)

    def _outcome(self, job: Job, photo: bytes) -> str:
        """What came of a job, once the store knows it. Raises _Stopped where the store cannot be told."""
        try:
            return "done" if self._dress(job, photo) else "cancelled"
        except _Cancelled:
            return "cancelled"
        except _Stopped:
            self._asked(self.store.requeue, job.id)
            return "requeued"
        except InputError as error:
            self._asked(self.store.fail, job.id, str(error))
        except Exception:  # the thread's outermost frame: one job may fail, the next ones must still run
            log.exception("job %s failed", job.id)
            self._asked(self.store.fail, job.id, INTERNAL_ERROR)
        return "failed"

    def _dress(self, job: Job, data: bytes) -> bool:
        """Run the pipeline and write the results -> whether anybody still wanted them."""
        photo = images.from_bytes(data, job.name, self.limits.max_pixels)
        request = Request.of(job.request)
        with self.pipeline.turn():
            outcome = execute(self.pipeline, photo, request, self._pack, progress=self._watch(job.id))
        folder = self.store.folder(job.id)
        try:
            outcome.save(folder)
        except InputError as error:
            raise OSError(str(error)) from error  # a full disk is no fault of the client's
        files.sync(folder)  # the photo goes once the job counts as done
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        if not self._asked(self.store.finish, job.id, names, outcome.result.warnings):
            shutil.rmtree(folder)
            return False
        return True

    def _watch(self, job_id: str) -> Progress:
        """The pipeline's callback for a job: notes its progress, and stops it where it has to stop."""
        deadline = time.monotonic() + self.limits.max_seconds

        def report(stage: str, done: int, total: int) -> None:
            self.progress[job_id] = (stage, done, total)
            if job_id in self._cancelled:
                raise _Cancelled
            if self._abandon.is_set():
                raise _Stopped
            if time.monotonic() > deadline:
                raise InputError(f"the job ran longer than the {self.limits.max_seconds} s that are accepted")

        return report

    def _keep_house(self) -> None:
        """Remove what is old."""
        while not self.closing.is_set():
            try:
                self.store.purge(time.time() - 3600 * self.limits.keep_hours)
            except Exception:  # the thread's outermost frame: what is old goes the next time
                log.exception("finished jobs could not be removed; this is tried again in %g s", HOUSEKEEPING_S)
            self.closing.wait(HOUSEKEEPING_S)
