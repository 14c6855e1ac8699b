"""Which tuples are learnt from and which are only tested on: decided by the shoe, never by the picture.

Three splits: training; the test shoes, about 5% of all, drawn by a hash of their identity; and one whole family that
no training sees, to test what happens with a kind of shoe that is new. The side depends on shoe and family alone, so a
shoe of one folder stands on the same side in every other, and a file of `--assets` is one shoe wherever it is worn.
"""

from __future__ import annotations

import hashlib
from typing import Literal

Split = Literal["train", "test", "held-out family"]
SPLITS: tuple[Split, ...] = ("train", "test", "held-out family")
TEST_SHARE = 0.05
"""Share of the shoes that is held out (ours)."""
HELD_OUT_FAMILY = "clog"
"""The family that is never learnt (ours)."""


def split_of(shoe_id: str, family: str) -> Split:
    """Where the tuples of a shoe belong."""
    if family == HELD_OUT_FAMILY:
        return "held-out family"
    return "test" if lot(shoe_id) < TEST_SHARE else "train"


def lot(shoe_id: str) -> float:
    """A number in [0, 1) that depends on the shoe alone."""
    return int.from_bytes(hashlib.sha256(shoe_id.encode()).digest()[:6]) / 2**48
