"""Folders that are whole or not there: filled under a temporary name beside the target, then renamed."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from shoemodel.errors import InputError


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A fresh folder to fill; it takes `target`'s place when the block ends, and is removed when the block fails.

    Raises:
        InputError: the folder cannot be made, or `target` exists and is no folder.
    """
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file, where a folder is to be written")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.parent / f".{target.name}.{secrets.token_hex(4)}"
        partial.mkdir()  # with the access that the user's umask gives, unlike those of tempfile
    except OSError as error:
        raise InputError(f"the folder {target} cannot be written ({error.strerror})") from error
    try:
        yield partial
        _swap(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def lock(file: Path) -> TextIO:
    """Lock a file for this process alone, made where it is not there; closing it or the process's end gives it free.

    Raises:
        BlockingIOError: another process holds it. OSError: it cannot be written.
        InputError: the system has no such locks.
    """
    try:
        import fcntl
    except ImportError as error:
        raise InputError("this needs the file locks of Linux or macOS; on Windows, run it in WSL") from error
    opened = file.open("w")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        opened.close()
        raise
    return opened


def sync(folder: Path) -> None:
    """Wait until a folder, its name and the files in it are on the disk. OSError where that fails."""
    for path in (*folder.iterdir(), folder, folder.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sha256(file: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _swap(partial: Path, target: Path) -> None:
    """Put `partial` in the place of `target`; an earlier `target` comes back if that fails."""
    if not target.exists():
        os.replace(partial, target)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    os.replace(target, earlier)
    try:
        os.replace(partial, target)
    except OSError:
        os.replace(earlier, target)
        raise
    shutil.rmtree(earlier)
