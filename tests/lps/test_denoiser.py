"""The leg denoiser: shapes, use of its inputs, saving."""

import torch

from shoemodel.lps.denoiser import LegDenoiser


def inputs(batch=3):
    torch.manual_seed(0)
    return torch.randn(batch, 6, 2), torch.randint(0, 25, (batch,)), torch.rand(batch, 8, 2)


def test_output_depends_on_time_and_feet():
    legs, time, feet = inputs()
    model = LegDenoiser(width=32, depth=2)
    for block in model.blocks:  # past the zero start
        torch.nn.init.normal_(block.layers[2].weight)
    out = model(legs, time, feet)
    assert out.shape == (3, 6, 2)
    assert not torch.allclose(out, model(legs, (time + 5) % 25, feet))
    assert not torch.allclose(out, model(legs, time, feet * 0))


def test_saved_and_loaded(tmp_path):
    model = LegDenoiser(width=16, depth=1)
    model.save_pretrained(tmp_path)
    loaded = LegDenoiser.from_pretrained(tmp_path)
    assert loaded.config.width == 16
    assert torch.equal(loaded(*inputs()), model(*inputs()))


def test_default_size():
    assert sum(p.numel() for p in LegDenoiser().parameters()) < 7e6
