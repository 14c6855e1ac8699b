"""The page as an annotator uses it, in a browser."""

from __future__ import annotations

import numpy as np

from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.data import datasets, inspection
from shoemodel.wd.region import Region
from tests.apps.annotate.conftest import PHOTOS
from tests.apps.studio.clicks import painted


def at(page, number):
    """Wait until a photo is in hand, and its areas are there."""
    page.wait_for_function(f"document.querySelector('.sm-far')?.innerText.startsWith('Photo {number} of')")
    page.wait_for_selector("#paint canvas[data-ready]")


def stroke(page, across=(0.05, 0.25), down=0.1):
    """Draw a line over the canvas, in shares of it."""
    box = page.locator("#paint canvas").bounding_box()
    x, y = ([box[side] + share * box[length] for share in shares] for side, length, shares in
            (("x", "width", across), ("y", "height", (down, down))))  # fmt: skip
    page.mouse.move(x[0], y[0])
    page.mouse.down()
    page.mouse.move(x[1], y[1], steps=3)
    page.mouse.up()


def saved(page, state):
    page.wait_for_selector(f"#status >> text={state}")


def test_a_queue_by_keys_from_the_first_photo_to_training_data(serve, folder):
    page = serve(folder)()
    at(page, 1)
    found = painted(page)
    page.keyboard.press("1")
    stroke(page)
    saved(page, "begun, saved")
    assert painted(page)[0] > found[0] and folder.areas("shoe_00").visible[9, 10], (
        "autosaved, before anything is pressed"
    )
    page.keyboard.press("n")
    at(page, 2)
    page.keyboard.press("x")
    at(page, 3)
    for number in range(3, PHOTOS + 1):
        at(page, number)
        page.keyboard.press("n")
    page.wait_for_selector(".sm-finished >> text=19 photos as tuples of 64 px")
    assert "shoemodel train wd" in page.inner_text(".sm-finished")
    again = AnnotationFolder(folder.source, folder.out)
    assert again.counts() == {"new": 0, "draft": 0, "done": 19, "left out": 1}
    assert inspection.inspect(folder.out).problems == {} and (folder.out / "coco.json").is_file()
    assert len(datasets.load(folder.out)) == 19


def test_the_work_is_taken_up_where_it_was_left(serve, folder):
    page = serve(folder)()
    for number in (1, 2):
        at(page, number)
        page.keyboard.press("n")
    at(page, 3)
    page.keyboard.press("1")
    stroke(page)
    saved(page, "begun, saved")
    drawn = painted(page)
    page.close()
    page = serve(AnnotationFolder(folder.source, folder.out))()
    at(page, 3)
    saved(page, "begun, saved")
    assert painted(page) == drawn and "2 done" in page.inner_text(".sm-far")
    page.click(".sm-photo >> nth=0")
    at(page, 1)
    saved(page, "done")
    page.keyboard.press("p")
    at(page, 1)


def test_undo_takes_back_strokes_and_answers_and_keys_choose_tool_and_size(serve, folder):
    page = serve(folder)()
    at(page, 1)
    found = painted(page)
    for key, tool in (("3", "erase"), ("1", "visible"), ("2", "wearable")):
        page.keyboard.press(key)
        assert page.evaluate("document.querySelector('input[name=sm-tool]:checked').value") == tool
    size = page.input_value(".sm-size input")
    page.keyboard.press("]")
    assert int(page.input_value(".sm-size input")) > int(size)
    page.keyboard.press("[")
    stroke(page)
    stroke(page, down=0.9)
    assert painted(page)[1] > found[1]
    page.keyboard.press("u")
    page.keyboard.press("Control+z")
    assert painted(page) == found
    page.wait_for_function("document.querySelector('#paint .sm-undo').disabled")
    page.keyboard.press("3")
    stroke(page, across=(0.3, 0.7), down=0.6)
    saved(page, "begun, saved")
    rubbed = painted(page)
    page.keyboard.press("w")
    page.wait_for_function(f"({COUNT})() == {sum(found)}")
    page.keyboard.press("u")
    assert painted(page) == rubbed, "even what the networks found is taken back"


COUNT = """() => { const canvas = document.querySelector("#paint canvas");
    const p = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let count = 0; for (let i = 3; i < p.length; i += 4) count += p[i] > 127; return count; }"""
