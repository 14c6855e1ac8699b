"""Shop pictures composed of rendered cut-outs: shoes on plain grounds of every colour and in photos of places (ours).

A cut-out is one rendered view of unworn shoes: its colours, its coverage (the mask with soft edges) and the shadow that
it throws on a level ground. `reproduce/cutouts.py` cuts them out of tuples. A file holds the views of one shoe.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.data.splits import split_of
from shoemodel.errors import InputError
from shoemodel.image.crop import about_centre
from shoemodel.image.geometry import Letterbox, Similarity, warp
from shoemodel.training import backgrounds, clutter
from shoemodel.wd.augment import photometric

FILL = 0
"""Of the letterbox, as `segmenter.read` fills it."""
PLAIN_P = 0.55
"""Share of the pictures with a plain ground."""
SECOND_P = 0.2
"""Share with a second, different cut-out."""
HARD_P = 0.12
"""Share of the shoes on a plain ground whose shadow is a dark, sharp shape, as image editors cut them."""
TURNED_P = 0.08
"""Share of the pictures whose shoes lie sole up, where there are such cut-outs."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """One view of unworn shoes."""

    rgb: UInt8[np.ndarray, "s s 3"]
    cover: UInt8[np.ndarray, "s s"]
    shadow: UInt8[np.ndarray, "s s"]
    """What is left of the light on the ground, of 255."""
    turned: bool = False
    """Whether the sole is up, so that no foot goes in."""


def load(folder: Path, test: bool) -> list[Cutout]:
    """The cut-outs of the shoes that may be learnt from, or (`test`) of all others.

    Raises:
        InputError: there is none.
    """
    found: list[Cutout] = []
    for file in sorted(Path(folder).glob("*-*.npz")):
        with np.load(file) as views:
            split = split_of(str(views["shoe_id"]), str(views["family"]))
            if (split != "train") == test:
                turned = bool(views.get("turned", False))
                seen = zip(views["rgb"], views["cover"], views["shadow"], strict=True)
                found += [Cutout(*each, turned) for each in seen]
    if not found:
        raise InputError(f"{folder}: found no cut-out; a folder written by `reproduce/cutouts.py` is accepted")
    return found


class Packshots:
    """Makes pictures and masks from cut-outs, photos of places and drawn clutter."""

    def __init__(self, cutouts: list[Cutout], photos: list[np.ndarray]):
        self.photos = photos
        self.upright = [cut for cut in cutouts if not cut.turned]
        self.turned = [cut for cut in cutouts if cut.turned]

    def compose(
        self, rng: np.random.Generator, side: int, shoes: int | None = None
    ) -> tuple[UInt8[np.ndarray, "side side 3"], Bool[np.ndarray, "side side"], bool]:
        """A letterboxed picture, the mask of its shoes, without a shoe where `shoes` is 0, and whether their soles are
        up."""
        count = 1 + (rng.random() < SECOND_P) if shoes is None else shoes
        turned = bool(self.turned) and rng.random() < TURNED_P
        chosen = self.turned if turned else self.upright
        cuts = [self._recoloured(chosen[rng.integers(len(chosen))], rng) for _ in range(count)]
        plain = rng.random() < PLAIN_P
        ground = self._plain(rng, side, cuts) if plain else self._place(rng, side)
        if rng.random() < (0.25 if plain else 0.35):
            ground = clutter.behind(ground, self.photos, rng)
        mask, picture = np.zeros((side, side), np.float32), ground
        for cut in cuts:
            picture, mask = _pasted(picture, mask, cut, rng, crowded=count > 1, plain=plain)
        if rng.random() < 0.12:
            picture, mask = clutter.before(picture, mask, rng)
        if rng.random() < (0.45 if plain else 0.8):
            picture = photometric(picture, rng)
        elif rng.random() < 0.5:
            _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))])
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
        return *letterboxed(picture, mask > 0.5, rng), turned

    def _recoloured(self, cut: Cutout, rng: np.random.Generator) -> Cutout:
        """The same shoe in other colours: another hue, paler, nearly white or nearly black."""
        rgb, kind = cut.rgb, rng.random()
        if kind < 0.30:
            hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV).astype(np.int16)
            hsv[..., 0] = (hsv[..., 0] + int(rng.integers(180))) % 180
            hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.3, 1.8), 0, 255)
            rgb = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)
        elif kind < 0.50:
            tint = np.array([255, 255, 255]) - rng.uniform(0, 40) * np.array([0, rng.uniform(0.2, 0.6), 1])
            rgb = (tint - (tint - np.minimum(rgb, tint)) * rng.uniform(0.12, 0.6)).astype(np.uint8)
        elif kind < 0.62:
            rgb = (rgb * rng.uniform(0.15, 0.55)).astype(np.uint8)
        return replace(cut, rgb=rgb)

    def _plain(self, rng: np.random.Generator, side: int, cuts: list[Cutout]) -> np.ndarray:
        """A plain ground: white, grey, black, any colour, or the colour of some part of the shoe itself."""
        kind = rng.random()
        if kind < 0.40:
            colour = np.full(3, 255.0) - rng.choice([0, 0, 0, 1], 1) * rng.uniform(0, 25, 3)
        elif kind < 0.55:
            colour = rng.uniform(190, 250) + rng.normal(0, 3, 3)
        elif kind < 0.63:
            colour = rng.uniform(0, 40) + rng.normal(0, 3, 3)
        elif kind < 0.85 and cuts:
            inside = cuts[0].rgb[cuts[0].cover == 255]
            colour = inside[rng.integers(len(inside))] + rng.normal(0, rng.uniform(0, 15), 3)
        else:
            colour = rng.uniform(30, 255, 3)
        ground = np.tile(colour.astype(np.float32), (side, side, 1))
        if rng.random() < 0.45:
            waves = cv2.resize(rng.standard_normal((3, 3), np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
            ground *= 1 + rng.uniform(0, 0.06) * waves[..., None]
        if rng.random() < 0.2:  # wall and floor
            edge = np.clip((np.linspace(0, 1, side) - rng.uniform(0.3, 0.8)) * rng.uniform(4, 200), 0, 1)
            ground *= 1 - rng.uniform(0, 0.15) * edge[:, None, None].astype(np.float32)
        return np.clip(ground, 0, 255).astype(np.uint8)

    def _place(self, rng: np.random.Generator, side: int) -> np.ndarray:
        if self.photos and rng.random() < 0.75:
            return backgrounds.random_crop(self.photos[rng.integers(len(self.photos))], rng, side)
        return backgrounds.drawn(rng, side)


def _pasted(
    picture: np.ndarray, mask: Float[np.ndarray, "s s"], cut: Cutout, rng: np.random.Generator, crowded: bool,
    plain: bool,
) -> tuple[np.ndarray, Float[np.ndarray, "s s"]]:  # fmt: skip
    """Paste a cut-out with its shadow and perhaps a reflection; what lies under it is no longer seen."""
    side = len(picture)
    share = rng.uniform(0.35, 0.7) if crowded else rng.uniform(0.45, 1.25) if plain else rng.uniform(0.3, 1.1)
    scale = share * side / len(cut.rgb)
    room = max(0.0, (1.05 - 0.84 * share) / 2) * side if crowded or not plain else 0.06 * side
    angle = rng.normal(0, 6) if rng.random() < 0.6 else rng.choice([rng.uniform(-180, 180), 0.0], p=[0.15, 0.85])
    centre = np.array([(side - len(cut.rgb)) / 2] * 2)
    move = Similarity(dx=float(centre[0]), dy=float(centre[1])).then(
        about_centre(side, scale, float(angle), tuple(rng.uniform(-room, room, 2)), rng.random() < 0.5)
    )
    size = (side, side)
    rgb = warp(_spread(cut), move, size)
    cover = warp(cut.cover, move, size).astype(np.float32) / 255
    if plain and rng.random() < HARD_P:
        picture = picture * (1 - _hard_shadow(cover, rng))[..., None]
    elif rng.random() < 0.75:
        shade = warp(((255 - cut.shadow) * _inner(len(cut.rgb))).astype(np.uint8), move, size).astype(np.float32) / 255
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.3, 0.02 * side))
        picture = (picture * (1 - rng.uniform(0.15, 1.1) * np.clip(shade, 0, 0.9))[..., None]).clip(0, 255)
    if rng.random() < (0.12 if plain else 0.03):
        picture = _reflected(picture, rgb, cover, rng)
    soft = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.25, 0.8))[..., None]
    picture = (picture * (1 - soft) + rgb * soft).astype(np.uint8)
    return picture, np.maximum(mask, cover)


def _hard_shadow(cover: Float[np.ndarray, "s s"], rng: np.random.Generator) -> Float[np.ndarray, "s s"]:
    """The share of light that a lying silhouette of the shoe takes away: dark, with a sharp or ragged edge."""
    side, rows = len(cover), np.flatnonzero(cover.max(axis=1) > 0.5)
    if not len(rows):
        return np.zeros_like(cover)
    low, flat = rows[-1], rng.uniform(-0.25, 0.3)
    slant, aside = rng.uniform(-0.6, 0.6), rng.uniform(-0.05, 0.05) * side
    lie = np.array([[1, -slant, slant * low + aside], [0, flat, (1 - flat) * low + rng.uniform(-0.06, 0.02) * side]])
    shape = cv2.GaussianBlur(cv2.warpAffine(cover, lie, (side, side)), (0, 0), rng.uniform(0.5, 0.012 * side))
    ragged = cv2.resize(rng.standard_normal((side // 4, side // 4), np.float32), (side, side))
    shape = shape + rng.uniform(0, 0.25) * ragged * (shape > 0.05)
    sharp = np.clip((shape - 0.4) * rng.uniform(2, 12), 0, 1)
    return (rng.uniform(0.5, 0.97) * sharp).astype(np.float32)


def _inner(side: int) -> Float[np.ndarray, "s s"]:
    """1, but falling to 0 at the border: a shadow must not end in a square."""
    way = np.minimum(np.arange(side), np.arange(side)[::-1]) / (0.12 * side)
    return np.minimum.outer(np.minimum(way, 1), np.minimum(way, 1)).astype(np.float32)


def _spread(cut: Cutout) -> np.ndarray:
    """The colours continued a little beyond the outline, so that a soft edge mixes in no old ground."""
    inside = (cut.cover > 0).astype(np.float32)
    blurred = cv2.blur(cut.rgb * inside[..., None], (9, 9)) / np.maximum(cv2.blur(inside, (9, 9)), 1e-3)[..., None]
    return np.where(inside[..., None] > 0, cut.rgb, blurred).astype(np.uint8)


def _reflected(picture: np.ndarray, rgb: np.ndarray, cover: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A polished ground: the shoe upside down below itself, fading."""
    rows = np.flatnonzero(cover.max(axis=1) > 0.5)
    if not len(rows):
        return picture
    low, side = int(rows[-1]), len(picture)
    depth = np.arange(1, side - low)
    source = low + 1 - depth
    kept = source >= 0
    fade = (rng.uniform(0.1, 0.4) * np.clip(1 - depth / (rng.uniform(0.1, 0.4) * side), 0, 1))[kept, None]
    weight = (cover[source[kept]] * fade)[..., None]
    out = picture.astype(np.float32)
    out[low + depth[kept]] = out[low + depth[kept]] * (1 - weight) + rgb[source[kept]] * weight
    return out


def letterboxed(
    picture: np.ndarray, mask: np.ndarray, rng: np.random.Generator
) -> tuple[UInt8[np.ndarray, "s s 3"], Bool[np.ndarray, "s s"]]:
    """Half of the time a random upright or wide window of a square picture, letterboxed as `segmenter.read` does."""
    side = len(picture)
    if rng.random() < 0.5:
        return picture, mask
    short = int(side * rng.uniform(0.5, 0.95))
    shape = (short, side) if rng.random() < 0.65 else (side, short)
    y0, x0 = ((side - shape[0]) // 2, (side - shape[1]) // 2)
    window = (slice(y0, y0 + shape[0]), slice(x0, x0 + shape[1]))
    letterbox = Letterbox(shape, (side, side))
    return letterbox.apply_image(np.ascontiguousarray(picture[window]), FILL), letterbox.apply_labels(mask[window])
