"""The baselines on an autoencoder of any kind, called as diffusers' own pipelines are.

Those assume Stable Diffusion's autoencoder: 4 latent channels (the inpainting ones refuse others), a posterior to
sample, `block_out_channels`; and three of them cannot rescale guidance, which a schedule that ends in pure noise needs.
At small sizes this pipeline takes their place. It draws with ShoeModel's own sampler, so that only the method differs.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DiffusionPipeline, ImagePipelineOutput
from diffusers.loaders import IPAdapterMixin
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from shoemodel.baselines.inputs import on_grey
from shoemodel.image.crop import to_network
from shoemodel.sw.sampler import Draft, Sampler
from shoemodel.sw.sampling import Sampling
from shoemodel.sw.text import Text, encode
from shoemodel.sw.vae import to_latents


class LatentPipeline(DiffusionPipeline, IPAdapterMixin):
    """Text-to-image, inpainting, ControlNet, example or image prompt: what the components make it."""

    _optional_components: ClassVar = ["tokenizer", "text_encoder", "controlnet", "image_encoder", "feature_extractor"]

    def __init__(
        self,
        vae: Any,
        unet: Any,
        scheduler: Any,
        tokenizer: Any = None,
        text_encoder: Any = None,
        controlnet: Any = None,
        image_encoder: Any = None,
        feature_extractor: Any = None,
    ):
        super().__init__()
        self.register_modules(
            vae=vae,
            unet=unet,
            scheduler=scheduler,
            tokenizer=tokenizer,
            text_encoder=text_encoder,
            controlnet=controlnet,
            image_encoder=image_encoder,
            feature_extractor=feature_extractor,
        )

    @torch.no_grad()
    def __call__(
        self,
        prompt: str = "",
        *,
        image: Image.Image | None = None,
        mask_image: Image.Image | None = None,
        control_image: Float[Tensor, "1 3 h w"] | None = None,
        example_image: Image.Image | None = None,
        ip_adapter_image: Image.Image | None = None,
        num_inference_steps: int = 50,
        guidance_scale: float = 7.0,
        generator: torch.Generator,
    ) -> ImagePipelineOutput:
        """One picture at the U-Net's own size; arguments as in diffusers, of `generator` the initial seed counts."""
        unet: Any = _Extended(self.unet, self._channels(image, mask_image), self._image_prompt(ip_adapter_image))
        condition = None if self.controlnet is None or control_image is None else control_image[0]
        draft = Draft(self._text(prompt, example_image), generator.initial_seed(), condition)
        sampling = Sampling(num_inference_steps=num_inference_steps, guidance_scale=guidance_scale)
        drawn = Sampler(unet, self.controlnet, self.vae, self.scheduler)([draft], sampling)
        return ImagePipelineOutput(images=[Image.fromarray(picture) for picture in drawn])

    def _channels(self, image: Image.Image | None, mask_image: Image.Image | None) -> Tensor | None:
        """Mask and masked latents where the U-Net takes them; None where it is a plain one."""
        inpaints = self.unet.config.in_channels > self.unet.config.out_channels
        if inpaints != (image is not None and self.controlnet is None):
            needs = "needs an image" if inpaints else "takes no image"
            raise ValueError(f"a U-Net of {self.unet.config.in_channels} input channels {needs} to paint in")
        if image is None or mask_image is None or not inpaints:
            return None
        kept = np.array(mask_image) < 128
        pixels = torch.from_numpy(to_network(on_grey(np.array(image), kept)[None]))
        latents = to_latents(self.vae, pixels.to(self.vae.device, self.vae.dtype))
        return inpainting_channels(torch.from_numpy(kept)[None], latents)

    def _text(self, prompt: str, example_image: Image.Image | None) -> Text:
        """C_te, or in its place the embedding of the example."""
        if example_image is None:
            return encode(self.tokenizer, self.text_encoder, prompt)
        example, nothing = self.image_encoder(self._pixels(example_image), return_uncond_vector=True)
        return Text(example[0], nothing[0])

    def _image_prompt(self, picture: Image.Image | None) -> Tensor | None:
        """(1, d): CLIP's embedding of the picture."""
        return None if picture is None else self.image_encoder(self._pixels(picture)).image_embeds

    def _pixels(self, picture: Image.Image) -> Tensor:
        pixels = self.feature_extractor(images=picture, return_tensors="pt").pixel_values
        return pixels.to(self.image_encoder.device, self.image_encoder.dtype)


class _Extended:
    """A U-Net with a baseline's additions, to be called as a plain one; both halves of guidance see the channels."""

    def __init__(self, unet: Any, channels: Tensor | None, image_prompt: Tensor | None):
        self.unet, self.channels, self.image_prompt = unet, channels, image_prompt
        self.device, self.dtype = unet.device, unet.dtype
        self.config = SimpleNamespace(sample_size=unet.config.sample_size, in_channels=unet.config.out_channels)

    def __call__(self, noisy: Tensor, timestep: Tensor, text: Tensor, **arguments: Any) -> Any:
        if self.channels is not None:
            channels = self.channels.to(noisy).expand(len(noisy), -1, -1, -1)
            noisy = torch.cat([noisy, channels], 1)
        if self.image_prompt is not None:
            prompts = self.image_prompt.to(noisy).expand(len(noisy), -1).clone()
            prompts[: len(noisy) // 2] = 0  # guidance leads away from no picture, as in IP-Adapter
            arguments["added_cond_kwargs"] = {"image_embeds": [prompts[:, None]]}
        return self.unet(noisy, timestep, text, **arguments)


def inpainting_channels(kept: Tensor, masked: Float[Tensor, "b c hl wl"]) -> Float[Tensor, "b c+1 hl wl"]:
    """What an inpainting U-Net gets beside the noisy latents: the mask, 1 where it is to paint, and the masked latents.

    kept: bool (b, h, w). At 16 px a latent the mask is the share of each that is to be painted (ours).
    """
    mask = F.adaptive_avg_pool2d(1 - kept[:, None].float(), (masked.shape[-2], masked.shape[-1]))
    return torch.cat([mask.to(masked), masked], 1)
