"""Areas as Label Studio's tasks: brush masks in the run lengths of rle-pack, and the labelling configuration.

Format: labelstud.io/tags/brushlabels, and the JavaScript library rle-pack, from which Label Studio has its run lengths:
32 bits with the number of values, 5 with their width less one, four times 4 with the widths of lengths less one; then
blocks, each a bit (1: one value repeated, 0: values one by one), 2 bits that name a width, the length less one, and the
value or the values. The values are RGBA pixels, row by row; the mask is where alpha is not 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.annotation.shapes import LABELS, Drawn, areas_of, checked_size, masks_of, polygon
from shoemodel.errors import InputError
from shoemodel.image.masks import COLOURS, VISIBLE

FILE, CONFIGURATION = "label_studio.json", "label_studio.xml"
FROM, TO = "areas", "image"
"""Names of the two tags of the configuration."""
WORD = 8
WIDTHS = (3, 4, 8, 16)
"""Bits of the lengths that are written; read is what the file says."""


def write(drawn: Iterable[Drawn], folder: str) -> dict[str, str]:
    """Files' names and texts: a task a photo with one annotation, and the configuration of the project to import into.

    `folder` is the photos', as seen from the document root of Label Studio's local files.
    """
    tasks = []
    for one in drawn:
        results = [
            _result(f"{number}-{label}", label, mask) for number, (label, mask) in enumerate(masks_of(one.areas))
        ]
        image = f"/data/local-files/?d={quote(f'{folder}/{one.name}')}"
        tasks.append({"data": {TO: image}, "annotations": [{"result": results}]})
    colours = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in COLOURS[VISIBLE:]]
    labels = [
        f'    <Label value="{label}" background="{colour}"/>' for label, colour in zip(LABELS, colours, strict=True)
    ]
    head = [f'  <Image name="{TO}" value="${TO}" zoom="true"/>', f'  <BrushLabels name="{FROM}" toName="{TO}">']
    configuration = "\n".join(["<View>", *head, *labels, "  </BrushLabels>", "</View>", ""])
    return {FILE: json.dumps(tasks) + "\n", CONFIGURATION: configuration}


def _result(number: str, label: str, mask: Bool[np.ndarray, "h w"]) -> dict[str, Any]:
    rgba = np.repeat(mask.ravel(), 4).astype(np.uint8) * 255
    return {
        "id": number,
        "type": "brushlabels",
        "from_name": FROM,
        "to_name": TO,
        "original_width": mask.shape[1],
        "original_height": mask.shape[0],
        "image_rotation": 0,
        "value": {"format": "rle", "rle": encode(rgba), "brushlabels": [label]},
    }


def read(content: Any, where: str) -> Iterator[Drawn]:
    """The photos of an export as JSON that somebody drew on: of several annotations the last one that was not
    cancelled. InputError for what is no such file."""
    try:
        for number, task in enumerate(content):
            annotations = [one for one in task["annotations"] if not one.get("was_cancelled") and one["result"]]
            if annotations:
                name = _image(task["data"], f"{where}, task {number},")
                yield Drawn(name, _areas(annotations[-1]["result"], f"{where}, {name},"))
    except InputError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise InputError(
            f"{where} is not Label Studio's JSON ({found}); an export of the kind “JSON” is accepted"
        ) from error


def _image(data: dict[str, Any], where: str) -> str:
    """The task's picture: what is called image, else the only text."""
    texts = [value for value in data.values() if isinstance(value, str)]
    if TO not in data and len(texts) != 1:
        raise InputError(f"{where} does not say which of {sorted(data)} is the picture; call it {TO}")
    return str(data.get(TO, texts[0] if texts else ""))


def _areas(results: list[dict[str, Any]], where: str) -> Any:
    shapes: list[tuple[str, np.ndarray]] = []
    size: tuple[int, int] | None = None
    for result in results:
        kind, value = str(result.get("type", "")).lower(), result.get("value", {})
        if kind not in ("brushlabels", "polygonlabels"):
            continue
        size = checked_size(result["original_height"], result["original_width"], where)
        if result.get("image_rotation"):
            raise InputError(
                f"{where} was turned by {result['image_rotation']} degrees; pictures as they are are accepted"
            )
        if kind == "brushlabels":
            mask = decode(value["rle"]).reshape(*size, 4)[..., 3] > 0
        else:
            mask = polygon(np.array(value["points"], float) / 100 * size[::-1], size)
        shapes.append((value[kind][0], mask))
    if size is None or len({mask.shape for _, mask in shapes}) > 1:
        raise InputError(f"{where} has no brush or polygon labels, or labels of several sizes")
    return areas_of(size, shapes, where)


def encode(values: UInt8[np.ndarray, "n"]) -> list[int]:
    """Bytes as rle-pack writes them, every block a value that is repeated."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(values.astype(np.int16))) + 1, [values.size]])
    bits = [f"{values.size:032b}{WORD - 1:05b}", *(f"{width - 1:04b}" for width in WIDTHS)]
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        bits.extend(_blocks(end - start, int(values[start])))
    text = "".join(bits)
    padded = text + "0" * (-len(text) % 8)
    return list(int(padded, 2).to_bytes(len(padded) // 8, "big"))


def _blocks(length: int, value: int) -> Iterator[str]:
    while length:
        taken = min(length, 1 << WIDTHS[-1])
        index = next(index for index, width in enumerate(WIDTHS) if taken <= 1 << width)
        yield f"1{index:02b}{taken - 1:0{WIDTHS[index]}b}{value:0{WORD}b}"
        length -= taken


def decode(packed: list[int]) -> UInt8[np.ndarray, "n"]:
    """The inverse of `encode`, for whatever blocks a file holds. ValueError where it ends early or is no such list."""
    data = np.array(packed, np.uint8)
    flags = np.unpackbits(data)
    text = flags.tobytes().translate(bytes.maketrans(b"\0\1", b"01")).decode()
    if len(text) < 53:
        raise ValueError(f"{len(packed)} bytes of run lengths")
    count, word = int(text[:32], 2), int(text[32:37], 2) + 1
    widths = [int(text[at : at + 4], 2) + 1 for at in range(37, 53, 4)]
    if word != WORD:
        raise ValueError(f"run lengths of {word} bits a value, {WORD} are accepted")
    out = np.zeros(count, np.uint8)
    at, done = 53, 0
    while done < count:
        width = widths[int(text[at + 1 : at + 3], 2)]
        length, start = int(text[at + 3 : at + 3 + width], 2) + 1, at + 3 + width
        repeated = text[at] == "1"
        at = start + WORD * (1 if repeated else length)
        if at > len(text) or done + length > count:
            raise ValueError("run lengths that end early")
        values = np.packbits(flags[start:at])
        out[done : done + length] = values[0] if repeated else values
        done += length
    return out
