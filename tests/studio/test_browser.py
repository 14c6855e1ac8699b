"""The studio as its users see it, in a browser."""

from __future__ import annotations

import json
import zipfile

from PIL import Image


def upload(page, *photos):
    page.locator("#files input[type=file]").set_input_files([str(photo) for photo in photos])


def to_pictures(page, photo):
    """Through all steps by the buttons, as far as the prompt."""
    upload(page, photo)
    page.wait_for_selector("#photos img")
    page.click("#to_shoe")
    page.wait_for_selector("#paint canvas[data-ready]")
    page.click("#to_canvas")
    page.wait_for_selector("#place .sm-shoe")
    page.click("#to_legs")
    page.wait_for_selector("#poses .sm-card")
    page.click("#to_pictures")
    page.wait_for_selector("#draw", state="visible")


def set_number(page, selector, value):
    box = page.locator(f"{selector} input[type=number]")
    box.fill(str(value))
    box.press("Enter")


def make(page, num=1, steps=2):
    """Set number and steps, and start."""
    set_number(page, "#num", num)
    if not page.locator("#sampling_steps").is_visible():
        page.click("#advanced button")
    set_number(page, "#sampling_steps", steps)
    page.click("#draw")


def test_the_whole_path_by_clicks(visit, shoe_photo):
    page = visit()
    to_pictures(page, shoe_photo)
    make(page, num=2)
    page.wait_for_selector("#results img")
    assert page.locator("#results button img").count() == 2
    assert "every visible pixel" in page.inner_text("#details")
    with page.expect_download() as download:
        page.click("#png")
    told = json.loads(Image.open(download.value.path()).text["shoemodel"])
    assert told["num"] == 2 and told["photo"] == shoe_photo.name
    with page.expect_download() as download:
        page.click("#zip")
    assert {"image_00.png", "certificate.json", "command.sh"} <= set(zipfile.ZipFile(download.value.path()).namelist())


def test_a_file_that_is_no_photo_is_refused_in_words(visit, tmp_path):
    fake = tmp_path / "shoe.png"
    fake.write_text("no picture")
    page = visit()
    upload(page, fake)
    assert "shoe.png is not a picture" in page.inner_text("#notice [role=alert]")
    page.click("#to_shoe")
    page.wait_for_selector("#notice >> text=there is no photo yet")


def test_cancel_stops_the_run_and_keeps_nothing(visit, shoe_photo):
    page = visit()
    to_pictures(page, shoe_photo)
    make(page, num=8, steps=100)
    page.wait_for_selector("#status >> text=Picture 1 of 8")
    page.click("#cancel")
    page.wait_for_selector("#status >> text=Cancelled")
    page.wait_for_selector("#cancel", state="hidden")
    assert page.locator("#results img").count() == 0
    make(page, num=1)
    page.wait_for_selector("#results img")


def test_two_users_at_once_do_not_see_each_other(visit, shoe_photo, tmp_path):
    other_photo = tmp_path / "other.png"
    Image.open(shoe_photo).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(other_photo)
    first, second = visit(), visit()
    to_pictures(first, shoe_photo)
    to_pictures(second, other_photo)
    make(first, num=2, steps=20)
    make(second, num=1, steps=2)
    for page, name, count in ((first, "shoe.png", 2), (second, "other.png", 1)):
        page.wait_for_selector("#results img")
        assert page.locator("#results button img").count() == count
        assert name in page.inner_text("#details")


def test_on_a_phone_nothing_is_wider_than_the_screen(visit, shoe_photo):
    page = visit(390, 844)
    to_pictures(page, shoe_photo)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
