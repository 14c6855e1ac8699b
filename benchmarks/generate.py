"""Where the time of `shoemodel generate` goes, its peak memory, and the ratio to diffusers' own ControlNet pipeline.

    python benchmarks/generate.py examples/sneaker.jpg --pack mini --num 2

The ratio runs the same U-Net, ControlNet, scheduler, text, condition and noise through
`StableDiffusionControlNetPipeline`, so it shows what our sampler costs or saves.
"""

from __future__ import annotations

import resource
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure one photo."""

    photo: tyro.conf.Positional[Path]
    """A photo of an unworn shoe."""
    pack: str = "mini"
    """mini, or a folder."""
    num: int = 2
    """Results: the first includes everything before it, each further one only itself."""
    steps: int = 20
    """DDIM steps."""
    dtype: str | None = None
    """float32 or bfloat16, for U-Net, ControlNet and autoencoder; default: what the processor is best at."""
    threads: int | None = None
    """torch threads."""
    repeats: int = 3
    """Runs of the comparison, of which the median counts."""


def main(options: Benchmark) -> None:
    """Print one table."""
    started = time.perf_counter()
    import torch

    from shoemodel import ShoeModelPipeline
    from shoemodel.image import io as images

    imported = time.perf_counter() - started
    if options.threads:
        torch.set_num_threads(options.threads)
    photo = images.load(options.photo)
    dtype = getattr(torch, options.dtype) if options.dtype else None
    started = time.perf_counter()
    pipeline = ShoeModelPipeline.from_pretrained(options.pack, backend="diffusion", dtype=dtype)
    rows = [("import", imported), ("load the pack", time.perf_counter() - started)]
    started = time.perf_counter()
    how = {"generator": 0, "num_inference_steps": options.steps}
    first = pipeline(photo, "legs in blue jeans", **how)
    to_first = time.perf_counter() - started
    rows += [(f"  {stage}", seconds) for stage, seconds in first.timings_s.items()]
    rows.append(("photo to the first result", to_first))
    if options.num > 1:
        started = time.perf_counter()
        result = pipeline(photo, "legs in blue jeans", num_images_per_prompt=options.num, **how)
        before = sum(result.timings_s[stage] for stage in ("region", "areas", "poses"))
        rows.append(("each further result", (time.perf_counter() - started - before) / options.num))
    ours, theirs = compare(pipeline, options.steps, options.repeats)
    rows += [("our sampler", ours), ("diffusers' StableDiffusionControlNetPipeline", theirs)]
    report(rows, ours / theirs, f"{pipeline.unet.dtype}, {torch.get_num_threads()} threads, {options.steps} steps")


def compare(pipeline: Any, steps: int, repeats: int) -> tuple[float, float]:
    """Median seconds of one picture: our sampler, and diffusers' pipeline with the same networks, both decoded."""
    import torch
    from diffusers import StableDiffusionControlNetPipeline

    from shoemodel.sw.sampler import Draft
    from shoemodel.sw.sampling import Sampling
    from shoemodel.sw.text import encode
    from shoemodel.sw.vae import to_pictures

    side, unet = pipeline.sampler.side_px, pipeline.unet
    text = encode(pipeline.tokenizer, pipeline.text_encoder, "legs in blue jeans")
    condition = torch.rand(6, side, side, generator=torch.Generator().manual_seed(0))
    latents = torch.randn(1, unet.config.in_channels, *(unet.config.sample_size,) * 2).to(unet.dtype)
    theirs = StableDiffusionControlNetPipeline(
        vae=None,
        text_encoder=None,
        tokenizer=None,
        unet=unet,
        controlnet=pipeline.controlnet,
        scheduler=pipeline.scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    theirs.set_progress_bar_config(disable=True)

    def our_sampler() -> None:
        pipeline.sampler([Draft(text, 0, condition)], Sampling(num_inference_steps=steps))

    def their_pipeline() -> None:
        drawn = theirs(
            prompt_embeds=text.prompt[None].to(unet.dtype),
            negative_prompt_embeds=text.negative[None].to(unet.dtype),
            image=condition[None].to(unet.dtype),
            latents=latents,
            height=side,
            width=side,
            num_inference_steps=steps,
            guidance_scale=7.0,
            output_type="latent",
        )
        with torch.no_grad():
            to_pictures(pipeline.vae, drawn.images.float())

    return median_seconds(our_sampler, repeats), median_seconds(their_pipeline, repeats)


def median_seconds(function: Any, repeats: int) -> float:
    """Median wall time of `repeats` calls."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def report(rows: list[tuple[str, float]], ratio: float, title: str) -> None:
    """Print the table, the ratio and the peak resident memory of this process."""
    table = Table("stage", "seconds", title=title, title_justify="left")
    for name, seconds in rows:
        table.add_row(name, f"{seconds:.2f}")
    console = Console()
    console.print(table)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    console.print(f"ours / diffusers: {ratio:.2f}    peak memory: {peak_gib:.2f} GiB")


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
