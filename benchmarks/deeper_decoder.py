"""An autoencoder whose decoder has one more block in each stage, which at first does nothing.

    python benchmarks/deeper_decoder.py --pack mini --out deeper
    shoemodel train autoencoder mini --decoder-only --loop.start deeper --adversarial-weight 0.06 --fine-weight 0.3 \\
        --data DIR --out RUN

The latents, and every U-Net trained on them, stay valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import tyro
from diffusers import AutoencoderDC
from torch import nn

from shoemodel.training.latents import load_component


@dataclass(frozen=True, kw_only=True)
class Deeper:
    """Which decoder is made deeper."""

    pack: Path = Path("mini")
    """Run, pack folder or mini with the vae, an `AutoencoderDC` of residual blocks."""
    out: Path
    """OUT/model/vae is written."""


def deeper(vae: AutoencoderDC) -> AutoencoderDC:
    """The same function, with one more residual block at the end of each stage that has any."""
    layers = [count + (count > 0) for count in vae.config.decoder_layers_per_block]
    grown = AutoencoderDC.from_config({**vae.config, "decoder_layers_per_block": layers})
    missing, unexpected = grown.load_state_dict(vae.state_dict(), strict=False)
    if unexpected:
        raise ValueError(f"weights without a place: {unexpected}")
    with torch.no_grad():
        for name in missing:
            if ".norm." in name:  # the last step of a residual branch
                nn.init.zeros_(grown.get_parameter(name))
    return grown


def main(options: Deeper) -> None:
    """Write it and say whether it is still the same function."""
    vae = load_component(options.pack, "vae").eval()
    grown = deeper(vae).eval()
    latents = torch.randn(1, vae.config.latent_channels, 8, 8)
    with torch.no_grad():
        apart = (vae.decode(latents).sample - grown.decode(latents).sample).abs().max().item()
    grown.save_pretrained(options.out / "model" / "vae")
    count = sum(weight.numel() for weight in grown.decoder.parameters())
    print(f"decoder of {count:,} weights in {options.out}; its pictures differ by {apart:.2g}")


if __name__ == "__main__":
    main(tyro.cli(Deeper, description=__doc__))
