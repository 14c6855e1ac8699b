"""The real classes of transformers with tiny random weights, in local folders."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import (
    RTDetrImageProcessorPil,
    RTDetrResNetConfig,
    RTDetrV2Config,
    RTDetrV2ForObjectDetection,
    SamModel,
    VitPoseBackboneConfig,
    VitPoseConfig,
    VitPoseForPoseEstimation,
    VitPoseImageProcessorPil,
    YolosConfig,
    YolosForObjectDetection,
    YolosImageProcessorPil,
)

from shoemodel.collect import hub_annotator
from shoemodel.collect.hub_annotator import DOUBTFUL, LEGS, WHOLE_BODY, HubAnnotator, Sources
from shoemodel.collect.people import Person
from shoemodel.errors import InputError
from shoemodel.image.pose import NAMES, Pose
from tests.conftest import tiny_sam

RGB = np.random.default_rng(0).integers(0, 255, (90, 70, 3), np.uint8)


def yolos(labels):
    model = YolosForObjectDetection(
        YolosConfig(
            hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=[64, 64],
            num_detection_tokens=3, id2label=labels, label2id={name: number for number, name in labels.items()},
        )
    )  # fmt: skip
    with torch.no_grad():
        model.class_labels_classifier.layers[-1].bias[1] += 1  # a person rather than a dog
    return model, YolosImageProcessorPil(size={"shortest_edge": 48, "longest_edge": 64})


def rt_detr(labels):
    backbone = RTDetrResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = RTDetrV2Config(
        backbone_config=backbone, encoder_hidden_dim=16, encoder_in_channels=[8, 16, 16], encoder_ffn_dim=16,
        encoder_attention_heads=2, d_model=16, decoder_in_channels=[16, 16, 16], decoder_ffn_dim=16, decoder_layers=2,
        decoder_attention_heads=2, num_queries=4, num_denoising=0, id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )  # fmt: skip
    return RTDetrV2ForObjectDetection(config), RTDetrImageProcessorPil(size={"height": 64, "width": 64})


def vit_pose(points=WHOLE_BODY, experts=1, simple=True):
    backbone = VitPoseBackboneConfig(
        image_size=[64, 48], hidden_size=16, num_hidden_layers=1, num_attention_heads=2, out_indices=[1],
        num_experts=experts, part_features=8,
    )  # fmt: skip
    labels = {number: f"point {number}" for number in range(points)}
    names = {"id2label": labels, "label2id": {name: number for number, name in labels.items()}}
    config = VitPoseConfig(backbone_config=backbone, use_simple_decoder=simple, **names)
    return VitPoseForPoseEstimation(config), VitPoseImageProcessorPil(size={"height": 64, "width": 48})


@pytest.fixture
def saved(tmp_path):
    """Save parts in folders and give the sources."""

    def save(detector=yolos, labels=None, **pose):
        torch.manual_seed(0)
        parts = {"detector": detector(labels or {0: "dog", 1: "person"}), "pose": vit_pose(**pose)}
        for name, each in parts.items():
            for component in each:
                component.save_pretrained(tmp_path / name)
        tiny = tiny_sam()
        SamModel(tiny.config).save_pretrained(tmp_path / "sam")
        return Sources(*(str(tmp_path / name) for name in ("detector", "pose", "sam")))

    return save


@pytest.mark.parametrize(("detector", "experts"), [(yolos, 1), (rt_detr, 6)])
def test_all_stages_run_on_saved_weights(saved, monkeypatch, detector, experts):
    monkeypatch.setattr(hub_annotator, "PERSON_SCORE", 0.0)
    for name in ("DOUBTFUL", "SEEN"):
        monkeypatch.setattr(hub_annotator, name, -1e9)
    annotator = HubAnnotator(saved(detector, experts=experts), torch.device("cpu"))
    people = annotator.people(RGB)
    assert people and all(person.pose.exists.all() and person.faces.shape == (73, 2) for person in people)
    mask, confidence = annotator.shoes(RGB, people[0])
    assert mask.shape == RGB.shape[:2] and 0 <= confidence <= 1
    assert set(annotator.identity) == {"detector", "pose", "sam"}
    assert annotator.identity["sam"].startswith("sam, sha256 ")


def test_nobody_is_found_where_the_detector_is_unsure(saved, monkeypatch):
    monkeypatch.setattr(hub_annotator, "PERSON_SCORE", 0.99)
    assert HubAnnotator(saved(), torch.device("cpu")).people(RGB) == []


def test_models_that_do_not_fit_are_refused(saved, tmp_path):
    with pytest.raises(InputError, match="finds 17 points"):
        HubAnnotator(saved(points=17), torch.device("cpu"))
    with pytest.raises(InputError, match="knows no person, but dog, cat"):
        HubAnnotator(saved(labels={0: "dog", 1: "cat"}), torch.device("cpu"))
    sources = saved()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"--pose .*empty: cannot be loaded"):
        HubAnnotator(Sources(sources.detector, str(tmp_path / "empty"), sources.sam), torch.device("cpu"))


def test_legs_feet_and_faces_are_read_from_the_133_points():
    points, scores = np.arange(266.0).reshape(133, 2), np.full(133, 0.9)
    scores[LEGS[NAMES.index("left_heel")]] = DOUBTFUL - 0.01
    scores[40] = 0.1
    person = hub_annotator._person(points, scores)
    rows = dict(zip(NAMES, person.pose.points[:, 0] / 2, strict=True))
    assert (rows["left_hip"], rows["right_ankle"], rows["left_big_toe"], rows["right_heel"]) == (11, 16, 17, 22)
    assert not person.pose.exists[NAMES.index("left_heel")] and person.feet == ("left", "right")
    assert len(person.faces) == 72


def test_sam_is_asked_with_the_foot_and_told_of_the_shin(saved, monkeypatch):
    asked = []

    def ask(sam, rgb, box, points, outside=None):
        asked.append((rgb.shape[:2], box, points, outside))
        return np.full(rgb.shape[:2], 1.0, np.float32), 0.7

    annotator = HubAnnotator(saved(), torch.device("cpu"))
    monkeypatch.setattr("shoemodel.wd.region.ask", ask)
    foot = {"knee": (100, 20), "ankle": (100, 80), "big_toe": (130, 100), "small_toe": (128, 104), "heel": (90, 100)}
    points, visibility = np.zeros((12, 2)), np.zeros(12, int)
    for joint, place in foot.items():
        points[NAMES.index(f"right_{joint}")], visibility[NAMES.index(f"right_{joint}")] = place, 2
    mask, confidence = annotator.shoes(np.zeros((200, 200, 3), np.uint8), Person(Pose(points, visibility)))
    ((size, box, inside, outside),) = asked
    assert confidence == 0.7 and len(inside) == 3 and outside.shape == (1, 2)
    assert box.x0 <= inside[:, 0].min() and inside[:, 0].max() <= box.x1 <= size[1]
    assert outside[0, 1] < inside[:, 1].min()
    rows, columns = np.nonzero(mask)
    assert rows.min() > 60 and columns.min() > 75 and columns.max() < 145  # only within the box about the foot
