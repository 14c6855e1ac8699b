"""Make src/shoemodel/body/bodies.npz: the legs of the people that come with the package.

    python recipes/bodies.py

It needs shoemodel[world] (the body comes from Anny) and takes about a minute. The people are fixed by PEOPLE and SEED.
"""

from __future__ import annotations

import numpy as np

from shoemodel.body import bodies
from shoemodel.body.anny_model import body
from shoemodel.body.bodies import Build

SEED = 26
# gender, age, weight and muscle of Anny; each is moved a little, and height drawn, so that no two are alike
WOMAN, MAN = 0.97, 0.03
AGES = {"young": 0.54, "grown": 0.68, "old": 0.86}
BUILDS: dict[Build, tuple[float, float]] = {
    "slim": (0.24, 0.42),
    "average": (0.44, 0.50),
    "strong": (0.46, 0.82),
    "heavy": (0.76, 0.48),
}
PEOPLE: tuple[tuple[str, Build], ...] = (
    ("young", "slim"), ("young", "average"), ("young", "strong"), ("grown", "slim"), ("grown", "average"),
    ("grown", "heavy"), ("old", "average"),
)  # fmt: skip


def main() -> None:
    """Draw each of PEOPLE once as a woman and once as a man."""
    rng = np.random.default_rng(SEED)
    people = []
    for woman in (True, False):
        for age, build in PEOPLE:
            weight, muscle = BUILDS[build]
            phenotype = {
                "gender": WOMAN if woman else MAN,
                "age": AGES[age] + rng.uniform(-0.03, 0.03),
                "weight": weight + rng.uniform(-0.04, 0.04),
                "muscle": muscle + rng.uniform(-0.05, 0.05),
                "height": rng.uniform(0.4, 0.65),
            }
            name = f"{age} {build} {'woman' if woman else 'man'}"
            people.append((name, woman, build, body().figure(phenotype)))
    bodies.save(bodies.PATH, body(), people)
    print(f"{bodies.PATH}: {len(people)} people, {bodies.PATH.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
