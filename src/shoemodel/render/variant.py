"""Which build of the renderer this process uses: chosen once, for it cannot be changed afterwards."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Literal

from shoemodel.errors import InputError
from shoemodel.render.llvm import OLDEST, VARIABLE, find_llvm, load_llvm, loaded_llvm

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
    chosen = variant or _fastest()
    if chosen == "llvm_ad_rgb":
        _provide_llvm()
    import mitsuba as mi

    mi.set_variant(chosen)
    mi.set_log_level(mi.LogLevel.Error)
    if chosen != "scalar_rgb":
        import drjit

        drjit.set_thread_count(threads)
    return mi


def _fastest() -> Variant:
    """The variant that can be had, the slow one with a warning that says why."""
    slow = "rendering is up to ten times slower"
    if find_llvm() is None:
        warnings.warn(f"found no libLLVM {OLDEST} or newer: {slow}; install karellen-llvm-core", stacklevel=5)
        return "scalar_rgb"
    if _bound() and not _loads(loaded_llvm()):
        warnings.warn(f"mitsuba was imported before it was told of its compiler: {slow}", stacklevel=5)
        return "scalar_rgb"
    return "llvm_ad_rgb"


def _bound() -> bool:
    """Whether it is too late to name a compiler: the renderer reads where it is when it is imported."""
    return "drjit" in sys.modules


def _loads(library: Path | None) -> bool:
    if library is None:
        return False
    try:
        load_llvm(library)
    except InputError:
        return False
    return True


def _provide_llvm() -> None:
    library = loaded_llvm() if _bound() else find_llvm()
    if library is None:
        raise InputError(f"the variant llvm_ad_rgb needs libLLVM {OLDEST} or newer: found none")
    load_llvm(library)
    os.environ[VARIABLE] = str(library)
