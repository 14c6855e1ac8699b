"""The folder of a catalogue: a folder a SKU, put there whole by one rename, so that a kill at any moment leaves each
row either finished or not begun.

    DIR/<sku>/row.json     status, error, what was asked, seconds, a fingerprint of all that the results follow from
    DIR/<sku>/...          what `generate` leaves for one photo, and thumbnail.jpg; nothing more where the row failed
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoemodel.apps.catalogue.manifest import RESERVED, Row
from shoemodel.apps.catalogue.work import Done
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.output import certificate, credentials, run_folder
from shoemodel.output.credentials import Signer
from shoemodel.runtime.files import lock, replacing, sha256

RECORD = "row.json"
LOCK = ".lock"
RESULTS = (run_folder.RUN, certificate.FILE_NAME)
"""What the tables read of a finished row, beside its record."""
DONE, FAILED = "done", "failed"
_LEFT_BEHIND = re.compile(r"\.(.+)\.\w{8}(\.tmp)?")
"""Names that `runtime.files.replacing` fills folders under, and `image.io.write_bytes` files."""


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """The folder for this process alone, made where it is not there; the system gives it free when the process ends.

    Raises:
        InputError: the folder cannot be written or locked, or another process works in it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = lock(out / LOCK)
    except BlockingIOError as error:
        raise InputError(f"another run works in {out}; wait for it, or give another --out") from error
    except OSError as error:
        raise InputError(f"the output folder {out} cannot be written ({error.strerror})") from error
    with held:
        yield


def clear_partial(out: Path, rows: Sequence[Row]) -> None:
    """Remove what killed runs left half-written of these rows and of the tables.

    Raises:
        InputError: a file stands where the folder of a row belongs.
    """
    names = {row.folder for row in rows}
    for path in out.iterdir():
        match = _LEFT_BEHIND.fullmatch(path.name)
        if match and match[1] in names and path.is_dir():
            shutil.rmtree(path)
        elif match and match[1] in RESERVED and path.is_file():
            path.unlink()
        elif path.name in names and not path.is_dir():
            raise InputError(f"{path} is a file, where the folder of a row is to be written; another --out is accepted")


@dataclass(frozen=True)
class Store:
    """The rows that are there, and how new ones are put there."""

    out: Path
    pack: Mapping[str, str]
    """As `packs.identity` gives it."""
    signer: Signer | None = None
    """Who signs the pictures; here, not where they are made, so that the key stays on this machine."""

    def finished(self, row: Row) -> bool:
        """Whether the row is done, with the photo and request it has; one that failed is to be tried again.

        A photo that cannot be read any more counts as unchanged: what it gave is not given up for that.
        """
        record = self.read(row)
        if record is None or record["status"] != DONE:
            return False
        try:
            photo = sha256(row.photo)
        except (OSError, ValueError):  # a name with a zero byte in it
            photo = record["photo_sha256"]
        return record["fingerprint"] == self._fingerprint(row, photo)

    def read(self, row: Row) -> dict[str, Any] | None:
        """The record of a row, None where it has none, or where one of a finished row's JSON files cannot be read."""
        folder = self.out / row.folder
        try:
            record = _json(folder / RECORD)
            if record["status"] == DONE:
                for name in RESULTS:
                    _json(folder / name)
        except (FileNotFoundError, ValueError):
            return None
        return record

    def put(self, row: Row, done: Done) -> dict[str, Any]:
        """Write the folder of a row, signed where there is a signer, in the place of an earlier one -> its record."""
        record: dict[str, Any] = {"sku": row.sku, "status": DONE, "error": "", "photo": row.named}
        record |= {"prompt": "; ".join(row.request.prompt), "layout": str(row.request.layout)}
        record |= {name: getattr(row.request, name) for name in ("num", "seed")}
        record["seconds"] = round(done.seconds, 3)
        if done.error:
            record |= {"status": FAILED, "error": done.error}
        else:
            record["photo_sha256"] = json.loads(done.files[run_folder.RUN])["photo"]["sha256"]
            record["fingerprint"] = self._fingerprint(row, record["photo_sha256"])
        with replacing(self.out / row.folder) as partial:
            for name, data in done.files.items():
                (partial / name).parent.mkdir(exist_ok=True)
                (partial / name).write_bytes(data)
            if self.signer is not None and not done.error:
                credentials.sign(partial, self.signer)
            text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
            images.write_bytes(partial / RECORD, text.encode())
        return record

    def _fingerprint(self, row: Row, photo_sha256: str) -> str:
        """Hash of everything that a row's files follow from."""
        signer = hashlib.sha256(self.signer.chain).hexdigest() if self.signer else None
        inputs = {"request": row.request.to_dict(), "pack": dict(self.pack), "photo": photo_sha256, "signer": signer}
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _json(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))
