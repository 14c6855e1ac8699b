"""Things that lie about in shop pictures and are no shoe: boxes, labels, cut-outs of photos, hands (ours, drawn)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float, UInt8

Picture = UInt8[np.ndarray, "s s 3"]
WORDS = ("NEW", "SALE", "-30%", "40 EU", "SHOES", "Sport", "LEATHER", "www.shop.com", "1/4", "Step")


def behind(picture: Picture, photos: list[np.ndarray], rng: np.random.Generator) -> Picture:
    """One to three things on the ground, before a shoe is pasted."""
    for _ in range(rng.integers(1, 4)):
        kind = rng.integers(3 if photos else 2)
        if kind == 0:
            picture = _box(picture, rng)
        elif kind == 1:
            picture = _words(picture, rng)
        else:
            picture = _piece(picture, photos, rng)
    return picture


def before(
    picture: Picture, mask: Float[np.ndarray, "s s"], rng: np.random.Generator
) -> tuple[Picture, Float[np.ndarray, "s s"]]:
    """Half of the time a hand that holds the shoe, else words over the picture, which hide nothing of its mask."""
    if rng.random() < 0.5:
        return _words(picture, rng), mask
    drawn, hand = _hand(picture, rng)
    return drawn, np.where(hand, 0, mask)


def _box(picture: Picture, rng: np.random.Generator) -> Picture:
    """A carton: three faces of one colour, each of its own shade, perhaps with a word."""
    side, picture = len(picture), picture.copy()
    colour, size = rng.uniform(20, 255, 3), rng.uniform(0.15, 0.6) * side
    x, y = rng.uniform(-0.1, 0.8, 2) * side
    wide, high, deep = size, size * rng.uniform(0.25, 0.8), size * rng.uniform(0.15, 0.5)
    slant = np.array([deep * rng.choice([-1, 1]), -deep * rng.uniform(0.3, 0.8)])
    front = np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]])
    top = np.array([front[0], front[1], front[1] + slant, front[0] + slant])
    near = (1, 2) if slant[0] > 0 else (0, 3)
    flank = np.array([front[near[0]], front[near[1]], front[near[1]] + slant, front[near[0]] + slant])
    for face in (front, top, flank):
        shade = np.clip(colour * rng.uniform(0.5, 1.2), 0, 255).tolist()
        cv2.fillPoly(picture, [face.astype(np.int32)], shade, cv2.LINE_AA)
    if rng.random() < 0.6:
        at = (int(x + 0.1 * wide), int(y + 0.6 * high))
        word, tone = WORDS[rng.integers(len(WORDS))], rng.uniform(0, 255, 3).tolist()
        cv2.putText(picture, word, at, cv2.FONT_HERSHEY_SIMPLEX, size / 160, tone, max(1, int(size / 60)), cv2.LINE_AA)
    return picture


def _words(picture: Picture, rng: np.random.Generator) -> Picture:
    """A label or a watermark."""
    side, drawn = len(picture), picture.copy()
    at = (rng.uniform(-0.05, 0.7, 2) * side + [0, 0.1 * side]).astype(int).tolist()
    size, tone = rng.uniform(0.3, 2.0) * side / 256, rng.uniform(0, 255, 3).tolist()
    word, font = WORDS[rng.integers(len(WORDS))], int(rng.choice([0, 2, 3, 4]))
    cv2.putText(drawn, word, at, font, size, tone, max(1, round(size * rng.uniform(1, 4))), cv2.LINE_AA)
    return cv2.addWeighted(drawn, float(opacity := rng.uniform(0.25, 1.0)), picture, 1 - float(opacity), 0)


def _piece(picture: Picture, photos: list[np.ndarray], rng: np.random.Generator) -> Picture:
    """A round or angular piece of a photo, as a bag, a garment or a toy might stand there."""
    side, photo = len(picture), photos[rng.integers(len(photos))]
    cut = min(photo.shape[:2], key=int)
    y, x = rng.integers(photo.shape[0] - cut + 1), rng.integers(photo.shape[1] - cut + 1)
    piece = cv2.resize(photo[y : y + cut, x : x + cut], (side, side), interpolation=cv2.INTER_AREA)
    where = np.zeros((side, side), np.uint8)
    corners = rng.uniform(0, 1, 2) + rng.normal(0, rng.uniform(0.08, 0.25), (int(rng.integers(3, 9)), 2))
    hull = cv2.convexHull((corners * side).astype(np.int32))
    cv2.fillPoly(where, [hull], 255)
    soft = cv2.GaussianBlur(where, (0, 0), rng.uniform(0.5, 6))
    if rng.random() < 0.5:
        soft = cv2.GaussianBlur((soft > 127).astype(np.uint8) * 255, (0, 0), 0.7)
    return (picture + (piece.astype(np.float32) - picture) * (soft / 255)[..., None]).astype(np.uint8)


def _hand(picture: Picture, rng: np.random.Generator) -> tuple[Picture, np.ndarray]:
    """An arm from the edge, mostly in a sleeve, with a palm and fingers in some skin's colour -> the picture, and where
    they are."""
    side = len(picture)
    skin = np.array([224, 172, 140]) * rng.uniform(0.35, 1.12) * rng.uniform(0.93, 1.07, 3)
    palm, angle = rng.uniform(0.25, 0.75, 2) * side, rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    width = rng.uniform(0.035, 0.06) * side
    where = np.zeros((side, side), np.uint8)
    _line(where, palm, palm + 2 * side * way, 3.2 * width)
    cv2.circle(where, palm.astype(int).tolist(), int(2.2 * width), 255, -1)
    across = np.array([-way[1], way[0]])
    for finger in np.linspace(-1.5, 1.5, 4):
        root = palm + across * finger * width - way * width
        middle = root - (way + across * rng.normal(0, 0.25)) * width * rng.uniform(2, 3.2)
        tip = middle - (way + across * rng.normal(0, 0.6)) * width * rng.uniform(1, 2.5)
        _line(where, root, middle, width)
        _line(where, middle, tip, 0.85 * width)
    depth = cv2.distanceTransform(where, cv2.DIST_L2, 3)
    light = 0.7 + 0.35 * np.clip(depth / (1.2 * width), 0, 1) ** 0.5 + rng.normal(0, 0.015, (side, side))
    soft = cv2.GaussianBlur(where, (0, 0), 0.7)[..., None] / 255
    colours = np.broadcast_to(skin, (side, side, 3))
    if rng.random() < 0.7:
        y, x = np.mgrid[:side, :side]
        covered = (x - palm[0]) * way[0] + (y - palm[1]) * way[1] > width * rng.uniform(2.5, 7)
        colours = np.where(covered[..., None], rng.uniform(10, 235) + rng.normal(0, 25, 3), colours)
    drawn = picture * (1 - soft) + np.clip(colours * light[..., None], 0, 255) * soft
    return drawn.astype(np.uint8), where > 127


def _line(where: np.ndarray, start: np.ndarray, end: np.ndarray, width: float) -> None:
    cv2.line(where, start.astype(int).tolist(), end.astype(int).tolist(), 255, max(1, int(width)), cv2.LINE_AA)
