"""Precision by size."""

import torch

from shoemodel.runtime.device import LARGE, autocast, default_dtype, dtypes, multiplies_bf16


def test_the_generator_and_large_networks_take_the_fast_precision():
    chosen = dtypes({"region": LARGE + 1, "text_encoder": 100, "unet": 100}, torch.float16)
    assert chosen["region"] == chosen["unet"] == chosen["vae"] == torch.float16
    assert chosen["default"] == torch.float32 and "text_encoder" not in chosen
    assert dtypes({}, None)["unet"] == default_dtype()


def test_bfloat16_is_taken_where_the_processor_multiplies_it(monkeypatch):
    for able in (True, False):
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda able=able: able)
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
        with autocast("cpu"):
            product = torch.ones(2, 2) @ torch.ones(2, 2)
        assert product.dtype == (torch.bfloat16 if able else torch.float32)
    assert multiplies_bf16("cuda")
