"""The baselines on real diffusers pipelines, tiny and untrained, saved in a local folder as hub weights would be."""

import dataclasses

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    DDIMScheduler,
    PaintByExamplePipeline,
    StableDiffusionControlNetInpaintPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from diffusers.pipelines.deprecated.paint_by_example import PaintByExampleImageEncoder
from safetensors.torch import save_file
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from shoemodel.baselines import dreambooth
from shoemodel.baselines.loading import SUBFOLDER, WEIGHTS
from shoemodel.baselines.table import BASELINES
from shoemodel.errors import InputError
from shoemodel.image.masks import ShoeAreas
from tests.conftest import tiny_tokenizer

WIDTH = 16
VISION = CLIPVisionConfig(
    hidden_size=16, intermediate_size=16, num_hidden_layers=5, num_attention_heads=2, image_size=32, patch_size=16,
    projection_dim=WIDTH,
)  # fmt: skip


def unet(channels=4, **options):
    torch.manual_seed(0)
    return UNet2DConditionModel(
        sample_size=16, in_channels=channels, out_channels=4, block_out_channels=(8, 16), layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2, norm_num_groups=4, **{"cross_attention_dim": WIDTH, **options},
    )  # fmt: skip


def text_encoder(kind=CLIPTextModel):
    config = CLIPTextConfig(
        vocab_size=len(tiny_tokenizer()), hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=2,
        num_attention_heads=2, projection_dim=WIDTH, bos_token_id=512, eos_token_id=513, pad_token_id=513,
    )  # fmt: skip
    return kind(config)


def vae():
    return AutoencoderKL(
        block_out_channels=(8, 8), down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2, latent_channels=4, norm_num_groups=4, sample_size=32,
    )  # fmt: skip


def stable_diffusion(unet):
    scheduler = DDIMScheduler(clip_sample=False, set_alpha_to_one=False, steps_offset=1)
    parts = {"vae": vae(), "unet": unet, "scheduler": scheduler}
    return {**parts, "safety_checker": None, "feature_extractor": None}


def with_text(unet):
    return {**stable_diffusion(unet), "tokenizer": tiny_tokenizer(), "text_encoder": text_encoder()}


@pytest.fixture
def shoe():
    """(photo, areas): a shoe with a collar, wider than high."""
    labels = np.zeros((40, 56), np.uint8)
    labels[15:35, 10:46] = 1
    labels[15:22, 14:24] = 2
    return np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype=np.uint8), ShoeAreas(labels)


def drawn(name, folder, shoe):
    """Pictures from the whole shoe and from the visible area."""
    method = BASELINES[name]
    model = method.load(folder)
    pictures = [
        method.generate(model, *shoe, None, "a shoe", 1, given=given, steps=2) for given in ("whole", "visible")
    ]
    assert all(picture.shape == shoe[0].shape and picture.dtype == np.uint8 for picture in pictures)
    return pictures


def test_sd15_sees_no_shoe(tmp_path, shoe):
    StableDiffusionPipeline(**with_text(unet()), requires_safety_checker=False).save_pretrained(tmp_path)
    whole, visible = drawn("sd15", tmp_path, shoe)
    assert np.array_equal(whole, visible)
    model = BASELINES["sd15"].load(tmp_path)
    assert isinstance(model, StableDiffusionPipeline)
    assert not np.array_equal(whole, BASELINES["sd15"].generate(model, *shoe, None, "a shoe", 2, steps=2))


def test_sdxl_sees_no_shoe(tmp_path, shoe):
    options = {
        "addition_embed_type": "text_time", "addition_time_embed_dim": 8, "cross_attention_dim": 2 * WIDTH,
        "projection_class_embeddings_input_dim": 6 * 8 + WIDTH,
    }  # fmt: skip
    parts = {name: value for name, value in with_text(unet(**options)).items() if name != "safety_checker"}
    parts |= {"tokenizer_2": tiny_tokenizer(), "text_encoder_2": text_encoder(CLIPTextModelWithProjection)}
    StableDiffusionXLPipeline(**parts).save_pretrained(tmp_path)
    assert isinstance(BASELINES["sdxl"].load(tmp_path), StableDiffusionXLPipeline)
    assert np.array_equal(*drawn("sdxl", tmp_path, shoe))


def test_inpaint_sees_what_it_is_given(tmp_path, shoe):
    StableDiffusionInpaintPipeline(**with_text(unet(9)), requires_safety_checker=False).save_pretrained(tmp_path)
    assert isinstance(BASELINES["inpaint"].load(tmp_path), StableDiffusionInpaintPipeline)
    assert not np.array_equal(*drawn("inpaint", tmp_path, shoe))


