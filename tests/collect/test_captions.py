"""Words for what was measured."""

import numpy as np
import torch
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessorPil,
    BlipProcessor,
    BlipTextConfig,
    BlipVisionConfig,
)

from shoemodel.collect import captions
from tests.collect.conftest import toy_person
from tests.toys import toy_sample


def test_the_template_says_colour_number_and_how_much_is_seen():
    sample = toy_sample(1)  # one foot
    picture = np.full_like(sample.worn, (200, 20, 20))
    texts = captions.template(picture, sample.areas.shoe, toy_person(sample))
    assert texts == ["a photo of a leg wearing a red shoe", "a leg wearing a red shoe", "a red shoe"]
    pair = toy_sample(0)
    assert captions.template(picture, pair.areas.shoe, toy_person(pair))[1] == "legs wearing red shoes"


def test_a_saved_image_to_text_model_writes_a_caption(tmp_path):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]", "red", "shoe", "leg"]
    text = BlipTextConfig(
        vocab_size=len(words), hidden_size=16, encoder_hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=64, bos_token_id=5, eos_token_id=3, pad_token_id=0,
        sep_token_id=3,
    )  # fmt: skip
    vision = BlipVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=16
    )
    torch.manual_seed(0)
    model = BlipForConditionalGeneration(
        BlipConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), image_text_hidden_size=16)
    )
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    processor = BlipProcessor(
        BlipImageProcessorPil(size={"height": 32, "width": 32}), BertTokenizer(str(tmp_path / "vocab.txt"))
    )
    for part in (model, processor):
        part.save_pretrained(tmp_path / "blip")
    captioner = captions.HubCaptioner(str(tmp_path / "blip"), torch.device("cpu"))
    said = captioner(np.zeros((64, 64, 3), np.uint8))
    assert isinstance(said, str) and set(said.split()) <= {*words}
    assert captioner.identity.startswith("blip, sha256 ")
