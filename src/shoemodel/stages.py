"""The networks of a pack, and every stage of the chain as a public method (Fig. 2).

| paper | name here                   | stage                                           |
|-------|-----------------------------|-------------------------------------------------|
| X_m   | `region`                    | `find_region`       SAM                         |
| X_v   | `areas.visible`             | `detect_areas`      WD, section 3.1             |
| X_w   | `shoe`, on the canvas       | `place`             layout, Fig. 10             |
| C_p   | `feet`                      | `find_feet`         LpS, section 3.2            |
|       | `fitted`                    | `fit_shoes`         camera and shoes in 3-D (ours) |
| L_0   | `poses`                     | `synthesise_poses`  LpS, section 3.2, `synthesise_poses_3d` (ours) |
| X'    | `pixels`                    | `resolve_backend`   SW, section 3.3, or a rendered leg (ours) |

Each takes the results before it: a surface can change one and recompute only what follows. `pipeline` runs them all.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

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
from jaxtyping import Bool, Float, UInt8
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
from shoemodel.backends import viewpoint
from shoemodel.backends.backend import Backend, require_known
from shoemodel.backends.diffusion import DiffusionBackend
from shoemodel.backends.options import BACKENDS, DiffusionOptions
from shoemodel.backends.render import RenderBackend
from shoemodel.compose import edges as shoe_edges
from shoemodel.compose import frame
from shoemodel.compose.kinds import Background, Edges
from shoemodel.compose.matting import SoftAreas
from shoemodel.compose.placed import PlacedShoe
from shoemodel.errors import InputError
from shoemodel.fit.each import FittedShoe, fit_each
from shoemodel.fit.network import ViewNetwork
from shoemodel.fit.search import fit_shoe
from shoemodel.fit.shoe import ShoeFit
from shoemodel.image import io as images
from shoemodel.image import layout as layouts
from shoemodel.image import placement
from shoemodel.image.geometry import Box
from shoemodel.image.io import AnyPhoto
from shoemodel.image.layout import Layout
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.placement import LayoutChoice
from shoemodel.image.pose import Pose
from shoemodel.lps import predict_3d
from shoemodel.lps.denoiser import LegDenoiser
from shoemodel.lps.predict import FootKeypoints, ankles_apart, foot_keypoints, leg_poses
from shoemodel.lps.vitpose import StemmedVitPose
from shoemodel.quality import judge as judges
from shoemodel.runtime import device
from shoemodel.runtime.quiet import quiet
from shoemodel.sw.sampler import Sampler
from shoemodel.sw.sampling import Hooks
from shoemodel.wd import predict as wd
from shoemodel.wd import region as regions
from shoemodel.wd.region import Region
from shoemodel.wd.sam import StemmedSam, precise
from shoemodel.wd.segformer import StemmedSegformer

Loaded = TypeVar("Loaded", bound="Stages")
Corners = tuple[float, float, float, float]
Points = Sequence[tuple[float, float]] | Float[np.ndarray, "n 2"]


class Stages(DiffusionPipeline):
    """One pack of weights. `backend` is one of BACKENDS, or a `backends.backend.Backend`."""

    model_cpu_offload_seq = "region->areas->feet->text_encoder->unet->vae"
    _exclude_from_cpu_offload = ("legs", "legs_3d")  # small, and called 25 times
    _optional_components: ClassVar = list(packs.OPTIONAL)

    def __init__(
        self, region: SamModel | StemmedSam | None, areas: SegformerForSemanticSegmentation | StemmedSegformer | None,
        feet: VitPoseForPoseEstimation | StemmedVitPose | None, legs: LegDenoiser | None,
        legs_scheduler: DDPMScheduler | None, tokenizer: CLIPTokenizer | None,
        text_encoder: CLIPTextModel | CLIPTextModelWithProjection | None,
        vae: AutoencoderDC | AutoencoderTiny | AutoencoderKL | None, unet: UNet2DConditionModel | None,
        controlnet: ControlNetModel | None, scheduler: DDIMScheduler | None,
        image_encoder: CLIPVisionModelWithProjection | None = None, judge: StemmedSegformer | None = None,
        segmenter: StemmedSegformer | None = None, fit: ViewNetwork | None = None, legs_3d: LegDenoiser | None = None,
        backend: str | Backend = BACKENDS[0],
    ):  # fmt: skip
        super().__init__()
        self.register_modules(
            region=region, areas=areas, feet=feet, legs=legs, legs_scheduler=legs_scheduler, tokenizer=tokenizer,
            text_encoder=text_encoder, vae=vae, unet=unet, controlnet=controlnet, scheduler=scheduler,
            image_encoder=image_encoder, judge=judge, segmenter=segmenter, fit=fit, legs_3d=legs_3d,
        )  # fmt: skip
        self.backend = backend

    @classmethod
    def from_pretrained(
        cls: type[Loaded],
        pretrained_model_name_or_path: str | os.PathLike[str] = "mini",
        *,
        backend: str | Backend = BACKENDS[0],
        dtype: torch.dtype | None = None,
        only: Collection[str] | None = None,
        **components: Any,
    ) -> Loaded:
        """Load a pack, `mini`, a folder written by `shoemodel pack` or `save_pretrained`, or a repository on the hub
        (OWNER/NAME, OWNER/NAME@REVISION), onto `default_device()`.

        `dtype` is what SAM's image encoder, areas, feet, U-Net, ControlNet, autoencoder and any other large network
        compute in; None takes `default_dtype()`. The rest compute in float32. `only` names the components to load, the
        others are None; by default those that the backend needs, for the render all but the diffusion's networks.
        `components` (`unet=...`, say) replace those of the pack.
        All else is as in diffusers: `to`, `enable_model_cpu_offload`, `unet.compile_repeated_blocks`.

        Raises:
            InputError: an unknown pack or backend, or a missing or damaged file.
        """
        if isinstance(backend, str):
            require_known(backend)
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

    def save_pretrained(self, save_directory: str | os.PathLike[str], *args: Any, **kwargs: Any) -> None:
        """Write the pack as it is in memory, with its pack.json; arguments are those of `DiffusionPipeline`."""
        folder = Path(save_directory)
        with quiet():
            super().save_pretrained(str(folder), *args, **kwargs)
        packs.write_manifest(folder, folder.name)

    @property
    def sampler(self) -> Sampler:
        """The networks that sample for the diffusion backend. Raises InputError where they were not loaded."""
        if self.unet is None:
            raise InputError("the diffusion backend needs its networks: load the pack with backend='diffusion'")
        return Sampler(self.unet, self.controlnet, self.vae, self.scheduler)

    def find_region(
        self,
        image: AnyPhoto,
        box: Corners | None = None,
        points: Points | None = None,
        mask: Bool[np.ndarray, "h w"] | None = None,
        force: bool = False,
        outside: Points | None = None,
    ) -> Region:
        """X_m: the shoe's pixels, from the mask given, else the photo's transparency, else found (`wd.region`).

        box: (x0, y0, x1, y1), points: (x, y) each on the shoe, outside: (x, y) each beside it, in photo px.
        force: go on where no unworn shoe is seen.

        Raises:
            InputError: there is no unworn shoe, or what is given does not fit the photo.
        """
        corners = None if box is None else Box(*box)
        places, beside = (None if p is None else np.asarray(p, float).reshape(-1, 2) for p in (points, outside))
        photo = images.as_photo(image)
        return regions.of_photo(self.region, photo, corners, places, mask, self.segmenter, force, beside)

    def detect_areas(self, image: AnyPhoto, region: Region) -> ShoeAreas:
        """X_v and the wearable area on the photo's grid (section 3.1)."""
        photo = images.as_photo(image)
        return wd.predict(self.areas, photo.rgb, region.mask, photo.path.name)

    def refine_edges(self, image: AnyPhoto, areas: ShoeAreas, edges: Edges = "refined") -> SoftAreas:
        """The areas' edges at the photo's own resolution, or as they are given (ours)."""
        return shoe_edges.find(images.as_photo(image).rgb, areas, edges)

    def place(
        self,
        image: AnyPhoto,
        areas: ShoeAreas,
        layout: Layout | LayoutChoice | str = "auto",
        background: Background = "scene",
    ) -> tuple[Layout, PlacedShoe]:
        """The layout, and X_w on its canvas (Fig. 10). areas: on the photo's grid.

        Where the photo is the background, "auto" adds room only about a plain ground, which can be continued.
        """
        photo = images.as_photo(image)
        if not isinstance(layout, Layout):
            choice = placement.parse(layout) if isinstance(layout, str) else layout
            choice = frame.choose(photo.rgb, areas.shoe, choice) if background == "photo" else choice
            layout = layouts.arrange(choice, photo.size, areas.shoe)
        return layout, PlacedShoe.of(photo.rgb, areas, layout)

    def extend(self, image: AnyPhoto, areas: ShoeAreas, layout: Layout) -> UInt8[np.ndarray, "h w 3"]:
        """The photo on the layout's canvas, continued where that is larger. areas: on the photo's grid."""
        return frame.extend(images.as_photo(image).rgb, layout, areas.shoe)

    def find_feet(self, shoe: PlacedShoe) -> FootKeypoints:
        """C_p, in px of the canvas (section 3.2)."""
        return foot_keypoints(self.feet, shoe.rgb, shoe.visible)

    def fit_shoe(
        self, image: AnyPhoto, areas: ShoeAreas, layout: Layout, feet: FootKeypoints,
        up: Float[np.ndarray, "3"] | None = None, turned: bool = False,
    ) -> ShoeFit:  # fmt: skip
        """The camera and one shoe in 3-D, from its areas on the layout's canvas (ours); up, turned: as `fit.search`
        takes them.
        InputError where no proxy shoe looks like this one.
        """
        photo = images.as_photo(image)
        height, width = photo.size
        centre = layout.transform.apply(np.array([width / 2, height / 2]))
        focal = photo.focal_px and photo.focal_px * layout.transform.scale
        return fit_shoe(
            areas, feet.points_px, feet.exists, feet.scores,
            focal_px=focal, centre_px=(float(centre[0]), float(centre[1])), name=photo.path.name, up=up,
            network=self.fit, turned=turned,
        )  # fmt: skip

    def fit_shoes(
        self, image: AnyPhoto, canvas: UInt8[np.ndarray, "h w 3"], shoe: PlacedShoe, layout: Layout, feet: FootKeypoints
    ) -> tuple[tuple[FittedShoe, ...], list[str]]:
        """Each shoe that holds a foot, fitted by itself, or what was found as one where none does; and warnings.

        One is left out, with a warning, where one body cannot stand in both. canvas: the photo, continued.

        Raises:
            InputError: no proxy shoe looks like any of them.
        """
        photo = images.as_photo(image)
        return fit_each(canvas, shoe.areas, feet, partial(self.fit_shoe, photo, layout=layout))

    def synthesise_poses(
        self, shoe: PlacedShoe, feet: FootKeypoints, num: int = 1, seed: int = 0, name: str = "the photo"
    ) -> list[Pose]:
        """`num` poses with these feet, in px of the canvas (section 3.2)."""
        return leg_poses(self.legs, self.legs_scheduler, feet, shoe.visible, num, seed, name)

    def synthesise_poses_3d(
        self, shoe: PlacedShoe, feet: FootKeypoints, fitted: Sequence[FittedShoe],
        num: int = 1, seed: int = 0, name: str = "the photo",
    ) -> list[Pose]:  # fmt: skip
        """`num` poses of legs in the fitted shoes, posed in 3-D and seen in px of the canvas (ours).
        Without `legs_3d` those of `synthesise_poses`, or upright ones where no foot was found. InputError for two feet
        whose ankles are in one place.
        """
        if self.legs_3d is None:
            found = feet.exists.any()
            return self.synthesise_poses(shoe, feet, num, seed, name) if found else [fitted[0].fit.upright()] * num
        if wrong := ankles_apart(feet, name):
            raise InputError(wrong)
        there, sides = viewpoint.feet_of(fitted), viewpoint.sides_of(fitted)
        return predict_3d.leg_poses(self.legs_3d, self.legs_scheduler, there, sides, feet, shoe.visible, num, seed)

    def resolve_backend(
        self, backend: str | Backend | None = None, options: DiffusionOptions | None = None, hooks: Hooks | None = None
    ) -> Backend:
        """A backend by name, or the pipeline's own. Raises InputError where it or the networks it needs are missing."""
        backend = self.backend if backend is None else backend
        if not isinstance(backend, str):
            return backend
        require_known(backend)
        if backend == "render":
            return RenderBackend()
        look = self.judge and partial(judges.find_shoes, self.judge)
        options, hooks = options or DiffusionOptions(), hooks or Hooks()
        return DiffusionBackend(self.sampler, self.tokenizer, self.text_encoder, look, options, hooks)
