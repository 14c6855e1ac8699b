"""The paper's stages on public weights: a detector finds people, VitPose 133 points of each, SAM cuts out the shoes.

The 133 points are COCO-WholeBody's (Jin et al. 2020): 17 of the body, 6 of the feet, 68 of the face, 42 of the hands.
How SAM is asked is (ours): once a foot, on a part of the photo about it, with a box, the foot's points drawn inwards,
and a point on the shin that is no shoe.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from transformers import AutoImageProcessor, AutoModelForObjectDetection, SamModel, VitPoseForPoseEstimation

from shoemodel import hub
from shoemodel.collect.people import Person, pose_of
from shoemodel.errors import InputError
from shoemodel.image.geometry import Box
from shoemodel.image.pose import NAMES, extents
from shoemodel.runtime.files import sha256
from shoemodel.runtime.quiet import quiet
from shoemodel.wd import region

WHOLE_BODY = 133
LEGS = (11, 13, 15, 17, 18, 19, 12, 14, 16, 20, 21, 22)
"""Where the points of `pose.NAMES` stand among the 133: left and right are the person's in both."""
FACE = (0, 1, 2, 3, 4, *range(23, 91))
"""Nose, eyes, ears, and the 68 points of the face."""
WHOLE_BODY_EXPERT = 5
"""ViTPose+'s expert for COCO-WholeBody, where the backbone has several."""
PERSON_SCORE = 0.5
"""Of the detector."""
DOUBTFUL, SEEN = 0.3, 0.5
"""Heatmap peaks from which a point counts as found, and as seen (ours)."""
INWARDS = 0.3
"""How far the foot's points are moved to their middle before SAM is asked, as they lie on the shoe's edge (ours)."""
FOOT_MARGIN = 0.25
"""About the foot's points, of its length: the box that the shoe is looked for in (ours)."""
SEEN_MARGIN = 1.0
"""The same of the square that SAM is shown (ours)."""
NO_SHOE = 0.6
"""Where on the way from ankle to knee the point lies that is no shoe: above a boot of half the shin (ours)."""


@dataclass(frozen=True)
class Sources:
    """Ids on the hub, or folders."""

    detector: str
    pose: str
    sam: str


