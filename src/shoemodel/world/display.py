"""Shoes that nobody wears, laid as shops lay them: picture, areas and foot points, for the networks that need no more.

The worn picture is most of what a tuple costs, and wearable-area detection and foot keypoints (paper 3.1, 3.2) look at
the shoe's pixels alone. So here a shoe is built once and seen in several arrangements and colours, before plain
ground. The areas are as true as those of `labels.py`: wearable is what the shoe's own foot and the first few
centimetres of its leg hide, by rays; what the leg of the other shoe would hide stays visible.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float

from shoemodel import shoes
from shoemodel.body.anny_model import body, sample_phenotype
from shoemodel.body.figure import foot_transforms, reference_foot, rest_transforms, skin
from shoemodel.body.footing import fit
from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.data.splits import Split, split_of
from shoemodel.errors import InputError
from shoemodel.image.pose import ABSENT, HIDDEN, NAMES, Pose
from shoemodel.render import engine, sensors
from shoemodel.render.camera import Camera
from shoemodel.render.denoise import denoise
from shoemodel.render.engine import FAR, Picture
from shoemodel.render.meshes import compact, transform
from shoemodel.render.parts import Material, Part
from shoemodel.world import arrange, labels, packshot, recolour
from shoemodel.world.arrange import mirrored
from shoemodel.world.shod import women_share
from shoemodel.world.synthesize import claim
from shoemodel.world.tuples import WORLD_VERSION, choose_film, develop

FAMILY_SHARES = {
    "sneaker": 0.10, "running shoe": 0.07, "platform sneaker": 0.04, "high-top": 0.06, "hiking boot": 0.05,
    "children's shoe": 0.04, "derby": 0.03, "loafer": 0.04, "espadrille": 0.02, "ankle boot": 0.07,
    "chelsea boot": 0.04, "tall boot": 0.04, "pump": 0.08, "ballerina": 0.04, "sandal": 0.03,
    "slide": 0.06, "flip-flop": 0.04, "mule": 0.04, "slingback": 0.03, "strappy sandal": 0.05, "sport sandal": 0.04,
    "platform sandal": 0.02,
}  # fmt: skip
"""How often each family is laid (ours: half of them are open, with which networks have most trouble)."""
BETWEEN_TOES = 0.03
"""Width of the gap between two toes, of the picture's side."""
STUMP_M = 0.05
"""How much of the leg above collar or ankle still belongs to the foot (ours)."""


