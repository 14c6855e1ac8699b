"""Extractors read uint8 squares and say how many features they give."""

import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.evaluation.extractor import ClipFeatures, Inception, JudgeFeatures
from shoemodel.quality import clip


def test_clip_features_are_the_projected_embeddings(pipeline):
    towers = clip.of_pack(pipeline, "tiny")
    extractor = ClipFeatures(towers)
    pixels = torch.randint(0, 256, (2, 3, extractor.side, extractor.side), dtype=torch.uint8)
    assert extractor(pixels).shape == (2, extractor.num_features)
    assert torch.equal(extractor(pixels), towers.embed_pixels(pixels)) and "CLIP" in extractor.name


def test_judge_features_see_blur(pipeline):
    extractor = JudgeFeatures(pipeline.judge, "tiny")
    pixels = torch.randint(0, 256, (2, 3, extractor.side, extractor.side), dtype=torch.uint8)
    blurred = torch.nn.functional.avg_pool2d(pixels.float(), 5, stride=1, padding=2).byte()
    sharp, soft = extractor(pixels), extractor(blurred)
    assert sharp.shape == (2, extractor.num_features) and "judge" in extractor.name
    first = slice(2 * pipeline.judge.config.hidden_sizes[0])
    between = (sharp[0] - sharp[1])[first].norm()
    assert (sharp - soft)[:, first].norm(dim=1).min() > between  # more than two pictures of noise differ


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_inception_reads_its_torchscript_file(tmp_path):
    class Layers(torch.nn.Module):
        def forward(self, x):
            return x.mean((1, 2, 3))[:, None].expand(-1, 2048)

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = Layers()

        def forward(self, x):
            return self.layers(x)

    torch.jit.script(Network()).save(str(tmp_path / "inception.pt"))
    extractor = Inception(tmp_path / "inception.pt")
    features = extractor(torch.full((2, 3, 299, 299), 192, dtype=torch.uint8))
    assert extractor.num_features == 2048 and torch.equal(features, torch.full((2, 2048), 0.5))
    (tmp_path / "other.pt").write_bytes(b"no network")
    with pytest.raises(InputError, match=r"other\.pt is no Inception"):
        Inception(tmp_path / "other.pt")
