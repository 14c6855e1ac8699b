"""Latents kept on disk: found again, extended, never those of another encoder."""

import dataclasses

import numpy as np
import pytest
import torch

from shoemodel.data.datasets import load
from shoemodel.errors import InputError
from shoemodel.training import kept, latents
from shoemodel.training.autoencoder import build, smoke
from shoemodel.training.latents import encode_views


@pytest.fixture
def vae():
    torch.manual_seed(0)
    return build(smoke())


@pytest.fixture(scope="module")
def tuples(toy_folder):
    return load(toy_folder, limit=6)


@pytest.fixture
def encoded(monkeypatch):
    """Rows that were encoded, call by call."""
    calls, encode = [], latents._encode
    monkeypatch.setattr(kept, "CHUNK", 2)
    monkeypatch.setattr(
        latents,
        "_encode",
        lambda vae, tuples, seeds, rows, views: calls.append(rows) or encode(vae, tuples, seeds, rows, views),
    )
    return calls


def all_of(kept):
    n, views = kept.shape[:2]
    return kept[np.repeat(np.arange(n), views), np.tile(np.arange(views), n)].view(kept.shape)


def test_the_second_call_finds_them_in_any_order(vae, tuples, tmp_path, encoded):
    first = encode_views(vae, tuples, 3, tmp_path)
    assert first.shape == (6, 3, 4, 16, 16) and len(encoded) == 3
    order = np.array([4, 1, 5])
    again = encode_views(vae, tuples.subset(order), 3, tmp_path)
    assert len(encoded) == 3
    assert torch.equal(all_of(again), all_of(first)[order])


def test_added_tuples_are_encoded_alone_and_an_interrupted_call_goes_on(vae, tuples, tmp_path, encoded, monkeypatch):
    encode_views(vae, tuples.subset(np.arange(3)), 2, tmp_path)
    encoded.clear()
    write = kept.write_file
    monkeypatch.setattr(kept, "write_file", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        encode_views(vae, tuples, 2, tmp_path)
    monkeypatch.setattr(kept, "write_file", write)
    encoded.clear()
    extended = encode_views(vae, tuples, 2, tmp_path)
    assert sorted(np.concatenate(encoded)) == [3, 4, 5]
    torch.testing.assert_close(all_of(extended), all_of(encode_views(vae, tuples, 2, tmp_path / "fresh")))


def test_another_encoder_or_number_of_views_is_another_cache_but_another_decoder_is_not(vae, tuples, tmp_path, encoded):
    few = tuples.subset(np.arange(2))
    encode_views(vae, few, 2, tmp_path)
    vae.decoder.conv_in.weight.data.add_(1)
    encode_views(vae, few, 2, tmp_path)
    assert len(encoded) == 1
    encode_views(vae, few, 3, tmp_path)
    next(vae.encoder.parameters()).data.add_(1)
    encode_views(vae, few, 2, tmp_path)
    vae.register_to_config(scaling_factor=0.5)
    encode_views(vae, few, 2, tmp_path)
    assert len(encoded) == 4 and len(list(tmp_path.iterdir())) == 4


def test_tuples_that_differ_in_the_worn_picture_share_their_views_but_not_their_latents(vae, tuples, tmp_path):
    few = tuples.subset(np.arange(2))
    greyed = dataclasses.replace(few, worn=np.full_like(few.worn, 128))
    first, second = encode_views(vae, few, 3, tmp_path), encode_views(vae, greyed, 3, tmp_path)
    assert first.view(1, 2).transform == second.view(1, 2).transform
    assert first.view(0, 2).transform != first.view(1, 2).transform
    assert not torch.equal(all_of(first), all_of(second))


def test_a_damaged_file_is_named(vae, tuples, tmp_path):
    few = tuples.subset(np.arange(2))
    encode_views(vae, few, 1, tmp_path)
    (file,) = tmp_path.rglob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(InputError, match=f"{file.name}.*delete it"):
        encode_views(vae, few, 1, tmp_path)
