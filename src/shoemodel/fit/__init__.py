"""(ours) The camera of a photo and the shoe in 3-D, by analysis by synthesis on proxy shoes."""

from shoemodel.fit.search import fit_shoe
from shoemodel.fit.shoe import ShoeFit

__all__ = ["ShoeFit", "fit_shoe"]
