"""Training of a fit's first guess (`fit.network`) on silhouettes of shoes under known cameras (ours).

Areas of photos have errors, so those that are learnt from are given such; they are turned, mirrored and cut by the
picture's edge. Foot points are missing, noisy, of the wrong foot or upside down.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor

from shoemodel.data.splits import TEST_SHARE, lot
from shoemodel.errors import InputError
from shoemodel.fit import network, views
from shoemodel.fit.grid import unpacked
from shoemodel.fit.proxies import Proxy, load_icons, load_proxies
from shoemodel.image import draw
from shoemodel.image.masks import largest_components
from shoemodel.training import fit_shoes, fit_views
from shoemodel.training.config import LoopConfig
from shoemodel.training.fit_shoes import LearntShoe
from shoemodel.training.fit_views import SIDE, Views
from shoemodel.training.task import Batch, Task
from shoemodel.wd.augment import imperfect

NO_POINTS_P, WRONG_SIDE_P, WRONG_END_P, LOST_P = 0.35, 0.12, 0.06, 0.12
"""Shares of views without foot points, with those of the other foot, with toes and heel exchanged; of points lost."""
NO_OPENING_P, CUT_P, TURN_P, PIECE_P = 0.12, 0.12, 0.4, 0.2
"""Of views without a wearable area, cut by the picture's edge, turned by any angle (a third of them) or by a few
degrees, with a missing piece."""
RIM_M, KIND, LIKENESS = 0.28, 0.10, 0.012
"""How like two shoes are: rims that differ by so much, kinds that differ, and what is as good as the best."""


@dataclass(frozen=True, kw_only=True)
class FitConfig:
    """The network's sizes and the run."""

    loop: LoopConfig
    side: int = 48
    """Input side, px."""
    widths: tuple[int, ...] = (16, 32, 64, 112)
    hidden: int = 256
    hypotheses: int = 8
    proxy_weight: float = 0.3
    """Weight of the proxies' cross-entropy against the view's likelihood."""


def mini() -> FitConfig:
    """0.9M parameters: about ten minutes on one processor thread with AMX."""
    loop = LoopConfig(
        steps=4000, batch=48, lr=2e-3, optimizer="muon", warmup=100, ema_decay=0.998, sample_every=1000, workers=1
    )
    return FitConfig(loop=loop)


def smoke() -> FitConfig:
    """Seconds: to see that everything runs."""
    loop = LoopConfig(steps=4, batch=4, lr=1e-3, warmup=1, log_every=2, sample_every=4, threads=1)
    return FitConfig(loop=loop, side=32, widths=(8, 16), hidden=32, hypotheses=4)


@dataclass(frozen=True, eq=False)
class Silhouettes:
    """What is learnt from."""

    shoes: tuple[LearntShoe, ...]
    icons: UInt8[np.ndarray, "p n k"]
    views: Views


def load(*folders: Path | str) -> Silhouettes:
    """The folder written by `recipes/fit_shoes.py`.

    Raises:
        InputError: there are several, or it is none.
    """
    if len(folders) != 1:
        raise InputError(f"--data: found {len(folders)} folders; fit learns from one, by `recipes/fit_shoes.py`")
    shoes, icons = fit_shoes.load(folders[0])
    return Silhouettes(shoes, icons, fit_views.load(Path(folders[0]) / fit_views.FILE))


