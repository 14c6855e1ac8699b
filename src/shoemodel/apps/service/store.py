"""Jobs in an SQLite file and their results in folders: what was accepted is here, whatever happens to the process.

    DIR/jobs.sqlite3     one row a job; the photo's bytes are in it until the job is finished
    DIR/results/ID/      what `run_folder.write` leaves: pictures, masks, run.json, certificate.json
    DIR/lock             held while a server runs on this store

A job is queued -> running -> done, failed or cancelled. Each step is one SQL statement that names the status it comes
from, so that two threads cannot both take it.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from shoemodel.errors import InputError
from shoemodel.runtime import files

FORMAT = 1
MAX_ATTEMPTS = 3
"""Times a job may be running when the process dies before it counts as the cause."""
Status = Literal["queued", "running", "done", "failed", "cancelled"]
FINAL = ("done", "failed", "cancelled")
_TABLE = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL DEFAULT 'queued',
    request TEXT NOT NULL,
    name TEXT NOT NULL,
    photo BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    started REAL,
    finished REAL,
    results TEXT NOT NULL DEFAULT '[]',
    notices TEXT NOT NULL DEFAULT '[]',
    error TEXT
)
"""

_OF_A_JOB = re.compile(r"[0-9a-f]{32}|\.[0-9a-f]{32}\..*")
"""Names of result folders, and of those that `runtime.files.replacing` fills."""


class QueueFull(Exception):
    """As many jobs wait as may wait."""


@dataclass(frozen=True)
class Job:
    """A row without its photo; times are seconds since 1970."""

    id: str
    status: Status
    request: dict[str, Any]
    name: str
    attempts: int
    created: float
    started: float | None
    finished: float | None
    results: list[str]
    warnings: list[str]
    error: str | None


_COLUMNS = "id, status, request, name, attempts, created, started, finished, results, notices, error"


