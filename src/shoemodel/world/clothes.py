"""What the legs wear: skin, socks, tights, leggings and trousers, as parts in the world.

The wearable area is what a bare or socked leg hides, so no cloth may hang over the shoe: hems end above the collar, and
over a shaft trousers are tight and end inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from shoemodel.world.body import SIDES, Body, group
from shoemodel.world.footing import Fitting
from shoemodel.world.meshes import clip, compact, vertex_normals
from shoemodel.world.parts import Material, Part
from shoemodel.world.trousers import CUTS, Cut, bend_tube, build_tube, cloth_texture

Rgb = tuple[float, float, float]
# linear rgb
CLOTH_COLOURS: dict[str, dict[str, Rgb]] = {
    "denim": {
        "blue": (0.055, 0.105, 0.235), "dark blue": (0.018, 0.03, 0.075), "light blue": (0.21, 0.33, 0.50),
        "black": (0.016, 0.016, 0.018), "grey": (0.13, 0.135, 0.14), "white": (0.72, 0.71, 0.68),
    },
    "cloth": {
        "beige": (0.50, 0.40, 0.27), "khaki": (0.27, 0.23, 0.13), "black": (0.016, 0.016, 0.017),
        "grey": (0.21, 0.21, 0.22), "navy": (0.016, 0.022, 0.055), "olive": (0.085, 0.095, 0.04),
        "brown": (0.12, 0.065, 0.035), "white": (0.74, 0.73, 0.70), "red": (0.36, 0.03, 0.035),
        "pink": (0.66, 0.34, 0.37), "green": (0.04, 0.16, 0.07), "cream": (0.70, 0.63, 0.48),
    },
    "stretch": {
        "black": (0.014, 0.014, 0.016), "dark grey": (0.06, 0.06, 0.065), "navy": (0.016, 0.02, 0.06),
        "burgundy": (0.12, 0.012, 0.025), "purple": (0.10, 0.04, 0.18), "green": (0.03, 0.12, 0.08),
        "grey": (0.24, 0.24, 0.25), "blue": (0.03, 0.09, 0.30), "pink": (0.62, 0.24, 0.36),
    },
    "knit": {
        "white": (0.80, 0.80, 0.78), "black": (0.016, 0.016, 0.017), "grey": (0.27, 0.27, 0.28),
        "navy": (0.016, 0.022, 0.06), "red": (0.40, 0.03, 0.04), "yellow": (0.72, 0.47, 0.05),
        "green": (0.05, 0.20, 0.09), "pink": (0.70, 0.36, 0.42), "blue": (0.05, 0.15, 0.42),
    },
}  # fmt: skip
DYE = {"skinny jeans": "denim", "jeans": "denim", "leggings": "stretch", "tights": "stretch"}
DENIM = Material("cloth", roughness=0.85, specular=0.2, sheen=0.3)
CLOTH = Material("cloth", roughness=0.9, specular=0.15, sheen=0.4)
STRETCH = Material("cloth", roughness=0.6, specular=0.3, sheen=0.2)
SKIN = Material("skin", roughness=0.48, specular=0.32)
# the skin's darkest and lightest tones and what lies between, linear rgb, evenly spaced
SKIN_TONES = np.array(
    [[0.055, 0.028, 0.018], [0.14, 0.07, 0.042], [0.27, 0.145, 0.085], [0.44, 0.26, 0.165], [0.60, 0.39, 0.27],
     [0.72, 0.50, 0.385], [0.80, 0.60, 0.49]]
)  # fmt: skip


@dataclass(frozen=True)
class Outfit:
    """What the legs wear: a garment ("bare" for none) with its hem, socks (height 0 for none) and the skin's tone.

    Heights are metres above the ankle joint at rest; colours are words of CLOTH_COLOURS and linear rgb (3,).
    """

    garment: str
    garment_colour: str
    garment_rgb: Rgb
    hem_m: float
    cuff_m: float
    sock_m: float
    sock_colour: str
    sock_rgb: Rgb
    sock_stripes: bool
    skin_rgb: Rgb


def sample_outfit(rng: np.random.Generator, fitting: Fitting, female: bool, knee_m: float) -> Outfit:
    """Draw clothes that leave the shoe free: hems clearly above its collar; knee_m is the knee's rest height."""
    collar = max(fitting.collar_above_ankle, 0.0)
    tall = collar > 0.16
    garment = _sample_garment(rng, tall, female)
    free = collar + rng.uniform(0.02, 0.05)
    hem, cuff = free + rng.uniform(0.0, 0.06), 0.0
    if garment == "shorts":
        hem = max(knee_m + rng.uniform(0.02, 0.16), free)
    elif tall or garment == "tights":
        hem = -1.0 if garment == "tights" else 0.05
    elif garment in ("wide trousers", "leggings"):
        hem += rng.uniform(0.0, 0.10)
    elif garment in ("jeans", "chinos") and rng.random() < 0.45:
        cuff = rng.uniform(0.02, 0.045)
    dye = CLOTH_COLOURS[DYE.get(garment, "cloth")]
    colour = str(rng.choice(list(dye)))
    sock = _sample_sock(rng, fitting, garment, collar)
    sock_colour = str(rng.choice(list(CLOTH_COLOURS["knit"]), p=[0.34, 0.2, 0.12, 0.08, 0.06, 0.05, 0.05, 0.05, 0.05]))
    tone = rng.uniform(0, len(SKIN_TONES) - 1)
    skin = np.array([np.interp(tone, np.arange(len(SKIN_TONES)), SKIN_TONES[:, d]) for d in range(3)])
    return Outfit(
        garment, colour, _vary(rng, dye[colour]), hem, cuff, sock, sock_colour,
        _vary(rng, CLOTH_COLOURS["knit"][sock_colour]), sock > 0.1 and rng.random() < 0.3,
        tuple(skin * rng.uniform(0.93, 1.07, 3)),
    )  # fmt: skip


