"""Results of the engine as the page's components take them: data URLs, plain numbers, words."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
from jaxtyping import UInt8

from shoemodel.apps.pages import brush
from shoemodel.apps.pages.brush import data_url, jpeg_url, small
from shoemodel.apps.pages.serving import notice as notice  # for who says views.notice
from shoemodel.apps.studio.session import Shot
from shoemodel.apps.studio.work import Work
from shoemodel.backends.options import DiffusionOptions
from shoemodel.errors import InputError
from shoemodel.image import draw
from shoemodel.image import io as images
from shoemodel.image.draw import LIMB_COLOURS
from shoemodel.image.geometry import Box, Similarity
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import LIMBS, NAMES, Pose

CARD = 384
"""Longer side in px of a pose to choose."""
MARKS = "a box, points or a mask"
"""How messages of the engine call the ways to say where a shoe is."""
PAPER = (38, 42, 50)
"""Colour of the canvas behind a cut-out shoe."""


def words(error: InputError | str) -> str:
    """What is wrong or doubtful, with what can be done about it on this page."""
    found = str(error).replace(f"give {MARKS}", "point at it in step 2, or paint it there")
    return found.replace(f"mark it with {MARKS}", "mark it in step 2")


def paint(work: Work | None) -> dict[str, Any] | None:
    """For the brush: the photo and its areas."""
    areas = None if work is None else work.canvas_to_paint
    if work is None or areas is None:
        return None
    height, width = work.photo.size
    pictures = {"photo": jpeg_url(small(work.photo.rgb)), "labels": brush.labels_url(areas)}
    return {**pictures, "width": width, "height": height, "points": work.pointed, "search": work.searches}


def painted(areas: ShoeAreas, url: str) -> tuple[np.ndarray, np.ndarray]:
    """Visible and wearable mask on the photo's grid, from what the brush left; pixels it did not touch stay.

    Raises:
        InputError: no such picture, or one of another size than was sent, or no visible area is left.
    """
    after = brush.painted(areas, url)
    if not after.visible.any():
        raise InputError("nothing of the shoe stays visible: paint with “Stays visible”, or press “Undo”")
    return after.visible, after.wearable


def placed(work: Work | None, move: int) -> dict[str, Any] | None:
    """For dragging: the shoe cut out, its canvas and where it stands after the page's `move`."""
    if work is None or work.layout is None or work.refined is None:
        return None
    box, layout = Box.of_mask(work.refined.shoe), work.layout
    rows, columns = slice(int(box.y0), int(box.y1)), slice(int(box.x0), int(box.x1))
    alpha = np.where(work.refined.visible, 255, np.where(work.refined.wearable, 90, 0)).astype(np.uint8)
    cut = small(np.dstack([work.photo.rgb, alpha])[rows, columns], 640)
    return {
        "shoe": data_url(images.encode_png(cut)),
        "width_unit": float(box.width / layout.canvas[1]),
        "canvas": list(layout.canvas),
        "move": move,
        **standing(layout, box),
    }


def standing(layout: Layout, box: Box) -> dict[str, Any]:
    """Where the middle of the shoe's box stands on the canvas, as the sliders say it."""
    x, y = layout.transform.apply(np.array(box.centre)) / layout.canvas[::-1]
    moved = layout.transform
    return {"x": float(x), "y": float(y), "scale": moved.scale, "angle": moved.angle_deg, "flip": moved.flip}


def describe_layout(layout: Layout) -> str:
    """Size and exactness in words."""
    height, width = layout.canvas
    kept = "in the photo's own pixels" if layout.is_exact else "resampled once, and that is kept exactly"
    return f"Canvas {width} × {height} px, the shoe {kept}."


def on_paper(shoe: UInt8[np.ndarray, "h w 4"]) -> UInt8[np.ndarray, "h w 3"]:
    """X_w as RGBA on a dark ground instead of black."""
    return np.where(shoe[..., 3:] == 255, shoe[..., :3], np.array(PAPER, np.uint8))


def cards(work: Work | None) -> dict[str, Any] | None:
    """For choosing: each pose over the shoe, as far as the canvas shows it, or the leg where that is rendered."""
    if work is None or not work.poses or work.shoe is None:
        return None
    canvas = small(work.shoe.rgba, CARD, nearest=True)
    paper, view = on_paper(canvas), Similarity(canvas.shape[0] / work.shoe.size[0])
    shown = [
        work.renders[number] if number in work.renders else draw.overlay_pose(paper, pose.transformed(view))
        for number, pose in enumerate(work.poses)
    ]
    listed = [{"picture": jpeg_url(picture), "name": f"Pose {index}"} for index, picture in enumerate(shown, 1)]
    return {"cards": listed, "picked": work.picked}


def joints(work: Work | None, index: int | None) -> dict[str, Any] | None:
    """For dragging the points of one pose."""
    if work is None or index is None or work.shoe is None or index >= len(work.poses):
        return None
    pose: Pose = work.poses[index]
    return {
        "index": index,
        "shoe": data_url(images.encode_png(small(work.shoe.rgba, 640))),
        "canvas": list(work.shoe.size),
        "points": pose.points.round(1).tolist(),
        "exists": pose.exists.tolist(),
        "names": [name.replace("_", " ") for name in NAMES],
        "limbs": [list(limb) for limb in LIMBS],
        "colours": [f"rgb{colour}" for colour in LIMB_COLOURS],
    }


def caption(shot: Shot) -> str:
    """Below a picture in the gallery."""
    told = "quality not judged" if shot.score is None else f"quality {shot.score:.0%}"
    return f"{told} · {'shoe changed' if shot.verdict else 'shoe untouched'}"


def details(shot: Shot) -> str:
    """One picture in words, as HTML."""
    exact = (
        f'<p class="sm-bad">✗ {html.escape(shot.verdict)}</p>'
        if shot.verdict
        else '<p class="sm-good">✓ Certificate holds: every visible pixel of the shoe is the photo\'s.</p>'
    )
    if shot.score is None:
        quality = "<p>Quality: this pack holds no judge, so no score is given.</p>"
    else:
        reasons = "; ".join(map(html.escape, shot.reasons)) or "nothing to complain about"
        quality = f"<p>Quality {shot.score:.0%}: {reasons}.</p>"
    asked = shot.recipe.request
    made = f"{html.escape(shot.recipe.photo)}, seed {shot.seed}, rendered"
    if asked.backend == "diffusion":
        guidance = DiffusionOptions(guidance_scale=asked.guidance).guidance(shot.work.background)
        made = f"{html.escape(shot.recipe.photo)}, seed {shot.seed}, {asked.steps} steps, guidance {guidance:g}"
    told = "".join(f'<p class="sm-bad">{html.escape(warning)}</p>' for warning in shot.warnings)
    return f'<div class="sm-details">{exact}{quality}{told}<p>“{html.escape(asked.prompt[0])}”<br>{made}</p></div>'
