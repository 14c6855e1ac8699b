"""The pictures of docs/studio.md and docs/annotate.md: walks through the pages with one photo, in a browser, and takes
them.

    python reproduce/screenshots.py examples/sneaker.jpg [--only studio|annotate] [--out docs/img] [--port 7869]
        [--browser /usr/bin/chromium]

Needs a photo of an unworn shoe, shoemodel[studio], shoemodel[annotate], playwright and a Chromium.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from shoemodel.apps.pages.serving import launch

QUALITY = 80
"""Of the JPEGs: each stays below 200 kB."""
STILL_MS = 20_000
"""A small render takes less."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--only", choices=("studio", "annotate"))
    parser.add_argument("--out", type=Path, default=Path("docs/img"))
    parser.add_argument("--port", type=int, default=7869)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    given = parser.parse_args()
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=given.browser, args=["--no-sandbox"])
        if given.only != "annotate":
            studio(chromium, given)
        if given.only != "studio":
            annotate(chromium, given)
        chromium.close()


def studio(chromium: Any, given: argparse.Namespace) -> None:
    """The studio's steps on a desk and on a phone."""
    from shoemodel import ShoeModelPipeline
    from shoemodel.apps.studio import app

    blocks = app.build(ShoeModelPipeline.from_pretrained("mini", backend="diffusion"), "mini")
    url = launch(blocks, "127.0.0.1", given.port)
    walk(opened(chromium, url, 1280, 900), given.photo, given.out)
    phone(opened(chromium, url, 390, 844, has_touch=True, is_mobile=True), given.photo, given.out)
    blocks.close()


def annotate(chromium: Any, given: argparse.Namespace) -> None:
    """annotate.jpg: the second of three photos (the given one, mirrored and turned about) after the first is done."""
    from shoemodel.annotation.folder import AnnotationFolder
    from shoemodel.apps.annotate import app
    from shoemodel.apps.annotate.desk import Desk
    from shoemodel.image import io as images
    from shoemodel.stages import Stages

    with tempfile.TemporaryDirectory() as folder:
        rgb, photos = images.load(given.photo).rgb, Path(folder) / "photos"
        photos.mkdir()
        for name, picture in (("1_mirrored", rgb[:, ::-1]), ("2", rgb), ("3_closer", rgb[50:-50, 50:-50])):
            images.save_jpeg(photos / f"{given.photo.stem}_{name}.jpg", picture.copy())
        desk = Desk(AnnotationFolder(photos, Path(folder) / "drawn"), Stages.from_pretrained("mini", only=app.NEEDED))
        blocks = app.build(desk, "mini")
        page = opened(chromium, app.open_page(blocks, "127.0.0.1", given.port), 1440, 900)
        page.wait_for_selector("#paint canvas[data-ready]")
        page.keyboard.press("n")
        page.wait_for_selector(".sm-far >> text=Photo 2")
        page.wait_for_selector("#paint canvas[data-ready]")
        page.wait_for_timeout(3000)
        page.screenshot(path=given.out / "annotate.jpg", type="jpeg", quality=QUALITY - 5)
        blocks.close()
        desk.assistant.close()


def opened(chromium: Any, url: str, width: int, height: int, **options: Any) -> Any:
    """A page in a window of this size (px)."""
    page = chromium.new_context(viewport={"width": width, "height": height}, **options).new_page()
    page.set_default_timeout(600_000)
    page.goto(url)
    return page


def settle(page: Any) -> None:
    """Wait until the small renders of all poses are there: until no picture has changed for a while."""
    shown, before = "return [...document.querySelectorAll('#poses img')].map(one => one.src)", None
    while before != (now := page.evaluate(f"() => {{ {shown} }}")):
        before = now
        page.wait_for_timeout(STILL_MS)


def to_legs(page: Any, photo: Path, take: Any) -> None:
    """Steps 1 to 4; `take` is called with the name of each."""
    page.locator("#files input[type=file]").set_input_files(str(photo))
    page.wait_for_selector("#photos img")
    for button, there, name in (
        ("#to_shoe", "#paint canvas[data-ready]", "shoe"),
        ("#to_canvas", "#place .sm-shoe", "canvas"),
        ("#to_legs", "#poses .sm-card", "legs"),
    ):
        page.click(button)
        page.wait_for_selector(there)
        page.wait_for_timeout(3000)  # what is announced while it is computed goes away
        if name == "legs":
            settle(page)
        take(page, name)


def walk(page: Any, photo: Path, out: Path) -> None:
    """studio_shoe, _canvas, _legs and _pictures.jpg, as wide as a desk."""

    def take(page: Any, name: str) -> None:
        if name == "legs":
            for index in (1, 3):
                page.locator("#poses input").nth(index).check()
            page.locator("#poses .sm-card button").nth(1).click()
            page.wait_for_timeout(3000)
        page.screenshot(path=out / f"studio_{name}.jpg", type="jpeg", quality=QUALITY, full_page=True)

    page.wait_for_selector("#to_shoe")
    to_legs(page, photo, take)
    page.click("#to_pictures")
    page.click("#draw")
    page.wait_for_selector("#results img")
    page.wait_for_selector("#cancel", state="hidden")
    page.click("#recipe button")
    page.wait_for_timeout(3000)
    take(page, "pictures")


def phone(page: Any, photo: Path, out: Path) -> None:
    """studio_phone.jpg: steps 2 to 4 side by side."""
    import cv2
    import numpy as np

    shots: list[bytes] = []
    to_legs(page, photo, lambda page, name: shots.append(page.screenshot()))
    row = np.hstack([cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR) for shot in shots])
    cv2.imwrite(str(out / "studio_phone.jpg"), row, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
