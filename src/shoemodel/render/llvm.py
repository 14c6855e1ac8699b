"""The compiler of the renderer's fast variant: libLLVM 19 or newer, out of the environment or the distribution.

The PyPI package `karellen-llvm-core` lays one into `lib/` of the environment. Its libc++ lies beside it under its full
name only, until an interpreter of the environment starts for the next time and makes the links the loader asks for.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from shoemodel.errors import InputError

OLDEST = 19
"""Of the versions that the renderer takes: 14 is refused, 15 and 16 end the process."""
VARIABLE = "DRJIT_LIBLLVM_PATH"
RUNTIME = ("libunwind.so.1", "libc++abi.so.1", "libc++.so.1")
"""What the environment's LLVM is linked to, in the order in which they need each other."""


def find_llvm() -> Path | None:
    """The library that `DRJIT_LIBLLVM_PATH` names, else the environment's, else the distribution's; None for none.

    Raises `InputError` when the named file does not exist.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise InputError(f"{VARIABLE}={named}: found no such file")
        return Path(named)
    return _newest(Path(sys.prefix, "lib").glob("libLLVM.so.*")) or _newest(
        path for root in ("lib", "lib64") for path in Path("/usr", root).glob("**/libLLVM*.so*")
    )


def load_llvm(library: Path) -> None:
    """Load the library and what it needs, so that the renderer will find it loaded.

    Raises `InputError` when it is broken, is no LLVM, or is too old.
    """
    try:
        for name in RUNTIME:
            _load_first(library.parent.glob(f"*-linux-gnu/{name}*"))
        found = _version(ctypes.CDLL(str(library)))
    except (OSError, AttributeError) as error:
        raise InputError(f"{library}: found no LLVM that can be loaded ({error})") from error
    if found < OLDEST:
        raise InputError(f"{library}: found LLVM {found}; the renderer needs {OLDEST} or newer")


def loaded_llvm() -> Path | None:
    """The library that this process has loaded, as far as Linux tells."""
    maps = Path("/proc/self/maps")
    lines = maps.read_text().splitlines() if maps.exists() else []
    return next((Path(line.split()[-1]) for line in lines if "/libLLVM" in line), None)


def _load_first(paths: Iterable[Path]) -> None:
    """A library that has been loaded answers to its short name, whether or not there is a link of that name."""
    for path in sorted(paths)[:1]:
        ctypes.CDLL(str(path))


def _version(library: ctypes.CDLL) -> int:
    numbers = [ctypes.c_uint(0) for _ in range(3)]
    library.LLVMGetVersion(*(ctypes.byref(number) for number in numbers))
    return numbers[0].value


def _newest(paths: Iterable[Path]) -> Path | None:
    """Of files whose names tell a version that the renderer takes, the newest."""
    versions = {path: number for path in sorted(paths) if (number := _named_version(path)) >= OLDEST}
    return max(versions, key=lambda path: versions[path], default=None)


def _named_version(path: Path) -> int:
    """19 for libLLVM.so.19.1 and libLLVM-19.so.1, 0 where none is told."""
    told = re.search(r"libLLVM(?:-(\d+)[\d.]*\.so|\.so\.(\d+))", path.name)
    return int(told[1] or told[2]) if told else 0
