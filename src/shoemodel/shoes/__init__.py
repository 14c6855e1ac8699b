"""Shoes for the synthetic world: a parametric generator derived from the foot, and shoes read from asset files."""

from shoemodel.shoes.build import Shoe, build
from shoemodel.shoes.families import sample_parameters
from shoemodel.shoes.last import Foot
from shoemodel.shoes.parameters import FAMILIES, OPEN_FAMILIES, ShoeParameters, Strap, heel_deg

__all__ = [
    "FAMILIES", "OPEN_FAMILIES", "Foot", "Shoe", "ShoeParameters", "Strap", "build", "heel_deg", "sample_parameters",
]  # fmt: skip
