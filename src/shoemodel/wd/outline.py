"""From SAM's rough answer to the shoe's own outline (ours).

A small SAM knows where a shoe is better than where it ends. GrabCut (Rother et al. 2004) takes what SAM is sure of as
shoe and background and lets the photo's colours decide the rest: first for the whole shoe at low resolution, then in a
narrow band around the outline at the photo's own.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from shoemodel.image import masks
from shoemodel.image.geometry import Box
from shoemodel.wd.ground import Ground

SIDE = 256  # px: longer side of the picture in which the shoe is completed
SURE_LOGIT = 1.0  # above this SAM's word stands
NEVER_LOGIT = -6.0  # below this too
MARGIN = 0.12  # of the found box, added on each side
RING = 0.25  # of the window, on each side: the ground from which the colours of the ground are learnt
GROWTHS = 8  # times the box may grow where the answer touches it
MAX_GROWTH = 6.0  # largest answer, of SAM's own area: beyond, the colours have leaked and SAM's answer is kept
BAND = 0.03  # of the shoe's longer side: how far the last step may move the outline
ENOUGH = 10_000  # pixels of each side of the outline whose colours are compared
SMOOTH = 1e-4  # variance of the guide (colours 0..1) below which there is no edge


def complete(
    rgb: UInt8[np.ndarray, "h w 3"],
    logits: Float[np.ndarray, "h w"],
    box: Box | None = None,
    plain: Ground | None = None,
) -> Bool[np.ndarray, "h w"]:
    """The whole shoe from a network's `logits`; inside `box` where the user gave one, else about what was found.

    Where the ground is plain, it says where the shoe ends, and GrabCut takes nothing away. The network's own answer
    comes back where there is nothing to start from or the colours do not tell shoe from ground.
    """
    if plain is not None:
        return plain.shoe(logits)
    answer = logits > 0
    if box is None and not answer.any():
        return answer
    height, width = answer.shape
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    small_logits = cv2.resize(logits.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    found = _grown(small, small_logits, None if box is None else _scaled(box, scale))
    growth = found.sum() / max((small_logits > 0).sum(), 1)
    if not found.any() or (box is None and not 1 / MAX_GROWTH < growth < MAX_GROWTH):
        return answer
    return cv2.resize(found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5


def _grown(
    rgb: UInt8[np.ndarray, "h w 3"], logits: Float[np.ndarray, "h w"], box: Box | None
) -> Bool[np.ndarray, "h w"]:
    """GrabCut inside the user's box, or inside one that grows on the sides which the answer touches."""
    height, width = logits.shape
    if box is not None:
        window = _rounded(box, 0.0, height, width)
        *_, found = _cuts(rgb, _trusting(logits, window), window)
        return found
    core = masks.largest_components(logits > 0, 2, 0.1)
    if not core.any():
        return core
    window = _rounded(Box.of_mask(core), MARGIN, height, width)
    for _ in range(GROWTHS):
        for cut in _cuts(rgb, logits, window):
            found = masks.largest_components(cut, 2, 0.1)
            larger = _widened(window, found, height, width)
            if larger != window:
                break
        if larger == window:
            break
        window = larger
    return found


def _trusting(logits: Float[np.ndarray, "h w"], window: Window) -> Float[np.ndarray, "h w"]:
    """Logits that take the user's word: where SAM sees next to nothing in the window, the whole of it may be shoe."""
    x0, y0, x1, y1 = window
    raised = np.minimum(logits + 1.0, np.maximum(logits, 0.1))
    if (raised[y0:y1, x0:x1] > 0).mean() < 0.1:
        raised = np.maximum(raised, 0.1)
    return raised


