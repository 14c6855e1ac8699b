"""ShoeModel: turns a photo of an unworn shoe and a prompt into images of legs wearing that exact shoe.

>>> from shoemodel import ShoeModelPipeline
>>> pipeline = ShoeModelPipeline.from_pretrained("mini")
>>> pipeline("shoe.jpg", "legs in blue jeans", num_images_per_prompt=4).images[0].save("jeans.png")

Importing the package is cheap: torch is loaded when the pipeline is first named.
"""

from typing import TYPE_CHECKING, Any

from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.pipeline import ShoeModelPipeline
    from shoemodel.result import ShoeModelResult

__all__ = ["InputError", "ShoeModelPipeline", "ShoeModelResult"]


def __getattr__(name: str) -> Any:
    if name in ("ShoeModelPipeline", "ShoeModelResult"):
        from shoemodel import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'shoemodel' has no attribute {name!r}")
