"""A small ViTPose that can be taught from nothing (ours)."""

from __future__ import annotations

from transformers import PreTrainedModel, VitPoseConfig, VitPoseForPoseEstimation

from shoemodel.nn import stem

__all__ = ["PreTrainedModel", "StemmedVitPose"]  # diffusers loads a class by a base that it finds in the class's module


class StemmedVitPose(VitPoseForPoseEstimation):
    """`VitPoseForPoseEstimation` whose patches come from a convolutional stem; everything behind them is ViTPose's."""

    def __init__(self, config: VitPoseConfig):
        super().__init__(config)
        backbone = config.backbone_config
        stem.check_patch(backbone.patch_size[0])
        embeddings = self.backbone.embeddings.patch_embeddings
        embeddings.projection = stem.convolutional(backbone.num_channels, backbone.hidden_size)
