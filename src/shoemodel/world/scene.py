"""One scene of the synthetic world: who stands where in which shoes, seen from where.

A scene holds everything the renderer needs and everything the labels are read from. It is a pure function of
(seed, index); the surroundings are named here (`place`, `ground`, `place_seed`) and built by `places.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shoemodel.body.anny_model import body
from shoemodel.body.bvh import Clip, load_clips
from shoemodel.body.clothes import dress
from shoemodel.body.footing import Fitting
from shoemodel.body.legs import Unreachable
from shoemodel.body.outfits import Outfit, sample_outfit
from shoemodel.body.poses import CLIP_POSES
from shoemodel.body.socks import sock_colours
from shoemodel.body.stance import Stance, take
from shoemodel.body.wardrobe import fit_garment
from shoemodel.data import captions
from shoemodel.data.splits import Split
from shoemodel.render.camera import Camera, View
from shoemodel.render.parts import Part
from shoemodel.world import framing
from shoemodel.world.shod import shod_figure

# the kinds of place and the grounds each of them may have
GROUNDS = {
    "studio": ("plain",),
    "white": ("plain",),
    "air": ("plain",),
    "room": ("wood", "tile", "carpet", "concrete"),
    "street": ("asphalt", "concrete", "tile", "stone"),
    "park": ("grass", "concrete"),
}
PLACE_SHARES = {"studio": 0.26, "white": 0.10, "room": 0.29, "street": 0.23, "park": 0.12}
# a pair at an angle stands on white this often
ANGLED_WHITE_SHARE = 0.4
# consecutive indices share a body and a shoe, which cost more than a scene
RUN = 4
SINGLE_SHARE = 0.55
MAX_ATTEMPTS = 80
# poses in which a skirt hangs free
UPRIGHT = ("standing", "staggered", "walking", "crossed", "tiptoe", "leaning", "jumping", "angled", "hovering",
           *CLIP_POSES)  # fmt: skip
# scenes in which the frame may cut a shoe (ours)
CUT_SHARE = 0.04


@dataclass(frozen=True)
class Scene:
    """Everything in front of the camera, in the world frame (metres, z up, floor at z=0, the body faces -y).

    shoe_parts: shoes and laces as placed, names "shoe_left", "shoe_left_laces", "shoe_right" ...
    body_parts: skin, socks, trousers; absent in the unworn picture.
    keypoints: (12, 3) in the order of `shoemodel.image.pose.NAMES`; present: (12,) bool, False for an absent leg.
    feet: the sides present, a subset of ("left", "right").
    place, ground: what surrounds the legs, a key of GROUNDS and one of its values.
    backdrop: linear rgb (3,) of the studio's paper or the room's wall; place_seed: for every other choice of the place.
    seat: (centre (3,), half size (3,)) of the box sat upon, or None.
    style: the words captions are written from.
    """

    key: str
    shoe_parts: list[Part]
    body_parts: list[Part]
    camera: Camera
    keypoints: np.ndarray
    present: np.ndarray
    feet: tuple[str, ...]
    place: str
    ground: str
    backdrop: np.ndarray
    place_seed: int
    seat: tuple[np.ndarray, np.ndarray] | None
    style: dict[str, str]
    caption: str
    captions: list[str]
    meta: dict[str, Any]

    def __post_init__(self) -> None:
        if self.keypoints.shape != (12, 3) or self.present.shape != (12,):
            raise ValueError(
                f"scene {self.key} has keypoints {self.keypoints.shape} and present {self.present.shape}, "
                "expected (12, 3) and (12,)"
            )
        if not self.feet or not set(self.feet) <= {"left", "right"}:
            raise ValueError(f"scene {self.key} has feet {self.feet}, expected one or both of left, right")


def sample_scene(
    seed: int, index: int, assets: Path | None = None, attempt: int = 0, split: Split | None = None, run: int = RUN,
    family: str | None = None,
) -> Scene:  # fmt: skip
    """Scene number `index` of the world `seed`: the same for the same numbers, whatever was drawn before.

    assets: a folder whose shoe files are worn, and whose motion clips give poses, now and then. attempt: another
    scene of the same shoe, for when the one before is found to be no good once it is rendered. split, family: the
    only ones whose shoes are worn. run: scenes that share a body and a shoe. Draws pose, clothes and view again until
    no rule is broken; RuntimeError if no draw of MAX_ATTEMPTS is good.
    """
    phenotype, fitting = shod_figure(seed, index // run, assets, split, family)
    clips = () if assets is None else load_clips(Path(assets))
    rng = np.random.default_rng([seed, index, 1, attempt])
    single = rng.random() < SINGLE_SHARE
    may_cut = rng.random() < CUT_SHARE
    refusals: list[str] = []
    for _ in range(MAX_ATTEMPTS):
        try:
            return _draw(seed, index, rng, phenotype, fitting, clips, single, may_cut, assets)
        except (framing.Refused, Unreachable) as refusal:
            refusals.append(str(refusal))
    raise RuntimeError(f"no good scene {seed}-{index} in {MAX_ATTEMPTS} draws: {sorted(set(refusals))}")


def _draw(
    seed: int, index: int, rng: np.random.Generator, phenotype: dict[str, float], fitting: Fitting,
    clips: tuple[Clip, ...], single: bool, may_cut: bool, assets: Path | None,
) -> Scene:  # fmt: skip
    """One attempt at a scene; raises framing.Refused or Unreachable."""
    stance = take(rng, body(), fitting, clips)
    feet = (str(rng.choice(["left", "right"])),) if single else ("left", "right")
    shoe_parts = {side: stance.shoe_parts(side) for side in feet}
    keypoints, present = framing.keypoints(fitting.figure, stance, feet)
    # the shoes' meshes are far denser than framing them needs
    points = framing.points(shoe_parts)[::6]
    angled = stance.pose.name == "angled" and not single
    view, camera = framing.frame(rng, points, stance.heading_deg(feet), framing.thighs(keypoints, present), angled)
    framing.check_frame(camera, points, may_cut)
    knee_m = float(fitting.figure.joints["left", "knee"][2] - fitting.figure.joints["left", "ankle"][2])
    skirts = not single and stance.pose.name in UPRIGHT
    outfit = sample_outfit(rng, fitting, phenotype["gender"] > 0.5, knee_m, skirts, assets)
    fitted = fit_garment(Path(assets) / outfit.file, phenotype) if assets and outfit.file else None
    knit = sock_colours(Path(assets) / outfit.sock_file, phenotype) if assets and outfit.sock_file else None
    clothes_seed = int(rng.integers(2**31))
    body_parts = dress(body(), fitting, outfit, stance.transforms, stance.vertices, feet, clothes_seed, fitted, knit)
    framing.check_cover(camera, stance, shoe_parts, body_parts)
    place = _sample_place(rng, stance.pose.name)
    ground = str(rng.choice(GROUNDS[place]))
    style = _style(phenotype, fitting, stance, outfit, view, feet, place, ground)
    written = captions.write(style, np.random.default_rng([seed, index, 2]))
    return Scene(
        key=f"{seed}-{index:07d}",
        shoe_parts=[part for side in feet for part in shoe_parts[side]],
        body_parts=body_parts,
        camera=camera,
        keypoints=keypoints,
        present=present,
        feet=feet,
        place=place,
        ground=ground,
        backdrop=_backdrop(rng),
        place_seed=int(rng.integers(2**31)),
        seat=stance.seat,
        style=style,
        caption=written[0],
        captions=written,
        meta=_meta(seed, index, phenotype, fitting, stance, outfit, view, place, ground),
    )


def _sample_place(rng: np.random.Generator, pose: str) -> str:
    """Where a pose is taken: a key of GROUNDS. What floats does so before a plain backdrop."""
    place = str(rng.choice(list(PLACE_SHARES), p=list(PLACE_SHARES.values())))
    if pose == "angled" and rng.random() < ANGLED_WHITE_SHARE:
        return "white"
    return "air" if pose == "hovering" else place


def _backdrop(rng: np.random.Generator) -> np.ndarray:
    """Paper or wall: mostly white to grey, sometimes a colour or a shop's pure white, linear rgb (3,)."""
    if rng.random() < 0.15:
        return np.full(3, rng.uniform(0.86, 0.92))
    tone = rng.uniform(0.25, 0.85) * np.ones(3)
    return tone * rng.uniform(0.97, 1.03, 3) if rng.random() < 0.6 else rng.uniform(0.15, 0.85, 3)