def _vary(rng: np.random.Generator, rgb: Rgb) -> Rgb:
    return tuple(np.clip(np.array(rgb) * rng.uniform(0.75, 1.25) * rng.uniform(0.93, 1.07, 3), 0.005, 0.85))


def _sample_garment(rng: np.random.Generator, tall: bool, female: bool) -> str:
    shares = {"bare": 3.0 if female else 1.5, "jeans": 3, "skinny jeans": 2, "chinos": 2, "leggings": 2 * female,
              "tights": 1.5 * female, "wide trousers": 1.2, "sweatpants": 1.2, "shorts": 2}  # fmt: skip
    if tall:
        shares = {"bare": 3, "skinny jeans": 3, "leggings": 3, "tights": 2, "shorts": 1.5}
        shares = {name: share if female or name not in ("tights", "leggings") else 0 for name, share in shares.items()}
    weights = np.array(list(shares.values()), float)
    return str(rng.choice(list(shares), p=weights / weights.sum()))


def _sample_sock(rng: np.random.Generator, fitting: Fitting, garment: str, collar: float) -> float:
    """Height of the sock above the ankle, 0 for none."""
    if garment == "tights" or fitting.shoe.family in ("pump", "ballerina"):
        return 0.0
    rare = fitting.shoe.family in ("sandal", "loafer", "tall boot")
    if rng.random() < (0.8 if rare else 0.3):
        return 0.0
    return float(collar + rng.choice([rng.uniform(0.01, 0.03), rng.uniform(0.05, 0.13), rng.uniform(0.2, 0.28)],
                                     p=[0.3, 0.55, 0.15]))  # fmt: skip


def skin_colours(rng: np.random.Generator, outfit: Outfit, height: np.ndarray, knee_m: float) -> np.ndarray:
    """Vertex colours (n, 3): the tone, slightly mottled, warmer at knees, ankles, heels and toes."""
    base = np.array(outfit.skin_rgb)
    warm = 0.8 * np.exp(-(((height - knee_m) / 0.05) ** 2)) + np.clip((0.03 - height) / 0.10, 0, 1)
    mottle = rng.normal(0, 0.012, (len(height), 1))
    colours = base * (1 + mottle) * (1 - np.outer(warm, [0.02, 0.10, 0.11]))
    return np.clip(colours, 0.01, 0.9)


def dress(
    body: Body, fitting: Fitting, outfit: Outfit, transforms: dict[int, np.ndarray], posed: np.ndarray,
    feet: tuple[str, ...], seed: int,
) -> list[Part]:  # fmt: skip
    """Skin and clothes of the legs in `feet`, from posed refined vertices (n, 3) with the feet in their shoes."""
    rng = np.random.default_rng(seed)
    parts = []
    normals = vertex_normals(posed, body.faces)
    for side in feet:
        parts += _leg_parts(rng, body, fitting, outfit, posed, normals, side)
    if outfit.garment in CUTS:
        cut = CUTS[outfit.garment]
        cut = Cut(cut.ease, cut.hem_radius, cut.knee_radius, cut.folds, outfit.cuff_m, cut.gather)
        parts += [_trouser_leg(rng, body, fitting, outfit, cut, transforms, side) for side in feet]
    if len(feet) == 2:
        parts.append(_seat_of_trousers(rng, body, outfit, posed, normals))
    return parts


