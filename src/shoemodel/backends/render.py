"""The rendered leg as a backend (ours): a body posed in the shoe of the photo, dressed as the prompt says, rendered on
the photo's own grid and brought to its light.

The chain: a person stands in the fitted shoe -> clothes -> the leg moved into the opening -> coverage, light and shadow
by the renderer -> exposure, sharpness and grain of the photo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool

from shoemodel.backends import ground_shadow, lamps, photo_sun, scenery, settings, viewpoint
from shoemodel.backends.align import TOE, UP, align, direction
from shoemodel.backends.align import warnings as misplaced
from shoemodel.backends.backend import Subject
from shoemodel.backends.photo_sun import Sun
from shoemodel.backends.posing import FULL, Detail, choose, leg_of
from shoemodel.backends.rendered_pair import RenderedPair, behind, hidden
from shoemodel.backends.settings import Scenery
from shoemodel.body import dressing
from shoemodel.body.clothes import dress
from shoemodel.body.leg_pose import OneLeg, stand
from shoemodel.body.outfits import Outfit
from shoemodel.body.prompt import Reading, read, warning
from shoemodel.compose import leg_shadow, mask, photo_light
from shoemodel.compose.kinds import Background
from shoemodel.compose.layers import Layers
from shoemodel.compose.photo_light import Levels
from shoemodel.errors import InputError
from shoemodel.fit.each import FittedShoe
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image.pose import Pose
from shoemodel.render import engine, leg
from shoemodel.render.parts import Material, Part

THREADS = 2
GARMENTS = ("trousers", "skirt", "leggings")
"""How the names of parts begin that the prompt calls a garment."""
OWN = ("legs", "sock", "leggings")
"""How the names of parts begin that follow the leg closely."""
TALL_M, DEEPER_M = 0.10, 0.09
"""A shaft so high above the ankle has trousers tucked into it, and so much farther than its fitted rim asks: from
before one looks into it."""
STEPS = 4
"""Stance and clothes, coverage, light, composition."""
PALE = 0.8
"""So much paler than it is does the ground colour a leg: a studio's paper would turn skin green or blue."""
RUBBER = Material("rubber", 0.9, 0.2)


@dataclass(frozen=True)
class RenderBackend:
    """A leg in 3-D, at the photo's own resolution, in seconds on two cores."""

    detail: Detail = FULL
    name = "render"
    backgrounds: tuple[Background, ...] = ("photo", "scene")
    needs_fit = True

    def usual(self, prompt: str | Outfit) -> Background:
        """A scene where the prompt names a place that can be made, else the photo."""
        return "scene" if isinstance(prompt, str) and settings.of_places(read(prompt).place)[0] else "photo"

    def legs(self, subject: Subject, prompt: str | Outfit, negative_prompt: str) -> RenderedLeg | RenderedPair:
        if not subject.fitted:
            raise ValueError("the render needs the fitted camera of its subject")
        engine.start(threads=THREADS)
        told = ["the render takes no negative prompt, it is not heeded"] if negative_prompt else []
        first, every = subject.fitted[0], subject.shoe.areas.shoe
        lamp = cache(lambda: photo_sun.find(subject.rgb, first, every, subject.fitted))
        legs = [
            RenderedLeg(
                subject, shoe, viewpoint.of_leg(shoe.fit), prompt,
                [*told, *viewpoint.warnings(shoe.fit), *misplaced(shoe.fit, shoe.areas)], lamp, paints=number == 0,
                detail=self.detail,
                behind=behind(shoe, next((each for each in subject.fitted if each is not shoe), None)),
            )
            for number, shoe in enumerate(subject.fitted)
        ]  # fmt: skip
        return legs[0] if len(legs) == 1 else RenderedPair(legs[0], legs[1])


