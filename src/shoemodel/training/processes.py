"""The processes of a run: `accelerate launch` and `torchrun` start several of the same command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from accelerate import PartialState
from accelerate.utils import parse_flag_from_env

from shoemodel.training.batches import Share


def state() -> PartialState:
    """This process among the others; on the processor where ACCELERATE_USE_CPU says so."""
    return PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))


def share() -> Share:
    """Which process this is, of how many."""
    return Share(state().process_index, state().num_processes)


@contextmanager
def one_after_another() -> Iterator[None]:
    """The first process of each machine goes first, so that the others find what it made."""
    with state().local_main_process_first():
        yield


def wait() -> None:
    """Go on when all processes have come here."""
    state().wait_for_everyone()
