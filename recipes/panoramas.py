"""The panoramas that stand behind scenes, made small for the package: python recipes/panoramas.py FOLDER

FOLDER holds `.hdr` pictures (latitude-longitude, linear, first row straight up), the CC0 ones of Poly Haven that
ATTRIBUTION.md names. Each becomes a JPEG of 1,024 x 512 px in src/shoemodel/render/panoramas, encoded as
`shoemodel.render.backdrops.encode` does, its ground at GROUND.
"""

from __future__ import annotations

import sys
from pathlib import Path

from shoemodel.render import backdrops

NAMES = ("apartment", "city", "esplanade", "hall", "lobby", "park", "sunset", "venice", "warehouse")
OUT = Path(backdrops.__file__).parent / "panoramas"


def main(folder: Path) -> None:
    OUT.mkdir(exist_ok=True)
    for name in NAMES:
        path = OUT / f"{name}.jpg"
        backdrops.write(backdrops.read(folder / f"{name}.hdr"), path)
        print(f"{path}: {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
