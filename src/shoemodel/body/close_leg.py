"""Skin, sock, tights and leggings of one leg, made for a close look: even colours under finishes (ours)."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix

from shoemodel.body.figure import TOES, Body, Figure, Shod, group
from shoemodel.body.leg_finishes import SkinFinish, SockFinish, StretchFinish, TightsFinish
from shoemodel.body.materials import CLOTH, SKIN, STRETCH
from shoemodel.body.outfits import Outfit
from shoemodel.body.patterns import PatternFinish, base
from shoemodel.body.skin import Complexion, close_skin_colours, nails, skin_gloss, waves
from shoemodel.body.trousers import CUTS
from shoemodel.body.wardrobe import SHORT_KINDS
from shoemodel.body.warmers import leg_warmer
from shoemodel.render.meshes import clip, compact, smoothstep, vertex_normals
from shoemodel.render.parts import Finish, Material, Part

Rgb = tuple[float, float, float]
# skin under cloth is drawn in by this much, so that none comes through it; the edge of a sock presses by that
UNDER_CLOTH_M, PRESSED_M = 0.012, 0.0011
# a sports sock has this many ribs, a finer one that many
RIBS, FINE_RIBS = 80, 120
# roughness, metallic and sheen of leggings and of nylon, whose shine shows the leg's form
STRETCHED, NYLON = (0.55, 0.0, 0.4), (0.58, 0.0, 0.15)
# skin is less rough than in a world
SMOOTHER = 0.11
# tights let through this much of what the same ones do in a world
SHEER = 0.6
# what a nail adds to linear rgb, as a share, and how much smoother it is
NAIL, SMOOTH_NAIL = np.array([0.20, 0.16, 0.22]), 0.25
# how often a sock's surface is evened
SPANNED = 90


def close_leg(
    rng: np.random.Generator, body: Body, shod: Shod, outfit: Outfit, posed: np.ndarray, normals: np.ndarray,
    side: str, person: Complexion, knit: np.ndarray | None,
) -> list[Part]:  # fmt: skip
    """The side's parts from posed refined vertices (n, 3) with unit normals; knit: as in `clothes.dress`."""
    faces, posed, normals, height, rest, free, nail = compact(
        body.leg_faces(side), posed, normals, shod.figure.height_above_ankle(side), shod.figure.vertices,
        1 - np.clip(2 * body.foot_weight(side), 0, 1)[:, None], _nails(body, shod.figure, side),
    )  # fmt: skip
    knee = float(shod.figure.joints[side, "knee"][2] - shod.figure.joints[side, "ankle"][2])
    places = _beside_axis(shod.figure, side, rest)
    top, bottom = 10.0, -10.0
    parts = []
    if outfit.garment in CUTS or (outfit.file and outfit.garment not in SHORT_KINDS):
        posed = posed - normals * (UNDER_CLOTH_M * smoothstep((height - outfit.hem_m - 0.004) / 0.03))[:, None]
        top = outfit.hem_m + float(np.clip(knee - 0.1 - outfit.hem_m, 0.03, 0.14))
    elif outfit.garment == "leggings" and not outfit.file:
        top = outfit.hem_m + 0.01
        creases = 0.0006 * np.maximum(waves(rng, rest * [0.4, 0.4, 1.0], 0.02), 0)[:, None]
        over, own = posed + normals * (0.0018 + creases), outfit.garment_rgb
        finish: Finish = StretchFinish(outfit.hem_m)
        if outfit.pattern:
            own, finish = base(outfit.pattern_rgbs), PatternFinish(finish, outfit.pattern, outfit.pattern_rgbs, True)
        reach = height - outfit.hem_m
        parts.append(_covering(f"leggings_{side}", faces, reach, over, own, STRETCH, finish, places))
    warmer = leg_warmer(rng, outfit, side, faces, posed, normals, height, places)
    parts += [] if warmer is None else [warmer]
    if outfit.sock_m > 0:
        bottom = outfit.sock_m - 0.004
        pressed = PRESSED_M * np.exp(-(((height - outfit.sock_m + 0.008) / 0.012) ** 2))[:, None]
        posed = posed - normals * pressed
        reach = min(outfit.sock_m, top) - height
        knitted, over, outward, below, loose, where = clip(faces, reach, posed, normals, reach, free, places)
        over = _stretched(knitted, over, outward, smoothstep(below / 0.014))
        # the edge lies against the skin
        thick = (0.0006 + 0.001 * loose) * np.clip(0.25 + below / 0.003, 0, 1)[:, None]
        over = over + outward * thick
        rgb, sock = _sock_finish(outfit)
        colours = np.tile(np.array(rgb), (len(over), 1))
        made: Finish | None = sock
        if knit is not None:
            made, colours = None, clip(faces, reach, knit[np.unique(body.leg_faces(side))])[1]
        parts.append(Part(f"sock_{side}", over, knitted, CLOTH, colours=colours, finish=made, places=where))
    parts += _skin(rng, outfit, person, side, faces, posed, rest, height, places, knee, nail, (bottom, top))
    return parts


