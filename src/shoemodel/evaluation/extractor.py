"""What turns pictures into the features of FID and KID: Inception or CLIP from local files, or the pack's own judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from transformers import SegformerForSemanticSegmentation

from shoemodel.errors import InputError
from shoemodel.quality.clip import Clip


@runtime_checkable
class Extractor(Protocol):
    """A module that torchmetrics accepts, with a name for the tables."""

    name: str
    side: int
    """Pixels of the square pictures that it reads."""
    num_features: int

    def __call__(self, pixels: UInt8[Tensor, "n 3 s s"]) -> Float[Tensor, "n d"]: ...


class ClipFeatures(nn.Module):
    """The projected embeddings of a CLIP's image tower."""

    def __init__(self, clip: Clip):
        super().__init__()
        self._clip = clip
        self.name, self.side = f"{clip.name}, image tower", clip.side
        self.num_features = int(clip.image.config.projection_dim)

    def forward(self, pixels: UInt8[Tensor, "n 3 s s"]) -> Float[Tensor, "n d"]:
        return self._clip.embed_pixels(pixels)


class JudgeFeatures(nn.Module):
    """Mean and std over the picture of each channel after every stage of the judge (ours).

    The judge answers for pixels, so its first stages tell sharp from blurred and its last ones a leg from a stool.
    A CLIP taught by captions alone is blind to whatever no caption mentions.
    """

    def __init__(self, judge: SegformerForSemanticSegmentation, name: str):
        super().__init__()
        self._judge = judge
        self.name, self.side = f"judge of {name}, all stages", int(judge.config.image_size)
        self.num_features = 2 * sum(judge.config.hidden_sizes)

    @torch.no_grad()
    def forward(self, pixels: UInt8[Tensor, "n 3 s s"]) -> Float[Tensor, "n d"]:
        scaled = (pixels.float() / 127.5 - 1).to(self._judge.device, self._judge.dtype)
        stages = self._judge(pixel_values=scaled, output_hidden_states=True).hidden_states
        return torch.cat([part for stage in stages for part in (stage.mean((2, 3)), stage.std((2, 3)))], dim=1).float()


class Inception(nn.Module):
    """FID's own Inception-v3 with 2048 features, from the TorchScript file `inception-2015-12-05.pt` of clean-fid."""

    side, num_features = 299, 2048

    def __init__(self, file: Path):
        super().__init__()
        self.name = f"Inception {file.name}"
        try:
            network: Any = torch.jit.load(str(file), map_location="cpu").eval()
            self._layers = network.layers
        except (OSError, RuntimeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{file} is no Inception that can be read ({type(error).__name__}); clean-fid's "
                "inception-2015-12-05.pt is accepted"
            ) from error

    @torch.no_grad()
    def forward(self, pixels: UInt8[Tensor, "n 3 299 299"]) -> Float[Tensor, "n 2048"]:
        return self._layers((pixels.float() - 128) / 128).flatten(1)
