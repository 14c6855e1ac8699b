"""The shoe's pixels in a photo: SAM -> X_m (section 3.1).

| paper | name here | meaning                                   |
|-------|-----------|-------------------------------------------|
| X     | `rgb`     | the photo, (h, w, 3) uint8                |
| X_m   | `mask`    | the shoe (or the pair), (h, w) bool       |

The paper says no more than that SAM is used. How it is asked is ours: without a prompt the whole picture is the box,
which the small SAM is trained to answer with the shoes, for the photo and its mirror image. A plain ground
(`wd.ground`), or else the photo's colours, complete the answer (`wd.outline`); then the picture is cropped around it
and, where that shows the shoe clearly larger, SAM is asked again. Where a pack holds a segmenter, the shoe is found by
both without a prompt (`wd.automatic`), and SAM answers boxes and points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from transformers import SamModel, SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.image import masks
from shoemodel.image.geometry import Box, Letterbox
from shoemodel.image.io import Photo
from shoemodel.wd import ground, outline
from shoemodel.wd.ground import Ground

MEAN_RGB = (123.675, 116.28, 103.53)  # SAM's own normalisation, on 0..255
PADDING_RGB = (124, 116, 104)  # nearly 0 once normalised, SAM's padding
STD_RGB = (58.395, 57.12, 57.375)
MIN_CONFIDENCE = 0.2  # predicted IoU under which the automatic mode says that there is no shoe (ours)
UNSURE = 0.4  # predicted IoU under which the user is asked to look at the areas (ours)
EDGE = 1e-3  # of the photo's longer side: the outermost pixels, of which the ground is a part, are no shoe (ours)
MIN_AREA, MAX_AREA = 0.003, 0.97  # of the photo (ours)
ZOOM_MARGIN = 0.25  # of the found box's longer side, on each side, for the second look (ours)
ZOOM_LEAST = 0.85  # of the photo's longer side: a larger crop shows SAM nothing new, and is not looked at (ours)
ZOOM_AGREEMENT = 0.5  # IoU of first and second look under which the first is kept (ours)


DOUBT = "the shoe was found with a confidence of {:.2f} only: where areas.png is wrong, give a box, points or a mask"


@dataclass(frozen=True)
class Region:
    """The shoe in a photo."""

    mask: Bool[np.ndarray, "h w"]
    confidence: float
    """1 where the user gave the mask; else the probability that it is right or, of SAM alone, its predicted IoU."""
    source: str
    """automatic, box, points, mask or alpha."""
    doubts: tuple[str, ...] = ()
    """Sentences for the user, where the shoe was found automatically and something about it is doubtful."""

    @property
    def warnings(self) -> list[str]:
        """What the user should know."""
        return list(self.doubts)


def to_tensor(rgb: UInt8[np.ndarray, "h w 3"]) -> Float[torch.Tensor, "3 h w"]:
    """SAM's own normalisation: (x - MEAN_RGB) / STD_RGB, channels first."""
    pixels = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1).float()
    return (pixels - torch.tensor(MEAN_RGB)[:, None, None]) / torch.tensor(STD_RGB)[:, None, None]


def of_photo(
    sam: SamModel,
    photo: Photo,
    box: Box | None = None,
    points: Float[np.ndarray, "n 2"] | None = None,
    mask: Bool[np.ndarray, "h w"] | None = None,
    segmenter: SegformerForSemanticSegmentation | None = None,
    force: bool = False,
) -> Region:
    """The shoe from the mask given, else from the photo's transparency, else about the box or the points, else found.

    Without a box or points the `segmenter` and SAM find it together (`wd.automatic`), and the segmenter says whether
    transparency leaves a shoe; SAM alone where there is none. force: go on, with a warning, where no shoe is seen.
    """
    from shoemodel.wd import automatic  # which asks SAM by `find`

    name = photo.path.name
    if mask is not None:
        return from_user(mask, photo.size, "mask", name)
    if box is not None or points is not None:
        return find(sam, photo.rgb, box, points, name)
    if photo.alpha is not None:
        opaque = photo.alpha == 255  # a half-transparent edge holds the old background's colour
        if opaque.mean() < MAX_AREA:
            cut_out = from_user(opaque, photo.size, "alpha", name)
            return cut_out if segmenter is None else automatic.of_alpha(segmenter, photo.rgb, cut_out, name, force)
    if segmenter is None:
        return find(sam, photo.rgb, name=name)
    return automatic.find(sam, segmenter, photo.rgb, name, force)


