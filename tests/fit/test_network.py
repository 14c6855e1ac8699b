"""What the network is given, and how its answers are weighed."""

import numpy as np
import torch

from shoemodel.fit import network, views
from shoemodel.fit.network import FILLED, ViewNetwork, log_likelihood, picture_of, points_of, rotation_of


def small(hypotheses=4):
    torch.manual_seed(0)
    return ViewNetwork(32, (8, 16), 32, hypotheses, ("one", "two")).eval()


def test_the_crop_holds_the_shoe_and_tells_where_the_picture_ends():
    mask = np.zeros((60, 200), bool)
    mask[0:40, 40:160] = True
    wearable = np.zeros_like(mask)
    wearable[0:10, 40:70] = True
    shoe, opening, inside = picture_of(mask, wearable, 64)
    assert abs(np.count_nonzero(shoe.max(axis=0) > 0.5) - FILLED * 64) < 2
    assert np.isclose(opening.sum() / shoe.sum(), wearable.sum() / mask.sum(), atol=0.01)
    top = 32 - 20 * FILLED * 64 / 120
    assert inside[: int(top) - 1].max() == 0 and inside[int(top) + 2 : 40].min() > 0.999


def test_points_that_were_not_found_are_zero():
    points = np.full((2, 4, 2), 0.25)
    trust = np.zeros((2, 4))
    trust[1, 2] = 0.5
    numbers = points_of(points, trust).reshape(2, 4, 3)
    assert np.count_nonzero(numbers) == 3 and numbers[1, 2].tolist() == [0.5, 0.5, 0.5]


def test_six_numbers_are_a_rotation():
    six = torch.randn(5, 6)
    rotation = rotation_of(six)
    assert torch.allclose(rotation @ rotation.mT, torch.eye(3).expand(5, 3, 3), atol=1e-5)
    assert torch.allclose(torch.linalg.det(rotation), torch.ones(5), atol=1e-5)
    true = torch.from_numpy(views.look(*np.random.default_rng(0).uniform(-1, 1, (3, 4)))).float()
    assert torch.allclose(rotation_of(true[:, :2].flatten(1)), true, atol=1e-5)


def test_a_fresh_network_looks_from_all_around():
    said = network.answers(small(8), np.zeros((3, 32, 32), np.float32), np.zeros(24, np.float32))
    forward = said["rotation"][:, 2]
    assert np.ptp(forward[:, 0]) > 1 and np.ptp(forward[:, 1]) > 1
    assert np.isclose(np.exp(said["weight"]).sum(), 1) and said["turn_std"].min() > network.LEAST_RAD


def test_the_true_view_is_likelier_than_another():
    model = small()
    with torch.no_grad():
        answer = model(torch.zeros(1, 3, 32, 32), torch.zeros(1, 24))
        true = answer.rotation[:, 0]
        likely, unlikely = (
            log_likelihood(answer, turn, answer.distance[:, 0] + away, torch.ones(1))
            for turn, away in ((true, 0.0), (true.flip(1), 3.0))
        )
    assert likely > unlikely + 1