class Store:
    """The jobs of one server; every method may be called from any thread."""

    def __init__(self, folder: Path):
        """Open or make the store.

        Raises:
            InputError: the folder cannot be written, is in use, or holds a store of another version.
        """
        self._folder = folder
        try:
            (folder / "results").mkdir(parents=True, exist_ok=True)
            self._lock_file = files.lock(folder / "lock")
        except BlockingIOError as error:
            raise InputError(f"the store {folder} is in use by another server; give each its own --store") from error
        except OSError as error:
            raise InputError(f"the store {folder} cannot be written ({error.strerror})") from error
        self._mutex = threading.Lock()
        self._database = self._open(folder / "jobs.sqlite3")

    def _open(self, file: Path) -> sqlite3.Connection:
        try:
            database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                database.executescript(
                    f"BEGIN; {_TABLE}; CREATE INDEX by_status ON jobs (status, number); PRAGMA user_version = {FORMAT};"
                    "COMMIT;"
                )
        except sqlite3.Error as error:
            raise InputError(f"{file} cannot be used ({error}); a store of `shoemodel serve` is accepted") from error
        if version not in (0, FORMAT):
            raise InputError(f"{file} has format {version}, but {FORMAT} is accepted")
        return database

    def close(self) -> None:
        """Give the store back to the next server."""
        self._database.close()
        self._lock_file.close()

    def folder(self, job_id: str) -> Path:
        """Where the results of a job are."""
        return self._folder / "results" / job_id

    def add(self, request: dict[str, Any], name: str, photo: bytes, limit: int) -> str:
        """Accept a job -> its id, once it is on the disk.

        Raises:
            QueueFull: `limit` jobs wait already.
        """
        job_id = secrets.token_hex(16)
        row = (job_id, json.dumps(request), name, photo, time.time(), limit)
        rows = self._run(
            "INSERT INTO jobs (id, request, name, photo, created) SELECT ?, ?, ?, ?, ? "
            "WHERE (SELECT count(*) FROM jobs WHERE status = 'queued') < ? RETURNING id",
            row,
        )
        if not rows:
            raise QueueFull
        return job_id

    def get(self, job_id: str) -> Job | None:
        """A job, or None where there is none."""
        rows = self._run(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (job_id,))
        return _job(rows[0]) if rows else None

    def claim(self) -> tuple[Job, bytes] | None:
        """Take the job that has waited longest, and its photo; None where none waits."""
        rows = self._run(
            "UPDATE jobs SET status = 'running', started = ?, attempts = attempts + 1 WHERE number = "
            f"(SELECT number FROM jobs WHERE status = 'queued' ORDER BY number LIMIT 1) RETURNING {_COLUMNS}, photo",
            (time.time(),),
        )
        return (_job(rows[0][:-1]), rows[0][-1]) if rows else None

    def finish(self, job_id: str, results: Sequence[str], warnings: Sequence[str]) -> bool:
        """running -> done; False where it no longer runs."""
        columns = "status = 'done', results = ?, notices = ?, photo = NULL, finished = ?"
        return self._move(job_id, "running", columns, json.dumps(results), json.dumps(warnings), time.time())

    def fail(self, job_id: str, error: str) -> bool:
        """running -> failed; False where it no longer runs."""
        columns = "status = 'failed', error = ?, photo = NULL, finished = ?"
        return self._move(job_id, "running", columns, error, time.time())

    def cancel(self, job_id: str) -> bool:
        """queued or running -> cancelled; False where it is finished."""
        columns = "status = 'cancelled', photo = NULL, finished = ?"
        return any(self._move(job_id, status, columns, time.time()) for status in ("queued", "running"))

    def requeue(self, job_id: str) -> bool:
        """running -> queued, at its old place and as if it had not been tried."""
        return self._move(job_id, "running", "status = 'queued', started = NULL, attempts = attempts - 1")

    def recover(self) -> int:
        """Queue again what ran when the process died -> how many; those that were there each time fail.

        Folders of results that no finished job owns, half-written ones among them, are removed.
        """
        error = f"the server stopped {MAX_ATTEMPTS} times while this job ran"
        self._run(
            "UPDATE jobs SET status = 'failed', error = ?, photo = NULL, finished = ? "
            "WHERE status = 'running' AND attempts >= ?",
            (error, time.time(), MAX_ATTEMPTS),
        )
        done = {job_id for (job_id,) in self._run("SELECT id FROM jobs WHERE status = 'done'")}
        for folder in (self._folder / "results").iterdir():
            if _OF_A_JOB.fullmatch(folder.name) and folder.name not in done:
                shutil.rmtree(folder)
        return len(self._run("UPDATE jobs SET status = 'queued' WHERE status = 'running' RETURNING id"))

    def counts(self) -> dict[str, int]:
        """Jobs by status."""
        return dict(self._run("SELECT status, count(*) FROM jobs GROUP BY status"))

    def remove(self, job_id: str) -> None:
        """Forget a job and its results."""
        self._run("DELETE FROM jobs WHERE id = ?", (job_id,))
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def purge(self, before: float) -> None:
        """Forget what was finished before a time."""
        for (job_id,) in self._run("SELECT id FROM jobs WHERE finished < ?", (before,)):
            self.remove(job_id)

    def _move(self, job_id: str, status: str, columns: str, *values: object) -> bool:
        sql = f"UPDATE jobs SET {columns} WHERE id = ? AND status = ? RETURNING id"
        return bool(self._run(sql, (*values, job_id, status)))

    def _run(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._mutex:
            return self._database.execute(sql, values).fetchall()


def _job(row: tuple[Any, ...]) -> Job:
    job_id, status, request, name, attempts, created, started, finished, results, warnings, error = row
    request, results, warnings = (json.loads(text) for text in (request, results, warnings))
    return Job(job_id, status, request, name, attempts, created, started, finished, results, warnings, error)
