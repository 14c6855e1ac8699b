"""A folder of photos becomes shards of tuples: look through it, leave out what may not be used, annotate the rest."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from shoemodel.collect import duplicates, engines, ledger, sources
from shoemodel.collect.engines import Message, Wire, Workers
from shoemodel.collect.ledger import PER_PART, Line
from shoemodel.collect.sources import Manifest, Rights
from shoemodel.collect.tuples import Options, Outcome, TupleMaker
from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.errors import InputError
from shoemodel.image import io as images

Engine = Literal["local", "ray"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is collected, from where, by whom."""

    folder: Path
    out: Path
    manifest: Manifest
    unlicensed_ok: bool
    options: Options
    load: Callable[[], TupleMaker]
    """Called once in every worker; can be pickled."""
    models: dict[str, str]
    """What `load` loads, by name and version."""
    engine: Engine = "local"
    workers: Workers = field(default_factory=Workers)

    def answers(self, load: Callable[[], Any], items: Sequence[engines.Item], wire: Wire[Any]) -> Iterator[Any]:
        """What each item gives, in order."""
        if self.engine == "ray":
            return engines.ray(load, items, self.workers, wire)
        return engines.local(load, items, self.workers)


def collect(job: Job) -> list[Line]:
    """Write the tuples of every photo and what became of it -> the outcomes of all photos, in order.

    What is finished is kept; photos that were added, or whose row in the manifest changed, are annotated again.
    Raises `InputError` for a folder that holds nothing or an `out` that holds something else.
    """
    console = Console(stderr=True)
    found = sources.photos(job.folder)
    ledger.claim(job.out, asdict(job.options) | {"models": job.models})
    photos = _look_through(job, found, console)
    wanted = _wanted(job, photos)
    parts = [wanted[start : start + PER_PART] for start in range(0, len(wanted), PER_PART)]
    open_parts = [number for number, part in enumerate(parts) if not _finished(job.out, number, part)]
    todo = [line for number in open_parts for line in parts[number] if not line["reason"]]
    items = [(job.folder / line["photo"], line) for line in todo]
    console.print(f"{len(found)} photos in {job.folder}: {len(items)} to annotate into {job.out}")
    answers = _watched(job.answers(job.load, items, OUTCOMES), len(items), "annotating", console) if items else iter(())
    for number in open_parts:
        _finish(job.out, number, parts[number], answers)
    return [line for number in range(len(parts)) for line in ledger.outcomes_of(job.out, number)]


def _look_through(job: Job, found: Sequence[str], console: Console) -> list[Line]:
    """Hashes of every photo, those known and those that are new, in the order that is kept."""
    parts = ledger.read(job.out, "photos")
    known = [line for part in parts for line in part]
    _check_unchanged(job.folder, known)
    names = {line["photo"] for line in known}
    new = [name for name in found if name not in names]
    items = [(job.folder / name, name) for name in new]
    answers = _watched(job.answers(_look, items, LINES), len(items), "looking through", console) if items else iter(())
    photos = known
    for line in answers:
        photos.append(line)
        if len(photos) % PER_PART == 0:
            ledger.write(job.out, "photos", len(photos) // PER_PART - 1, photos[-PER_PART:])
    if new and (rest := len(photos) % PER_PART):
        ledger.write(job.out, "photos", len(photos) // PER_PART, photos[-rest:])
    return photos


def _check_unchanged(folder: Path, known: Sequence[Line]) -> None:
    for line in known:
        file = folder / line["photo"]
        if file.exists() and file.stat().st_size != line["bytes"]:
            raise InputError(f"{file} has changed since it was collected; another --out is accepted")


def _line_sent(line: Line) -> Message:
    return line, {}


def _line_received(message: Message) -> Line:
    return message[0]


LINES = Wire(_line_sent, _line_received)
OUTCOMES = Wire(Outcome.to_message, Outcome.from_message)


def _look() -> engines.Work[Line]:
    """What a worker does to look a photo through."""
    return _hashed


def _hashed(data: bytes, name: str) -> Line:
    line: Line = {"photo": name, "bytes": len(data), "error": ""}
    try:
        photo = images.from_bytes(data, name)
    except InputError as error:
        return line | {"error": str(error), "sha256": "", "hash": None}
    return line | {"sha256": photo.sha256, "hash": f"{duplicates.perceptual_hash(photo.rgb):016x}"}


def _wanted(job: Job, photos: Sequence[Line]) -> list[Line]:
    """For each photo its rights, why it is not annotated if so, and the fingerprint of its outcome."""
    rights = [job.manifest.of(line["photo"]) for line in photos]
    reasons = [_reason(line, right, job.unlicensed_ok) for line, right in zip(photos, rights, strict=True)]
    hashes = [None if reason else int(line["hash"], 16) for line, (reason, _) in zip(photos, reasons, strict=True)]
    wanted = []
    for number, first in enumerate(duplicates.first_of_each(hashes)):
        reason, detail = reasons[number]
        if first != number:
            reason, detail = "duplicate", f"of {photos[first]['photo']}"
        about = {"photo": photos[number]["photo"], "rights": rights[number].to_dict()}
        seal = ledger.fingerprint(photos[number]["sha256"], about, reason)
        wanted.append({**about, "reason": reason, "detail": detail, "fingerprint": seal})
    return wanted


def _reason(photo: Line, rights: Rights, unlicensed_ok: bool) -> tuple[str, str]:
    if photo["error"]:
        return "unreadable", photo["error"]
    return rights.refusal(unlicensed_ok), ""


def _finished(out: Path, number: int, part: Sequence[Line]) -> bool:
    """Whether a part was annotated with the photos and rights that it has, and without a failure."""
    lines = ledger.outcomes_of(out, number)
    if any(each["reason"] == "failed" for line in lines for each in line["refused"]):
        return False
    kept = {key for line in lines for key in line["kept"]}
    same = [line["fingerprint"] for line in lines] == [line["fingerprint"] for line in part]
    return same and kept <= shards.keys_in(shards.shard_path(out, number))


def _finish(out: Path, number: int, part: Sequence[Line], answers: Iterator[Outcome]) -> None:
    """Take the part's answers and write its shard, then its outcomes."""
    samples: list[Sample] = []
    lines: list[Line] = []
    for line in part:
        outcome = Outcome(refused=((line["reason"], line["detail"]),)) if line["reason"] else next(answers)
        samples += outcome.samples
        refused = [{"reason": reason, "detail": detail} for reason, detail in outcome.refused]
        about = {name: line[name] for name in ("photo", "rights", "fingerprint")}
        lines.append({**about, "kept": [sample.key for sample in outcome.samples], "refused": refused})
    path = shards.shard_path(out, number)
    if samples:
        shards.write_shard(out, number, samples.__getitem__, range(len(samples)))
    else:
        path.unlink(missing_ok=True)
    ledger.write(out, "outcomes", number, lines)


def _watched(answers: Iterator[Any], total: int, doing: str, console: Console) -> Iterator[Any]:
    """The same, with a bar."""
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(doing, total=total)
        for answer in answers:
            bar.advance(task)
            yield answer


def load_maker(make: Callable[[], tuple[Any, Any]], models: dict[str, str], options: Options) -> TupleMaker:
    """A maker of tuples with the annotator and the captioner that `make` gives."""
    annotator, captioner = make()
    return TupleMaker(annotator, captioner, models, options)


def loader(make: Callable[[], tuple[Any, Any]], models: dict[str, str], options: Options) -> Callable[[], TupleMaker]:
    """`load_maker`, to be called in a worker."""
    return functools.partial(load_maker, make, models, options)