def _leg_parts(
    rng: np.random.Generator, body: Body, fitting: Fitting, outfit: Outfit, posed: np.ndarray, normals: np.ndarray,
    side: str,
) -> list[Part]:  # fmt: skip
    """Skin, sock and leggings of one leg, cut from the same mesh where one begins and the other ends."""
    faces = body.leg_faces(side)
    height = fitting.figure.height_above_ankle(side)
    knee = float(fitting.figure.joints[side, "knee"][2] - fitting.figure.joints[side, "ankle"][2])
    free = 1 - np.clip(2 * body.foot_weight(side), 0, 1)[:, None]
    parts = []
    top = outfit.hem_m + 0.05 if outfit.garment in CUTS else 10.0
    if outfit.garment == "leggings":
        top = outfit.hem_m + 0.01
        cloth = posed + normals * 0.0018
        parts.append(_sliced(f"leggings_{side}", faces, height - outfit.hem_m, cloth, outfit.garment_rgb, STRETCH))
    skin = skin_colours(rng, outfit, height, knee)
    name, material = f"legs_{side}", SKIN
    if outfit.garment == "tights":
        skin, material = 0.22 * skin + 0.78 * np.array(outfit.garment_rgb), STRETCH
    bottom = -10.0
    if outfit.sock_m > 0:
        bottom = outfit.sock_m - 0.002
        parts.append(_sock(side, faces, height, posed + normals * (0.0006 + 0.001 * free), outfit, top))
    inside = np.minimum(height - bottom, top - height)
    faces, vertices, colours = clip(faces, inside, posed, skin)
    if len(faces):
        parts.append(Part(name, vertices, faces, material, colours=colours))
    return parts


def _sliced(
    name: str, faces: np.ndarray, inside: np.ndarray, vertices: np.ndarray, rgb: Rgb, material: Material
) -> Part:
    """The part of a leg where `inside` > 0, in one colour."""
    faces, vertices = clip(faces, inside, vertices)
    return Part(name, vertices, faces, material, colours=np.tile(np.array(rgb), (len(vertices), 1)))


def _sock(side: str, faces: np.ndarray, height: np.ndarray, vertices: np.ndarray, outfit: Outfit, top: float) -> Part:
    """A knitted sock up to its height: ribs and perhaps two stripes from a texture that runs along the leg."""
    reach = min(outfit.sock_m, top)
    faces, vertices, height = clip(faces, reach - height, vertices, height)
    rows = np.linspace(outfit.sock_m, -0.12, 512)
    ribs = 1 + 0.07 * np.sin(rows * 2 * np.pi / 0.0022)
    texture = np.tile(np.array(outfit.sock_rgb), (512, 4, 1)) * ribs[:, None, None]
    if outfit.sock_stripes:
        stripe = np.array([0.03, 0.03, 0.035]) if np.mean(outfit.sock_rgb) > 0.3 else np.array([0.75, 0.75, 0.73])
        below = outfit.sock_m - rows
        texture[((below > 0.018) & (below < 0.026)) | ((below > 0.034) & (below < 0.042))] = stripe
    v = (height + 0.12) / (outfit.sock_m + 0.12)
    uv = np.stack([np.full_like(v, 0.5), v], axis=1)
    return Part(f"sock_{side}", vertices, faces, CLOTH, texture=np.clip(texture, 0.005, 0.9), uv=uv)


def _trouser_leg(
    rng: np.random.Generator, body: Body, fitting: Fitting, outfit: Outfit, cut: Cut,
    transforms: dict[int, np.ndarray], side: str,
) -> Part:  # fmt: skip
    """One leg of trousers or shorts."""
    thigh, shin = (transforms[group(side, name)][:3, :3] for name in ("thigh", "shin"))
    bent = np.arccos(np.clip((np.trace(thigh.T @ shin) - 1) / 2, -1, 1))
    tube = build_tube(body, fitting.figure, side, cut, outfit.hem_m, bent, rng)
    length = float(np.ptp(tube.vertices[:, 2]))
    denim = DYE.get(outfit.garment) == "denim"
    texture = cloth_texture(rng, np.array(outfit.garment_rgb), denim, length)
    vertices = bend_tube(fitting.figure, side, tube, transforms)
    return Part(f"trousers_{side}", vertices, tube.faces, DENIM if denim else CLOTH, texture=texture, uv=tube.uv)


def _seat_of_trousers(
    rng: np.random.Generator, body: Body, outfit: Outfit, posed: np.ndarray, normals: np.ndarray
) -> Part:
    """Hips of both legs under cloth; bare legs wear shorts there."""
    bare = outfit.garment in ("bare", "tights")
    rgb = np.array(outfit.sock_rgb if bare else outfit.garment_rgb)
    ease = 0.004 if outfit.garment in ("leggings", "tights", "bare", "skinny jeans") else 0.014
    trunk = body.weights[:, 0] + sum(body.weights[:, group(side, "thigh")] for side in SIDES)
    hips = body.weights[:, 0] > 0.02
    noise = gaussian_filter(rng.standard_normal(len(posed)), 2)[:, None]
    faces, vertices, tone = compact(
        body.faces[hips[body.faces].any(axis=1) & (trunk[body.faces] > 0.9).all(axis=1)],
        posed + normals * ease, 1 + 0.04 * noise,
    )  # fmt: skip
    return Part("trousers_seat", vertices, faces, CLOTH, colours=np.clip(rgb * tone, 0.005, 0.9))
