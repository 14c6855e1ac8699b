"""Legs that wear the shoe (3.3): in what surrounds them, or in two passes, the first of which draws that (ours)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, UInt8

from shoemodel.compose.photo_background import GUIDANCE, Surroundings, guidance_of
from shoemodel.compose.scene_background import emptied
from shoemodel.image.pose import Pose
from shoemodel.sw import conditions

STRENGTH = 1.0
"""Share of the noise from which the second pass draws the leg: 1 draws it anew."""
OTHER_NOISE = 2**32
"""Added to a picture's seed for the noise of its second pass."""

Worn = tuple[UInt8[np.ndarray, "s s 3"], Surroundings | None]
"""The networks' picture, and of what surrounds its leg where that is kept."""


@dataclass(frozen=True, eq=False)
class Wearer:
    """How one picture is drawn."""

    draw: Callable[..., UInt8[np.ndarray, "s s 3"]]
    """`sample.sample` with all that both passes share; `steps` is how many they take."""
    controlnet: Any
    side_px: int
    seed: int
    steps: int
    guidance: float | None
    """None: the one for the surroundings (`photo_background.GUIDANCE`). Where these are drawn, the second pass
    has as much less as in a photo."""
    callback: Callable[[int], None] | None
    """Called with the steps done in both passes."""
    find_shoes: Callable[[UInt8[np.ndarray, "s s 3"]], Bool[np.ndarray, "s s"]] | None = None
    """Says where in a picture shoes are."""

    def whole(
        self,
        shoe: UInt8[np.ndarray, "h w 4"],
        pose: Pose,
        wearable: Bool[np.ndarray, "h w"] | None,
        strength: float,
    ) -> Worn:
        """All of the picture, and its leg again in its scene, from the share `strength` of the noise on; 0: once."""
        condition = conditions.of_canvas(shoe, pose, self.side_px)
        guidance = guidance_of(self.guidance, "scene")
        drawn = self.draw(condition, seed=self.seed, guidance=guidance, callback=self.callback)
        if not strength:
            return drawn, None
        callback = self.callback and (lambda done: self.callback(self.steps + done))  # type: ignore[misc]
        beside = guidance * GUIDANCE["photo"] / GUIDANCE["scene"]
        again: dict[str, Any] = {"seed": self.seed + OTHER_NOISE, "guidance": beside, "callback": callback}
        if strength < 1:
            again |= {"start": drawn, "strength": strength}
        shoes = self.find_shoes(drawn) if self.find_shoes else None
        return self.leg(shoe, pose, emptied(drawn, shoe, pose, wearable, shoes), **again)

    def leg(self, shoe: UInt8[np.ndarray, "h w 4"], pose: Pose, around: Surroundings, **how: Any) -> Worn:
        """The leg in what surrounds it."""
        condition = conditions.of_canvas(shoe, pose, self.side_px, around.x_w(self.side_px, self.controlnet))
        guidance = guidance_of(self.guidance, "photo")
        how = {"seed": self.seed, "guidance": guidance, "callback": self.callback} | how
        return self.draw(condition, known=around.known(shoe, pose, self.side_px), **how), around
