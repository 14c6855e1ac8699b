"""How far an autoencoder's decoded pictures lie from the true ones: FID over the judge's features, and PSNR.

    python benchmarks/decoder.py --data DIR --runs mini runs/decoder

No picture of a generator can be better than this. All worn pictures of DIR count: give a folder of test shoes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure autoencoders."""

    data: Path
    """Tuples, all of which are used."""
    runs: tuple[Path, ...] = (Path("mini"),)
    """Runs or packs with a vae."""
    pack: str = "mini"
    """Whose judge looks at the pictures."""
    threads: int | None = None
    """torch threads; default: torch's choice."""


def main(options: Benchmark) -> None:
    """Print a row for each autoencoder."""
    import torch

    from shoemodel import ShoeModelPipeline
    from shoemodel.data import datasets
    from shoemodel.evaluation import distances, identity
    from shoemodel.evaluation.extractor import JudgeFeatures
    from shoemodel.image.crop import to_network
    from shoemodel.quality.clip import resized
    from shoemodel.sw.vae import to_latents, to_pictures
    from shoemodel.training.latents import load_component

    if options.threads:
        torch.set_num_threads(options.threads)
    worn = datasets.load(options.data).worn
    extractor = JudgeFeatures(ShoeModelPipeline.from_pretrained(options.pack).judge, options.pack)

    @torch.no_grad()
    def features(pictures: np.ndarray) -> torch.Tensor:
        return torch.cat([extractor(resized(picture, extractor.side)[None]) for picture in pictures])

    truth = features(worn)
    print(f"{len(worn)} worn pictures; FID over the features of the {extractor.name}")
    for run in options.runs:
        vae = load_component(run, "vae").eval()
        decoded = []
        with torch.no_grad():
            for picture in worn:
                decoded.append(to_pictures(vae, to_latents(vae, torch.from_numpy(to_network(picture[None]))))[0])
        errors = ((np.stack(decoded).astype(float) - worn) ** 2).mean((1, 2, 3))
        psnr = np.mean([identity.psnr(float(error)) for error in errors])
        print(f"{run}: FID {distances.fid(truth, features(np.stack(decoded))):.2f}, PSNR {psnr:.2f} dB")


if __name__ == "__main__":
    main(tyro.cli(Benchmark, description=__doc__))
