"""Splits by shoe: no shoe on two sides, whatever folder it comes from, and one family nobody learns."""

import dataclasses

import pytest

from shoemodel.data import datasets, shards
from shoemodel.data.splits import HELD_OUT_FAMILY, SPLITS, TEST_SHARE, split_of
from shoemodel.errors import InputError
from tests.toys import toy_sample

SHOES = [f"derby-{number:08x}" for number in range(3000)]
TEST_SHOES = [shoe for shoe in SHOES if split_of(shoe, "derby") == "test"]


def folder_of(path, shoes: list[tuple[str, str]]):
    """A shard with one toy tuple for each (shoe, family)."""

    def make(index: int):
        sample = toy_sample(index)
        shoe, family = shoes[index]
        return dataclasses.replace(sample, meta={**sample.meta, "shoe_id": shoe, "family": family})

    shards.write_shard(path, 0, make, range(len(shoes)))
    return path


def test_about_a_twentieth_of_the_shoes_is_tested():
    assert len(TEST_SHOES) / len(SHOES) == pytest.approx(TEST_SHARE, abs=0.015)


def test_the_side_of_a_shoe_never_changes():
    # written down, so that a changed hash, which would mix training and test shoes of earlier runs, is noticed
    shoes = ("derby-0000000c", "derby-0000000f", "derby-0000002f", "shoes01")
    assert [split_of(shoe, "derby") for shoe in shoes] == ["test", "test", "train", "train"]


def test_the_held_out_family_is_in_no_other_split(tmp_path):
    shoes = [("derby-1", "derby"), (TEST_SHOES[0], "derby")]
    shoes += [("clog-1", HELD_OUT_FAMILY), (TEST_SHOES[1], HELD_OUT_FAMILY)]
    tuples = datasets.load(folder_of(tmp_path, shoes))
    train, test = tuples.split()
    assert set(train.shoe_ids) == {"derby-1"} and set(test.shoe_ids) == {TEST_SHOES[0]}
    held_out = tuples.of_split("held-out family")
    assert set(held_out.families) == {HELD_OUT_FAMILY} and len(held_out) == 2
    assert sum(len(tuples.of_split(split)) for split in SPLITS) == 4


def test_a_test_shoe_is_never_learnt_in_any_folder(tmp_path):
    """Also not where few shoes are there and the lots are uneven."""
    for number, others in enumerate((SHOES[:1], SHOES[:7], TEST_SHOES[1:4] + SHOES[:2])):
        folder = tmp_path / str(number)
        folder.mkdir()
        shoes = [(shoe, "derby") for shoe in dict.fromkeys([TEST_SHOES[0], *others])]
        train, test = datasets.load(folder_of(folder, shoes)).split()
        assert not set(train.shoe_ids) & set(TEST_SHOES)
        assert not set(train.shoe_ids) & set(test.shoe_ids) and TEST_SHOES[0] in test.shoe_ids


def test_a_folder_without_a_test_shoe_gives_one_up(tmp_path):
    shoes = [shoe for shoe in SHOES[:4] if shoe not in TEST_SHOES]
    train, test = datasets.load(folder_of(tmp_path, [(shoe, "derby") for shoe in shoes])).split()
    assert len(set(test.shoe_ids)) == 1 and len(train) == len(shoes) - 1


@pytest.mark.usefixtures("unchecked")
def test_folders_with_nothing_to_learn_are_refused(tmp_path):
    tuples = datasets.load(folder_of(tmp_path, [(TEST_SHOES[0], "derby"), ("clog-1", HELD_OUT_FAMILY)]))
    with pytest.raises(InputError, match="none to learn from"):
        tuples.split()
    with pytest.raises(InputError, match="no split 'validation'"):
        tuples.of_split("validation")