@dataclass(frozen=True, kw_only=True)
class DisplayConfig:
    """What is rendered and how finely; presets are plain functions below."""

    size: int = 288
    """Side of the pictures, px."""
    spp: int = 2
    """Samples a pixel before denoising."""
    arrangements: int = 2
    """Arrangements of each shoe."""
    cameras: int = 2
    """Cameras that see each arrangement."""
    looks: int = 3
    """Colourings of what each camera sees: the light is kept, the colours are exchanged."""
    families: tuple[tuple[str, float], ...] = tuple(FAMILY_SHARES.items())
    """How often each family is laid; the numbers need not add up to 1."""
    shares: tuple[tuple[str, float], ...] = tuple(arrange.SHARES.items())
    """The same of the arrangements, see `arrange.SHARES`."""
    split: Split | None = None
    """The only split whose shoes are drawn."""

    def __post_init__(self) -> None:
        for name, least in (("size", 32), ("spp", 1), ("arrangements", 1), ("cameras", 1), ("looks", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least {least}")

    @property
    def per_shoe(self) -> int:
        """Samples of one shoe: that many consecutive indices share it."""
        return self.arrangements * self.cameras * self.looks


def mini() -> DisplayConfig:
    """What areas and feet may be continued on; the shipped ones have not seen it."""
    return DisplayConfig()


def pairs() -> DisplayConfig:
    """Pairs alone, of every family: for foot points."""
    alone = ("alone", "alone, tilted")
    return DisplayConfig(shares=tuple((name, share) for name, share in arrange.SHARES.items() if name not in alone))


def photos() -> DisplayConfig:
    """One picture of each shoe, large enough to be dressed as a photo: what results are graded on."""
    return DisplayConfig(size=640, arrangements=1, cameras=1, looks=1)


def soles() -> DisplayConfig:
    """Shoes that lie upside down: what is to be refused."""
    return DisplayConfig(arrangements=1, shares=((arrange.SOLE_UP, 1.0),))


def smoke() -> DisplayConfig:
    """Seconds: to see that everything runs."""
    return DisplayConfig(size=64, spp=1, arrangements=1, cameras=1, looks=2, families=(("slide", 1.0),))


@dataclass(frozen=True)
class Fitted:
    """A left shoe in its canonical frame with the foot that would be in it.

    leg: the foot and a stump of the leg, what of the shoe they hide is wearable. points (4, 3): ankle, big toe, small
    toe, heel.
    """

    parts: list[Part]
    leg: Part
    points: Float[np.ndarray, "4 3"]
    family: str
    shoe_id: str
    words: dict[str, str]


def fitted_shoe(rng: np.random.Generator, config: DisplayConfig) -> Fitted:
    """A shoe of the configuration's families and split on the foot of a random body."""
    names, weights = zip(*config.families, strict=True)
    while True:
        family = str(rng.choice(names, p=np.array(weights) / sum(weights)))
        parameters = shoes.sample_parameters(rng, family)
        if config.split in (None, split_of(parameters.shoe_id, family)):
            break
    figure = body().figure(sample_phenotype(rng, rng.random() < women_share(family)))
    shoe = shoes.build(parameters, body().foot(figure, shoes.heel_deg(parameters)))
    fitting = fit(body(), figure, shoe)
    transforms = rest_transforms()
    foot = reference_foot(figure, "left", shoe.heel_deg)
    transforms.update(foot_transforms(figure, "left", foot, shoe.heel_deg))
    skinned = transform(shoe.foot_to_shoe, skin(fitting.vertices, body().weights, transforms))
    top = max(shoe.collar_height_m, float(fitting.ankle[2]) + 0.02) + STUMP_M
    faces = body().leg_faces("left")
    faces, vertices = compact(faces[(skinned[faces][..., 2] < top).all(axis=1)], skinned)
    leg = Part("leg_left", vertices, faces, Material("plain", 0.5, 0.5), np.full((len(vertices), 3), 0.5))
    toes = [skinned[body().landmarks["left", name]] for name in ("big_toe", "small_toe", "heel")]
    return Fitted(shoe.parts, leg, np.array([fitting.ankle, *toes]), family, parameters.shoe_id, shoe.description)


def placed(part: Part, placement: Float[np.ndarray, "4 4"], side: str) -> Part:
    """A part of the left shoe as the side's, in the world."""
    faces = part.faces if side == "left" else part.faces[:, ::-1]
    vertices = transform(mirrored(placement, side), part.vertices)
    return replace(part, name=part.name.replace("left", side), vertices=vertices, faces=faces)


@dataclass(frozen=True)
class Seen:
    """What one camera sees of an arrangement: the light, the areas, and the foot points (12, 2) px where they exist."""

    picture: Picture
    areas: labels.ShoeAreas
    pose: Pose
    camera: Camera
    arrangement: arrange.Arrangement


def see(rng: np.random.Generator, shoe: Fitted, config: DisplayConfig) -> list[Seen]:
    """One arrangement of a shoe, seen by the configuration's cameras."""
    arrangement = arrange.sample(rng, config.shares)
    everything = np.concatenate([part.vertices for part in shoe.parts])
    placements = arrange.lay(everything, arrangement)
    parts = [placed(part, placement, side) for side, placement in placements.items() for part in shoe.parts]
    surrounding, lamp = packshot.sample_light(rng)
    bare = engine.lit([packshot.sample_ground(rng), *parts], surrounding, lamp)
    legs = {side: engine.lit([placed(shoe.leg, at, side)], surrounding, lamp) for side, at in placements.items()}
    cloud = np.concatenate([transform(mirrored(at, side), everything[::7]) for side, at in placements.items()])
    seen = []
    for _ in range(config.cameras):
        camera = packshot.sample_camera(rng, cloud)
        sensor = sensors.sensor(camera, config.size)
        picture = engine.shoot(bare, config.spp, int(rng.integers(2**31)), sensor)
        smooth = denoise(picture.radiance, picture.albedo, picture.normal, fast=True)
        areas = _areas(bare, legs, camera, config.size)
        pose = _pose(camera, shoe, placements, config.size)
        seen.append(Seen(replace(picture, radiance=smooth), areas, pose, camera, arrangement))
    return seen


def _areas(bare: engine.View, legs: dict[str, engine.View], camera: Camera, size: int) -> labels.ShoeAreas:
    """Visible and wearable area: a shoe's own foot, seen without anything else, is nearer than the shoe, or is not.

    The insole between two toes is wearable too.
    """
    origins, directions = labels.pixel_rays(camera, size)
    distance, part = engine.cast(bare, origins, directions)
    hidden = np.zeros(len(part), bool)
    for side, leg in legs.items():
        mine = np.array([*(name.startswith(f"shoe_{side}") for name in bare.names), False])[part]
        rows = np.flatnonzero(mine)
        before, _ = engine.cast(leg, origins[rows], directions[rows])
        hidden[rows] = before < np.minimum(distance[rows], FAR)
    shoe = labels.is_shoe(bare)[part]
    insole = np.array([*(name.endswith("_insole") for name in bare.names), False])[part]
    areas = labels.areas(shoe, shoe & ~hidden, size)
    gap = max(3, round(BETWEEN_TOES * size)) | 1
    closed = cv2.morphologyEx(areas.wearable.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)) > 0
    wearable = areas.wearable | (closed & labels.majority(insole, size) & areas.shoe)
    return labels.ShoeAreas.from_masks(areas.shoe & ~wearable, wearable)


def _pose(camera: Camera, shoe: Fitted, placements: dict[str, np.ndarray], size: int) -> Pose:
    """The foot points of the shoes that are there, all hidden, for nobody wears them; hips and knees are absent."""
    points, visibility = np.zeros((len(NAMES), 2)), np.full(len(NAMES), ABSENT)
    for side, placement in placements.items():
        rows = [NAMES.index(f"{side}_{name}") for name in ("ankle", "big_toe", "small_toe", "heel")]
        points[rows], depth = camera.project(transform(mirrored(placement, side), shoe.points), (size, size))
        inside = ((points[rows] >= 0) & (points[rows] < size)).all(axis=1) & (depth > 0)
        visibility[rows] = np.where(inside, HIDDEN, ABSENT)
    return Pose(points, visibility)


@functools.lru_cache(maxsize=2)
def _shoe_samples(seed: int, run: int, config: DisplayConfig) -> tuple[Sample, ...]:
    """All samples of one shoe."""
    rng = np.random.default_rng([seed, run, 7])
    shoe = fitted_shoe(rng, config)
    samples: list[Sample] = []
    for _ in range(config.arrangements):
        for seen in see(rng, shoe, config):
            for look in range(config.looks):
                picture = recolour.recoloured(seen.picture, seen.areas.shoe, rng) if look else seen.picture
                shown = develop(picture.radiance, choose_film(picture, rng))
                samples.append(_sample(seed, run * config.per_shoe + len(samples), shoe, seen, shown, config.size))
    return tuple(samples)


def _sample(seed: int, index: int, shoe: Fitted, seen: Seen, shown: np.ndarray, size: int) -> Sample:
    words = f"{'a pair of' if len(seen.arrangement.sides) == 2 else 'a'} {shoe.family}, {seen.arrangement.name}"
    meta: dict[str, Any] = {
        "seed": seed, "index": index, "size": size, "captions": [words], "family": shoe.family,
        "shoe_id": shoe.shoe_id, "feet": list(seen.arrangement.sides), "camera": seen.camera.to_dict(),
        "scene": {"arrangement": seen.arrangement.name}, "version": WORLD_VERSION, "worn": False,
    }  # fmt: skip
    return Sample(shards.sample_key(seed, index), shown, shown, seen.areas, seen.pose, words, meta)


def make_sample(seed: int, config: DisplayConfig, index: int) -> Sample:
    """Sample `index` of the display `seed`; a pure function. RuntimeError where it is unsound."""
    sample = _shoe_samples(seed, index // config.per_shoe, config)[index % config.per_shoe]
    if problems := sample.check():
        raise RuntimeError(f"sample {sample.key}: {'; '.join(problems)}")
    return sample


def display(num: int, seed: int, out: Path, config: DisplayConfig) -> None:
    """Write samples 0..num-1 of the display `seed` into shards under `out`, by this process; finished shards stay.

    The same call goes on where it was stopped. Several processes share the work by seeds and folders of their own.
    InputError for a folder that holds something else.
    """
    out = Path(out)
    arrangements = sorted(name for name, share in config.shares if share > 0)
    claim(out, {
        "display": arrangements, "seed": seed, "size": config.size, "spp": config.spp, "assets": False,
        "world": WORLD_VERSION, "split": config.split,
    })  # fmt: skip
    shards.clear_partial(out)
    for number in shards.unfinished(out, num, seed):
        shards.write_shard(out, number, functools.partial(make_sample, seed, config), shards.shard_indices(number, num))
