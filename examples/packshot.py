"""A packshot in three outfits, in the photo itself: its ground, its shadow and its shape stay.

python examples/packshot.py
"""

from pathlib import Path

from shoemodel import ShoeModelPipeline

PHOTO = Path(__file__).parent / "packshot.jpg"

pipeline = ShoeModelPipeline.from_pretrained("mini")
result = pipeline(PHOTO, ["blue jeans", "black leggings, white ankle socks", "bare legs"], generator=0)
for number, image in enumerate(result.images):
    image.save(f"packshot_{number}.png")
print(*(result.warnings or ["no warning"]), sep="\n")
