"""FID and KID against their formulas."""

import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.evaluation import distances


@pytest.fixture
def features():
    return torch.from_numpy(np.random.default_rng(0).normal(size=(60, 4)))


def test_fid_of_a_shift_is_its_squared_length(features):
    assert distances.fid(features, features) == pytest.approx(0, abs=1e-6)
    assert distances.fid(features, features + 0.5) == pytest.approx(4 * 0.25, rel=1e-4)


def test_kid_is_the_unbiased_kernel_distance(features):
    other = torch.from_numpy(np.random.default_rng(1).normal(0.3, 1, (60, 4)))

    def kernel(a, b):
        return (a @ b.T / 4 + 1) ** 3

    def without_diagonal(matrix):
        return (matrix.sum() - matrix.diagonal().sum()) / (60 * 59)

    expected = without_diagonal(kernel(features, features)) + without_diagonal(kernel(other, other))
    expected -= 2 * kernel(features, other).mean()
    assert distances.kid(features, other) == pytest.approx(1000 * float(expected), rel=1e-4)


def test_intervals_come_from_shoes_left_out(features):
    shoes = [str(number // 2) for number in range(60)]
    value, (low, high) = distances.with_interval(distances.fid, features, features + 1, shoes, shoes)
    assert low < value < high and value == distances.fid(features, features + 1)
    noisy = features + torch.from_numpy(np.random.default_rng(2).normal(1, 3, (60, 4)))
    _, (low_noisy, high_noisy) = distances.with_interval(distances.fid, features, noisy, shoes, shoes)
    assert high_noisy - low_noisy > high - low
    assert distances.with_interval(distances.fid, features[:5], features[:5], shoes[:5], shoes[:5])[1] is None
    with pytest.raises(InputError, match="found 2 pictures"):
        distances.with_interval(distances.fid, features[:2], features, shoes, shoes)
