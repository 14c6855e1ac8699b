"""The rendered photos of `examples/`: a packshot and a pair. Nobody owns such shoes, so they may be shown everywhere.

    python recipes/example_photos.py --out examples

Shoes of the split *test*, which no training sees. Needs shoemodel[world].
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import tyro
from PIL import Image

from shoemodel.world import display as displays
from shoemodel.world.synthesize import one_thread

PHOTOS = {
    "packshot": ("running shoe", "alone", 0),
    "pair": ("loafer", "parallel", 5),
}
"""Name: family, arrangement, seed of the display."""


@dataclass(frozen=True, kw_only=True)
class Photos:
    """Render the photos of the examples."""

    out: Path
    """Folder for NAME.jpg."""
    size: int = 900
    """Side, px."""
    spp: int = 8
    """Samples a pixel before denoising."""
    seeds: tuple[int, ...] = ()
    """Try these seeds instead, and write NAME-SEED.jpg."""


def main(options: Photos) -> None:
    """Write them."""
    one_thread(cuda=False)
    config = replace(displays.mini(), size=options.size, spp=options.spp, arrangements=1, looks=1, split="test")
    for name, (family, arrangement, usual) in PHOTOS.items():
        chosen = replace(config, families=((family, 1.0),), shares=((arrangement, 1.0),), cameras=1)
        for seed in options.seeds or (usual,):
            sample = displays.make_sample(seed, chosen, 0)
            file = f"{name}-{seed}.jpg" if options.seeds else f"{name}.jpg"
            Image.fromarray(sample.unworn).save(options.out / file, quality=88, optimize=True)


if __name__ == "__main__":
    main(tyro.cli(Photos))
