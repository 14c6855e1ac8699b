"""An outfit put on: skin, socks, tights, leggings, trousers and skirts of posed legs, as parts in the world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shoemodel.body import cloth
from shoemodel.body.close_leg import close_leg, stripe_rgb
from shoemodel.body.figure import SIDES, Body, Shod, group, joint_points
from shoemodel.body.finishes import OTHER_SIDE, HangingFinish, TrouserFinish
from shoemodel.body.look import WORLD, Look
from shoemodel.body.materials import CLOTH, DENIM, SKIN, STRETCH
from shoemodel.body.outfits import DYE, Outfit, Rgb
from shoemodel.body.patterns import PatternFinish, base
from shoemodel.body.skin import Complexion, sample_complexion, skin_colours, skin_gloss, tights_colours, waves
from shoemodel.body.skirts import SKIRTS, build_skirt
from shoemodel.body.trousers import CUTS, Cut, Tube, bend_tube, build_tube
from shoemodel.body.wardrobe import SHORT_KINDS, Fitted
from shoemodel.body.wear import put_on
from shoemodel.render.meshes import clip, compact, smoothstep, transform, vertex_normals
from shoemodel.render.parts import Finish, Part

# the skin is this uneven, metres, which breaks up its highlights
PORES_M = 0.00022
# a trouser leg rides up by this much when its knee is bent to a right angle
RIDE_UP_M = 0.05


def dress(
    body: Body, shod: Shod, outfit: Outfit, transforms: dict[int, np.ndarray], posed: np.ndarray,
    feet: tuple[str, ...], seed: int, fitted: Fitted | None = None, knit: np.ndarray | None = None,
    look: Look = WORLD,
) -> list[Part]:  # fmt: skip
    """Skin and clothes of the legs in `feet`, from posed refined vertices (n, 3) with the feet in their shoes.

    fitted: the garment, if the outfit's is from a file. knit: colours (n, 3) of socks, if they are from one. Neither
    is drawn more finely for a close look.
    """
    rng = np.random.default_rng(seed)
    normals = vertex_normals(posed, body.faces)
    person = sample_complexion(rng)
    parts = [
        part
        for side in feet
        for part in (close_leg if look.close else _leg_parts)(
            rng, body, shod, outfit, posed, normals, side, person, knit
        )
    ]
    if fitted is not None:
        rgb = np.array(outfit.garment_rgb)
        return parts + put_on(fitted, rgb, shod.figure, transforms, posed, normals, outfit.hem_m, feet, rng)
    if outfit.garment in CUTS:
        make = _close_trousers if look.close else _trousers
        parts += make(rng, body, shod, outfit, transforms, posed, feet, look)
    if outfit.garment in SKIRTS:
        parts.append(_skirt(rng, body, shod, outfit, transforms, posed, look))
    elif len(feet) == 2:
        parts.append(_seat_of_trousers(rng, body, outfit, posed, normals))
    return parts


def _leg_parts(
    rng: np.random.Generator, body: Body, shod: Shod, outfit: Outfit, posed: np.ndarray, normals: np.ndarray,
    side: str, person: Complexion, knit: np.ndarray | None,
) -> list[Part]:  # fmt: skip
    """Skin, sock and leggings of one leg, cut from the same mesh where one begins and the other ends."""
    faces, posed, normals, height, weight, rest, to_shoe = compact(
        body.leg_faces(side), posed, normals, shod.figure.height_above_ankle(side), body.foot_weight(side),
        shod.figure.vertices, shod.to_shoe,
    )  # fmt: skip
    knee = float(shod.figure.joints[side, "knee"][2] - shod.figure.joints[side, "ankle"][2])
    free = 1 - np.clip(2 * weight, 0, 1)[:, None]
    parts = []
    hides = outfit.garment in CUTS or (outfit.file and outfit.garment not in SHORT_KINDS)
    # seen up a wide leg, but not so far that a bent knee comes through the cloth
    top = outfit.hem_m + np.clip(knee - 0.1 - outfit.hem_m, 0.03, 0.14) if hides else 10.0
    if outfit.garment == "leggings" and not outfit.file:
        top = outfit.hem_m + 0.01
        creases = 0.0006 * np.maximum(waves(rng, rest * [0.4, 0.4, 1.0], 0.02), 0)[:, None]
        cloth_points = posed + normals * (0.0018 + creases)
        parts.append(_sliced(f"leggings_{side}", faces, height - outfit.hem_m, cloth_points, outfit.garment_rgb))
    skin = skin_colours(rng, person, outfit.skin_rgb, outfit.hairy, rest, height, knee, to_shoe)
    gloss = skin_gloss(rng, person, rest, height, knee)
    uneven = PORES_M * free * rng.standard_normal(len(posed))[:, None]
    if outfit.hose_colour:
        skin, uneven = tights_colours(rng, person, skin, outfit.hose_rgb, rest, height, knee), 0.0 * uneven
        gloss = np.tile([STRETCH.roughness, 0.0, STRETCH.sheen], (len(posed), 1))
    bottom = -10.0
    if outfit.sock_m > 0:
        bottom = outfit.sock_m - 0.002
        over = posed + normals * (0.0006 + 0.001 * free)
        if knit is None:
            parts.append(_sock(side, faces, height, over, outfit, top))
        else:
            used = np.unique(body.leg_faces(side))
            points = clip(faces, min(outfit.sock_m, top) - height, over, knit[used])
            parts.append(Part(f"sock_{side}", points[1], points[0], CLOTH, colours=points[2]))
    inside = np.minimum(height - bottom, top - height)
    faces, vertices, colours, gloss = clip(faces, inside, posed + normals * uneven, skin, gloss)
    if len(faces):
        material = STRETCH if outfit.hose_colour else SKIN
        parts.append(Part(f"legs_{side}", vertices, faces, material, colours=colours, gloss=gloss))
    return parts


def _sliced(name: str, faces: np.ndarray, inside: np.ndarray, vertices: np.ndarray, rgb: Rgb) -> Part:
    """The part of a leg where `inside` > 0, in one colour of stretch cloth."""
    faces, vertices = clip(faces, inside, vertices)
    return Part(name, vertices, faces, STRETCH, colours=np.tile(np.array(rgb), (len(vertices), 1)))


def _sock(side: str, faces: np.ndarray, height: np.ndarray, vertices: np.ndarray, outfit: Outfit, top: float) -> Part:
    """A knitted sock up to its height: ribs and perhaps two stripes from a texture that runs along the leg."""
    reach = min(outfit.sock_m, top)
    faces, vertices, height = clip(faces, reach - height, vertices, height)
    rows = np.linspace(outfit.sock_m, -0.12, 512)
    ribs = 1 + 0.07 * np.sin(rows * 2 * np.pi / 0.0022)
    texture = np.tile(np.array(outfit.sock_rgb), (512, 4, 1)) * ribs[:, None, None]
    texture[outfit.sock_m - rows < 0.012] *= 0.88
    if outfit.sock_stripes:
        stripe = stripe_rgb(outfit.sock_rgb)
        below = outfit.sock_m - rows
        texture[((below > 0.018) & (below < 0.026)) | ((below > 0.034) & (below < 0.042))] = stripe
    v = (height + 0.12) / (outfit.sock_m + 0.12)
    uv = np.stack([np.full_like(v, 0.5), v], axis=1)
    return Part(f"sock_{side}", vertices, faces, CLOTH, texture=np.clip(texture, 0.005, 0.9), uv=uv)


def _trousers(
    rng: np.random.Generator, body: Body, shod: Shod, outfit: Outfit, transforms: dict[int, np.ndarray],
    posed: np.ndarray, feet: tuple[str, ...], look: Look,
) -> list[Part]:  # fmt: skip
    """Legs of trousers or shorts; both share one picture, side by side, for every picture costs the renderer time."""
    cut = replace(CUTS[outfit.garment], cuff=outfit.cuff_m, tuck=outfit.tucked)
    weave = "pinstripe" if cut.weave == "wool" and rng.random() < 0.15 else cut.weave
    tubes = {side: _tube(rng, body, shod, outfit, cut, transforms, posed, side, look) for side in feet}
    rgb = np.array(outfit.garment_rgb)
    pictures = [
        cloth.texture(rng, rgb, weave, tube.relief, float(np.ptp(tube.vertices[:, 2]))) for tube in tubes.values()
    ]
    picture = np.concatenate(pictures, axis=1)
    material = DENIM if DYE.get(outfit.garment) == "denim" else CLOTH
    return [
        Part(f"trousers_{side}", bend_tube(shod.figure, side, tube, transforms), tube.faces, material,
             texture=picture, uv=(tube.uv + np.array([number, 0])) / [len(tubes), 1])
        for number, (side, tube) in enumerate(tubes.items())
    ]  # fmt: skip


def _close_trousers(
    rng: np.random.Generator, body: Body, shod: Shod, outfit: Outfit, transforms: dict[int, np.ndarray],
    posed: np.ndarray, feet: tuple[str, ...], look: Look,
) -> list[Part]:  # fmt: skip
    """The same with the tone of folds and wear at the vertices, and threads, seams and hems as a finish."""
    cut = replace(CUTS[outfit.garment], cuff=outfit.cuff_m, tuck=outfit.tucked)
    if cut.folds.crease:  # pressed cloth hangs straight
        folds = cut.folds
        cut = replace(cut, folds=replace(folds, stack=0.4 * folds.stack, knee=0.6 * folds.knee, drag=0.5 * folds.drag))
    own = base(outfit.pattern_rgbs) if outfit.pattern else outfit.garment_rgb
    rgb = np.array(own)
    denim = (outfit.weave or cut.weave) == "denim"
    parts = []
    for number, side in enumerate(feet):
        tube = _tube(rng, body, shod, outfit, cut, transforms, posed, side, look)
        weave = outfit.weave or ("sweat" if cut.gather else cut.weave)
        seed = 3 * int(rng.integers(100)) + number
        sewn = TrouserFinish(weave, own, cut.cuff, cut.folds.crease > 0, seed)
        colours = cloth.worn_colours(rng, rgb, tube.shade, tube.uv, denim)
        colours = np.where(tube.places[:, 1:2] < -OTHER_SIDE / 2, sewn.back_rgb, colours)
        finish = PatternFinish(sewn, outfit.pattern, outfit.pattern_rgbs) if outfit.pattern else sewn
        vertices = bend_tube(shod.figure, side, tube, transforms)
        parts.append(
            Part(f"trousers_{side}", vertices, tube.faces, DENIM if denim else CLOTH, colours=colours, finish=finish,
                 places=tube.places)
        )  # fmt: skip
    return parts


def _tube(
    rng: np.random.Generator, body: Body, shod: Shod, outfit: Outfit, cut: Cut, transforms: dict[int, np.ndarray],
    posed: np.ndarray, side: str, look: Look,
) -> Tube:  # fmt: skip
    """One trouser leg at rest, round a leg whose foot is in its shoe."""
    thigh, shin = (transforms[group(side, name)][:3, :3] for name in ("thigh", "shin"))
    bent = np.arccos(np.clip((np.trace(thigh.T @ shin) - 1) / 2, -1, 1))
    rise = 0.0 if outfit.tucked or outfit.garment == "shorts" else RIDE_UP_M * min(bent, 1.8) / 1.6
    weight = body.weights[:, [group(side, joint) for joint in ("thigh", "shin")]].sum(axis=1)
    sign = 1.0 if side == "left" else -1.0
    chosen = (weight > 0.35) & (sign * shod.vertices[:, 0] > 0.0)
    points = shod.vertices[chosen]
    if look.close:
        points = _unbent(shod, side, points, posed[chosen], transforms)
    return build_tube(shod.figure, points, side, cut, outfit.hem_m + rise, transforms, rng, look)


def _unbent(
    shod: Shod, side: str, rest: np.ndarray, posed: np.ndarray, transforms: dict[int, np.ndarray]
) -> np.ndarray:
    """Where posed points (n, 3) of a shin are in the shin's own frame at rest: near the ankle they follow the foot,
    too, which cloth does not."""
    knee = shod.figure.joints[side, "knee"][2]
    own = transform(np.linalg.inv(transforms[group(side, "shin")]), posed)
    share = smoothstep((knee - 0.06 - rest[:, 2]) / 0.05)[:, None]
    return rest + share * (own - rest)


def _skirt(
    rng: np.random.Generator, body: Body, shod: Shod, outfit: Outfit, transforms: dict[int, np.ndarray],
    posed: np.ndarray, look: Look,
) -> Part:  # fmt: skip
    """A skirt of the length that ends at the outfit's hem when its wearer stands."""
    joints = shod.figure.joints
    hips = np.mean([joint_points(shod.figure, side, transforms)["hip"] for side in SIDES], axis=0)
    length = float(joints["left", "hip"][2] - joints["left", "ankle"][2]) - outfit.hem_m
    above_feet = sum(body.foot_weight(side) for side in SIDES) < 0.5
    own = base(outfit.pattern_rgbs) if outfit.pattern and look.close else outfit.garment_rgb
    finish: Finish | None = HangingFinish("plain", own) if look.close else None
    if finish is not None and outfit.pattern:
        finish = PatternFinish(finish, outfit.pattern, outfit.pattern_rgbs)
    return build_skirt(SKIRTS[outfit.garment], posed[above_feet], hips, length, np.array(own), rng, finish)


def _seat_of_trousers(
    rng: np.random.Generator, body: Body, outfit: Outfit, posed: np.ndarray, normals: np.ndarray
) -> Part:
    """Hips of both legs under cloth; bare legs wear shorts there."""
    bare = outfit.garment in ("bare", "tights")
    rgb = np.array(outfit.sock_rgb if bare else outfit.garment_rgb)
    ease = 0.004 if outfit.garment in ("leggings", "tights", "bare", "skinny jeans") else 0.014
    trunk = body.weights[:, 0] + sum(body.weights[:, group(side, "thigh")] for side in SIDES)
    hips = body.weights[:, 0] > 0.02
    faces, vertices = compact(
        body.faces[hips[body.faces].any(axis=1) & (trunk[body.faces] > 0.9).all(axis=1)], posed + normals * ease
    )
    tone = rng.normal(1, 0.012, (len(vertices), 1))
    return Part("trousers_seat", vertices, faces, CLOTH, colours=np.clip(rgb * tone, 0.005, 0.9))