def find(
    sam: SamModel,
    rgb: UInt8[np.ndarray, "h w 3"],
    box: Box | None = None,
    points: Float[np.ndarray, "n 2"] | None = None,
    name: str = "the photo",
) -> Region:
    """Find the shoe, with the user's box or points (x, y in photo pixels) where given, else automatically.

    Raises:
        InputError: a box or point outside the photo, or no shoe found; `name` is what the message calls the photo.
    """
    check_prompts(rgb.shape[:2], box, points, name)
    whole = Box(0, 0, rgb.shape[1], rgb.shape[0])
    source = "box" if box is not None else "points" if points is not None else "automatic"
    asked = box or (None if points is not None else whole)
    logits, confidence = ask(sam, rgb, asked, points, mirrored=source == "automatic")
    plain = ground.plain(rgb) if source == "automatic" else None
    mask = tidy(outline.complete(rgb, logits, box, plain))
    _refuse_nothing(mask, confidence, source, name)
    mask, confidence = look_closer(sam, rgb, mask, confidence, box, alone=source == "automatic", plain=plain)
    refined = tidy(outline.refine(rgb, mask))
    doubts = (DOUBT.format(confidence),) if source == "automatic" and confidence < UNSURE else ()
    return Region(masks.erode(refined, EDGE * max(refined.shape)), confidence, source, doubts)


def ask(
    sam: SamModel,
    rgb: UInt8[np.ndarray, "h w 3"],
    box: Box | None = None,
    points: Float[np.ndarray, "n 2"] | None = None,
    mirrored: bool = False,
    outside: Float[np.ndarray, "m 2"] | None = None,
) -> tuple[Float[np.ndarray, "h w"], float]:
    """One question to SAM -> mask logits on the picture's grid, and the predicted IoU.

    `mirrored` asks, with the box, about the mirror image as well, in one batch; both answers are averaged (ours).
    `outside` are points that are not meant.
    """
    vision: Any = sam.config.vision_config
    side = vision.image_size
    letterbox = Letterbox(rgb.shape[:2], (side, side))
    pixels = to_tensor(letterbox.apply_image(rgb, fill=PADDING_RGB))[None]
    prompts: dict[str, torch.Tensor] = {}
    if box is not None:
        corners = np.array([[box.x0, box.y0], [box.x1, box.y1]], dtype=np.float64)
        prompts["input_boxes"] = _to_sam(letterbox.apply_points(corners), sam).reshape(1, 1, 4)
    named = [(each, label) for each, label in ((points, 1), (outside, 0)) if each is not None]
    if named:
        marked = np.concatenate([each for each, _ in named])
        labels = [label for each, label in named for _ in each]
        prompts["input_points"] = _to_sam(letterbox.apply_points(marked), sam)[None, None]
        prompts["input_labels"] = torch.tensor(labels, device=sam.device)[None, None]
    if mirrored:
        pixels = torch.cat([pixels, pixels.flip(-1)])
        x0, y0, x1, y1 = prompts["input_boxes"].unbind(-1)
        prompts["input_boxes"] = torch.cat(
            [prompts["input_boxes"], torch.stack([side - 1 - x1, y0, side - 1 - x0, y1], -1)]
        )
    with torch.inference_mode():
        answer = sam(pixel_values=pixels.to(sam.device, sam.vision_encoder.dtype), multimask_output=False, **prompts)
    small = answer.pred_masks[:, 0].float()
    if mirrored:
        small = (small[:1] + small[1:].flip(-1)) / 2
    enlarged = torch.nn.functional.interpolate(small, (side, side), mode="bilinear")
    logits = letterbox.invert_map(enlarged[0, 0].cpu().numpy())
    return logits, float(answer.iou_scores.clamp(0, 1).mean())


def _to_sam(points_px: Float[np.ndarray, "n 2"], sam: SamModel) -> Float[torch.Tensor, "n 2"]:
    """SAM counts pixel centres from 0, we from 0.5."""
    return torch.from_numpy(points_px - 0.5).to(sam.device, torch.float32)


