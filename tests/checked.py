"""Annotations that are checked: while the tests run, every call of the package is held to its shapes and types.

jaxtyping's import hook wraps each function and dataclass as its module is imported, and beartype compares what it is
given and what it returns with the annotations. Without the hook an annotation is only a comment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype
from jaxtyping import install_import_hook

NUMBERS = {bool: bool | np.bool_, int: int | np.integer, float: float | int | np.floating | np.integer}
"""A whole number is taken for a float, as type checkers do, and numpy's numbers for Python's."""
BARE = "shoemodel.apps.studio.drawing"
"""Its methods are generators, which gradio tells by looking at them; a wrapped one is none."""
CONFIGURED: Any = beartype(conf=BeartypeConf(hint_overrides=FrozenDict(NUMBERS)))


def check(wrapped: Any) -> Any:
    """The type checker that jaxtyping calls."""
    return CONFIGURED(wrapped)


def install() -> None:
    """Check every module of the package that is imported from here on, but for BARE."""
    finder: Any = install_import_hook("shoemodel", "tests.checked.check").hook
    instrumented = finder.should_instrument
    finder.should_instrument = lambda name: name != BARE and instrumented(name)