class HubAnnotator:
    """Detector, VitPose and SAM."""

    sees_faces = True

    def __init__(self, sources: Sources, device: torch.device):
        folders = {name: fetched(getattr(sources, name)) for name in ("detector", "pose", "sam")}
        self.identity = {name: identity(getattr(sources, name), folder) for name, folder in folders.items()}
        self.device = device
        with quiet():
            self.detect = loaded(AutoImageProcessor, folders["detector"], "detector", backend="pil")
            self.detector = loaded(AutoModelForObjectDetection, folders["detector"], "detector").eval().to(device)
            self.crop = loaded(AutoImageProcessor, folders["pose"], "pose", backend="pil")
            self.pose = loaded(VitPoseForPoseEstimation, folders["pose"], "pose").eval().to(device)
            self.sam = loaded(SamModel, folders["sam"], "sam").eval().to(device)
        self.person = _person_label(self.detector.config.id2label, sources.detector)
        if self.pose.config.num_labels != WHOLE_BODY:
            raise InputError(
                f"--pose {sources.pose} finds {self.pose.config.num_labels} points; a VitPose with the {WHOLE_BODY} of "
                "COCO-WholeBody is accepted, as others know no toes and heels"
            )

    @torch.inference_mode()
    def people(self, rgb: UInt8[np.ndarray, "h w 3"]) -> list[Person]:
        """Everybody, the largest first."""
        inputs = self.detect(images=rgb, return_tensors="pt").to(self.device)
        found = self.detect.post_process_object_detection(
            self.detector(**inputs), threshold=PERSON_SCORE, target_sizes=[rgb.shape[:2]]
        )[0]
        corners = found["boxes"][found["labels"] == self.person].float().cpu().numpy()
        boxes = np.column_stack([corners[:, :2], corners[:, 2:] - corners[:, :2]])  # x, y, width, height
        boxes = boxes[(boxes[:, 2:] >= 1).all(1)]
        if not len(boxes):
            return []
        largest_first = boxes[np.argsort(-boxes[:, 2:].prod(1), kind="stable")]
        return [_person(*each) for each in zip(*self._points(rgb, largest_first), strict=True)]

    def _points(
        self, rgb: UInt8[np.ndarray, "h w 3"], boxes: Float[np.ndarray, "n 4"]
    ) -> tuple[Float[np.ndarray, "n 133 2"], Float[np.ndarray, "n 133"]]:
        """The 133 points of the people in the boxes (x, y, width, height), and the heights of their peaks."""
        inputs = self.crop(images=rgb, boxes=[boxes.tolist()], return_tensors="pt").to(self.device)
        experts = self.pose.config.backbone_config.num_experts
        if experts > 1:
            inputs["dataset_index"] = torch.full((len(boxes),), min(WHOLE_BODY_EXPERT, experts - 1), device=self.device)
        results = self.crop.post_process_pose_estimation(self.pose(**inputs), boxes=[boxes.tolist()])[0]
        points = np.stack([np.asarray(each["keypoints"], np.float64) for each in results]) + 0.5
        return points, np.stack([np.asarray(each["scores"], np.float64).reshape(-1) for each in results])

    def shoes(self, rgb: UInt8[np.ndarray, "h w 3"], person: Person) -> tuple[Bool[np.ndarray, "h w"], float]:
        """The union of what SAM finds about each foot, and its lowest predicted IoU."""
        mask, confidences = np.zeros(rgb.shape[:2], bool), []
        for side in person.feet:
            found, confidence = self._shoe(rgb, person, side)
            mask |= found
            confidences.append(confidence)
        return mask, min(confidences, default=0.0)

    def _shoe(
        self, rgb: UInt8[np.ndarray, "h w 3"], person: Person, side: str
    ) -> tuple[Bool[np.ndarray, "h w"], float]:
        """One shoe; nothing of it lies outside the box about the foot."""
        ankle, *rest = foot = person.foot_px(side)
        length = float(extents(foot[None])[0])
        seen, box = (_around(foot, margin * length, rgb.shape[:2]) for margin in (SEEN_MARGIN, FOOT_MARGIN))
        origin = np.array([seen.x0, seen.y0])
        middle = np.mean(rest, axis=0)
        points = np.array(rest) * (1 - INWARDS) + middle * INWARDS
        knee = NAMES.index(f"{side}_knee")
        shin = (ankle + NO_SHOE * (person.pose.points[knee] - ankle))[None]
        outside = shin - origin if person.pose.exists[knee] and _inside(shin, seen).all() else None
        inner = Box(box.x0 - seen.x0, box.y0 - seen.y0, box.x1 - seen.x0, box.y1 - seen.y0)
        part = np.ascontiguousarray(rgb[seen.slices])
        points = points[_inside(points, seen)] - origin
        logits, confidence = region.ask(self.sam, part, inner, points if len(points) else None, outside=outside)
        mask = np.zeros(rgb.shape[:2], bool)
        mask[seen.slices] = logits > 0
        allowed = np.zeros_like(mask)
        allowed[box.slices] = True
        return region.tidy(mask & allowed), confidence


def _person(points: Float[np.ndarray, "133 2"], scores: Float[np.ndarray, "133"]) -> Person:
    """The legs and the face among the 133 points."""
    legs, face = list(LEGS), list(FACE)
    faces = points[face][scores[face] >= SEEN]
    return Person(pose_of(points[legs], scores[legs], DOUBTFUL, SEEN), faces)


def _around(points: Float[np.ndarray, "n 2"], margin_px: float, size: tuple[int, int]) -> Box:
    """Whole pixels about points, within a photo of `size`; at least one pixel, where all points lie outside."""
    low, high = np.floor(points.min(0) - margin_px), np.ceil(points.max(0) + margin_px)
    width_height = np.array(size[::-1])
    first = np.clip(low, 0, width_height - 1).astype(int)
    last = np.clip(high, first + 1, width_height).astype(int)
    return Box(int(first[0]), int(first[1]), int(last[0]), int(last[1]))


def _inside(points: Float[np.ndarray, "n 2"], box: Box) -> Bool[np.ndarray, "n"]:
    return np.asarray(((points >= (box.x0, box.y0)) & (points < (box.x1, box.y1))).all(1))


def fetched(source: str) -> Path:
    """A folder as it is, an id on the hub fetched."""
    return Path(source) if Path(source).is_dir() else hub.fetch(source)


def identity(source: str, folder: Path) -> str:
    """An id with its commit; a folder by its name and the hash of its weights."""
    known = hub.record(source, folder)
    if not Path(source).is_dir():
        return f"{source} at {known['revision']}"
    return f"{folder.name}, sha256 " + " ".join(sha256(file) for file in sorted(folder.glob("*.safetensors")))


def loaded(kind: Any, folder: Path, flag: str, **options: Any) -> Any:
    try:
        return kind.from_pretrained(folder, local_files_only=True, **options)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"--{flag} {folder}: cannot be loaded as {kind.__name__} ({reason})") from error


def _person_label(labels: dict[int, str], source: str) -> int:
    for number, label in labels.items():
        if label.lower() == "person":
            return int(number)
    raise InputError(f"--detector {source} knows no person, but {', '.join(list(labels.values())[:5])}")
