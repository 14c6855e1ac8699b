"""The same files over Ray Data as in one process, for the same seeds."""

from dataclasses import replace
from functools import partial

import pytest

pytest.importorskip("ray")

from shoemodel import packs
from shoemodel.apps.catalogue import local_engine, ray_engine
from shoemodel.apps.catalogue.manifest import Row
from shoemodel.apps.catalogue.ray_engine import Pool
from shoemodel.errors import InputError
from shoemodel.image import placement
from shoemodel.request import Request
from tests.apps.catalogue.blind import load

TIMED = ("run.json",)
"""Files that hold timings."""


@pytest.fixture(scope="module", autouse=True)
def stopped():
    """Ray's processes end with this file."""
    import ray

    yield
    ray.shutdown()


def test_both_engines_make_the_same_files(tiny_pack, shoe_photo, found_feet):
    usual = Request(prompt=("jeans",), num=2, steps=1, keep=1, backend="diffusion")
    other = replace(usual, num=1, seed=4, keep=None, layout=placement.parse("keep"), interval=(0.1, 0.8))
    wanted = {"A": ("shoe.png", usual), "B": ("none.png", usual), "C": ("shoe.png", other)}
    rows = [
        Row(sku=sku, photo=shoe_photo.with_name(name), named=name, request=own) for sku, (name, own) in wanted.items()
    ]
    pack = packs.identity(tiny_pack)
    local = {done.sku: done for done in local_engine.run(partial(load, tiny_pack), rows, pack)}
    ray = {done.sku: done for done in ray_engine.run(partial(load, tiny_pack), rows, pack, Pool())}
    assert set(local) == set(ray) == {"A", "B", "C"}
    for sku in wanted:
        assert ray[sku].error == local[sku].error and set(ray[sku].files) == set(local[sku].files)
        for name in set(local[sku].files).difference(TIMED):
            assert ray[sku].files[name] == local[sku].files[name], (sku, name)
    assert "none.png does not exist" in ray["B"].error and len(ray["A"].files) > 5


def test_a_row_comes_back_whole_from_its_columns(shoe_photo):
    layout = placement.parse("0.5,0.6,1,0,flip,4:5")
    picky = Request(
        prompt=("jeans", "a skirt"), num=3, keep=2, rejected=True, layout=layout, solver="unipc", interval=(0.2, 0.9),
        box=(1, 2, 3, 4), backend="diffusion",
    )  # fmt: skip
    for own in (picky, Request()):
        row = Row(sku="Ä/1", photo=shoe_photo, named="photos/shoe.png", request=own)
        columns = ray_engine.to_columns(row)
        assert all(isinstance(value, str) for value in columns.values())
        assert ray_engine.from_columns(columns) == row


def test_pools():
    assert Pool.parse("3", 0.25) == Pool(least=3, most=3, gpus=0.25)
    assert Pool.parse("1:8", 0) == Pool(least=1, most=8)
    for workers, gpus in (("0", 0), ("4:2", 0), ("many", 0), ("1:", -1), ("1", 1.5)):
        with pytest.raises(InputError, match="is accepted"):
            Pool.parse(workers, gpus)
