"""The look of skin and tights on posed legs: colour and gloss from place to place, no light inside the skin (ours).

Blood shows where skin is thin or worn: it takes most from green, less from blue, so that such skin is pink, not orange.
Where skin comes near the shoe it is darkened, for few bounces of light make what lies between two warm surfaces glow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from shoemodel.render.meshes import smoothstep

Rgb = tuple[float, float, float]
# what a full flush, and a vein, take from linear rgb, and what the melanin of a spot does
BLOOD, VEIN, SPOT = np.array([0.03, 0.16, 0.09]), np.array([0.10, 0.03, 0.0]), np.array([0.18, 0.28, 0.34])
# skin this near the shoe is darker by the share and less saturated by it
CONTACT_M, CONTACT = 0.007, 0.4
TAN_SHARE, TAN = 0.25, np.array([0.14, 0.22, 0.28])
SHEEN = 0.12
# what daylight photos make of a skin's colour
WARM = np.array([1.10, 0.98, 0.90])


@dataclass(frozen=True)
class Complexion:
    """What both legs of a person share: how dry the skin (added to its roughness), the share of vertices with a spot,
    how dark the knees, how tanned above which height over the ankle, how much skin tights let through."""

    dry: float
    spots: float
    knees: float
    tan: float
    tan_line_m: float
    sheer: float


def sample_complexion(rng: np.random.Generator) -> Complexion:
    """Draw a person's skin, apart from its tone, and the tights they would wear."""
    return Complexion(
        dry=float(rng.uniform(-0.06, 0.10)),
        spots=float(rng.choice([0.0, 0.004, 0.02])),
        knees=float(rng.uniform(0.0, 0.10)),
        tan=float(rng.uniform(0.3, 1.0)) if rng.random() < TAN_SHARE else 0.0,
        tan_line_m=float(rng.uniform(0.03, 0.12)),
        sheer=float(rng.choice([rng.uniform(0.05, 0.2), rng.uniform(0.25, 0.5)])),
    )


def waves(rng: np.random.Generator, points: np.ndarray, length_m: float, count: int = 5) -> np.ndarray:
    """Noise (n,) of unit std at points (n, 3) in space, with bumps of about length_m."""
    directions = rng.standard_normal((3, count))
    directions *= 2 * np.pi / (length_m * np.linalg.norm(directions, axis=0))
    return np.sqrt(2 / count) * np.sin(points @ directions + rng.uniform(0, 2 * np.pi, count)).sum(axis=1)


