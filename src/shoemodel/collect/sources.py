"""Where photos come from and what may be done with them: the table behind `--source`.

| column    | needed | holds                                                                          |
|-----------|--------|--------------------------------------------------------------------------------|
| `photo`   | yes    | a path relative to FOLDER, or a pattern with * or ?                            |
| `licence` | yes    | under which the photo may be used for training, in any words                   |
| `consent` | yes    | of the people in it: how it is on record; "no" keeps the photo out             |
| `source`  | no     | where the photo was taken from, an address or a name                           |
| `group`   | no     | photos of one shooting or one shoe: they are never split into training and test|
| `caption` | no     | what the photo shows, instead of a caption that is made                        |

A photo takes the row that names it, else that of the first pattern that fits. An empty cell counts as none.
"""

from __future__ import annotations

import csv
import fnmatch
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from shoemodel.errors import InputError

NEEDED = ("photo", "licence", "consent")
REFUSED = ("no", "none", "refused", "withdrawn", "false", "0")
"""Words in the column consent that keep a photo out, whatever else is allowed."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".jp2", ".heic", ".heif")


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What is known of a photo beside its pixels; "" where nothing is."""

    licence: str = ""
    consent: str = ""
    source: str = ""
    group: str = ""
    caption: str = ""

    def refusal(self, unlicensed_ok: bool) -> str:
        """Why the photo may not be used, or no word."""
        if self.consent.lower() in REFUSED:
            return "consent refused"
        if unlicensed_ok or (self.licence and self.consent):
            return ""
        return "no consent on record" if self.licence else "no licence"

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Manifest:
    """The rows of the table."""

    named: dict[str, Rights]
    patterns: tuple[tuple[str, Rights], ...]

    def of(self, photo: str) -> Rights:
        """What the table says of a photo, by its path relative to FOLDER with forward slashes."""
        if photo in self.named:
            return self.named[photo]
        return next((rights for pattern, rights in self.patterns if fnmatch.fnmatchcase(photo, pattern)), Rights())


def read(file: Path) -> Manifest:
    """Read a CSV table in UTF-8.

    Raises:
        InputError: it cannot be read, lacks a column, or a row lacks a photo or has too many cells.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--source {file}: cannot be read ({error}); a CSV table in UTF-8 is accepted") from error
    reader = csv.DictReader(text.splitlines())
    columns = [name.strip() for name in reader.fieldnames or []]
    if missing := [name for name in NEEDED if name not in columns]:
        raise InputError(
            f"--source {file} lacks the columns {', '.join(missing)}; it has {', '.join(columns) or 'none'}"
        )
    reader.fieldnames = columns
    named: dict[str, Rights] = {}
    patterns: list[tuple[str, Rights]] = []
    for row in reader:
        if None in row:
            raise InputError(f"--source {file}, line {reader.line_num}: more cells than the {len(columns)} columns")
        photo = (row["photo"] or "").strip()
        if not photo:
            raise InputError(f"--source {file}, line {reader.line_num}: no photo; a path or a pattern is accepted")
        rights = Rights(**{field.name: (row.get(field.name) or "").strip() for field in fields(Rights)})
        if any(sign in photo for sign in "*?"):
            patterns.append((photo, rights))
        elif photo in named:
            raise InputError(f"--source {file}, line {reader.line_num}: {photo} has a row already")
        else:
            named[photo] = rights
    return Manifest(named, tuple(patterns))


def photos(folder: Path) -> list[str]:
    """The picture files in a folder and those in it, by their paths relative to it, in the order of these.

    Raises:
        InputError: there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: found no such folder; a folder of photos is accepted")
    files = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    found = sorted(path.relative_to(folder).as_posix() for path in files if not path.name.startswith("."))
    if not found:
        raise InputError(f"{folder}: found no picture; files ending in {', '.join(SUFFIXES)} are accepted")
    return found
