"""Precision by size."""

import torch

from shoemodel.device import LARGE, default_dtype, dtypes


def test_the_generator_and_large_networks_take_the_fast_precision():
    chosen = dtypes({"region": LARGE + 1, "text_encoder": 100, "unet": 100}, torch.float16)
    assert chosen["region"] == chosen["unet"] == chosen["vae"] == torch.float16
    assert chosen["default"] == torch.float32 and "text_encoder" not in chosen
    assert dtypes({}, None)["unet"] == default_dtype()
