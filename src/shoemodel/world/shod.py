"""Who wears which shoe: the body and the shoe of a run of scenes, made from parameters or read from a file (ours)."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from shoemodel import shoes
from shoemodel.body.anny_model import body, sample_phenotype
from shoemodel.body.footing import Fitting, fit
from shoemodel.data.splits import Split, split_of
from shoemodel.shoes.assets import asset_family, asset_tags, base_vertices, build_asset, load_asset_shoes
from shoemodel.shoes.parameters import ShoeParameters
from shoemodel.shoes.scans import build_scan, find_scans

# how often each family of shoes is worn (ours: users' photos are mostly of sneakers)
FAMILY_SHARES = {
    "sneaker": 0.12, "running shoe": 0.09, "platform sneaker": 0.06, "high-top": 0.08, "hiking boot": 0.04,
    "children's shoe": 0.03, "derby": 0.05, "loafer": 0.05, "espadrille": 0.02, "ankle boot": 0.07,
    "chelsea boot": 0.05, "tall boot": 0.06, "pump": 0.07, "ballerina": 0.04, "sandal": 0.03, "clog": 0.01,
    "slide": 0.03, "flip-flop": 0.02, "mule": 0.02, "slingback": 0.015, "strappy sandal": 0.02,
    "sport sandal": 0.015, "platform sandal": 0.01,
}  # fmt: skip
# how often a family is worn by women, where it is not half of the time
WOMEN_SHARES = {
    "pump": 0.95, "ballerina": 0.95, "tall boot": 0.85, "sandal": 0.75, "espadrille": 0.8, "mule": 0.9,
    "slingback": 0.95, "strappy sandal": 0.95, "platform sandal": 0.9,
}  # fmt: skip
ASSET_SHARE = 0.2


@lru_cache(maxsize=2)
def shod_figure(
    seed: int, run: int, assets: Path | None, split: Split | None = None, family: str | None = None
) -> tuple[dict[str, float], Fitting]:
    """The body and the shoe of a run of scenes: made from parameters, or now and then read from a file in assets.

    split, family: the only ones whose shoes are worn; shoes are drawn until one belongs to both.
    """
    rng = np.random.default_rng([seed, run, 0])
    parameters = _sample_parameters(rng, split, family)
    path = None if assets is None else _sample_file(np.random.default_rng([seed, run, 3]), Path(assets), split, family)
    worn = parameters.family if path is None else asset_family(path)
    phenotype = sample_phenotype(rng, rng.random() < women_share(worn, path))
    figure = body().figure(phenotype)
    if path is None:
        shoe = shoes.build(parameters, body().foot(figure, shoes.heel_deg(parameters)))
    elif path.suffix != ".mhclo":
        shoe = build_scan(path, partial(body().foot, figure))
    else:
        shoe = build_asset(path, partial(body().foot, figure), base_vertices(phenotype))
    return phenotype, fit(body(), figure, shoe)


def _sample_parameters(rng: np.random.Generator, split: Split | None, family: str | None) -> ShoeParameters:
    """A shoe of any family, or the first of those drawn that belongs to a split and a family."""
    while True:
        drawn = str(rng.choice(list(FAMILY_SHARES), p=list(FAMILY_SHARES.values())))
        parameters = shoes.sample_parameters(rng, drawn)
        if split in (None, split_of(parameters.shoe_id, drawn)) and family in (None, drawn):
            return parameters


def _sample_file(rng: np.random.Generator, assets: Path, split: Split | None, family: str | None) -> Path | None:
    """One of the shoe files of a folder, or None for a shoe made from parameters."""
    files = load_asset_shoes(assets) + find_scans(assets)
    if split is not None:
        files = [path for path in files if split_of(path.stem, asset_family(path)) == split]
    if family is not None:
        files = [path for path in files if asset_family(path) == family]
    return files[rng.integers(len(files))] if files and rng.random() < ASSET_SHARE else None


def women_share(family: str, path: Path | None = None) -> float:
    """How often women wear a family of shoes; a file's own tag, Male or Female, goes before its family."""
    tags = frozenset() if path is None else asset_tags(path)
    if tags & {"male", "female"} and not {"male", "female"} <= tags:
        return 0.95 if "female" in tags else 0.05
    return WOMEN_SHARES.get(family, 0.5)
