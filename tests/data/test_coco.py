"""The keypoints file, read by COCO's own tools."""

import json

import numpy as np
import pytest

from shoemodel.apps.cli.main import main
from shoemodel.data import coco
from shoemodel.image.pose import NAMES
from tests.toys import toy_sample

pycocotools = pytest.importorskip("pycocotools.coco")
COUNT = 12


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(coco.dataset((toy_sample(i) for i in range(COUNT)), "toys")))
    return path


def test_coco_reads_what_the_tuples_hold(file):
    data = pycocotools.COCO(str(file))
    (category,) = data.loadCats(data.getCatIds())
    assert category["keypoints"] == list(NAMES)
    assert [NAMES[a - 1] for a, _ in category["skeleton"]][:2] == ["left_hip", "left_knee"]
    assert len(data.getImgIds()) == COUNT
    for annotation in data.loadAnns(data.getAnnIds()):
        picture = data.loadImgs(annotation["image_id"])[0]
        sample = toy_sample(picture["id"] - 1)
        assert picture["key"] == sample.key and (picture["height"], picture["width"]) == sample.areas.size
        points = np.array(annotation["keypoints"]).reshape(12, 3)
        assert np.array_equal(points[:, 2], sample.pose.visibility)
        assert (points[points[:, 2] == 0] == 0).all(), "COCO wants 0, 0, 0 for a point that is not labelled"
        there = sample.pose.exists
        assert np.allclose(points[there, :2], sample.pose.points[there], atol=0.01)
        assert annotation["num_keypoints"] == there.sum()
        x, y, width, height = annotation["bbox"]
        assert annotation["area"] == pytest.approx(width * height) and annotation["area"] > 0
        assert (points[there, :2] >= (x, y)).all() and (points[there, :2] <= (x + width, y + height)).all()
        rows, columns = np.nonzero(sample.areas.shoe)
        assert x <= columns.min() and columns.max() + 1 <= x + width and rows.max() + 1 <= y + height


def average_precision(file, shift_px: float) -> float:
    """COCO's keypoint AP of the truth moved sideways."""
    from pycocotools.cocoeval import COCOeval

    truth = pycocotools.COCO(str(file))
    found = []
    for annotation in truth.loadAnns(truth.getAnnIds()):
        points = np.array(annotation["keypoints"], float).reshape(12, 3)
        points[:, 0] += shift_px
        found.append({**annotation, "keypoints": points.ravel().tolist(), "score": 1.0})
    evaluation = COCOeval(truth, truth.loadRes(found), "keypoints")
    evaluation.params.kpt_oks_sigmas = np.full(12, 0.08)
    evaluation.evaluate(), evaluation.accumulate(), evaluation.summarize()
    return float(evaluation.stats[0])


def test_coco_scores_the_truth_with_1_and_a_shifted_one_with_less(file):
    assert average_precision(file, 0) == pytest.approx(1)
    assert average_precision(file, 60) < 0.5


def test_the_verb_writes_it(toy_folder, tmp_path):
    target = tmp_path / "keypoints.json"
    assert main(["inspect", str(toy_folder), "--out", str(tmp_path / "s.jpg"), "--coco", str(target)]) == 0
    assert len(json.loads(target.read_text())["annotations"]) == 48