class FitTask(Task):
    """Learn views from silhouettes; test on shoes held out."""

    def __init__(self, config: FitConfig, data: Silhouettes):
        self.config, self.views = config, data.views
        held = np.array([lot(shoe.proxy.name) < TEST_SHARE for shoe in data.shoes])
        self.train, self.test = (np.flatnonzero(part[data.views.shoe]) for part in (~held, held))
        self.examples = len(self.train)
        library = load_proxies()
        self.alike = likeness(data, library)
        torch.manual_seed(config.loop.seed)
        names = tuple(proxy.name for proxy in library)
        self.model = network.ViewNetwork(config.side, config.widths, config.hidden, config.hypotheses, names)
        self.trained: dict[str, torch.nn.Module] = {"fit": self.model}
        self.frozen: dict[str, torch.nn.Module] = {}

    def batch(self, rng: np.random.Generator, rows: np.ndarray) -> Batch:
        """pixels (b, 3, s, s), points (b, 24), rotation (b, 3, 3), distance (b), left (b), proxy (b, p)."""
        return self._stacked([self._example(int(row), rng) for row in self.train[rows]])

    @staticmethod
    def _stacked(examples: list[dict[str, Any]]) -> Batch:
        names = examples[0]
        return {n: torch.from_numpy(np.stack([each[n] for each in examples]).astype(np.float32)) for n in names}

    def _example(self, row: int, rng: np.random.Generator) -> dict[str, Any]:
        """One view, turned, mirrored and spoilt."""
        shoe, wearable = self.views.masks[row]
        marks, view = self.views.marks[row], self.views.view[row]
        angle = 0.0
        if rng.random() < TURN_P:
            angle = rng.uniform(-180, 180) if rng.random() < 1 / 3 else rng.normal(0, 8)
        mirror = bool(rng.random() < 0.5)
        shoe, wearable, marks = turned(np.stack([shoe, wearable]), marks, angle, mirror)
        rotation = views.look(view[:1], view[1:2], np.zeros(1))[0]
        if mirror:  # the shoe's x and the picture's
            rotation = rotation * np.outer([-1, 1, 1], [-1, 1, 1])
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ rotation
        shoe, wearable, shift = spoilt(shoe, wearable, rng)
        rows, columns = np.flatnonzero(shoe.any(axis=1)), np.flatnonzero(shoe.any(axis=0))
        box = np.array([[columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]], float)
        unit = (marks - shift - box.mean(axis=0)) / np.ptp(box, axis=0).max()
        points, trust = found_points(unit, mirror, rng)
        return {
            "pixels": network.picture_of(shoe, wearable, self.config.side),
            "points": network.points_of(points, trust),
            "rotation": rotation,
            "distance": view[views.DISTANCE],
            "left": float(not mirror),
            "proxy": self.alike[self.views.shoe[row]],
        }

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Negative log-likelihood of the true view under all hypotheses, and cross-entropy of the alike proxies."""
        answer = self.model(batch["pixels"], batch["points"])
        view = -network.log_likelihood(answer, batch["rotation"], batch["distance"], batch["left"]).mean()
        proxy = -(batch["proxy"] * F.log_softmax(answer.proxy, dim=1)).sum(dim=1).mean()
        return view + self.config.proxy_weight * proxy, {"view": view.detach(), "proxy": proxy.detach()}

    def sample_grid(self, count: int = 256, shown: int = 24) -> tuple[np.ndarray, dict[str, float]]:
        """Held-out silhouettes, and metrics over `count` of them.

        first_deg, best_deg: median error of the likeliest hypothesis and of the nearest of the four likeliest; gross:
        share whose nearest of four is off by more than 30 degrees; first_gross; left: share of right sides.
        """
        rng = np.random.default_rng(0)
        rows = self.test[np.linspace(0, len(self.test) - 1, min(count, len(self.test))).astype(int)]
        batch = self._stacked([self._example(int(row), rng) for row in rows])
        device = next(self.model.parameters()).device
        said = vars(self.model(batch["pixels"].to(device), batch["points"].to(device)))
        weight, rotation, left = (said[name].detach().float().cpu().numpy() for name in ("weight", "rotation", "left"))
        order = np.argsort(-weight, axis=1)[:, :4]
        each = np.arange(len(rows))[:, None]
        found = rotation[each, order]
        cosine = (np.einsum("nkij,nij->nk", found, batch["rotation"].numpy()) - 1) / 2
        off = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
        side = left[each, order][:, 0] > 0
        metrics = {
            "first_deg": float(np.median(off[:, 0])), "first_gross": float((off[:, 0] > 30).mean()),
            "best_deg": float(np.median(off.min(axis=1))), "gross": float((off.min(axis=1) > 30).mean()),
            "left": float((side == (batch["left"].numpy() > 0.5)).mean()),
        }  # fmt: skip
        tiles = [(255 * p).astype(np.uint8) for p in batch["pixels"].numpy().transpose(0, 2, 3, 1)[:shown]]
        return draw.contact_sheet([tiles[k : k + 8] for k in range(0, len(tiles), 8)]), metrics

    def components(self) -> dict[str, Any]:
        """The pack's `fit`."""
        return {"fit": self.model}


