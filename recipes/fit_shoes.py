"""Make the shoes that `shoemodel train fit` learns from: parametric shoes of all families, each with a leg in it.

    pip install -e .[world] fast-simplification
    python recipes/fit_shoes.py --out fit_shoes

They are reduced as the proxies are (`recipes/proxies.py`), but drawn by another seed and on many bodies. The family
that is held out is left out.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import tyro
from proxies import PLAIN, posed, proxy, simplified, worn

from shoemodel import shoes
from shoemodel.body.anny_model import body, sample_phenotype
from shoemodel.data.splits import HELD_OUT_FAMILY
from shoemodel.fit import proxies
from shoemodel.fit.grid import icons_of
from shoemodel.render.meshes import compact
from shoemodel.shoes.parameters import FAMILIES, OPEN_FAMILIES
from shoemodel.training import fit_views
from shoemodel.training.fit_shoes import LEGS, SHOES, LearntShoe, load, save_legs
from shoemodel.world.shod import women_share
from shoemodel.world.tuples import WORLD_VERSION

LEG_FACES = 700
# what of the leg is above this is in no picture of a shoe
LEG_TOP_M = 0.55
# shoes between two savings
STEP = 12
TWICE = ("sneaker", "running shoe", "ankle boot", "pump")


def learnt(seed: int, run: int) -> LearntShoe:
    """Shoe `run` of a seed, with the leg in it."""
    rng = np.random.default_rng([seed, run])
    families = [family for family in (*FAMILIES, *TWICE, *OPEN_FAMILIES) if family != HELD_OUT_FAMILY]
    p = replace(shoes.sample_parameters(rng, families[run % len(families)]), **PLAIN)
    fitting = worn(p, body().figure(sample_phenotype(rng, rng.random() < women_share(p.family))))
    skin, faces = posed(fitting), body().leg_faces("left")
    faces, leg = compact(faces[(skin[faces][..., 2] < LEG_TOP_M).all(axis=1)], skin)
    return LearntShoe(proxy(p.shoe_id, p, fitting), *simplified(leg, faces, LEG_FACES))


def main(out: Path, num: int = 253, views: int = 100, seed: int = 31) -> None:
    """Write the folder: `num` shoes and as many views of each. The same command goes on where it was stopped."""
    out.mkdir(parents=True, exist_ok=True)
    made, icons = (list(part) for part in load(out)) if (out / LEGS).is_file() else ([], [])
    while len(made) < num:
        for run in range(len(made), min(len(made) + STEP, num)):
            made.append(learnt(seed, run))
            icons.append(icons_of(made[-1].proxy))
        proxies.save(out / SHOES, [each.proxy for each in made], np.stack(icons))
        save_legs(out / LEGS, made)
        print(f"{len(made)} of {num} shoes", flush=True)
    told = {"silhouettes": True, "seed": seed, "shoes": num, "views": views, "assets": False, "world": WORLD_VERSION}
    (out / "world.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    drawn = fit_views.draw(made, views, seed)
    fit_views.save(out / fit_views.FILE, drawn)
    print(f"{len(drawn.view)} views")


if __name__ == "__main__":
    tyro.cli(main)