def _style(
    phenotype: dict[str, float], fitting: Fitting, stance: Stance, outfit: Outfit, view: View, feet: tuple[str, ...],
    place: str, ground: str,
) -> dict[str, str]:  # fmt: skip
    """The words of a scene."""
    words = fitting.shoe.description
    return {
        "who": "woman" if phenotype["gender"] > 0.5 else "man",
        "garment": outfit.garment,
        "garment_colour": outfit.garment_colour,
        "hose": outfit.hose_colour if outfit.garment != "tights" else "",
        "socks": outfit.sock_colour if outfit.sock_m > max(fitting.collar_above_ankle, 0.0) else "",
        "shoe": fitting.shoe.family,
        "shoe_colour": words["colour"],
        "shoe_second_colour": words.get("second_colour", ""),
        "shoe_material": words.get("material", ""),
        "heel": words.get("heel", ""),
        "count": "pair" if len(feet) == 2 else "single",
        "pose": stance.pose.name,
        "place": place,
        "ground": ground,
        "view": view.kind,
        "crop": view.crop,
    }


def _meta(
    seed: int, index: int, phenotype: dict[str, float], fitting: Fitting, stance: Stance, outfit: Outfit, view: View,
    place: str, ground: str,
) -> dict[str, Any]:  # fmt: skip
    """Everything the scene was drawn from, ready for JSON."""
    return {
        "seed": seed,
        "index": index,
        "family": fitting.shoe.family,
        "shoe_id": fitting.shoe.shoe_id,
        "scene": {
            "phenotype": phenotype,
            "pose": asdict(stance.pose),
            "outfit": asdict(outfit),
            "view": asdict(view),
            "place": place,
            "ground": ground,
            "heel_deg": float(fitting.shoe.heel_deg),
            "collar_m": float(fitting.collar_above_ankle),
        },
        "legs": {side: framing.leg(stance, side) for side in ("left", "right")},
    }