def skin_colours(
    rng: np.random.Generator, person: Complexion, rgb: Rgb, hairy: float, rest: np.ndarray, height: np.ndarray,
    knee_m: float, to_shoe: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Colours (n, 3) of rest vertices (n, 3) of one leg. height (n,) and knee_m: metres above the ankle; to_shoe (n,):
    metres to the shoe; hairy: share of hair."""
    flush = _flush(height, knee_m) + 0.30 * waves(rng, rest, 0.06, 8) + 0.25 * waves(rng, rest, 0.02, 8)
    # a dark skin shows less of what lies under it
    pale = float(np.clip(np.mean(rgb) / 0.5, 0.25, 1.0))
    veins = np.exp(-((waves(rng, rest * [1.0, 1.0, 0.5], 0.045) / 0.10) ** 2)) * smoothstep((0.12 - height) / 0.16)
    spots = (rng.random(len(rest)) < person.spots) * rng.uniform(0.3, 1.0, len(rest))
    tone = 1 + 0.03 * waves(rng, rest, 0.11) + 0.025 * waves(rng, rest, 0.03, 8) + rng.normal(0, 0.015, len(rest))
    tone = tone * (1 - person.knees * _knee(height, knee_m)) * (1 - _hair(rng, hairy, rest, height, knee_m))
    colours = np.array(rgb) * tone[:, None] * (1 - pale * (np.outer(flush, BLOOD) + np.outer(veins, VEIN)))
    colours *= 1 - np.outer(spots, SPOT)
    colours *= 1 - np.outer(_tanned(person, height, knee_m), pale * TAN)
    return np.clip(_shaded(colours, to_shoe), 0.01, 0.9)


def close_skin_colours(
    rng: np.random.Generator, person: Complexion, rgb: Rgb, rest: np.ndarray, height: np.ndarray, knee_m: float
) -> np.ndarray:
    """The same for a close look, warmer and more even: what is finer than a mesh is left to a finish."""
    pale = float(np.clip(np.mean(rgb) / 0.5, 0.25, 1.0))
    flush = 0.9 * _flush(height, knee_m) + 0.22 * waves(rng, rest, 0.09, 8) + 0.16 * waves(rng, rest, 0.03, 8)
    veins = np.exp(-((waves(rng, rest * [1.0, 1.0, 0.5], 0.045) / 0.10) ** 2)) * smoothstep((0.06 - height) / 0.12)
    tone = (1 + 0.03 * waves(rng, rest, 0.13) + 0.018 * waves(rng, rest, 0.04, 8)) * (
        1 - 0.6 * person.knees * _knee(height, knee_m)
    )
    colours = WARM * rgb * tone[:, None] * (1 - pale * (np.outer(flush, BLOOD) + 0.7 * np.outer(veins, VEIN)))
    return np.clip(colours, 0.008, 0.9)


def nails(
    rest: Float[np.ndarray, "n 3"], normals: Float[np.ndarray, "n 3"], toes: Float[np.ndarray, "n 5"]
) -> Float[np.ndarray, "n"]:
    """How far vertices at rest, toes towards -y, lie on a toenail, 0 to 1; below 0 in the groove round it. toes: how
    far they belong to each toe."""
    share = np.zeros(len(rest))
    for weight in toes.T:
        mine = np.flatnonzero(weight > 0.4)
        if len(mine) < 8:
            continue
        points = rest[mine]
        tip = points[:, 1].min()
        front = points[points[:, 1] < tip + 0.012]
        width, middle = np.ptp(front[:, 0]), (front[:, 0].min() + front[:, 0].max()) / 2
        half = np.array([0.33, 0.40]) * width
        away = np.hypot((points[:, 0] - middle) / half[0], (points[:, 1] - tip - 0.12 * width - half[1]) / half[1])
        groove = 0.8 * np.exp(-(((away - 1.1) / 0.13) ** 2))
        share[mine] = (smoothstep((1.1 - away) / 0.2) - groove) * smoothstep((normals[mine, 2] - 0.1) / 0.3)
    return share


def skin_gloss(
    rng: np.random.Generator, person: Complexion, rest: np.ndarray, height: np.ndarray, knee_m: float
) -> np.ndarray:
    """Roughness, metallic and sheen (n, 3): taut and smooth on the shin, rough on knees and heels."""
    shin = np.exp(-(((height - 0.55 * knee_m) / (0.3 * knee_m)) ** 2))
    rough = 0.55 + person.dry - 0.08 * shin + 0.10 * _knee(height, knee_m) + 0.10 * smoothstep((-0.01 - height) / 0.05)
    rough = rough + 0.05 * waves(rng, rest, 0.05) + 0.03 * waves(rng, rest, 0.015)
    return np.stack([np.clip(rough, 0.32, 0.9), np.zeros(len(rest)), np.full(len(rest), SHEEN)], axis=1)


def tights_colours(
    rng: np.random.Generator, person: Complexion, skin: np.ndarray, rgb: Rgb, rest: np.ndarray, height: np.ndarray,
    knee_m: float,
) -> np.ndarray:  # fmt: skip
    """Colours (n, 3) of skin (n, 3) under tights, which let more through where they are stretched, over knee and calf;
    heel and toes are reinforced."""
    calf = np.exp(-(((height - 0.65 * knee_m) / (0.3 * knee_m)) ** 2))
    sheer = person.sheer * (0.8 + 0.3 * calf + 0.35 * _knee(height, knee_m)) * (1 + 0.08 * waves(rng, rest, 0.12))
    sheer = np.clip(sheer * (1 - 0.5 * smoothstep((-0.03 - height) / 0.02)), 0.03, 0.7)[:, None]
    return sheer * skin + (1 - sheer) * np.array(rgb)


def _knee(height: np.ndarray, knee_m: float) -> np.ndarray:
    return np.exp(-(((height - knee_m) / 0.05) ** 2))


def _flush(height: np.ndarray, knee_m: float) -> np.ndarray:
    """How much blood shows (n,): on knees, ankle bones, and more and more down to heels and toes."""
    ankle = np.exp(-((height / 0.02) ** 2))
    return 0.7 * _knee(height, knee_m) + 0.35 * ankle + 0.8 * smoothstep((0.02 - height) / 0.09)


def _hair(rng: np.random.Generator, hairy: float, rest: np.ndarray, height: np.ndarray, knee_m: float) -> np.ndarray:
    """How much light hair takes (n,): dense on the calf, ragged at its ends, none on ankle and knee."""
    where = np.clip(1.25 - np.abs(height - 0.55 * knee_m) / (0.45 * knee_m), 0, 1)
    ragged = np.clip(1 + 0.35 * waves(rng, rest, 0.07), 0, 2)
    return hairy * where * ragged * (0.08 + 0.10 * np.abs(rng.standard_normal(len(rest))))


def _tanned(person: Complexion, height: np.ndarray, knee_m: float) -> np.ndarray:
    """How tanned (n,) legs are above a sock's line."""
    above_sock = smoothstep((height - person.tan_line_m) / 0.012)
    return person.tan * above_sock * (1 - 0.5 * smoothstep((height - knee_m) / 0.15))


def _shaded(colours: np.ndarray, to_shoe: np.ndarray) -> np.ndarray:
    """Colours (n, 3) darker and greyer where they are near the shoe."""
    share = (CONTACT * np.exp(-((to_shoe / CONTACT_M) ** 2)))[:, None]
    grey = colours.mean(axis=1, keepdims=True)
    return (1 - share) * (colours + share * (grey - colours))
