"""ShoeModelPipeline: a photo of an unworn shoe and a prompt -> images of legs wearing exactly that shoe (Fig. 2).

The chain: WD finds what of the shoe stays visible, LpS where foot and leg stand, a backend makes the leg, and the shoe
is pasted back. Every stage is a public method of `stages.Stages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, SupportsIndex

import numpy as np
import torch
from jaxtyping import Bool, UInt8

from shoemodel import doubts
from shoemodel.backends.backend import Backend, LegGenerator, Subject, require_background
from shoemodel.backends.options import DiffusionOptions
from shoemodel.body.outfits import Outfit, describe
from shoemodel.compose import edges as shoe_edges
from shoemodel.compose import frame
from shoemodel.compose.kinds import Background, BackgroundChoice, Edges, Shadow
from shoemodel.compose.lay import lay
from shoemodel.compose.layers import Layers
from shoemodel.compose.placed import PlacedShoe
from shoemodel.errors import InputError
from shoemodel.fit.each import FittedShoe
from shoemodel.image import io as images
from shoemodel.image.io import AnyPhoto, Photo
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.placement import LayoutChoice
from shoemodel.image.pose import Pose
from shoemodel.lps.predict import FootKeypoints, ankles_apart, feet_of, surer_foot
from shoemodel.quality.measures import beside
from shoemodel.result import OutputType, ShoeModelResult
from shoemodel.runtime.progress import Clock, Progress
from shoemodel.stages import Corners, Points, Stages
from shoemodel.sw.sampling import Hooks, Interval, Solver, StepEnd, Watch, as_seeds

StepCallback = Callable[[Any, int, torch.Tensor, dict[str, torch.Tensor]], dict[str, torch.Tensor]]
"""As in diffusers: (pipeline, step, timestep, {"latents": ...}) -> the tensors that take their place."""
Seed = torch.Generator | SupportsIndex
_USUAL = DiffusionOptions()


class ShoeModelPipeline(Stages):
    """WD -> LpS -> a backend, on one pack of weights."""

    def __call__(
        self,
        image: AnyPhoto,
        prompt: str | Outfit | Sequence[str | Outfit],
        *,
        num_images_per_prompt: int = 1,
        generator: Seed | Sequence[Seed] | None = None,
        backend: str | Backend | None = None,
        background: BackgroundChoice | None = "auto",
        shadow: Shadow = "auto",
        layout: Layout | LayoutChoice | str = "auto",
        box: Corners | None = None,
        points: Points | None = None,
        mask: Bool[np.ndarray, "h w"] | None = None,
        areas: ShoeAreas | None = None,
        edges: Edges = "refined",
        force: bool = False,
        poses: Sequence[Pose] | None = None,
        fitted: Sequence[FittedShoe] | None = None,
        negative_prompt: str = "",
        num_inference_steps: int = _USUAL.num_inference_steps,
        guidance_scale: float | None = None,
        guidance_interval: Interval = _USUAL.guidance_interval,
        solver: Solver = _USUAL.solver,
        refine_strength: float = _USUAL.refine_strength,
        callback_on_step_end: StepCallback | None = None,
        watch: Watch | None = None,
        progress: Progress | None = None,
        output_type: OutputType = "pil",
    ) -> ShoeModelResult:
        """Dress legs in the shoe of one photo.

        Args:
            image: the photo; where it has transparency and no `mask` is given, what is opaque is the shoe.
            prompt: what the legs wear, in words; or an `Outfit`, for the render. Several give `num_images_per_prompt`
                each, in the same poses.
            generator: a seed, or what to draw one from, and for a list one for each image; None: a random one. Pose
                and noise of an image follow from its seed; poses of several images are chosen to differ.
            backend: one of BACKENDS, or a `backends.backend.Backend`; None: the pipeline's own.
            background: the "photo" itself, or a "scene" from the prompt; "auto" or None: what suits the backend and
                each prompt.
            shadow: of the leg on the photo's ground: "auto", "none" or "soft", see `compose.kinds.Shadow`.
            layout: "auto" extends the canvas where legs need room and the ground can be continued; or a Layout, a
                LayoutChoice or the text of one.
            box, points, mask: where the shoe is, in photo pixels, (x0, y0, x1, y1) and (n, 2); default: it is found.
            areas, poses: given, corrected perhaps, instead of found; the results take the poses in turn.
            fitted: the shoes in 3-D on this layout's canvas, as `fit_shoes` gives them, instead of found.
            force: go on, with a warning, where the photo would be refused.
            edges: "refined" brings the areas' edges to the photo's own resolution; "given" takes them as they are.
            negative_prompt, num_inference_steps, guidance_scale, guidance_interval, solver, refine_strength: of the
                diffusion backend, see `backends.options.DiffusionOptions`.
            callback_on_step_end: as in diffusers, called after each step of the diffusion with the latents of a batch.
            watch: called at each step of the diffusion with a function that decodes what is to be seen so far.
            progress: (stage, done, total).
            output_type: "pil" or "np", what `result.images` holds.

        Raises:
            InputError: no shoe or foot was found, a prompt lies outside the photo, or the backend cannot do this.
        """
        photo, clock = images.as_photo(image), Clock(progress)
        options = DiffusionOptions(
            num_inference_steps=num_inference_steps, guidance_scale=guidance_scale, solver=solver,
            guidance_interval=guidance_interval, refine_strength=refine_strength,
        )  # fmt: skip
        hooks = Hooks(on_step_end=self._step_end(callback_on_step_end), watch=watch)
        maker = self.resolve_backend(backend, options, hooks)
        prompts = [prompt] if isinstance(prompt, str | Outfit) else list(prompt)
        backgrounds = [require_background(maker, background, each) for each in prompts]
        frame_of: Background = "photo" if "photo" in backgrounds else "scene"
        seeds = as_seeds(generator, num_images_per_prompt)
        with clock("region"):
            region = self.find_region(photo, box, points, mask if areas is None else areas.shoe, force)
        with clock("areas"):
            areas = areas or self.detect_areas(photo, region)
            if not areas.visible.any():
                raise InputError(f"no part of the shoe in {photo.path.name} stays visible: give a mask, or areas")
            soft = self.refine_edges(photo, areas, edges)
        placed, shoe = self.place(photo, soft.areas, layout, frame_of)
        canvas = self.extend(photo, soft.areas, placed)
        fitted, feet, poses, warnings = self._pose(
            maker, photo, canvas, shoe, placed, poses, fitted, seeds, clock, force
        )
        uncertain = doubts.of_areas(shoe.areas, feet, soft.areas.unsure)
        warnings = [*doubts.of_region(photo.rgb, region.mask), *warnings, *uncertain]
        if frame_of == "photo" and (crowded := frame.no_room(shoe.areas.shoe)):
            warnings.append(crowded)
        legs = [
            maker.legs(Subject(photo.path.name, canvas, shoe, before, fitted, shadow), each, negative_prompt)
            for each, before in zip(prompts, backgrounds, strict=True)
        ]
        edge = shoe_edges.on_canvas(soft, placed)
        made, legs_beside, hidden = [], [], np.zeros(shoe.size, bool)
        for layers in _timed(legs, poses, seeds, clock):
            made.append(lay(canvas, layers, edge))
            legs_beside.append(beside(layers.alpha, shoe.areas))
            if layers.before is not None:
                hidden |= layers.before
        if hidden.any():
            share = 100 * np.count_nonzero(hidden) / np.count_nonzero(shoe.visible)
            said = f"{share:.1f}%" if share >= 0.05 else "less than 0.1%"
            warnings.append(f"the nearer leg hides {said} of the pair, of the shoe behind it")
            shoe = shoe.behind(hidden)
        told = [warning for each in legs for warning in each.warnings]
        return ShoeModelResult(
            pixels=made,
            prompts=[each if isinstance(each, str) else describe(each) for each in prompts for _ in poses],
            understood=[each.understood for each in legs for _ in poses],
            lights=[each.light for each in legs for _ in poses],
            beside=legs_beside,
            shoe=shoe,
            region=region,
            areas=soft.areas,
            layout=placed,
            feet=feet,
            poses=list(poses) * len(prompts),
            fits=tuple(each.fit for each in fitted),
            seeds=seeds * len(prompts),
            backend=maker.name,
            background=backgrounds[0] if len(set(backgrounds)) == 1 else None,
            timings_s=clock.seconds,
            warnings=list(dict.fromkeys([*region.warnings, *warnings, *told])),
            output_type=output_type,
        )

    def _pose(
        self,
        maker: Backend,
        photo: Photo,
        canvas: UInt8[np.ndarray, "h w 3"],
        shoe: PlacedShoe,
        layout: Layout,
        given: Sequence[Pose] | None,
        fits: Sequence[FittedShoe] | None,
        seeds: Sequence[int],
        clock: Clock,
        force: bool,
    ) -> tuple[tuple[FittedShoe, ...], FootKeypoints, list[Pose], list[str]]:
        """The fitted shoes where the backend asks for them, C_p, a pose for each seed, and warnings."""
        with clock("poses"):
            feet = feet_of(given[0]) if given else self.find_feet(shoe)
        fitted: tuple[FittedShoe, ...] = ()
        warnings = [] if given else doubts.of_feet(shoe.areas.shoe, feet)
        if force and (mixed_up := ankles_apart(feet, photo.path.name)):
            feet, warnings = surer_foot(feet), [*warnings, mixed_up]
        if maker.needs_fit and fits:
            fitted = tuple(fits)
            warnings = [*warnings, *(text for each in fitted for text in each.fit.warnings())]
        elif maker.needs_fit:
            with clock("fit"):
                fitted, told = self.fit_shoes(photo, canvas, shoe, layout, feet)
            warnings = [*warnings, *told]
        with clock("poses"):
            if given:
                poses = [given[index % len(given)] for index in range(len(seeds))]
            elif fitted:
                poses = self.synthesise_poses_3d(shoe, feet, fitted, len(seeds), seeds[0], photo.path.name)
                if not feet.exists.any():
                    warnings.append("no foot was found in the shoe: the leg stands where its outline puts it")
            else:
                poses = self.synthesise_poses(shoe, feet, len(seeds), seeds[0], photo.path.name)
        return fitted, feet, poses, warnings

    def _step_end(self, callback: StepCallback | None) -> StepEnd | None:
        """diffusers' callback as the sampler calls it."""
        if callback is None:
            return None
        return lambda step, timestep, latents: callback(self, step, timestep, {"latents": latents}).get("latents")


def _timed(legs: Sequence[LegGenerator], poses: Sequence[Pose], seeds: Sequence[int], clock: Clock) -> Iterator[Layers]:
    """The layers of each leg in each pose, as soon as they are made, with their progress."""
    total, done = len(poses) * sum(each.steps for each in legs), 0
    for each in legs:
        clock.report("generate", done, total)
        made = each.generate(poses, seeds, partial(_later, clock, done, total))
        for number in range(len(poses)):
            with clock("generate"):
                layers = next(made)
            clock.report("paste", done + (number + 1) * each.steps, total)
            with clock("paste"):
                yield layers
        done += len(poses) * each.steps


def _later(clock: Clock, done: int, total: int, step: int) -> None:
    clock.report("generate", done + step, total)