Window = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole pixels."""


def _scaled(box: Box, scale: float) -> Box:
    return Box(box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale)


def _rounded(box: Box, margin: float, height: int, width: int) -> Window:
    across, down = margin * box.width, margin * box.height
    return (
        max(0, int(box.x0 - across)),
        max(0, int(box.y0 - down)),
        min(width, int(np.ceil(box.x1 + across))),
        min(height, int(np.ceil(box.y1 + down))),
    )


def _widened(window: Window, found: Bool[np.ndarray, "h w"], height: int, width: int) -> Window:
    """The window, larger by a third on each side along which the answer lies against its edge."""
    x0, y0, x1, y1 = window
    inside = found[y0:y1, x0:x1]
    across, down = max(2, (x1 - x0) // 3), max(2, (y1 - y0) // 3)
    touches = [edge.mean() > 0.03 for edge in (inside[:, 0], inside[0], inside[:, -1], inside[-1])]
    return (
        max(0, x0 - across * touches[0]),
        max(0, y0 - down * touches[1]),
        min(width, x1 + across * touches[2]),
        min(height, y1 + down * touches[3]),
    )


def _cuts(
    rgb: UInt8[np.ndarray, "h w 3"], logits: Float[np.ndarray, "h w"], window: Window
) -> Iterator[Bool[np.ndarray, "h w"]]:
    """GrabCut's answer after its first and after its second round, with SAM's certainties as seeds; the same each time.

    Nothing outside the window is shoe.
    """
    x0, y0, x1, y1 = window
    labels = np.full(logits.shape, cv2.GC_BGD, np.uint8)
    inside, said = labels[y0:y1, x0:x1], logits[y0:y1, x0:x1]
    inside[said > NEVER_LOGIT] = cv2.GC_PR_BGD
    inside[said > 0] = cv2.GC_PR_FGD
    inside[said > SURE_LOGIT] = cv2.GC_FGD
    if not _is_shoe(labels).any() or _is_shoe(labels).all():
        yield _is_shoe(labels)
        return
    ring_y, ring_x = (max(8, round(RING * length)) for length in (y1 - y0, x1 - x0))
    near = slice(max(0, y0 - ring_y), y1 + ring_y), slice(max(0, x0 - ring_x), x1 + ring_x)
    colours, part, models = np.ascontiguousarray(rgb[near]), np.ascontiguousarray(labels[near]), np.zeros((2, 1, 65))
    cv2.setRNGSeed(0)
    for mode in (cv2.GC_INIT_WITH_MASK, cv2.GC_EVAL):
        cv2.grabCut(colours, part, (0, 0, 1, 1), models[0], models[1], 1, mode)
        found = np.zeros(labels.shape, bool)
        found[near] = _is_shoe(part)
        yield found


def _is_shoe(labels: UInt8[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Of OpenCV's four labels the certain and the probable foreground, which are odd."""
    return labels % 2 == 1


def refine(rgb: UInt8[np.ndarray, "h w 3"], mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Move the outline to the picture's own edges: a guided filter (He et al. 2013) inside a narrow band around it.

    The guide is the mixture of the colours that best tells shoe from ground in the band (Fisher's). Only pixels within
    the band (BAND of the shoe's longer side, to either side) may change.
    """
    box = Box.of_mask(mask)
    band = max(2, round(BAND * max(box.width, box.height)))
    x0, y0, x1, y1 = _rounded(
        Box(box.x0 - 2 * band, box.y0 - 2 * band, box.x1 + 2 * band, box.y1 + 2 * band), 0, *mask.shape
    )
    inside = mask[y0:y1, x0:x1].astype(np.uint8)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3) - cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    near = np.abs(depth) <= 2 * band
    if inside.all():
        return mask
    guide = _telling_apart(rgb[y0:y1, x0:x1], near & (depth > 0), near & (depth < 0))
    moved = _guided(guide, inside.astype(np.float32), 3 * band // 2 * 2 + 1) > 0.5
    refined = mask.copy()
    refined[y0:y1, x0:x1] = np.where(np.abs(depth) <= band, moved, inside > 0)
    return refined


def _telling_apart(
    rgb: UInt8[np.ndarray, "h w 3"], shoe: Bool[np.ndarray, "h w"], ground: Bool[np.ndarray, "h w"]
) -> Float[np.ndarray, "h w"]:
    """Fisher's linear discriminant of the colours of two sets of pixels, of unit length, on 0..1 colours."""
    ours, theirs = (rgb[part][:: 1 + np.count_nonzero(part) // ENOUGH] / 255 for part in (shoe, ground))
    spread = np.cov(ours.T) + np.cov(theirs.T) + 1e-4 * np.eye(3)
    direction = np.linalg.solve(spread, ours.mean(axis=0) - theirs.mean(axis=0))
    return cv2.transform(rgb.astype(np.float32), direction[None] / (255 * max(float(np.linalg.norm(direction)), 1e-9)))


def _guided(guide: Float[np.ndarray, "h w"], values: Float[np.ndarray, "h w"], window: int) -> Float[np.ndarray, "h w"]:
    """The values that in every window are a linear function of the guide, and closest to those given.

    The functions are found at half the size (He and Sun 2015, "Fast guided filter").
    """

    height, width = guide.shape
    half = (max(1, width // 2), max(1, height // 2))

    def mean(picture: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
        return cv2.blur(picture, (window // 2 | 1, window // 2 | 1))

    small, aims = (cv2.resize(picture, half, interpolation=cv2.INTER_AREA) for picture in (guide, values))
    mean_guide, mean_values = mean(small), mean(aims)
    variance = mean(small * small) - mean_guide**2
    slope = (mean(small * aims) - mean_guide * mean_values) / (variance + SMOOTH)
    line = np.dstack([mean(slope), mean(mean_values - slope * mean_guide)])
    slope, offset = cv2.split(cv2.resize(line, (width, height), interpolation=cv2.INTER_LINEAR))
    return slope * guide + offset
