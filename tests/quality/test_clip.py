"""CLIP as a measure, and the one way in which pictures reach an extractor."""

import json

import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.quality import clip


def test_resizing_keeps_what_has_the_size_and_averages_when_it_shrinks():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert (clip.resized(picture, 32).numpy() == picture.transpose(2, 0, 1)).all()
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[::2] = 255
    middle = clip.resized(stripes, 16)[:, 4:-4, 4:-4].float()
    assert (middle - 127.5).abs().max() < 12  # without antialiasing it would be black, or white


def test_the_pack_s_towers_agree_with_themselves(pipeline):
    towers = clip.of_pack(pipeline, "tiny")
    picture = np.full((40, 60, 3), 90, np.uint8)
    embedded = towers.embed_pictures([picture, picture])
    assert embedded.shape == (2, 8) and clip.cosine_score(*embedded) == pytest.approx(100, abs=1e-3)
    assert clip.cosine_score(embedded[0], -embedded[0]) == 0
    assert 0 <= towers.agreement(picture, "red shoes") <= 100
    alone, among = towers.embed_texts(["red"])[0], towers.embed_texts(["red", "red shoes, long"])[0]
    torch.testing.assert_close(alone, among)  # whatever is padded


def test_a_local_clip_is_read_with_its_own_normalisation(pipeline, tmp_path):
    with pytest.raises(InputError, match="holds no CLIP"):
        clip.load(tmp_path)
    from transformers import CLIPConfig, CLIPModel

    text, image = pipeline.text_encoder.config, pipeline.image_encoder.config
    CLIPModel(CLIPConfig(text_config=text, vision_config=image, projection_dim=8)).save_pretrained(tmp_path)
    pipeline.tokenizer.save_pretrained(tmp_path)
    assert clip.load(tmp_path).mean == clip.OWN_MEAN
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"image_mean": [0.4] * 3, "image_std": [0.2] * 3}))
    towers = clip.load(tmp_path)
    assert towers.mean == (0.4,) * 3 and towers.std == (0.2,) * 3 and towers.side == 32


def test_a_pack_without_image_tower_is_refused(pipeline):
    bare = type("Pack", (), {"text_encoder": pipeline.text_encoder, "image_encoder": None})()
    with pytest.raises(InputError, match="--clip FOLDER"):
        clip.of_pack(bare, "mini")
