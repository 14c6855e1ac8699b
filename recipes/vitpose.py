"""ViTPose's whole-body weights, as their authors publish them, in transformers' layout, for `shoemodel collect --pose`.

    python recipes/vitpose.py wholebody.pth --out weights/vitpose-wholebody

Weights of the classic decoder with 133 points, of ViTPose or of one data set split from ViTPose+ (the authors'
tools/model_split.py writes a wholebody.pth). Only tensors are read from the file, no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import tyro
from tyro.conf import Positional

HEADS = {384: 12, 768: 12, 1024: 16, 1280: 16}
"""Attention heads of ViTPose-S, -B, -L and -H by their width."""
SIZE = (256, 192)
"""Of the input, px: height and width."""
RENAMED = (
    (r"^backbone\.patch_embed\.proj\.", "backbone.embeddings.patch_embeddings.projection."),
    (r"^backbone\.pos_embed$", "backbone.embeddings.position_embeddings"),
    (r"^backbone\.last_norm\.", "backbone.layernorm."),
    (r"^backbone\.blocks\.(\d+)\.attn\.proj\.", r"backbone.encoder.layer.\1.attention.output.dense."),
    (r"^backbone\.blocks\.(\d+)\.norm1\.", r"backbone.encoder.layer.\1.layernorm_before."),
    (r"^backbone\.blocks\.(\d+)\.norm2\.", r"backbone.encoder.layer.\1.layernorm_after."),
    (r"^backbone\.blocks\.(\d+)\.mlp\.", r"backbone.encoder.layer.\1.mlp."),
    (r"^keypoint_head\.deconv_layers\.0\.", "head.deconv1."),
    (r"^keypoint_head\.deconv_layers\.1\.", "head.batchnorm1."),
    (r"^keypoint_head\.deconv_layers\.3\.", "head.deconv2."),
    (r"^keypoint_head\.deconv_layers\.4\.", "head.batchnorm2."),
    (r"^keypoint_head\.final_layer\.", "head.conv."),
)
"""Names of the authors' tensors, and transformers'."""
QKV = re.compile(r"^backbone\.blocks\.(\d+)\.attn\.qkv\.(weight|bias)$")
PASSED_OVER = re.compile(r"^(associate_keypoint_heads|backbone\.cls_token)")


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What is brought into another layout."""

    file: Annotated[Positional[Path], tyro.conf.arg(metavar="FILE")]
    """The authors' .pth."""
    out: Path
    """Folder for model and image processor."""


def main(options: Weights) -> None:
    """Convert and save."""
    from transformers import VitPoseImageProcessorPil

    state = torch.load(options.file, map_location="cpu", weights_only=True)
    model = converted(state.get("state_dict", state))
    model.save_pretrained(options.out)
    VitPoseImageProcessorPil(size=dict(zip(("height", "width"), SIZE, strict=True))).save_pretrained(options.out)
    print(f"{options.out}: VitPose of {model.config.num_labels} points")


def converted(state: dict[str, Any], size: tuple[int, int] = SIZE, heads: int | None = None) -> Any:
    """The authors' tensors in transformers' model; RuntimeError where one is missing or left over.

    heads: of attention, where the width is none of HEADS."""
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

    renamed = dict(pair for name, value in state.items() for pair in _renamed(name, value))
    width = renamed["backbone.layernorm.weight"].numel()
    depth = 1 + max(int(name.split(".")[3]) for name in renamed if name.startswith("backbone.encoder.layer."))
    backbone = VitPoseBackboneConfig(
        image_size=list(size), hidden_size=width, num_hidden_layers=depth, num_attention_heads=heads or HEADS[width],
        mlp_ratio=renamed["backbone.encoder.layer.0.mlp.fc1.bias"].numel() // width, layer_norm_eps=1e-6,
        out_indices=[depth],
    )  # fmt: skip
    config = VitPoseConfig(
        backbone_config=backbone, use_simple_decoder=False, num_labels=renamed["head.conv.bias"].numel()
    )
    model = VitPoseForPoseEstimation(config)
    model.load_state_dict(renamed)
    return model.eval()


def _renamed(name: str, value: Any) -> list[tuple[str, Any]]:
    """One tensor under its new name, or in three where the authors keep query, key and value in one."""
    if match := QKV.match(name):
        place = f"backbone.encoder.layer.{match[1]}.attention.attention"
        parts = zip(("query", "key", "value"), value.chunk(3), strict=True)
        return [(f"{place}.{part}.{match[2]}", piece) for part, piece in parts]
    if PASSED_OVER.match(name):
        return []
    for pattern, new in RENAMED:
        name, found = re.subn(pattern, new, name)
        if found:
            break
    return [(name, value)]


if __name__ == "__main__":
    main(tyro.cli(Weights))
