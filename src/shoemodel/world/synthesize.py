"""Many tuples, by several processes, into shards: the same command goes on where it was stopped."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from shoemodel.data import shards
from shoemodel.data.sample import Sample
from shoemodel.data.splits import HELD_OUT_FAMILY, Split
from shoemodel.errors import InputError
from shoemodel.render import engine as renderer
from shoemodel.world import local_engine, ray_engine
from shoemodel.world.progress import Pace, watch
from shoemodel.world.scene import RUN, sample_scene
from shoemodel.world.shod import FAMILY_SHARES
from shoemodel.world.tuples import WORLD_VERSION, Rejected, render

REDRAWS = 8


def synthesize(
    num: int, seed: int, out: Path, size: int = 256, assets: Path | None = None, workers: int | None = None,
    spp: int = 4, cuda: bool = False, engine: Literal["local", "ray"] = "local",
    split: Split | None = None, per_shoe: int = RUN, family: str | None = None,
) -> None:  # fmt: skip
    """Write samples 0..num-1 of the world `seed` into shards under `out`; finished shards in it are kept.

    size: side of the pictures [px]. assets: folder of shoes, `mocap/*.bvh` motion clips and `hdri/*.hdr` surroundings
    to use beside what the code makes. workers: processes of one thread each, None for one a core. spp: samples a pixel
    before denoising. cuda: render on the GPU (local engine). engine: processes of this machine, or Ray Data; the
    samples are the same. split, family: the only ones whose shoes are worn, None for all. per_shoe: samples of each
    shoe. Raises `InputError` for arguments that make no sense and for a folder that holds another set, RuntimeError
    naming the sample when one cannot be made or a worker dies. What is finished stays.
    """
    _check(num, size, assets, workers, spp, per_shoe)
    _check_shoes(split, family)
    if cuda and engine == "ray":
        raise InputError("the ray engine renders on processors; rendering on a GPU needs the local engine")
    out = Path(out)
    make = functools.partial(
        make_sample, seed, size=size, spp=spp, assets=assets, split=split, per_shoe=per_shoe, family=family
    )
    shoes = {"split": split, "per_shoe": None if per_shoe == RUN else per_shoe, "family": family}
    told = {name: value for name, value in shoes.items() if value is not None}
    claim(out, {"seed": seed, "size": size, "spp": spp, "assets": assets is not None, "world": WORLD_VERSION} | told)
    shards.clear_partial(out)
    jobs = {number: shards.shard_indices(number, num) for number in shards.unfinished(out, num, seed)}
    total = sum(len(indices) for indices in jobs.values())
    console = Console(stderr=True)
    console.print(f"{num} tuples of world {seed}: {num - total} finished, {total} to render into {out}")
    _announce(console, cuda)
    done = "nothing to render"
    if jobs:
        sizes = ray_engine.chunks(jobs) if engine == "ray" else {number: len(job) for number, job in jobs.items()}
        count = min(workers or os.cpu_count() or 1, len(sizes))
        run = ray_engine.run if engine == "ray" else local_engine.run
        events = run(make, out, jobs, count, functools.partial(one_thread, cuda))
        done = watch(console, events, Pace(sizes, count))
    console.print(f"{done}; {_bytes_each(out, num, seed):,} bytes a tuple")


def _bytes_each(out: Path, num: int, seed: int) -> int:
    """Mean size of a tuple on disk; RuntimeError where one of the set is missing, which must not be."""
    missing = shards.unfinished(out, num, seed)
    if missing:
        raise RuntimeError(f"{out}: shard {missing[0]} is not whole though all were written; the same command goes on")
    count = -(-num // shards.PER_SHARD)
    return round(sum(shards.shard_path(out, number).stat().st_size for number in range(count)) / num)


def _check(num: int, size: int, assets: Path | None, workers: int | None, spp: int, per_shoe: int) -> None:
    found = {"num": num, "spp": spp, "workers": 1 if workers is None else workers, "per-shoe": per_shoe}
    for name, value, least in (("size", size, 32), *((name, value, 1) for name, value in found.items())):
        if value < least:
            raise InputError(f"--{name}: found {value}, {least} or more is accepted")
    if assets is not None and not Path(assets).is_dir():
        raise InputError(f"{assets}: found no such folder; --assets takes a folder of shoe and surrounding files")


def _check_shoes(split: Split | None, family: str | None) -> None:
    """A family must be known, and have shoes in the split."""
    if family not in (None, *FAMILY_SHARES):
        raise InputError(f"--family: found {family!r}; {', '.join(FAMILY_SHARES)} are accepted")
    if family is not None and split is not None and (family == HELD_OUT_FAMILY) != (split == "held-out family"):
        raise InputError(f"--family {family} has no shoe in --split '{split}', as {HELD_OUT_FAMILY} is held out")


def claim(out: Path, settings: dict[str, Any]) -> None:
    """Make the folder and write what it holds beside the shards; refuse a folder that holds something else."""
    path = out / "world.json"
    try:
        out.mkdir(parents=True, exist_ok=True)
        if path.exists():
            found = json.loads(path.read_text())
            if found != settings:
                raise InputError(f"{out}: found samples of {found}, the same settings are accepted: {settings}")
            return
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(settings, indent=1) + "\n")
        partial.replace(path)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror}); a writable folder is accepted") from error


def _announce(console: Console, cuda: bool) -> None:
    if not cuda and renderer.default_variant() == "scalar_rgb":
        console.print("no libLLVM 19 or newer found (DRJIT_LIBLLVM_PATH): rendering takes 3 to 4 times as long")


def make_sample(
    seed: int, index: int, size: int = 256, spp: int = 4, assets: Path | None = None,
    split: Split | None = None, per_shoe: int = RUN, family: str | None = None,
) -> Sample:  # fmt: skip
    """Sample `index` of the world `seed`, drawn again where a scene makes no good example; a pure function.

    Raises RuntimeError naming the sample when no draw is good.
    """
    refusals: list[str] = []
    for attempt in range(REDRAWS):
        try:
            sample = render(sample_scene(seed, index, assets, attempt, split, per_shoe, family), size, spp, assets)
        except Rejected as rejection:
            refusals.append(str(rejection))
            continue
        problems = sample.check()
        if not problems:
            return replace(sample, meta={**sample.meta, "redraws": refusals})
        refusals += problems
    raise RuntimeError(f"sample {shards.sample_key(seed, index)} failed {REDRAWS} draws: {'; '.join(refusals)}")


def one_thread(cuda: bool) -> None:
    """Prepare a worker: the libraries that ask for threads themselves, and the renderer."""
    import cv2
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    renderer.start("cuda_ad_rgb" if cuda else None, threads=1)
