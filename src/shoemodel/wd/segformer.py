"""A small SegFormer that can be taught from nothing (ours)."""

from __future__ import annotations

from transformers import PreTrainedModel, SegformerConfig, SegformerForSemanticSegmentation

from shoemodel.nn import stem

__all__ = ["PreTrainedModel", "StemmedSegformer"]  # diffusers loads a class by a base in the class's module


class StemmedSegformer(SegformerForSemanticSegmentation):
    """`SegformerForSemanticSegmentation` whose first patches come from a residual convolutional stem."""

    def __init__(self, config: SegformerConfig):
        super().__init__(config)
        if config.strides[0] != stem.FINE:
            raise ValueError(f"the residual stem makes patches of {stem.FINE} px, not {config.strides[0]}")
        first = self.segformer.stages[0].patch_embeddings
        first.proj = stem.residual(config.num_channels, config.hidden_sizes[0])
