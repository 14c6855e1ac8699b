"""Drawn areas as tuples that `train wd` reads: the square around the shoe, its areas, and what the tuple has not.

A photo of an unworn shoe with its areas is all that wearable-area detection learns from (3.1). It shows no wearer, so
there is neither a worn picture nor a keypoint nor a caption; each record says so (`lacks`).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.data import shards
from shoemodel.data.sample import LACKING, Sample
from shoemodel.errors import InputError
from shoemodel.image.crop import square_around
from shoemodel.image.geometry import Similarity, warp
from shoemodel.image.io import Photo
from shoemodel.image.masks import NAMES, ShoeAreas
from shoemodel.image.pose import Pose

SIZE = 512
"""Side of a tuple's pictures, px."""
MIN_SIZE, MAX_SIZE = 64, 2048
MARGIN = 0.25
"""Of the shoe's longer side, on each side: what is about the shoe is seen as well (ours)."""
FAMILY = "photo"
"""Nobody said which family the shoe is of."""
SEED = 0
"""Nothing is drawn at random: keys need a seed, and photos are numbered in the order of the queue."""
VERSION = 1


def check_size(size: int) -> None:
    """Raise InputError for a --size outside MIN_SIZE..MAX_SIZE."""
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise InputError(f"--size is {size}, a number of pixels from {MIN_SIZE} to {MAX_SIZE} is accepted")


def write(folder: AnnotationFolder, size: int = SIZE) -> int:
    """Write the photos that are done as shards into DATA and return how many; earlier shards are replaced.

    Raises:
        InputError: no photo is done, or a size outside MIN_SIZE..MAX_SIZE.
    """
    check_size(size)
    names = [name for name in folder.names if folder.state(name) == "done"]
    if not names:
        raise InputError(f"{folder.out}: no photo is done yet, so there is nothing to write")

    def make(index: int) -> Sample:
        areas = folder.areas(names[index])
        assert areas is not None, "a photo that is done has areas"
        return tuple_of(folder.photo(names[index]), areas, index, size)

    shards.clear_partial(folder.out)
    count = -(-len(names) // shards.PER_SHARD)
    for number in range(count):
        shards.write_shard(folder.out, number, make, shards.shard_indices(number, len(names)))
    for path in folder.out.glob("shard-*.tar"):
        if int(path.stem.removeprefix("shard-")) >= count:
            path.unlink()
    return len(names)


def tuple_of(photo: Photo, areas: ShoeAreas, index: int, size: int = SIZE) -> Sample:
    """The square of `size` px around the shoe of one photo, with what is recorded of it.

    The photo's name is the shoe's: it alone decides on which side of training and test the shoe stands.
    """
    transform = _square(photo, areas, size)
    picture = _cut(photo.rgb, transform, size)
    labels = warped_labels(areas, transform, size)
    name = photo.path.stem
    meta = {
        "seed": SEED, "index": index, "size": size, "captions": [], "family": FAMILY, "shoe_id": f"photo/{name}",
        "feet": [], "camera": {}, "scene": {}, "version": VERSION, "worn": False, "lacks": list(LACKING),
        "photo": {"file": photo.path.name, "sha256": photo.sha256, "scale": transform.scale,
                  "shift_px": [transform.dx, transform.dy]},
    }  # fmt: skip
    pose = Pose(np.zeros((12, 2)), np.zeros(12, int))
    return Sample(shards.sample_key(SEED, index), picture, picture, ShoeAreas(labels), pose, "", meta)


def warped_labels(areas: ShoeAreas, transform: Similarity, size: int) -> UInt8[np.ndarray, "{size} {size}"]:
    """Each pixel's commonest label: as pictures are resampled, so that outlines stay smooth where the photo shrinks."""
    layers = np.stack([(areas.labels == label) * np.uint8(255) for label in range(1, len(NAMES))], axis=-1)
    moved = warp(layers, transform, (size, size)).astype(int)
    nothing = 255 - moved.sum(axis=-1, keepdims=True)
    return np.concatenate([nothing, moved], axis=-1).argmax(axis=-1).astype(np.uint8)


def _square(photo: Photo, areas: ShoeAreas, size: int) -> Similarity:
    """Moves photo px into the square around the shoe, which is shifted into the photo where that is large enough."""
    square = square_around(areas.shoe, size, MARGIN)
    height, width = (side * square.scale for side in photo.size)
    dx, dy = (
        float(np.clip(shift, size - side, 0)) if side >= size else shift
        for shift, side in ((square.dx, width), (square.dy, height))
    )
    return Similarity(square.scale, 0.0, dx, dy)


def _cut(rgb: UInt8[np.ndarray, "h w 3"], transform: Similarity, size: int) -> UInt8[np.ndarray, "{size} {size} 3"]:
    """The square; where it reaches over the photo's edge, the edge's colours go on."""
    (x0, y0), (x1, y1) = transform.inverse().apply(np.array([[0.0, 0.0], [size, size]]))
    height, width = rgb.shape[:2]
    sides = [max(0, int(np.ceil(reach)) + 1) for reach in (-y0, y1 - height, -x0, x1 - width)]
    padded = np.pad(rgb, ((sides[0], sides[1]), (sides[2], sides[3]), (0, 0)), "edge")
    return warp(padded, Similarity(dx=-sides[2], dy=-sides[0]).then(transform), (size, size))
