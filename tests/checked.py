"""Annotations that are checked: while the tests run, every call of these modules is held to its shapes and types.

jaxtyping's import hook wraps each function and dataclass as its module is imported, and beartype compares what it is
given and what it returns with the annotations. Without the hook an annotation is only a comment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype
from jaxtyping import install_import_hook

TRAINING = (
    *("adapters", "backgrounds", "base", "baselines", "checkpoint", "clip", "composites", "config"),
    *("controlnet_inpaint", "decision", "discriminator", "feet", "generator", "history", "inpaint", "ip_adapter"),
    *("judge", "latents", "legs", "loop", "optimizer", "paint_by_example", "positions", "record", "region"),
    *("sw", "sw_without_pose", "task", "unlabelled", "wd"),
)
MODULES = tuple(
    "shoemodel." + name
    for name in (
        *("errors", "runtime", "lineage", "image", "nn", "hub", "packs"),
        *("render", "shoes", "body", "fit", "lps", "quality"),
        *("wd.augment", "wd.candidates", "wd.model", "wd.predict", "wd.sam", "wd.segformer"),
        *("sw.conditions", "sw.diffusion", "sw.known", "sw.model", "sw.vae"),
        *("data", "world", "evaluation"),
        *(f"training.{name}" for name in TRAINING),
    )
)
"""Packages and modules whose annotations hold: `("shoemodel",)` where those of all do."""

NUMBERS = {bool: bool | np.bool_, int: int | np.integer, float: float | int | np.floating | np.integer}
"""A whole number is taken for a float, as type checkers do, and numpy's numbers for Python's."""
CONFIGURED: Any = beartype(conf=BeartypeConf(hint_overrides=FrozenDict(NUMBERS)))


def check(wrapped: Any) -> Any:
    """The type checker that jaxtyping calls."""
    return CONFIGURED(wrapped)


def install() -> None:
    """Check every module of MODULES that is imported from here on."""
    install_import_hook(MODULES, "tests.checked.check")
