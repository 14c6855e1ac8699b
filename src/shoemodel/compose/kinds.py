"""Words for what stands behind the legs and which edges the areas have. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Literal

Background = Literal["photo", "scene"]
"""The photo itself, or a scene made from the prompt."""
BackgroundChoice = Literal["auto", "photo", "scene"]
"""auto: what suits the backend and the prompt."""
Shadow = Literal["auto", "none", "soft"]
"""The leg's shadow on the photo's ground: none on pure white, as packshots have it; none at all; or on any ground, on
pure white a soft one of shoe and leg."""
Edges = Literal["refined", "given"]
"""Found anew at the photo's own resolution, or taken as they are."""
