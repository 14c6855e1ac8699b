"""A pack with random weights and tiny networks, and toy tuples, so that the whole chain runs in seconds."""

from __future__ import annotations

import os
from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import torch

from tests import checked

checked.install()  # before anything of shoemodel is imported

from shoemodel.render.llvm import VARIABLE, find_llvm  # noqa: E402

if library := find_llvm():  # before a test imports the renderer by itself
    os.environ.setdefault(VARIABLE, str(library))
torch.set_num_threads(1)  # the networks are too small to gain from more


CHROMIUM = Path("/usr/bin/chromium")
"""Debian's."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that click in a browser carry the marker `browser`."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """Headless chromium; skips where playwright or the browser is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: shoemodel[dev]")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not there (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


SIDE = 64
"""Generation size of the tiny pack."""


def tiny_tokenizer():
    """Byte-level CLIP tokenizer without merges: every letter is a token."""
    from transformers import CLIPTokenizer
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    words = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={word: index for index, word in enumerate(words)}, merges=[], model_max_length=77)


def tiny_sam():
    from transformers import SamConfig, SamMaskDecoderConfig, SamPromptEncoderConfig, SamVisionConfig

    from shoemodel.wd.sam import StemmedSam

    vision = SamVisionConfig(
        hidden_size=16,
        output_channels=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=SIDE,
        patch_size=16,
        mlp_dim=16,
        window_size=4,
        global_attn_indexes=[0],
        num_pos_feats=8,
    )
    prompt = SamPromptEncoderConfig(hidden_size=16, image_size=SIDE, patch_size=16, mask_input_channels=4)
    decoder = SamMaskDecoderConfig(
        hidden_size=16, mlp_dim=16, num_hidden_layers=1, num_attention_heads=2, iou_head_hidden_dim=16, iou_head_depth=2
    )
    return StemmedSam(SamConfig(vision_config=vision, prompt_encoder_config=prompt, mask_decoder_config=decoder))


def tiny_components() -> dict:
    """Every component of a pack, tiny and untrained."""
    from diffusers import AutoencoderTiny, ControlNetModel, DDIMScheduler, DDPMScheduler, UNet2DConditionModel
    from transformers import (
        CLIPTextConfig,
        CLIPTextModelWithProjection,
        CLIPVisionConfig,
        CLIPVisionModelWithProjection,
    )

    from shoemodel.image.pose import ANGLES
    from shoemodel.lps import feet, legs_3d
    from shoemodel.lps.denoiser import LegDenoiser
    from shoemodel.quality import judge
    from shoemodel.wd import model as wd
    from shoemodel.wd import segmenter

    torch.manual_seed(0)
    tokenizer = tiny_tokenizer()
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        projection_dim=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    vision = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        projection_dim=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
    )
    unet = UNet2DConditionModel(
        sample_size=SIDE // 4,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
    )
    return {
        "region": tiny_sam(),
        "areas": wd.build(*wd.SIZES["smoke"], stemmed=True),
        "feet": feet.build(side=SIDE, hidden=16, depth=1, heads=2, simple=True, stemmed=True),
        "legs": LegDenoiser(width=16, depth=1),
        "legs_scheduler": DDPMScheduler(num_train_timesteps=25, beta_schedule="squaredcos_cap_v2", clip_sample=False),
        "tokenizer": tokenizer,
        "text_encoder": CLIPTextModelWithProjection(text),
        "vae": AutoencoderTiny(
            encoder_block_out_channels=(8, 8, 8),
            decoder_block_out_channels=(8, 8, 8),
            num_encoder_blocks=(1, 1, 1),
            num_decoder_blocks=(1, 1, 1),
            latent_channels=4,
        ),
        "unet": unet,
        "controlnet": ControlNetModel.from_unet(
            unet, conditioning_channels=6, conditioning_embedding_out_channels=(8, 8, 8)
        ),
        "scheduler": DDIMScheduler(clip_sample=False, set_alpha_to_one=False),
        "image_encoder": CLIPVisionModelWithProjection(vision),
        "legs_3d": LegDenoiser(16, 1, leg_points=len(ANGLES), foot_points=legs_3d.NUMBERS),
        "judge": judge.build(SIDE, (8, 8, 8, 8), (1, 1, 1, 1), (1, 1, 1, 1), 8),
        "segmenter": segmenter.build(SIDE, (8, 8, 8, 8), (1, 1, 1, 1), (1, 1, 1, 1), 8),
    }


