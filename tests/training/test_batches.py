"""Which examples a step learns from: every one once an epoch, whoever takes them."""

import itertools

import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.training.batches import Batches, Order, Share, global_batch, loader
from shoemodel.training.config import LoopConfig
from shoemodel.training.loop import train
from tests.training.test_loop import LineTask, config, weights


def test_an_epoch_holds_every_example_once_in_its_own_order():
    order = Order(10, seed=3)
    first, second = order(0, 10), order(10, 10)
    assert sorted(first) == sorted(second) == list(range(10)) and not np.array_equal(first, second)
    assert np.array_equal(order(7, 6), np.concatenate([first[7:], second[:3]]))  # from any place on
    assert np.array_equal(Order(10, seed=3)(0, 10), first) and not np.array_equal(Order(10, seed=4)(0, 10), first)
    assert sorted(order(5, 35)[5:15]) == list(range(10))  # more than an epoch at once


class Rows(LineTask):
    """A batch is the rows it was given, so what is learnt depends on them alone."""

    def __init__(self, config):
        super().__init__(config)
        self.examples = 23
        self.seen = []

    def batch(self, rng, rows):
        x = torch.from_numpy(rows[:, None].astype(np.float32)) / 23
        return {"x": x, "y": 3 * x + 1}

    def loss(self, batch):
        self.seen.append((batch["x"][:, 0] * 23).round().int().tolist())
        return ((self.model(batch["x"]) - batch["y"]) ** 2).mean(), {}


def rows_of(loop, share, step):
    """What a process learns from in one step."""
    dataset = Batches(Rows(config()), loop, share)
    parts = [dataset[step * loop.accumulate + part]["x"] for part in range(loop.accumulate)]
    return (torch.cat(parts)[:, 0] * 23).round().int().tolist()


def loop_of(**changes):
    return LoopConfig(**({"steps": 9, "batch": 8, "lr": 0.1} | changes))


@pytest.mark.parametrize(("batch", "accumulate", "processes"), [(2, 1, 4), (4, 2, 1), (2, 2, 2), (1, 8, 1)])
def test_the_same_global_batch_holds_the_same_examples(batch, accumulate, processes):
    loop = loop_of(batch=batch, accumulate=accumulate)
    assert global_batch(loop, Share(0, processes)) == 8
    for step in (0, 5):
        taken = [rows_of(loop, Share(number, processes), step) for number in range(processes)]
        assert sorted(itertools.chain(*taken)) == sorted(rows_of(loop_of(), Share(), step))


def test_accumulated_batches_make_the_step_of_a_larger_one(tmp_path):
    whole, parts = config(steps=12, batch=8), config(steps=12, batch=2, accumulate=4)
    train(Rows(whole), whole, tmp_path / "whole")
    task = Rows(parts)
    train(task, parts, tmp_path / "parts")
    assert len(task.seen) == 48
    torch.testing.assert_close(weights(tmp_path / "whole"), weights(tmp_path / "parts"), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("workers", [0, 2])
def test_the_same_command_goes_on_in_the_middle_of_an_epoch(tmp_path, workers):
    def run(out, **changes):
        told = config(steps=7, batch=4, accumulate=2, workers=workers, **changes)
        task = Rows(told)
        train(task, told, tmp_path / out)
        return task.seen

    whole = run("whole")
    parts = run("parts", minutes=0.0) + run("parts", minutes=0.0) + run("parts")
    assert parts == whole and torch.equal(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    assert sorted(itertools.chain(*whole))[:23] != list(range(23))  # 56 of 23: two epochs and a part
    assert sorted(list(itertools.chain(*whole))[:23]) == list(range(23))


def test_the_loader_begins_at_the_step_it_is_told():
    loop = loop_of(batch=3, accumulate=2)
    left = list(loader(Rows(config()), loop, Share(), step=7, pinned=False))
    assert len(left) == 4
    assert (left[0]["x"][:, 0] * 23).round().int().tolist() == rows_of(loop, Share(), 7)[:3]


def test_a_run_states_its_global_batch(tmp_path, capsys):
    import json

    told = config(steps=1, batch=4, accumulate=3)
    train(Rows(told), told, tmp_path)
    said = " ".join(capsys.readouterr().out.split())
    assert "global batch 12 = 4 × 3 accumulated × 1 process(es); an epoch of 23 is 1.9 steps" in said
    call = json.loads((tmp_path / "record.json").read_text())["calls"][-1]
    assert (call["global_batch"], call["processes"]) == (12, 1)


def test_less_than_one_batch_is_refused():
    with pytest.raises(InputError, match="accumulate is 0"):
        loop_of(accumulate=0)
