"""What is computed once must not change the denoiser's answer."""

import pytest
import torch

from shoemodel.lps import conditioned as shared


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.bfloat16, 5e-2)])
@pytest.mark.parametrize("timestep", [0, 24])
@torch.no_grad()
def test_the_denoiser_s_answer_for_every_pose_and_shoe(awake, dtype, tolerance, timestep, monkeypatch):
    monkeypatch.setattr(shared, "ROWS", 3)  # poses of one shoe go through in several parts
    legs, feet = torch.randn(2, 7, 6, 2), torch.rand(2, 8, 2)
    feet[1, :4] = 0
    found = shared.conditioned(awake, feet, 25, dtype)(legs, timestep)
    expected = awake(legs.flatten(0, 1), torch.full((14,), timestep), feet.repeat_interleave(7, dim=0))
    assert found.shape == legs.shape and found.dtype == torch.float32
    assert torch.allclose(found.flatten(0, 1), expected, atol=tolerance)


@torch.no_grad()
def test_coordinates_keep_more_digits_than_bfloat16(awake):
    legs = torch.randn(5, 12)
    halves = shared._halves(legs, torch.bfloat16)
    assert torch.allclose(halves.float().reshape(5, 2, 12).sum(1), legs, atol=1e-4)
