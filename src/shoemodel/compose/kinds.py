"""Words for what stands behind the legs and which edges the areas have. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Literal

Background = Literal["photo", "scene"]
"""The photo itself, or a scene made from the prompt."""
Edges = Literal["refined", "given"]
"""Found anew at the photo's own resolution, or taken as they are."""