def _stretched(faces: np.ndarray, vertices: np.ndarray, normals: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Knit spans the hollows of what it is pulled over: vertices (n, 3) moved out along their normals by a share (n,)
    of how far the even surface lies outside."""
    count = len(vertices)
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    beside = coo_matrix((np.ones(2 * len(ends)), (np.r_[ends[:, 0], ends[:, 1]], np.r_[ends[:, 1], ends[:, 0]])),
                        (count, count)).tocsr()  # fmt: skip
    number = np.maximum(np.asarray(beside.sum(axis=1)), 1)
    even = vertices
    for _ in range(SPANNED):
        even = 0.4 * even + 0.6 * (beside @ even) / number
    out = np.einsum("kd,kd->k", even - vertices, normals)
    return vertices + normals * (share * np.maximum(out, 0))[:, None]


def _skin(
    rng: np.random.Generator, outfit: Outfit, person: Complexion, side: str, faces: np.ndarray, posed: np.ndarray,
    rest: np.ndarray, height: np.ndarray, places: np.ndarray, knee: float, nail: np.ndarray,
    between: tuple[float, float],
) -> list[Part]:  # fmt: skip
    """What is bare, or under tights, between two heights; nothing if there is none."""
    skin = close_skin_colours(rng, person, outfit.skin_rgb, rest, height, knee)
    pale = float(np.clip(np.mean(outfit.skin_rgb) / 0.5, 0.25, 1.0))
    gloss = skin_gloss(rng, person, rest, height, knee) - [SMOOTHER, 0.0, 0.0]
    material: Material = SKIN
    finish: Finish = SkinFinish(pale, outfit.hairy, knee, int(rng.integers(1000)))
    skin = skin * (1 + np.outer(nail, NAIL))
    gloss[:, 0] -= np.maximum(nail, 0) * SMOOTH_NAIL
    if outfit.hose_colour:
        opaque = 1 - (SHEER * person.sheer if outfit.sheer is None else outfit.sheer)
        red, green, blue = skin.mean(axis=0).tolist()
        material, finish = STRETCH, TightsFinish((red, green, blue), outfit.hose_rgb, opaque)
        skin = (1 - opaque) * skin + opaque * np.array(outfit.hose_rgb)
        gloss = np.tile(NYLON, (len(posed), 1))
    inside = np.minimum(height - between[0], between[1] - height)
    faces, posed, skin, gloss, places = clip(faces, inside, posed, skin, gloss, places)
    if len(faces) == 0:
        return []
    return [Part(f"legs_{side}", posed, faces, material, colours=skin, gloss=gloss, finish=finish, places=places)]


def _nails(body: Body, figure: Figure, side: str) -> np.ndarray:
    """Share (n,) of toenail of all vertices."""
    toes = body.weights[:, [group(side, toe) for toe in TOES]]
    chosen = np.flatnonzero(toes.sum(axis=1) > 0.3)
    share = np.zeros(len(toes))
    normals = vertex_normals(figure.vertices, body.faces)[chosen]
    share[chosen] = nails(figure.vertices[chosen], normals, toes[chosen])
    return share


def _beside_axis(figure: Figure, side: str, rest: np.ndarray) -> np.ndarray:
    """Rest vertices (n, 3) of a leg as places of `leg_finishes`."""
    ankle, knee = figure.joints[side, "ankle"], figure.joints[side, "knee"]
    share = np.clip((rest[:, 2] - ankle[2]) / (knee[2] - ankle[2]), 0, 1.5)[:, None]
    return rest - ankle - share * (knee - ankle) * [1, 1, 0]


def _covering(
    name: str, faces: np.ndarray, inside: np.ndarray, vertices: np.ndarray, rgb: Rgb, material: Material,
    finish: Finish, places: np.ndarray,
) -> Part:  # fmt: skip
    """The part of a leg where `inside` > 0, in one colour under a finish."""
    faces, vertices, places = clip(faces, inside, vertices, places)
    colours = np.tile(np.array(rgb), (len(vertices), 1))
    gloss = np.tile(STRETCHED, (len(vertices), 1)) if material is STRETCH else None
    return Part(name, vertices, faces, material, colours=colours, gloss=gloss, finish=finish, places=places)


def stripe_rgb(sock_rgb: Rgb) -> np.ndarray:
    """Stripes (3,) are dark on pale socks, pale on others."""
    return np.array([0.03, 0.03, 0.035]) if np.mean(sock_rgb) > 0.3 else np.array([0.75, 0.75, 0.73])


def _sock_finish(outfit: Outfit) -> tuple[Rgb, SockFinish]:
    """A sock's colour and its knit; sports socks, which are pale or striped, are knitted more coarsely."""
    own = np.array(outfit.sock_rgb)
    ribs = RIBS if outfit.sock_stripes or own.mean() > 0.3 else FINE_RIBS
    if not outfit.sock_stripes:
        return outfit.sock_rgb, SockFinish(outfit.sock_m, ribs)
    stripes = stripe_rgb(outfit.sock_rgb) if outfit.stripe_rgb is None else np.array(outfit.stripe_rgb)
    # the paler colour is the part's: a finish can darken what is pale, but what is dark mostly mirrors
    base = own if own.mean() >= stripes.mean() else stripes
    stripe, between = _rgb(stripes / base), _rgb(own / base)
    return _rgb(base), SockFinish(outfit.sock_m, ribs, stripe, outfit.hoops, between)


def _rgb(values: np.ndarray) -> Rgb:
    red, green, blue = values.tolist()
    return red, green, blue
