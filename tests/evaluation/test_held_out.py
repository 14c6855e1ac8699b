"""Splits are read as they are, and intervals come from shoes."""

import numpy as np
import pytest

from shoemodel.data import shards
from shoemodel.data.splits import split_of
from shoemodel.errors import InputError
from shoemodel.evaluation import held_out


def test_groups_together_are_the_whole_folder(toy_folder):
    every = [sample.key for sample in held_out.read(toy_folder, held_out.GROUPS["all"]["all shoes"])]
    learnt = list(held_out.read(toy_folder, held_out.GROUPS["train"]["learnt shoes"]))
    tested = [s for splits in held_out.GROUPS["test"].values() for s in held_out.read(toy_folder, splits)]
    assert len(every) == 48 and sorted(every) == sorted(s.key for s in (*learnt, *tested))
    assert all(split_of(s.meta["shoe_id"], s.meta["family"]) == "train" for s in learnt)


def test_damaged_shards_are_refused(toy_folder, tmp_path):
    data = shards.shard_path(toy_folder, 0).read_bytes()
    shards.shard_path(tmp_path, 0).write_bytes(b"x" * 2000)
    with pytest.raises(InputError, match=r"shard-000000\.tar is damaged"):
        list(held_out.read(tmp_path, ["train"]))
    shards.shard_path(tmp_path, 0).write_bytes(data.replace(b'"shoe_id"', b'"shoe_no"'))
    with pytest.raises(InputError, match="no json record with a shoe_id"):
        list(held_out.read(tmp_path, ["train"]))


def test_rows_of_a_shoe_are_drawn_together():
    """Two shoes of opposite rows: a resample holds one, the other, or both, and nothing in between."""
    rows = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]] * 3)
    sums = held_out.by_shoe(rows, ["a"] * 3 + ["b"] * 3)
    assert sums.tolist() == [[3, 0], [0, 3]]
    drawn = held_out.resampled(sums)
    assert {tuple(row) for row in drawn.tolist()} == {(6.0, 0.0), (3.0, 3.0), (0.0, 6.0)}
    assert held_out.interval(drawn[:, 0]) == [0.0, 6.0]


def test_intervals_of_nothing():
    assert held_out.interval(np.array([np.nan, np.nan])) is None
    assert held_out.interval(np.array([np.nan, 2.0])) == [2.0, 2.0]
    assert held_out.figure(np.nan) is None
