"""The weights of a decoder between two, as in ESRGAN's network interpolation (Wang et al. 2018, arXiv 1809.00219).

    python benchmarks/mixed_decoder.py --plain deeper --sharp runs/decoder --share 0.7 --out mixed

A decoder tuned by a discriminator is sharp and draws edges where there are none; the one that it was tuned from is
blurred. Between them lies most of the sharpness at nearly all of the PSNR (`benchmarks/decoder.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import tyro

from shoemodel.training.latents import load_component


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Two autoencoders of one form, the second tuned from the first."""

    plain: Path
    """Run or pack of the first."""
    sharp: Path
    """Run or pack of the second."""
    share: float = 0.7
    """Of the second's weights."""
    out: Path
    """OUT/model/vae is written."""


def main(options: Mix) -> None:
    """Write the mean of both."""
    vae, sharp = load_component(options.plain, "vae"), load_component(options.sharp, "vae").state_dict()
    with torch.no_grad():
        for name, weight in vae.state_dict().items():
            weight.lerp_(sharp[name].to(weight.dtype), options.share)
    vae.save_pretrained(options.out / "model" / "vae")
    print(f"{options.share:.0%} of {options.sharp} in {options.out}")


if __name__ == "__main__":
    main(tyro.cli(Mix, description=__doc__))
