"""A pair: both legs of one person, in two outfits, with the poses to choose from.

python examples/pair.py
"""

from pathlib import Path

from shoemodel import ShoeModelPipeline

PHOTO = Path(__file__).parent / "pair.jpg"

pipeline = ShoeModelPipeline.from_pretrained("mini")
result = pipeline(PHOTO, ["a man in dark blue chinos", "black tights"], num_images_per_prompt=2, generator=0)
for prompt, seed, image in zip(result.prompts, result.seeds, result.images, strict=True):
    image.save(f"pair_{prompt.split()[-1]}_{seed}.png")
print(f"{len(result.fits)} legs", *result.warnings, sep="\n")