def likeness(data: Silhouettes, library: tuple[Proxy, ...]) -> Float[np.ndarray, "n p"]:
    """How the proxies share each shoe: by silhouettes from all sides, the rim, and the kind."""
    icons = unpacked(load_icons())
    rims = np.stack([proxy.rim for proxy in library])
    found = []
    for it, bits in zip(data.shoes, data.icons, strict=True):
        mine = unpacked(bits[None])
        both = (icons * mine).sum(axis=2)
        iou = (both / (icons.sum(axis=2) + mine.sum(axis=2) - both)).mean(axis=1)
        rim = np.linalg.norm(rims - it.proxy.rim, axis=2).mean(axis=1)
        other = np.array([proxy.kind != it.proxy.kind for proxy in library])
        cost = (1 - iou + rim / RIM_M + KIND * other) / LIKENESS
        weight = np.exp(cost.min() - cost)
        found.append(weight / weight.sum())
    return np.array(found)


def turned(
    masks: np.ndarray, marks: Float[np.ndarray, "4 2"], angle: float, mirror: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masks and points turned clockwise by an angle [deg] about the middle, after the mirror."""
    if mirror:
        masks, marks = masks[:, :, ::-1], marks * [-1, 1] + [SIDE, 0]
    if angle:
        side = round(1.45 * SIDE)
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turn = np.array([[c, -s], [s, c]])
        place = side / 2 - turn @ np.array([SIDE / 2, SIDE / 2])
        matrix = np.column_stack([turn, place + (turn @ np.full(2, 0.5)) - 0.5])
        layers = np.ascontiguousarray(masks.transpose(1, 2, 0)).astype(np.float32)
        masks = cv2.warpAffine(layers, matrix, (side, side)).transpose(2, 0, 1) > 0.5
        marks = marks @ turn.T + place
    return masks[0], masks[1], marks


def spoilt(
    shoe: np.ndarray, wearable: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, Float[np.ndarray, "2"]]:
    """Areas as they are found: ragged, with pieces too much or too few, cut by the picture's edge; and by what."""
    found = imperfect(shoe, rng)
    if rng.random() < PIECE_P:
        found = found & ~_piece(shoe, rng)
    opening = imperfect(wearable, rng) if wearable.any() else wearable
    if rng.random() < NO_OPENING_P:
        opening = opening & False
    shift = np.zeros(2)
    if rng.random() < CUT_P:
        axis, share = int(rng.integers(2)), rng.uniform(0.03, 0.25)
        at = np.flatnonzero(found.any(axis=1 - axis))
        cut = round(share * len(at))
        part = slice(int(at[0]) + cut, None) if rng.random() < 0.5 else slice(0, int(at[-1]) + 1 - cut)
        index = (part, slice(None)) if axis == 0 else (slice(None), part)
        found, opening = found[index], opening[index]
        shift[1 - axis] = part.start or 0
    found = largest_components(found, keep=1)
    return (found, opening & found, shift) if found.any() else (shoe, wearable, np.zeros(2))


def _piece(shoe: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A bar or an ellipse over a part of the shoe."""
    rows, columns = np.nonzero(shoe)
    at = rng.integers(len(rows))
    painted = np.zeros(shoe.shape, np.uint8)
    axes = (rng.uniform(0.03, 0.14, 2) * max(shoe.shape) + 1).astype(int)
    centre = (int(columns[at]), int(rows[at]))
    cv2.ellipse(painted, centre, axes.tolist(), rng.uniform(0, 180), 0, 360, 1, -1)
    return painted > 0


def found_points(
    unit: Float[np.ndarray, "4 2"], mirror: bool, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "2 4 2"], Float[np.ndarray, "2 4"]]:
    """The points of both feet as they are found, and the trust in them."""
    points, trust = np.zeros((2, 4, 2)), np.zeros((2, 4))
    if rng.random() < NO_POINTS_P:
        return points, trust
    foot = int(mirror) if rng.random() > WRONG_SIDE_P else int(not mirror)
    order = [3, 3, 3, 1] if rng.random() < WRONG_END_P else [0, 1, 2, 3]
    points[foot] = unit[order] + rng.normal(0, rng.uniform(0.01, 0.10), (4, 2))
    trust[foot] = rng.uniform(0.3, 1.0, 4).clip(0, 1) if rng.random() < 0.5 else 1.0
    trust[foot] *= rng.random(4) > LOST_P
    if rng.random() < 0.1:
        points[1 - foot], trust[1 - foot] = points[foot] + rng.normal(0, 0.15, 2), rng.uniform(0.2, 1.0, 4)
    return points, trust
