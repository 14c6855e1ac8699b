"""The small CLIP: a tokenizer for any text, a loss that learns, components that load."""

import pytest
import torch
from transformers import CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

from shoemodel.data.datasets import load
from shoemodel.training.clip import LENGTH, ClipTask, build, smoke, train_tokenizer
from shoemodel.training.loop import train

CAPTIONS = ["legs in blue jeans wearing red sneakers", "red boots on a wooden floor", "a woman in red sneakers"] * 4


@pytest.mark.parametrize(
    "text", ["", "Zürich naïve", "红色的鞋子", "نص عربي", "👟🏽‍♀️", "\x00\ud7ff", "Ωβ½  tab\tnew\nline"]
)
def test_every_script_has_tokens(text):
    tokenizer = train_tokenizer(CAPTIONS, 560)
    ids = tokenizer(text, padding="max_length", truncation=True).input_ids
    assert len(ids) == LENGTH and max(ids) < len(tokenizer)
    assert ids[0] == tokenizer.bos_token_id and tokenizer.eos_token_id in ids


def test_known_words_are_one_token_and_long_text_is_cut():
    tokenizer = train_tokenizer(CAPTIONS, 700)
    assert len(tokenizer("red sneakers").input_ids) == 4  # start, red, sneakers, end
    assert len(tokenizer("red " * 200, truncation=True).input_ids) == LENGTH


def test_tokenizer_survives_saving(tmp_path):
    tokenizer = train_tokenizer(CAPTIONS, 600)
    tokenizer.save_pretrained(tmp_path)
    loaded = CLIPTokenizer.from_pretrained(tmp_path)
    for text in ("red sneakers, in 红色", "unseen wörds"):
        assert loaded(text).input_ids == tokenizer(text).input_ids
    assert loaded.model_max_length == LENGTH


def test_smoke_run_saves_components_that_agree(toy_folder, tmp_path):
    config = smoke()
    assert train(ClipTask(config, load(toy_folder)), config, tmp_path).finished
    text = CLIPTextModelWithProjection.from_pretrained(tmp_path / "model" / "text_encoder").eval()
    image = CLIPVisionModelWithProjection.from_pretrained(tmp_path / "model" / "image_encoder").eval()
    tokenizer = CLIPTokenizer.from_pretrained(tmp_path / "model" / "tokenizer")
    ids = tokenizer("a toy shoe", padding="max_length", return_tensors="pt").input_ids
    with torch.no_grad():
        words, picture = text(ids), image(torch.zeros(1, 3, config.side, config.side))
    assert words.last_hidden_state.shape == (1, LENGTH, config.text_width)
    assert words.text_embeds.shape == picture.image_embeds.shape == (1, config.text_width)


def test_towers_are_those_that_were_trained(toy_folder):
    task = ClipTask(smoke(), load(toy_folder))
    parts, tokens = task.components(), task._tokens(["a toy shoe"])
    pixels = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        whole = task.model.eval()(input_ids=tokens, pixel_values=pixels)
        words, picture = parts["text_encoder"].eval()(tokens), parts["image_encoder"].eval()(pixels)
    for tower, embeds in ((words.text_embeds, whole.text_embeds), (picture.image_embeds, whole.image_embeds)):
        torch.testing.assert_close(torch.nn.functional.normalize(tower, dim=1), embeds)


def test_pictures_with_one_caption_are_not_told_apart(toy_folder):
    task = ClipTask(smoke(), load(toy_folder))
    batch = {"pixels": torch.randn(4, 3, 32, 32), "tokens": task._tokens(["a toy shoe"] * 4)}
    loss, logs = task.loss(batch)
    assert float(logs["accuracy"]) == 1
    torch.testing.assert_close(loss.detach(), torch.tensor(4.0).log(), atol=0.05, rtol=0)


def test_contrastive_loss_learns_colours(toy_folder):
    torch.manual_seed(0)
    tokenizer = train_tokenizer(CAPTIONS, 560)
    task = ClipTask(smoke(), load(toy_folder))
    task.tokenizer, task.model = tokenizer, build(smoke(), tokenizer)
    words = ["red", "green", "blue", "white"]
    colours = torch.tensor([[1.0, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, 1, 1]])[:, :, None, None].expand(4, 3, 32, 32)
    optimizer = torch.optim.AdamW(task.model.parameters(), 2e-3)
    for _ in range(40):
        loss, logs = task.loss({"pixels": colours, "tokens": task._tokens(words)})
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert float(logs["accuracy"]) == 1 and loss.item() < 0.7