def look_closer(
    sam: SamModel,
    rgb: UInt8[np.ndarray, "h w 3"],
    mask: Bool[np.ndarray, "h w"],
    confidence: float,
    box: Box | None,
    alone: bool,
    plain: Ground | None = None,
) -> tuple[Bool[np.ndarray, "h w"], float]:
    """Ask again on a crop around `mask`; keep the first answer where the two disagree (ours).

    When every shoe in the photo is meant (`alone`), the whole crop is the box, as before, for a box around a pair may
    be understood as one shoe's; else it is the box that was found. `box` is the user's, which nothing may leave.
    """
    found = Box.of_mask(mask)
    crop = _crop_around(found, rgb.shape[:2])
    if max(crop.width, crop.height) > ZOOM_LEAST * max(mask.shape):
        return mask, confidence
    x0, y0, x1, y1 = (round(value) for value in (crop.x0, crop.y0, crop.x1, crop.y1))
    inner = Box(found.x0 - x0, found.y0 - y0, found.x1 - x0, found.y1 - y0)
    seen = rgb[y0:y1, x0:x1]
    logits, closer_confidence = ask(sam, seen, Box(0, 0, x1 - x0, y1 - y0) if alone else inner)
    closer = np.zeros_like(mask)
    part = slice(y0, y1), slice(x0, x1)
    closer[part] = outline.complete(
        seen, logits, None if box is None else inner, None if plain is None else plain.within(part)
    )
    if masks.iou(mask, closer) < ZOOM_AGREEMENT:
        return mask, confidence
    return tidy(closer), max(confidence, closer_confidence)


def tidy(mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """At most two pieces (a pair), the smaller at least a tenth of the larger, without pinholes (ours)."""
    if not mask.any():
        return mask
    tidied, box = np.zeros_like(mask), Box.of_mask(mask).slices
    tidied[box] = masks.fill_holes(masks.largest_components(mask[box], 2, 0.1), 2e-4 * mask.size)
    return tidied


def from_user(mask: Bool[np.ndarray, "h w"], size: tuple[int, int], source: str, name: str = "the photo") -> Region:
    """A region the user gave, as a mask file or as the photo's alpha channel.

    Raises:
        InputError: another size than the photo's, or an empty mask.
    """
    if mask.shape != tuple(size):
        found, wanted = (f"{width}x{height}" for height, width in (mask.shape, size))
        raise InputError(f"the mask for {name} is {found}, but the photo is {wanted}")
    if not mask.any():
        raise InputError(f"the {source} of {name} marks no pixel: mark the shoe's pixels")
    return Region(mask, 1.0, source)


def check_prompts(size: tuple[int, int], box: Box | None, points: np.ndarray | None, name: str) -> None:
    """Raise InputError where a box or a point does not lie inside a photo of `size` (h, w)."""
    height, width = size
    if box is not None and not (0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height):
        found = f"{box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g}"
        raise InputError(
            f"the box {found} does not lie inside {name}, which is {width}x{height} (wanted: 0 <= x0 < x1 <= {width}, "
            f"0 <= y0 < y1 <= {height})"
        )
    for x, y in points if points is not None else ():
        if not (0 <= x < width and 0 <= y < height):
            raise InputError(f"the point {x:g},{y:g} does not lie inside {name}, which is {width}x{height}")


def _refuse_nothing(mask: Bool[np.ndarray, "h w"], confidence: float, source: str, name: str) -> None:
    share = float(mask.mean())
    unsure = source == "automatic" and (confidence < MIN_CONFIDENCE or share > MAX_AREA)
    if unsure or share < MIN_AREA or not mask.any():
        raise InputError(
            f"no shoe was found in {name} (confidence {confidence:.2f}, {share:.1%} of the pixels): "
            "give a box, points or a mask"
        )


def _crop_around(box: Box, size: tuple[int, int]) -> Box:
    """A square around `box` with ZOOM_MARGIN, moved to lie inside the picture, and cut where it is too large."""
    height, width = size
    side = (1 + 2 * ZOOM_MARGIN) * max(box.width, box.height)
    spans = []
    for low, high, limit in ((box.x0, box.x1, width), (box.y0, box.y1, height)):
        start = np.clip((low + high - side) / 2, 0, max(0, limit - side))
        spans.append((start, min(limit, start + side)))
    return Box(spans[0][0], spans[1][0], spans[0][1], spans[1][1])
