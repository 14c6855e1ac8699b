"""The whole sampling loop, pinned: the sum of the latents' magnitudes and a few of them, as diffusers has it.

Networks, condition and texts are made of numbers from numpy's generator, so no library's initialisation counts.

The pinned figures are those of networks in float64. In float32 kernels of different processors add up in different
orders: with oneDNN and ATen held to SSE 4.1, AVX2 and AVX-512 (AMX plays no part in float32), and without oneDNN,
no latent was farther than 7.4e-6 from them, and no sum farther than 1.3e-7 of itself. The tolerances are ten times
that and more; guidance 5.01 in the place of 5 is already beyond them.
"""

import numpy as np
import pytest
import torch

from shoemodel.sw.diffusion import build_scheduler
from shoemodel.sw.sample import Text, sample_latents
from shoemodel.sw.vae import downsampling
from tests.conftest import SIDE, tiny_components

PINNED = {
    "ddim": (1790.4922, [-0.28424, -0.60618, -0.23098, 1.61532, -0.66712, -0.59385, -1.59388]),
    "unipc": (1965.7258, [-0.27761, -0.55115, -0.31485, 1.60849, -0.83115, -0.59805, -1.69392]),
    "dpm++": (1913.9268, [-0.26778, -0.57941, -0.28594, 1.57377, -0.77967, -0.59562, -1.65884]),
}
"""Sum of the latents' magnitudes, and every 300th of them."""
STEPS, GUIDANCE, SEEDS = 6, 5.0, [3, 4]
SUM_TOLERANCE, TOLERANCE = 5e-6, 1e-4
"""Of the sum, a share of it; of one latent, whose standard deviation is about 1.1."""


@pytest.fixture(scope="module")
def networks():
    parts = tiny_components()
    rng = np.random.default_rng(0)
    for name in ("unet", "controlnet", "vae"):
        for key, parameter in sorted(parts[name].named_parameters()):
            width = parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.1
            values = torch.from_numpy(rng.uniform(-1.7, 1.7, parameter.shape)).float() * width
            parameter.data = values + 1 if parameter.ndim == 1 and "norm" in key and "weight" in key else values
        parts[name].eval()
    return parts["unet"], parts["controlnet"], parts["vae"]


def latents(networks, solver, dtype=torch.float32):
    """The loop as it is called for two pictures at once."""
    unet, controlnet, vae = networks
    rng = np.random.default_rng(1)
    width = unet.config.cross_attention_dim
    conditions = torch.from_numpy(rng.random((2, 6, SIDE, SIDE))).to(dtype)
    texts = [Text(*torch.from_numpy(rng.normal(size=(2, 77, width))).to(dtype)) for _ in SEEDS]
    return sample_latents(
        unet,
        controlnet,
        vae,
        build_scheduler("v_prediction"),
        conditions,
        texts,
        SEEDS,
        steps=STEPS,
        guidance=GUIDANCE,
        solver=solver,
    )


def checksum(found):
    flat = found.double().flatten()
    return float(flat.abs().sum()), flat[::300].tolist()


@pytest.mark.parametrize("solver", PINNED)
def test_the_loop_ends_where_it_did(networks, solver):
    found = latents(networks, solver)
    assert found.dtype == torch.float32 and found.shape[-1] == SIDE // downsampling(networks[2])
    total, values = checksum(found)
    assert total == pytest.approx(PINNED[solver][0], rel=SUM_TOLERANCE)
    assert values == pytest.approx(PINNED[solver][1], abs=TOLERANCE)