def test_controlnet_inpaint_sees_what_it_is_given(tmp_path, shoe):
    parts = with_text(unet())
    parts["controlnet"] = ControlNetModel.from_unet(parts["unet"], conditioning_embedding_out_channels=(8, 8))
    StableDiffusionControlNetInpaintPipeline(**parts, requires_safety_checker=False).save_pretrained(tmp_path)
    assert isinstance(BASELINES["controlnet_inpaint"].load(tmp_path), StableDiffusionControlNetInpaintPipeline)
    assert not np.array_equal(*drawn("controlnet_inpaint", tmp_path, shoe))


def test_paint_by_example_sees_what_it_is_given(tmp_path, shoe):
    parts = stable_diffusion(unet(9))
    parts |= {"image_encoder": PaintByExampleImageEncoder(VISION)}
    parts |= {"feature_extractor": CLIPImageProcessor(size=32, crop_size=32)}
    PaintByExamplePipeline(**parts).save_pretrained(tmp_path)
    assert isinstance(BASELINES["paint_by_example"].load(tmp_path), PaintByExamplePipeline)
    assert not np.array_equal(*drawn("paint_by_example", tmp_path, shoe))


def test_ip_adapter_sees_what_it_is_given(tmp_path, shoe):
    from shoemodel.training.ip_adapter import initial_adapter

    network = unet()
    StableDiffusionPipeline(**with_text(network), requires_safety_checker=False).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="IP-Adapter"):
        BASELINES["ip_adapter"].load(tmp_path)
    CLIPVisionModelWithProjection(VISION).save_pretrained(tmp_path / SUBFOLDER / "image_encoder")
    weights = {f"{part}.{name}": value for part, each in initial_adapter(network, WIDTH).items()
               for name, value in each.items()}  # fmt: skip
    save_file(weights, tmp_path / SUBFOLDER / WEIGHTS)
    assert not np.array_equal(*drawn("ip_adapter", tmp_path, shoe))


def test_dreambooth_tunes_a_copy(tmp_path, shoe):
    StableDiffusionPipeline(**with_text(unet()), requires_safety_checker=False).save_pretrained(tmp_path)
    model = BASELINES["dreambooth"].load(tmp_path)
    before = {name: value.clone() for name, value in model.unet.state_dict().items()}
    state = torch.get_rng_state()
    method = dataclasses.replace(BASELINES["dreambooth"], tuning_steps=3)
    tuned = method.generate(model, *shoe, None, "a shoe", 1, steps=2)
    assert all(torch.equal(before[name], value) for name, value in model.unet.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())
    untuned = BASELINES["sd15"].generate(model, *shoe, None, f"a shoe, {dreambooth.SUBJECT}", 1, steps=2)
    assert tuned.shape == shoe[0].shape and not np.array_equal(tuned, untuned)


def test_dreambooth_learns_the_shoe(tmp_path, shoe):
    from shoemodel.sw.diffusion import noise_loss
    from shoemodel.sw.text import embed
    from shoemodel.sw.vae import to_latents

    StableDiffusionPipeline(**with_text(unet()), requires_safety_checker=False).save_pretrained(tmp_path)
    model = BASELINES["dreambooth"].load(tmp_path)
    pictures = dreambooth.augmented(np.full((32, 32, 3), 90, np.uint8), seed=0)
    assert len(pictures) == dreambooth.PICTURES
    pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.no_grad():
        latents = to_latents(model.vae, pixels.to(model.vae.dtype)).float()
        text = embed(model.tokenizer, model.text_encoder, [f"a photo of {dreambooth.SUBJECT}"] * 10).float()
        losses = []
        for network in (model.unet, dreambooth.tune(model.unet, model, pictures, 60, seed=0)):
            torch.manual_seed(1)
            network = network.float()
            losses.append(float(noise_loss(lambda x, t, n=network: n(x, t, text).sample, model.scheduler, latents)))
    assert losses[1] < 0.9 * losses[0]


def test_a_folder_of_another_kind_is_named(tmp_path, tiny_pack):
    with pytest.raises(InputError, match="model_index"):
        BASELINES["sd15"].load(tmp_path)
    with pytest.raises(InputError, match="ShoeModelPipeline"):
        BASELINES["sdxl"].load(tiny_pack)
    with pytest.raises(InputError, match="ShoeModelPipeline"):
        BASELINES["inpaint"].load(tiny_pack)
    StableDiffusionPipeline(**with_text(unet()), requires_safety_checker=False).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="StableDiffusionXLPipeline"):
        BASELINES["sdxl"].load(tmp_path)