@pytest.fixture
def unchecked():
    """For tests that hand in what the annotations forbid, to see what the code itself says to it."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def no_shoe_seen(monkeypatch):
    """Neither SAM nor the segmenter sees a shoe, whatever the photo shows; a cut-out counts as one."""

    def ask(sam, rgb, *_, **__):
        return np.full(rgb.shape[:2], -1.0, np.float32), 0.01

    def look(network, rgb, hint):
        return np.full((2, *rgb.shape[:2]), -8.0, np.float32)

    monkeypatch.setattr("shoemodel.wd.region.ask", ask)
    monkeypatch.setattr("shoemodel.wd.automatic.look", look)


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory) -> Path:
    """A pack folder as `shoemodel pack` writes it, assembled from one run that holds every component."""
    from shoemodel import packs

    folder = tmp_path_factory.mktemp("packs")
    for name, component in tiny_components().items():
        component.save_pretrained(folder / "run" / "model" / name)
    packs.assemble([folder / "run"], folder / "tiny")
    return folder / "tiny"


@pytest.fixture(scope="session")
def pipeline(tiny_pack):
    from shoemodel import ShoeModelPipeline

    return ShoeModelPipeline.from_pretrained(tiny_pack, backend="diffusion", dtype=torch.float32)


@pytest.fixture
def shoe_mask() -> np.ndarray:
    """A blob in the middle of a 96 x 128 photo."""
    rows, columns = np.mgrid[:96, :128]
    return ((columns - 64) / 40) ** 2 + ((rows - 55) / 22) ** 2 < 1


@pytest.fixture
def shoe_photo(tmp_path, shoe_mask) -> Path:
    """A photo with an alpha channel that marks the shoe, so that no trained network has to find it."""
    from shoemodel.image import io as images

    rng = np.random.default_rng(0)
    rgb = np.where(shoe_mask[..., None], [150, 60, 40], [60, 120, 90]) + rng.integers(-40, 40, (*shoe_mask.shape, 3))
    rgb = rgb.clip(0, 255).astype(np.uint8)
    path = tmp_path / "shoe.png"
    images.save_png(path, np.dstack([rgb, np.where(shoe_mask, 255, 0).astype(np.uint8)]))
    return path


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory) -> Path:
    """Indexes of shards go where the tests' other files go."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    return Path(os.environ["XDG_CACHE_HOME"])


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory) -> Path:
    """A folder with one shard of 48 toy tuples of 24 shoes."""
    from shoemodel.data.shards import write_shard
    from tests.toys import toy_sample

    folder = tmp_path_factory.mktemp("toy")
    write_shard(folder, 0, toy_sample, range(48))
    return folder


def feet_of_canvas(model, rgb, visible):
    """Feet at a fixed place of whatever canvas, in the stead of `foot_keypoints`."""
    from shoemodel.lps.predict import FootKeypoints

    height, width = visible.shape
    unit = [[0.3, 0.6], [0.5, 0.8], [0.45, 0.8], [0.25, 0.8], [0.6, 0.6], [0.8, 0.8], [0.75, 0.8], [0.55, 0.8]]
    return FootKeypoints(np.array(unit) * (width, height), np.ones(8), np.ones(8, bool))


def areas_of_region(model, photo_rgb, region, name):
    """An opening in the upper left of whatever region, in the stead of `wd.predict.predict`."""
    from shoemodel.image.masks import ShoeAreas

    rows, columns = np.nonzero(region)
    y, x = np.mgrid[: region.shape[0], : region.shape[1]]
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    middle = columns.min() + 0.35 * wide, rows.min() + 0.2 * high
    opening = region & (((x - middle[0]) / (0.18 * wide)) ** 2 + ((y - middle[1]) / (0.2 * high)) ** 2 < 1)
    return ShoeAreas.from_masks(region & ~opening, opening)


@pytest.fixture
def found_feet(monkeypatch):
    """Untrained networks find neither feet nor an opening: say where they are, on whatever canvas."""
    monkeypatch.setattr("shoemodel.stages.foot_keypoints", feet_of_canvas)
    monkeypatch.setattr("shoemodel.stages.wd.predict", areas_of_region)
