"""Which build of the renderer this process uses: chosen once, for it cannot be changed afterwards."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from types import ModuleType
from typing import Literal

from shoemodel.errors import InputError
from shoemodel.render.llvm import VARIABLE, find_llvm, load_llvm

Variant = Literal["llvm_ad_rgb", "scalar_rgb", "cuda_ad_rgb"]


def default_variant() -> Variant:
    """The fast one where its compiler is installed."""
    return "llvm_ad_rgb" if find_llvm() else "scalar_rgb"


def start(variant: Variant | None = None, threads: int = 1) -> ModuleType:
    """Load the renderer in one variant; once a process, later calls change nothing.

    Warns when the slow variant is all that can be had. Raises `InputError` when the renderer, or what the variant
    needs, is missing or broken.
    """
    loaded = sys.modules.get("mitsuba")
    return loaded if loaded is not None and loaded.variant() is not None else _start(variant, threads)


def mitsuba() -> ModuleType:
    """The renderer as it was started, or started with the defaults."""
    return start()


def _start(variant: Variant | None, threads: int) -> ModuleType:
    if importlib.util.find_spec("mitsuba") is None:
        raise InputError("rendering needs mitsuba: found none; install mitsuba")
    chosen = variant or default_variant()
    if chosen == "scalar_rgb" and variant is None:
        slow = "found no libLLVM 19 or newer: rendering is three to four times slower; install karellen-llvm-core"
        warnings.warn(slow, stacklevel=4)
    if chosen == "llvm_ad_rgb":
        _provide_llvm()
    import mitsuba as mi

    mi.set_variant(chosen)
    mi.set_log_level(mi.LogLevel.Error)
    if chosen != "scalar_rgb":
        import drjit

        drjit.set_thread_count(threads)
    return mi


def _provide_llvm() -> None:
    """The renderer reads where its compiler is when it is imported."""
    library = find_llvm()
    if library is None:
        raise InputError("the variant llvm_ad_rgb needs libLLVM 19 or newer: found none")
    load_llvm(library)
    os.environ[VARIABLE] = str(library)
