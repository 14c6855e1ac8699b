import pytest
import torch

from shoemodel.training.positions import AMPLITUDE, sincos


def test_every_cell_differs_and_neighbours_are_alike() -> None:
    grid = sincos(16, 16, 192).flatten(0, 1)
    distances = torch.cdist(grid, grid)
    assert (distances + 99 * torch.eye(256)).min() > 0.1
    middle = distances.reshape(16, 16, 16, 16)[8, 8]
    assert middle[8, 9] < middle[8, 12]
    assert middle[9, 8] < middle[12, 8]
    assert grid.abs().max() <= AMPLITUDE


def test_channels_must_divide() -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        sincos(4, 4, 6)
