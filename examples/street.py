"""A photo from the street: in the photo itself, and in scenes that the prompts name. A run folder with a certificate.

python examples/street.py
"""

from pathlib import Path

from shoemodel import ShoeModelPipeline, packs
from shoemodel.execute import execute
from shoemodel.image import io
from shoemodel.output import certificate
from shoemodel.request import Request

PHOTO = Path(__file__).parent / "sneaker.jpg"
OUT = Path("street")

request = Request(prompt=("a woman's legs in blue jeans", "bare legs, wooden floor"), seed=7)
outcome = execute(ShoeModelPipeline.from_pretrained("mini"), io.load(PHOTO), request, packs.identity("mini"))
outcome.save(OUT)
print(certificate.verify(OUT, PHOTO) or f"{OUT}: every visible pixel is untouched")
