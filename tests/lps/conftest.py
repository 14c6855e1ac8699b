import pytest
import torch

from shoemodel.lps.denoiser import LegDenoiser


@pytest.fixture
def awake() -> LegDenoiser:
    """A small leg denoiser in which every parameter counts: fresh ones end each block in zeros."""
    torch.manual_seed(0)
    model = LegDenoiser(width=32, depth=2).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model
