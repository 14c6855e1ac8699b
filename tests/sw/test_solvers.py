"""Solvers against a distribution whose exact path from noise to picture is known."""

import pytest
import torch

from shoemodel.sw.diffusion import build_scheduler
from shoemodel.sw.solvers import SOLVERS, build_solver

MEAN, DEVIATION = 0.5, 0.6


def error(prediction: str, solver: str, steps: int) -> float:
    """Mean distance to the exact end of the path for normally distributed pictures, whose denoiser is linear."""
    schedule = build_scheduler(prediction)
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    walk = build_solver(solver, schedule.config, steps)
    latents = noise * walk.init_noise_sigma
    for timestep in walk.timesteps:
        level = schedule.alphas_cumprod[timestep]
        alpha, sigma = level.sqrt(), (1 - level).sqrt()
        gain = alpha * DEVIATION**2 / (level * DEVIATION**2 + 1 - level)
        picture = MEAN + gain * (latents - alpha * MEAN)
        epsilon = (latents - alpha * picture) / sigma
        answer = epsilon if prediction == "epsilon" else alpha * epsilon - sigma * picture
        latents = walk.step(answer, timestep, latents, return_dict=False)[0]
    return float((latents - (MEAN + DEVIATION * noise)).abs().mean())


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_all_arrive_and_the_second_order_is_nearer_in_few_steps(prediction):
    for solver in SOLVERS:
        assert error(prediction, solver, 50) < 0.03
    for solver in ("unipc", "dpm++"):
        assert error(prediction, solver, 20) < 0.8 * error(prediction, "ddim", 20)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_schedule_that_ends_in_pure_noise_is_walked_from_there(solver):
    walk = build_solver(solver, build_scheduler("v_prediction").config, 20)
    assert walk.timesteps[0] == 999 and len(walk.timesteps) == 20
    assert walk.config.prediction_type == "v_prediction" and walk.config.rescale_betas_zero_snr
