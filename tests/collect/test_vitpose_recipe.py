"""The authors' layout of ViTPose's weights."""

import importlib
import re

import pytest
import torch
from transformers import VitPoseForPoseEstimation

from tests.collect.test_hub_annotator import vit_pose

recipe = importlib.import_module("recipes.vitpose")


def as_published(model):
    """The tensors of a model of transformers under the authors' names."""
    back = {
        "embeddings.patch_embeddings.projection": "patch_embed.proj", "embeddings.position_embeddings": "pos_embed",
        "backbone.layernorm": "backbone.last_norm", "encoder.layer": "blocks", "attention.output.dense": "attn.proj",
        "layernorm_before": "norm1", "layernorm_after": "norm2", "head.deconv1": "keypoint_head.deconv_layers.0",
        "head.batchnorm1": "keypoint_head.deconv_layers.1", "head.deconv2": "keypoint_head.deconv_layers.3",
        "head.batchnorm2": "keypoint_head.deconv_layers.4", "head.conv": "keypoint_head.final_layer",
    }  # fmt: skip
    published = {"associate_keypoint_heads.0.final_layer.bias": torch.zeros(17)}
    for name, value in model.state_dict().items():
        for theirs, authors in back.items():
            name = name.replace(theirs, authors)
        if match := re.match(r"(.*)\.attention\.attention\.(query|key|value)\.(.*)", name):
            whole = f"{match[1]}.attn.qkv.{match[3]}"
            published[whole] = torch.cat([published[whole], value]) if whole in published else value
        else:
            published[name] = value
    return published


def test_published_weights_give_the_same_heatmaps_in_transformers(tmp_path):
    torch.manual_seed(0)
    model, _ = vit_pose(simple=False)
    state = as_published(model.eval())
    converted = recipe.converted(state, size=(64, 48), heads=2)
    converted.save_pretrained(tmp_path)
    pixels = torch.randn(1, 3, 64, 48)
    with torch.no_grad():
        heatmaps = [each(pixels).heatmaps for each in (model, VitPoseForPoseEstimation.from_pretrained(tmp_path))]
    assert heatmaps[0].shape == (1, 133, 16, 12)
    assert torch.allclose(*heatmaps, atol=1e-4)
    del state["keypoint_head.final_layer.weight"]
    with pytest.raises(RuntimeError, match=r"head\.conv\.weight"):
        recipe.converted(state, size=(64, 48), heads=2)