@dataclass(frozen=True, eq=False)
class RenderedLeg:
    """The leg of one prompt in one shoe of a photo."""

    subject: Subject
    shoe: FittedShoe
    """The one it stands in."""
    fit: ShoeFit
    """Whose camera is that of the leg (`viewpoint.of_leg`)."""
    prompt: str | Outfit
    other_warnings: list[str]
    """Of the view, and of what the pictures made so far do not show."""
    lamp: Callable[[], Sun | None]
    """Finds the photo's strongest lamp, in the frame of the first shoe's fit."""
    paints: bool = True
    """Whether it makes the scene, where there is to be one; of a pair one leg does."""
    detail: Detail = FULL
    behind: Bool[np.ndarray, "h w"] | None = None
    """Pixels of the other shoe of a pair that it may stand before."""
    steps: int = STEPS

    @cached_property
    def reading(self) -> Reading:
        """What was understood of the prompt; nothing where an outfit was given."""
        return read(self.prompt) if isinstance(self.prompt, str) else Reading()

    @property
    def family(self) -> str:
        """By which the person dresses: of a pair, whose shoes may look like different proxies, the first shoe's."""
        return self.subject.fitted[0].fit.proxy.family

    @property
    def warnings(self) -> list[str]:
        """What is not heeded."""
        reading, said = self.reading, list(self.other_warnings)
        said += [text for text in [warning(reading.unheeded)] if text]
        scene = self.subject.background == "scene"
        if reading.light and not scene:
            said.append(f"the light is the photo's own, not heeded: {', '.join(reading.light)}")
        if unheeded := settings.of_places(reading.place)[1] if scene else list(reading.place):
            ground = "no such place can be made" if scene else "the background is the photo itself"
            said.append(f"{ground}, not heeded: {', '.join(unheeded)}")
        if reading.pose or reading.view:
            said.append(f"the leg stands as the photo's shoe, not heeded: {', '.join(reading.pose + reading.view)}")
        return said

    @property
    def understood(self) -> dict[str, Any]:
        """The reading without what was not said, or the outfit."""
        if isinstance(self.prompt, Outfit):
            return self.prompt.to_dict()
        return {name: value for name, value in asdict(self.reading).items() if value not in ("", None, ())}

    @property
    def scenery(self) -> Scenery:
        """What the scene is to be: as the prompt says, else a studio."""
        return settings.of_prompt(self.reading.place, self.reading.light)

    @cached_property
    def sun(self) -> Sun | None:
        """The photo's strongest lamp, in the frame of the fit; None where its shadow does not tell."""
        found = self.lamp()
        return found and found.of_other(self.subject.fitted[0].fit, self.shoe.fit)

    @property
    def _asked(self) -> tuple[str, ...]:
        """Words of light that can be heeded."""
        return self.reading.light if self.subject.background == "scene" else ()

    @property
    def light(self) -> dict[str, Any]:
        """Where the light comes from."""
        return lamps.told(self.levels, self.sun, self._asked)

    @cached_property
    def levels(self) -> Levels:
        """The photo's light and grain."""
        return photo_light.levels(self.subject.rgb, self.subject.shoe.areas)

    def generate(self, poses: Sequence[Pose], seeds: Sequence[int], report: Callable[[int], None]) -> Iterator[Layers]:
        for number, (pose, seed) in enumerate(zip(poses, seeds, strict=True)):
            yield self._render(pose, seed, lambda step, number=number: report(number * self.steps + step))  # type: ignore[misc]

    def _render(self, pose: Pose, seed: int, report: Callable[[int], None]) -> Layers:
        """The leg in one pose, in px of the canvas."""
        parts, outfit = self._dressed(pose, seed)
        report(1)
        camera, areas, every = self.fit.camera, self.shoe.areas, self.subject.shoe.areas
        light = lamps.light_of(self.levels, self.sun, camera, self._asked)
        ground = self.levels.ground
        stage = leg.stand(parts, ground + PALE * (ground.mean() - ground), light)
        covered, loose = self._coverage(stage, parts)
        up, toe = (direction(self.fit, way) for way in (UP, TOE))
        covered *= mask.seen(covered, np.zeros_like(loose) if outfit.tucked else loose, areas, up, toe)
        report(2)
        before = None if self.behind is None else hidden(every.visible, self.behind, covered)
        areas, every = (each if before is None else each.behind(before) for each in (areas, every))
        wanted = (covered > 0) & ~every.visible
        if not (wanted & (covered > leg.WHOLE)).any():
            raise InputError(
                f"the shoe of {self.subject.name} hides the whole leg: its opening was not found, or the photo has no "
                "room above it; give a mask, areas or a layout"
            )
        picture = leg.picture(stage, camera, wanted, self.detail.samples, seed, THREADS)
        view, shoe = self.shoe.fit.camera, self._shoe()
        shadow = ground_shadow.cast(
            self.subject, areas, stage, parts, shoe, light, view, self.sun is not None, seed, self.detail.shadow_px
        )
        report(3)
        linear = np.zeros((*areas.size, 3), np.float32)
        x0, y0, x1, y1 = picture.box
        linear[y0:y1, x0:x1] = picture.colour / photo_light.exposure(shadow.unit, picture.unit)
        bare = 0.0 if outfit.sock_m > 0 or outfit.hose_colour else 1.0
        linear *= leg_shadow.contact(covered, areas, bare * np.clip(covered - loose, 0, 1))
        colour, alpha = photo_light.develop(linear, covered, self.levels, seed)
        dark, place = leg_shadow.lining(covered, areas) * shadow.factor, None
        if self.subject.background == "scene" and self.paints:
            place = scenery.picture(self.scenery, view, light, shadow.unit, self.levels, seed, THREADS, shoe.vertices)
        return Layers(colour, alpha, dark.astype(np.float32), place, before)

    def _dressed(self, pose: Pose, seed: int) -> tuple[list[Part], Outfit]:
        """Skin and clothes of the leg in the opening, in the frame of the fit."""
        rng, fit = np.random.default_rng([seed, 9]), self.fit
        female = dressing.person(self.reading, rng, self.family) == "woman"
        person = choose(self.detail.people, female, self.reading.build, rng)
        foot = viewpoint.foot_of(self.shoe.fit)
        one = stand(
            person, foot.points, foot.heel_deg, foot.collar_m + float(foot.points[0, 2]), fit.side,
            leg_of(pose, foot, *viewpoint.sides_of([self.shoe])), seed, foot.upwards,
        )  # fmt: skip
        outfit = self._outfit(one, foot.collar_m, female, rng)
        parts = dress(
            person.body, one.shod, outfit, one.transforms, one.vertices, (fit.side,), int(rng.integers(2**31)),
            look=self.detail.look,
        )  # fmt: skip
        into = OWN + (("trousers",) if outfit.tucked else ())
        points = np.concatenate([part.vertices for part in parts if part.name.startswith(into)])
        moved = align(points, fit, self.shoe.areas)
        placed = [replace(part, vertices=moved.apply(part.vertices)) for part in parts]
        self._warn_of_unseen(placed, outfit)
        return placed, outfit

    def _warn_of_unseen(self, parts: Sequence[Part], outfit: Outfit) -> None:
        """Shorts and skirts mostly end above a picture of a shoe."""
        garment = [part.vertices for part in parts if part.name.startswith(GARMENTS)]
        if not garment:
            return
        points, depth = self.fit.camera.project(np.concatenate(garment))
        height, width = self.fit.camera.size
        if not ((points >= 0) & (points < (width, height)) & (depth > 0)[:, None]).all(axis=1).any():
            unseen = f"the {outfit.garment} lies outside the image: a layout makes room above the shoe"
            self.other_warnings.extend([] if unseen in self.other_warnings else [unseen])

    def _outfit(self, one: OneLeg, collar_m: float, female: bool, rng: np.random.Generator) -> Outfit:
        if isinstance(self.prompt, Outfit):
            return self.prompt
        joints = one.shod.figure.joints
        knee = float(joints[one.side, "knee"][2] - joints[one.side, "ankle"][2])
        outfit = dressing.outfit(self.reading, rng, collar_m, knee, collar_m > TALL_M, female, self.family)
        return replace(outfit, hem_m=outfit.hem_m - DEEPER_M) if outfit.tucked else outfit

    def _coverage(self, stage: leg.Stage, parts: Sequence[Part]) -> tuple[np.ndarray, np.ndarray]:
        """How much of each pixel of the canvas the leg fills, and its free cloth."""
        camera = self.fit.camera
        found = leg.cover(stage, camera, leg.box_of(camera, parts))
        x0, y0, x1, y1 = found.box
        whole, loose = np.zeros(camera.size, np.float32), np.zeros(camera.size, np.float32)
        whole[y0:y1, x0:x1], loose[y0:y1, x0:x1] = found.leg, found.cloth
        return whole, loose

    def _shoe(self) -> Part:
        """The proxy, which casts a shadow and is never seen."""
        proxy = self.fit.proxy
        grey = np.full((len(proxy.vertices), 3), 0.5)
        return Part("shoe", self.fit.placed(proxy.vertices), self.fit.faces, RUBBER, colours=grey)