"""How many pixels are marked."""


def test_points_at_the_shoe_and_beside_it_ask_sam(serve, folder, pipeline, monkeypatch):
    asked = []

    def find(photo, points=None, outside=None, **_):
        if points is None:
            return Region(photo.alpha > 0, 1.0, "alpha")
        asked.append((np.round(points).tolist(), None if outside is None else np.round(outside).tolist()))
        mask = np.zeros(photo.size, bool)
        mask[40:80, 20 : 100 if outside is None else 60] = True
        return Region(mask, 1.0, "points")

    monkeypatch.setattr(pipeline, "find_region", find)
    page = serve(folder)()
    at(page, 1)
    found = sum(painted(page))
    box = page.locator("#paint canvas").bounding_box()

    def click(key, x, y):
        page.keyboard.press(key)
        page.mouse.click(box["x"] + x / 128 * box["width"], box["y"] + y / 96 * box["height"])

    click("4", 30, 60)
    page.wait_for_function(f"({COUNT})() == {40 * 80}")
    click("5", 90, 60)
    page.wait_for_function(f"({COUNT})() == {40 * 40}")
    assert asked == [([[30, 60]], None), ([[30, 60]], [[90, 60]])]
    assert folder.areas("shoe_00").shoe.sum() == 40 * 40, "what was found is saved"
    assert page.locator(".sm-mark").count() == 2
    page.wait_for_selector(".sm-stage:not(.sm-busy)")
    page.keyboard.press("u")
    page.wait_for_function(f"({COUNT})() == {40 * 80}")
    page.keyboard.press("u")
    page.wait_for_function(f"({COUNT})() == {found}")
    assert page.locator(".sm-mark").count() == 0
    click("5", 90, 60)
    page.wait_for_selector("#notice >> text=first point at the shoe")
    page.wait_for_selector(".sm-stage:not(.sm-busy)")


def test_by_clicks_alone_and_what_cannot_be_done_is_said(serve, folder):
    page = serve(folder)()
    at(page, 1)
    page.locator("#paint .sm-tool").nth(2).click()
    page.locator(".sm-size input").fill("160")
    for down in (0.3, 0.5, 0.7, 0.9):
        stroke(page, across=(0.02, 0.98), down=down)
    saved(page, "begun, saved")
    assert painted(page) == [0, 0]
    page.click("#next")
    page.wait_for_selector("#notice >> text=stays visible")
    page.click("#write")
    page.wait_for_selector("#notice >> text=no photo is done yet")
    page.click("#again")
    page.wait_for_function(f"({COUNT})() > 100")
    page.click("#save")
    saved(page, "done")
    page.click("#write")
    page.wait_for_selector(".sm-finished >> text=1 photos as tuples")
    page.click("#next")
    at(page, 2)
    page.click("#leave_out")
    at(page, 3)
    page.click("#previous")
    at(page, 2)
    saved(page, "left out")


def test_zoom_paints_finer_and_the_photo_can_be_looked_at_alone(serve, folder):
    page = serve(folder)()
    at(page, 1)
    page.keyboard.press("1")
    found = painted(page)[0]
    stroke(page, across=(0.05, 0.051), down=0.08)
    broad = painted(page)[0] - found
    page.keyboard.press("u")
    box = page.locator("#paint canvas").bounding_box()
    page.mouse.move(box["x"] + 0.06 * box["width"], box["y"] + 0.09 * box["height"])
    for _ in range(3):
        page.mouse.wheel(0, -100)
    page.wait_for_function("document.querySelector('.sm-view').style.transform.includes('scale(1.9')")
    page.mouse.down()
    page.mouse.up()
    assert 0 < painted(page)[0] - found < 0.5 * broad
    page.keyboard.press("0")
    assert page.locator("#paint canvas").bounding_box()["width"] == box["width"]
    page.keyboard.press("h")
    assert page.evaluate("getComputedStyle(document.querySelector('#paint canvas')).opacity") == "0"


def test_a_photo_that_cannot_be_read_is_named_and_passed_over(serve, folder):
    (folder.source / "shoe_01.png").write_bytes(b"rubbish")
    page = serve(folder)()
    at(page, 1)
    page.keyboard.press("n")
    page.wait_for_selector("#notice >> text=shoe_01.png is not a picture")
    page.click("#leave_out")
    at(page, 3)
