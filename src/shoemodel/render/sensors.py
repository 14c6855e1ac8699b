"""Cameras as the renderer takes them: a sensor of its own for each film, or for a part of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from shoemodel.render.camera import Camera
from shoemodel.render.pinhole import Pinhole
from shoemodel.render.variant import mitsuba


def description(camera: Camera, size: int) -> dict[str, Any]:
    """A pinhole camera; its film's box filter keeps the noise of neighbours apart, which the denoiser relies on."""
    mi = mitsuba()
    look = mi.ScalarTransform4f().look_at(origin=camera.origin.tolist(), target=camera.target.tolist(), up=[0, 0, 1])
    film = {"type": "hdrfilm", "width": size, "height": size, "rfilter": {"type": "box"}, "pixel_format": "rgb"}
    sensor = {"type": "perspective", "fov": float(camera.fov_deg), "fov_axis": "x", "to_world": look}
    return sensor | {"near_clip": 0.02, "film": film, "sampler": {"type": "independent"}}


def sensor(camera: Camera, size: int) -> Any:
    """The sensor of a camera for a view that has none of its own, see `lit`."""
    return mitsuba().load_dict(description(camera, size))


Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 px of a film, the last two outside."""


def window(camera: Pinhole, box: Box, sampler: str = "independent") -> Any:
    """The sensor of a pinhole camera that exposes a part of its film."""
    mi = mitsuba()
    (height, width), (x0, y0, x1, y1) = camera.size, box
    right, down, forward = camera.rotation
    # the renderer's camera looks along z with x to the left and y up
    pose = np.eye(4)
    pose[:3] = np.stack([-right, -down, forward, camera.origin], axis=1)
    film = {
        "type": "hdrfilm", "width": width, "height": height, "rfilter": {"type": "box"}, "pixel_format": "rgb",
        "crop_offset_x": x0, "crop_offset_y": y0, "crop_width": x1 - x0, "crop_height": y1 - y0,
    }  # fmt: skip
    sensor = {
        "type": "perspective", "fov": float(np.degrees(2 * np.arctan(width / 2 / camera.focal_px))), "fov_axis": "x",
        "principal_point_offset_x": 0.5 - camera.centre_px[0] / width,
        "principal_point_offset_y": 0.5 - camera.centre_px[1] / height,
        "to_world": mi.ScalarTransform4f(pose), "near_clip": 0.02, "film": film, "sampler": {"type": sampler},
    }  # fmt: skip
    return mi.load_dict(sensor)
