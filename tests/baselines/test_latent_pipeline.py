"""A pack's base as a baseline, and what the pipeline refuses."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from shoemodel.baselines import dreambooth
from shoemodel.baselines.latent_pipeline import inpainting_channels
from shoemodel.baselines.table import BASELINES
from shoemodel.image.masks import ShoeAreas
from shoemodel.sw.sampler import Draft, Sampler
from shoemodel.sw.sampling import Sampling
from shoemodel.sw.text import encode
from tests.conftest import SIDE


@pytest.fixture
def shoe():
    """(photo, areas) at the tiny pack's own size."""
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[30:50, 10:54] = 1
    return np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8), ShoeAreas(labels)


def test_sd15_on_a_pack_is_its_base_alone(tiny_pack, shoe):
    model = BASELINES["sd15"].load(tiny_pack)
    assert model.controlnet is None
    sampler = Sampler(model.unet, None, model.vae, model.scheduler)
    draft = Draft(encode(model.tokenizer, model.text_encoder, "jeans"), seed=3)
    (expected,) = sampler([draft], Sampling(num_inference_steps=2, guidance_scale=7.0))
    assert np.array_equal(BASELINES["sd15"].generate(model, *shoe, None, "jeans", 3, steps=2), expected)


def test_dreambooth_on_a_pack_tunes_its_base(tiny_pack, shoe):
    model = BASELINES["dreambooth"].load(tiny_pack)
    method = dataclasses.replace(BASELINES["dreambooth"], tuning_steps=3)
    tuned = method.generate(model, *shoe, None, "jeans", 3, steps=2)
    untuned = BASELINES["sd15"].generate(model, *shoe, None, f"jeans, {dreambooth.SUBJECT}", 3, steps=2)
    assert not np.array_equal(tuned, untuned)


def test_a_plain_u_net_takes_no_image(tiny_pack):
    picture = Image.new("RGB", (SIDE, SIDE))
    with pytest.raises(ValueError, match="takes no image"):
        BASELINES["sd15"].load(tiny_pack)("jeans", image=picture, mask_image=picture, generator=torch.Generator())


def test_areas_of_another_size_are_refused(tiny_pack, shoe):
    with pytest.raises(ValueError, match="one size"):
        BASELINES["sd15"].generate(BASELINES["sd15"].load(tiny_pack), shoe[0][:-1], shoe[1], None, "jeans", 3, steps=1)


def test_the_mask_is_the_share_to_be_painted():
    kept = torch.zeros(1, 4, 4, dtype=torch.bool)
    kept[0, 0, 0] = kept[0, 2:, 2:] = True
    masked = torch.randn(1, 3, 2, 2)
    channels = inpainting_channels(kept, masked)
    assert channels[0, 0].tolist() == [[0.75, 1.0], [1.0, 0.0]]
    assert torch.equal(channels[:, 1:], masked)
