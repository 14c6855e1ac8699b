"""ShoeModelPipeline: a photo of an unworn shoe and a prompt -> pictures of legs wearing exactly that shoe (Fig. 2).

| paper | name here                   | stage                                           |
|-------|-----------------------------|-------------------------------------------------|
| X_m   | `region`                    | `find_region`       SAM                         |
| X_v   | `areas.visible`             | `detect_areas`      WD, section 3.1             |
| X_w   | `shoe`, on the canvas       | `place`             layout, Fig. 10             |
| C_p, L_0 | `feet`, `poses`          | `synthesise_poses`  LpS, section 3.2            |
|       | `fit`                       | `fit_shoe`          camera and shoe in 3-D (ours) |
| X'    | `images`                    | a backend, paste-back: SW, section 3.3, or a rendered leg (ours) |

Each stage is a public method on the results before it: a surface can change one and recompute only what follows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, SupportsIndex

import numpy as np
import torch
from diffusers import (
    AutoencoderDC,
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    DDIMScheduler,
    DDPMScheduler,
    UNet2DConditionModel,
)
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from jaxtyping import Bool, UInt8
from transformers import (
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionModelWithProjection,
    SamModel,
    SegformerForSemanticSegmentation,
    VitPoseForPoseEstimation,
)

from shoemodel import packs
from shoemodel.backends.backend import Backend, Background, Subject, require_background
from shoemodel.backends.diffusion import DiffusionBackend, Sampling
from shoemodel.backends.render import RenderBackend
from shoemodel.body.outfits import Outfit, describe
from shoemodel.compose import edges as shoe_edges
from shoemodel.compose import frame, paste
from shoemodel.compose.edges import Edges
from shoemodel.compose.lay import lay
from shoemodel.compose.passes import STRENGTH, Wearer, Worn
from shoemodel.compose.photo_background import Surroundings
from shoemodel.errors import InputError
from shoemodel.fit.search import fit_shoe
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image import io as images
from shoemodel.image import layout as layouts
from shoemodel.image.geometry import Box
from shoemodel.image.io import AnyPhoto
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.lps.predict import FootKeypoints, feet_of, foot_keypoints, leg_poses
from shoemodel.lps.vitpose import StemmedVitPose
from shoemodel.quality import judge as judges
from shoemodel.result import ShoeModelResult
from shoemodel.runtime import device
from shoemodel.runtime.progress import Clock, Progress
from shoemodel.runtime.quiet import quiet
from shoemodel.sw import sample
from shoemodel.sw.sample import WHOLE, Interval, Watch
from shoemodel.sw.solvers import Solver
from shoemodel.wd import predict as wd
from shoemodel.wd import region as regions
from shoemodel.wd.region import Region
from shoemodel.wd.sam import StemmedSam, precise
from shoemodel.wd.segformer import StemmedSegformer

BACKENDS = ("render", "diffusion")
"""Names of the backends that come with the package; the first is the default."""


class ShoeModelPipeline(DiffusionPipeline):
    """WD -> LpS -> a backend, on one pack of weights. `backend` is one of BACKENDS, or a `backends.backend.Backend`."""

    model_cpu_offload_seq = "region->areas->feet->text_encoder->unet->vae"
    _exclude_from_cpu_offload = ("legs",)  # small, and called 25 times
    _optional_components: ClassVar = list(packs.OPTIONAL)

    def __init__(
        self,
        region: SamModel | StemmedSam,
        areas: SegformerForSemanticSegmentation | StemmedSegformer,
        feet: VitPoseForPoseEstimation | StemmedVitPose,
        legs: LegDenoiser,
        legs_scheduler: DDPMScheduler,
        tokenizer: CLIPTokenizer,
        text_encoder: CLIPTextModel | CLIPTextModelWithProjection,
        vae: AutoencoderDC | AutoencoderTiny | AutoencoderKL,
        unet: UNet2DConditionModel,
        controlnet: ControlNetModel,
        scheduler: DDIMScheduler,
        image_encoder: CLIPVisionModelWithProjection | None = None,
        judge: StemmedSegformer | None = None,
        segmenter: StemmedSegformer | None = None,
        backend: str | Backend = BACKENDS[0],
    ):
        super().__init__()
        self.register_modules(
            region=region,
            areas=areas,
            feet=feet,
            legs=legs,
            legs_scheduler=legs_scheduler,
            tokenizer=tokenizer,
            text_encoder=text_encoder,
            vae=vae,
            unet=unet,
            controlnet=controlnet,
            scheduler=scheduler,
            image_encoder=image_encoder,
            judge=judge,
            segmenter=segmenter,
        )
        self.backend = backend

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike = "mini",
        *,
        backend: str | Backend = BACKENDS[0],
        dtype: torch.dtype | None = None,
        only: Collection[str] | None = None,
        **components: Any,
    ) -> ShoeModelPipeline:
        """Load a pack, `mini` or a folder written by `shoemodel pack` or `save_pretrained`, onto `default_device()`.

        `dtype` is what SAM's image encoder, areas, feet, U-Net, ControlNet, autoencoder and any other large network
        compute in; None takes `default_dtype()`. The rest compute in float32. `only` names the components to load, the
        others are None; by default those that the backend needs, for the render all but the diffusion's networks.
        `components` (`unet=...`, say) replace those of the pack.
        All else is as in diffusers: `to`, `enable_model_cpu_offload`, `unet.compile_repeated_blocks`.

        Raises:
            InputError: an unknown pack or backend, or a missing or damaged file.
        """
        if isinstance(backend, str) and backend not in BACKENDS:
            raise InputError(f"the backend is {backend!r}; {' and '.join(BACKENDS)} are accepted")
        if only is None:
            spared = () if backend == "diffusion" else packs.DIFFUSION
            only = [name for name in (*packs.COMPONENTS, *packs.OPTIONAL) if name not in spared]
        folder = packs.resolve(Path(pretrained_model_name_or_path))
        dtypes = device.dtypes(packs.component_bytes(packs.check(folder)), dtype)
        unwanted = (packs.COMPONENTS.keys() | packs.OPTIONAL.keys()) - set(only)
        components = dict.fromkeys(unwanted) | components
        with quiet():
            pipeline = super().from_pretrained(str(folder), dtype=dtypes, local_files_only=True, **components)
        pipeline.backend = backend
        for name in set(device.HEAVY) & set(only):
            getattr(pipeline, name).to(memory_format=torch.channels_last)
        if pipeline.region is not None:
            precise(pipeline.region)
        return pipeline.to(device.default_device())

    def save_pretrained(self, save_directory: str | os.PathLike, *args: Any, **kwargs: Any) -> None:
        """Write the pack as it is in memory, with its pack.json; arguments are those of `DiffusionPipeline`."""
        folder = Path(save_directory)
        with quiet():
            super().save_pretrained(str(folder), *args, **kwargs)
        packs.write_manifest(folder, folder.name)

    @property
    def side(self) -> int:
        """Pixels of the networks' square picture."""
        unet: Any = self.unet
        return unet.config.sample_size * sample.downsampling(self.vae)

    def __call__(
        self,
        image: AnyPhoto,
        prompt: str | Outfit | Sequence[str | Outfit],
        num_images: int = 1,
        generator: torch.Generator | SupportsIndex | None = None,
        steps: int = 20,
        guidance: float | None = None,
        negative_prompt: str = "",
        box: Box | None = None,
        points: np.ndarray | None = None,
        mask: Bool[np.ndarray, "h w"] | None = None,
        layout: Layout | str = "auto",
        callback: Progress | None = None,
        solver: Solver = "ddim",
        interval: Interval = WHOLE,
        repair: float = STRENGTH,
        areas: ShoeAreas | None = None,
        edges: Edges = "refined",
        poses: Sequence[Pose] | None = None,
        watch: Watch | None = None,
        background: Background | None = None,
    ) -> ShoeModelResult:
        """Dress legs in the shoe of one photo.

        Args:
            image: the photo; where it has transparency and no `mask` is given, what is opaque is the shoe.
            prompt: what the legs wear, in words; or an `Outfit`, for the render. Several give `num_images` each, in
                the same poses.
            num_images: results of each prompt; the pose and noise of each follow from the seed and its number alone.
            generator: a seed, or what to draw one from; None: a random one.
            box, points, mask: where the shoe is, in photo pixels; default: it is found.
            layout: "auto" extends the canvas where legs need room and the ground can be continued; or a Layout, or its
                text.
            callback: (stage, done, total).
            areas, poses: given, corrected perhaps, instead of found; the results take the poses in turn.
            edges: "refined" brings the areas' edges to the photo's own resolution; "given" takes them as they are.
            background: the "photo" itself, or a "scene" from the prompt; None: what the backend does best.
            steps, guidance, solver, interval, repair, negative_prompt, watch: of the diffusion backend, see
                `backends.diffusion.Sampling`.

        Raises:
            InputError: no shoe or foot was found, a prompt lies outside the photo, or the backend cannot do this.
        """
        photo = images.as_photo(image)
        sampling = Sampling(steps=steps, guidance=guidance, solver=solver, interval=interval, repair=repair)
        backend = self.resolve_backend(sampling, watch)
        background = require_background(backend, background)
        seed, clock = sample.as_seed(generator), Clock(callback)
        with clock("region"):
            region = self.find_region(photo, box, points, mask if areas is None else areas.shoe)
        with clock("areas"):
            areas = areas or self.detect_areas(photo, region)
            if not areas.visible.any():
                raise InputError(f"no part of the shoe in {photo.path.name} stays visible: give --mask or --areas")
            refined = shoe_edges.find(photo.rgb, areas, edges)
        placed, shoe = self.place(photo, refined.areas, layout, background)
        with clock("poses"):
            feet = feet_of(poses[0]) if poses else foot_keypoints(self.feet, shoe)
        canvas = frame.extend(photo.rgb, placed, refined.areas.shoe)
        fit, warnings = None, list(region.notices)
        if backend.needs_fit:
            with clock("fit"):
                fit = self.fit_shoe(photo, refined.areas, placed, feet)
            warnings += fit.warnings()
        with clock("poses"):
            if poses:
                poses = [poses[index % len(poses)] for index in range(num_images)]
            elif fit is not None and not feet.exists.any():
                poses = [fit.upright()] * num_images
                warnings.append("no foot was found in the shoe: the leg stands upright, where its outline puts it")
            else:
                poses = self._leg_poses(feet, shoe, num_images, seed, photo.path.name)
        edge = shoe_edges.on_canvas(refined, placed)
        subject = Subject(photo.path.name, canvas, shoe, edge.areas, background, fit)
        prompts = [prompt] if isinstance(prompt, str | Outfit) else list(prompt)
        legs = [backend.legs(subject, each, negative_prompt) for each in prompts]
        if background == "photo" and (crowded := frame.no_room(subject.areas.shoe)):
            warnings.append(crowded)
        seeds, made = list(range(seed, seed + num_images)), []
        total, done = num_images * sum(maker.steps for maker in legs), 0
        for maker in legs:
            for pose, own_seed in zip(poses, seeds, strict=True):
                with clock("generate", done, total) as report:
                    layers = maker.generate(pose, own_seed, report)
                with clock("paste", done + maker.steps, total):
                    made.append(lay(canvas, layers, edge))
                done += maker.steps
        warnings += [each for maker in legs for each in maker.warnings]
        return ShoeModelResult(
            images=made,
            prompts=[each if isinstance(each, str) else describe(each) for each in prompts for _ in poses],
            understood=[maker.understood for maker in legs for _ in poses],
            shoe=shoe,
            region=region,
            areas=refined.areas,
            layout=placed,
            feet=feet,
            poses=list(poses) * len(prompts),
            fit=fit,
            seeds=seeds * len(prompts),
            background=background,
            timings_s=clock.seconds,
            notices=list(dict.fromkeys(warnings)),
        )

    def find_region(
        self,
        image: AnyPhoto,
        box: Box | None = None,
        points: np.ndarray | None = None,
        mask: Bool[np.ndarray, "h w"] | None = None,
    ) -> Region:
        """X_m: the shoe's pixels, from the mask given, else the photo's transparency, else found (`wd.region`)."""
        return regions.of_photo(self.region, images.as_photo(image), box, points, mask, self.segmenter)

    def detect_areas(self, image: AnyPhoto, region: Region) -> ShoeAreas:
        """X_v and the wearable area on the photo's grid (section 3.1)."""
        photo = images.as_photo(image)
        return wd.predict(self.areas, photo.rgb, region.mask, photo.path.name)

    def place(
        self, image: AnyPhoto, areas: ShoeAreas, layout: Layout | str = "auto", background: Background = "scene"
    ) -> tuple[Layout, UInt8[np.ndarray, "H W 4"]]:
        """The layout, and X_w on its canvas as RGBA: alpha 255 on the visible area, black and 0 elsewhere (Fig. 10).

        Where the photo is the background, "auto" adds room only about a plain ground, which can be continued.
        """
        photo = images.as_photo(image)
        if not isinstance(layout, Layout):
            layout = frame.choose(photo.rgb, areas.shoe, layout) if background == "photo" else layout
            layout = layouts.arrange(layouts.parse(layout), photo.size, areas.shoe)
        return layout, paste.place(photo.rgb, areas.visible, layout)

    def fit_shoe(self, image: AnyPhoto, areas: ShoeAreas, layout: Layout, feet: FootKeypoints) -> ShoeFit:
        """The camera and the shoe in 3-D, on the layout's canvas (ours). areas: on the photo's grid; feet: in px of
        the canvas.

        Raises:
            InputError: no proxy shoe looks like this one.
        """
        photo = images.as_photo(image)
        height, width = photo.size
        centre = layout.transform.apply(np.array([width / 2, height / 2]))
        focal = photo.focal_px and photo.focal_px * layout.transform.scale
        return fit_shoe(
            layout.apply_areas(areas), feet.points_px, feet.exists, feet.scores,
            focal_px=focal, centre_px=(float(centre[0]), float(centre[1])), name=photo.path.name,
        )  # fmt: skip

    def synthesise_poses(
        self, shoe: UInt8[np.ndarray, "H W 4"], num: int = 1, seed: int = 0, name: str = "the photo"
    ) -> tuple[FootKeypoints, list[Pose]]:
        """C_p and `num` poses with it, in canvas pixels (section 3.2)."""
        found = foot_keypoints(self.feet, shoe)
        return found, self._leg_poses(found, shoe, num, seed, name)

    def _leg_poses(
        self, found: FootKeypoints, shoe: UInt8[np.ndarray, "H W 4"], num: int, seed: int, name: str
    ) -> list[Pose]:
        return leg_poses(self.legs, self.legs_scheduler, found, shoe[..., 3] == 255, num, seed, name)

    def encode(self, prompt: str, negative_prompt: str = "") -> tuple[sample.Text, list[str]]:
        """C_te for guidance, and a notice for each prompt that was cut at 77 tokens."""
        given = (("prompt", prompt), ("negative prompt", negative_prompt))
        cut = [sample.cut_notice(self.tokenizer, kind, words) for kind, words in given]
        text = sample.encode(self.tokenizer, self.text_encoder, prompt, negative_prompt)
        return text, [notice for notice in cut if notice]

    def wear(
        self,
        shoe: UInt8[np.ndarray, "H W 4"],
        pose: Pose,
        text: sample.Text,
        seed: int = 0,
        steps: int = 20,
        guidance: float | None = None,
        callback: Callable[[int], None] | None = None,
        repair: float = STRENGTH,
        wearable: Bool[np.ndarray, "H W"] | None = None,
        around: Surroundings | None = None,
        **walk: Any,
    ) -> Worn:
        """Legs wearing the shoe (3.3): the networks' own picture, and of what surrounds its leg, for `in_photo.finish`.

        guidance: see `__call__`. repair: share of the noise from which a second pass draws the leg again in the scene
        of the first (`compose.scene_background`); 0: none. wearable: the area on the canvas, for that pass. around:
        what is kept but for the leg, in one pass; None draws the surroundings too. walk: as in `sample`.
        """
        draw = partial(self._sample, text=text, steps=steps, **walk)
        look = self.judge and partial(judges.find_shoes, self.judge)
        wearer = Wearer(draw, self.controlnet, self.side, seed, steps, guidance, callback, look)
        return wearer.leg(shoe, pose, around) if around else wearer.whole(shoe, pose, wearable, repair)

    def resolve_backend(self, sampling: Sampling | None = None, watch: Watch | None = None) -> Backend:
        """The backend of this pipeline. Raises InputError where the networks it needs were not loaded."""
        if not isinstance(self.backend, str):
            return self.backend
        if self.backend == "render":
            return RenderBackend()
        if self.unet is None:
            raise InputError("the diffusion backend needs its networks: load the pack with backend='diffusion'")
        return DiffusionBackend(self, sampling or Sampling(), watch)

    def _sample(self, *given: Any, **options: Any) -> UInt8[np.ndarray, "s s 3"]:
        """`sample.sample` with this pipeline's networks; `SharedPipeline` draws the pictures of several calls here."""
        return sample.sample(self.unet, self.controlnet, self.vae, self.scheduler, *given, **options)
