"""The command `shoemodel regions`: what in a photo may be the shoe, to choose from where it is not found by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Propose what in a photo may be the shoe, the best first; writes DIR/<photo stem>/.

    regions.png shows the candidates with their numbers and confidences; region_00.png is the one that
    `shoemodel generate` takes by itself, where it finds a shoe at all, and any other is taken with --mask.

    Example: shoemodel regions boot.jpg --out regions && shoemodel generate boot.jpg --mask regions/boot/region_01.png
    --prompt jeans --out boots
    """

    photo: Positional[Path]
    """Photo of an unworn shoe or a pair (PNG, JPEG, WebP, TIFF, HEIC ...)."""
    out: Annotated[Path, arg(metavar="DIR")]
    """Folder to write to."""
    pack: Annotated[str, arg(metavar="mini|FOLDER|OWNER/NAME")] = "mini"
    """Weights."""

    def run(self) -> int:
        from shoemodel import packs
        from shoemodel.image import io as images
        from shoemodel.output import run_folder
        from shoemodel.pipeline import ShoeModelPipeline
        from shoemodel.runtime.files import replacing
        from shoemodel.wd import candidates

        run_folder.require_writable(self.out)
        packs.check(packs.resolve(self.pack))
        photo = images.load(self.photo)
        pipeline = ShoeModelPipeline.from_pretrained(self.pack)
        regions = candidates.propose(pipeline.region, photo, pipeline.segmenter)
        folder = self.out / photo.path.stem
        with replacing(folder) as partial:
            images.save_png(partial / "regions.png", candidates.sheet(photo.rgb, regions))
            for number, region in enumerate(regions):
                images.save_png(partial / f"region_{number:02d}.png", region.mask.astype("uint8") * 255)
        for number, region in enumerate(regions):
            print(f"{folder / f'region_{number:02d}.png'}  confidence {region.confidence:.2f}")
        return 0
