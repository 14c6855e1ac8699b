"""The judge looks at pictures of any size and answers on their grid."""

import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.image.pose import FLIP
from shoemodel.quality import judge


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return judge.build(64, (8, 16, 16, 16), (1, 1, 1, 1), (1, 1, 1, 1), 16).eval()


def test_answers_lie_on_the_picture_s_grid(network):
    picture = np.random.default_rng(0).integers(0, 256, (90, 130, 3), dtype=np.uint8)
    seen = judge.read(network, picture)
    assert seen.shoe.shape == (90, 130) and seen.shoe.dtype == bool
    assert seen.points_px.shape == (12, 2) and seen.scores.shape == (12,)
    assert (seen.points_px > -3).all() and (seen.points_px[:, 0] < 133).all()
    assert list(seen.found) == [score >= judge.MIN_PEAK for score in seen.scores]


def test_a_mirrored_picture_gets_the_mirrored_answer(network):
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    seen, mirrored = judge.read(network, picture), judge.read(network, np.ascontiguousarray(picture[:, ::-1]))
    assert (seen.shoe != mirrored.shoe[:, ::-1]).mean() < 0.01
    np.testing.assert_allclose(mirrored.scores[list(FLIP)], seen.scores, atol=1e-4)


def test_a_pack_or_run_without_judge_is_refused(pipeline, tmp_path):
    assert judge.of_pack(pipeline, "tiny").config.id2label[0] == "shoe"
    with pytest.raises(InputError, match="holds no model/judge"):
        judge.load(tmp_path)
    pipeline_without = type("Pack", (), {"judge": None})()
    with pytest.raises(InputError, match="the pack mini holds no judge"):
        judge.of_pack(pipeline_without, "mini")
