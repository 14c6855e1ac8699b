"""Areas as CVAT's XML, “CVAT for images 1.1” (docs.cvat.ai, XML annotation format): masks as run lengths in their box.

The numbers of `rle` are lengths of runs, row by row within the box at (left, top), the first one of pixels that are not
in the mask. Written are masks, one for each area of each photo; read are masks and polygons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from jaxtyping import Bool

from shoemodel.annotation.shapes import LABELS, Drawn, areas_of, checked_size, from_runs, masks_of, polygon, runs
from shoemodel.errors import InputError
from shoemodel.image.geometry import Box
from shoemodel.image.masks import COLOURS, VISIBLE

FILE = "cvat.xml"


def write(drawn: Iterable[Drawn], task: str) -> dict[str, str]:
    """The file's name and text; `task` is what the task is called."""
    root = Element("annotations")
    _text(root, "version", "1.1")
    about = SubElement(SubElement(root, "meta"), "task")
    photos = list(drawn)
    for name, value in (("name", task), ("size", len(photos)), ("mode", "annotation")):
        _text(about, name, str(value))
    labels = SubElement(about, "labels")
    for label, colour in zip(LABELS, COLOURS[VISIBLE:], strict=True):
        entry = SubElement(labels, "label")
        for name, value in (("name", label), ("color", "#{:02x}{:02x}{:02x}".format(*colour)), ("type", "mask")):
            _text(entry, name, value)
        SubElement(entry, "attributes")
    for number, one in enumerate(photos):
        height, width = one.areas.size
        image = SubElement(root, "image", id=str(number), name=one.name, width=str(width), height=str(height))
        for label, mask in masks_of(one.areas):
            SubElement(
                image, "mask", {"label": label, "source": "manual", "occluded": "0", "z_order": "0"} | _packed(mask)
            )
    ElementTree.indent(root)
    return {FILE: ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"}


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _packed(mask: Bool[np.ndarray, "h w"]) -> dict[str, str]:
    """Run lengths in the mask's box, and the box."""
    box = Box.of_mask(mask)
    lengths = runs(mask[box.slices].ravel())
    place = {"left": box.x0, "top": box.y0, "width": box.width, "height": box.height}
    return {"rle": ", ".join(map(str, lengths.tolist()))} | {name: str(int(value)) for name, value in place.items()}


def read(text: bytes, where: str) -> Iterator[Drawn]:
    """The photos that have a mask or a polygon. InputError for what is no such file."""
    try:
        root = ElementTree.fromstring(text)
        if root.tag != "annotations" or root.find("track") is not None:
            raise InputError(f"{where} holds {root.tag} of a video; “CVAT for images 1.1” is accepted")
        for image in root.iter("image"):
            name = image.attrib["name"]
            place = f"{where}, {name},"
            size = checked_size(image.attrib["height"], image.attrib["width"], place)
            drawn = [shape for shape in image if shape.tag in ("mask", "polygon")]
            shapes = [(shape.attrib["label"], _mask(shape, size, place)) for shape in drawn]
            if shapes:
                yield Drawn(name, areas_of(size, shapes, place))
    except InputError:
        raise
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise InputError(f"{where} is not “CVAT for images 1.1” ({type(error).__name__}: {error})") from error


def _mask(shape: Element, size: tuple[int, int], where: str) -> Bool[np.ndarray, "h w"]:
    if shape.tag == "polygon":
        corners = [corner.split(",") for corner in shape.attrib["points"].split(";")]
        return polygon(np.array(corners, float), size)
    left, top, width, height = (round(float(shape.attrib[name])) for name in ("left", "top", "width", "height"))
    if left < 0 or top < 0 or left + width > size[1] or top + height > size[0]:
        raise InputError(f"{where} has a mask that does not lie in the picture")
    lengths = np.array([int(number) for number in shape.attrib["rle"].split(",")])
    mask = np.zeros(size, bool)
    mask[top : top + height, left : left + width] = _filled(lengths, width * height, where).reshape(height, width)
    return mask


def _filled(lengths: np.ndarray, count: int, where: str) -> Bool[np.ndarray, "n"]:
    """Some files leave out a last run of pixels that are not in the mask."""
    short = count - int(lengths.sum())
    if short > 0 and len(lengths) % 2 == 0:
        lengths = np.append(lengths, short)
    return from_runs(lengths, count, where)
