"""The studio as its users see it, in a browser."""

from __future__ import annotations

import json
import zipfile

from PIL import Image

from shoemodel.output.metadata import KEY
from tests.apps.studio.clicks import (
    drag,
    finished,
    make,
    painted,
    set_number,
    tab,
    to_canvas,
    to_legs,
    to_pictures,
    to_shoe,
    touch,
    upload,
    wait_painted,
)


def test_a_leg_is_rendered_where_nothing_else_is_chosen(visit, shoe_photo):
    page = visit()
    to_pictures(page, shoe_photo, rendered=True)
    page.click("#draw")
    page.wait_for_selector("#results img")
    page.wait_for_selector("#details >> text=rendered")
    assert page.locator("#results button img").count() == 2
    assert "every visible pixel" in page.inner_text("#details")


def test_the_whole_path_by_clicks(visit, shoe_photo):
    page = visit()
    to_legs(page, shoe_photo)
    page.locator("#poses input").nth(0).check()
    page.locator("#poses input").nth(2).check()
    page.locator("#poses input").nth(3).check()
    page.click("#to_pictures")
    page.wait_for_selector("#draw", state="visible")
    page.wait_for_function("document.querySelector('#num input[type=number]').value == '3'")
    page.click("#suggestions button >> nth=2")
    page.wait_for_function("document.querySelector('#prompt textarea').value.includes('black skirt')")
    page.click("#advanced button")
    set_number(page, "#sampling_steps", 2)
    page.click("#draw")
    page.wait_for_selector("#results img")
    assert page.locator("#results button img").count() == 3
    assert "every visible pixel" in page.inner_text("#details") and "Quality" in page.inner_text("#details")
    with page.expect_download() as download:
        page.click("#png")
    told = json.loads(Image.open(download.value.path()).text[KEY])
    assert told["request"]["num"] == 3 and told["photo"] == shoe_photo.name
    assert "black skirt" in told["request"]["prompt"][0]
    with page.expect_download() as download:
        page.click("#webp")
    assert Image.open(download.value.path()).format == "WEBP"
    with page.expect_download() as download:
        page.click("#zip")
    assert {"image_02.png", "certificate.json", "command.sh"} <= set(zipfile.ZipFile(download.value.path()).namelist())
    page.click("#recipe button")
    page.wait_for_selector("#command >> text=--poses run.json")
    finished(page)
    page.click("#more")
    page.wait_for_selector("#details >> text=seed 3, 2 steps")
    page.click("#history_box button")
    page.wait_for_function("document.querySelectorAll('#history button img').length == 6")
    page.locator("#history button").last.click()
    page.wait_for_selector("#details >> text=seed 0, 2 steps")


def test_a_file_that_is_no_photo_is_refused_in_words(visit, tmp_path, shoe_photo):
    fake = tmp_path / "notes.png"
    fake.write_text("no picture")
    page = visit()
    page.click("#to_shoe")
    page.wait_for_selector("#notice >> text=there is no photo yet")
    upload(page, fake, shoe_photo)
    page.wait_for_selector("#notice [role=alert] >> text=notes.png is not a picture")
    page.wait_for_selector("#photos img")
    assert page.locator("#photos button img").count() == 1
    page.click("#to_shoe")
    page.wait_for_selector("#paint canvas[data-ready]")


def test_strokes_in_quick_succession_all_count_and_a_further_photo_loses_none(visit, shoe_photo, tmp_path):
    page = visit()
    to_shoe(page, shoe_photo)
    found = painted(page)
    box = page.locator("#paint canvas").bounding_box()
    for row in range(4):
        page.mouse.move(box["x"] + 40, box["y"] + 30 + 40 * row)
        page.mouse.down()
        page.mouse.move(box["x"] + 160, box["y"] + 30 + 40 * row, steps=2)
        page.mouse.up()
    strokes = painted(page)
    assert strokes[1] > found[1]
    tab(page, "3 · Canvas")
    page.wait_for_selector("#place .sm-shoe")
    tab(page, "1 · Photo")
    other = tmp_path / "other.png"
    Image.open(shoe_photo).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(other)
    upload(page, other)
    page.wait_for_function("document.querySelectorAll('#photos button img').length == 2")
    tab(page, "2 · Shoe")
    wait_painted(page, strokes[1])
    page.click("#find_again")
    page.wait_for_function("document.querySelector('#paint .sm-undo').disabled")
    wait_painted(page, found[1])
    page.locator("#paint .sm-tool").nth(3).click()
    for x in (60, 90):
        page.mouse.click(box["x"] + x, box["y"] + 100)
    assert page.locator("#paint .sm-point").count() == 2 + 1  # and the dot of the tool
    page.click("#paint .sm-undo")
    assert page.locator("#paint .sm-point").count() == 1 + 1


def test_the_shoe_is_dragged_turned_and_mirrored_and_the_next_step_follows_at_once(visit, shoe_photo):
    page = visit()
    to_canvas(page, shoe_photo)
    shape = page.evaluate("document.querySelector('#place .sm-canvas').style.aspectRatio")
    before = page.locator("#place .sm-shoe").bounding_box()
    for _ in range(3):
        drag(page, "#place .sm-shoe", 20, -10)
    page.click("#to_legs")
    page.wait_for_selector("#poses .sm-card")
    assert page.get_by_role("tab", selected=True).inner_text() == "4 · Legs"
    tab(page, "3 · Canvas")
    page.locator("#shape label").nth(2).click()
    page.locator("#shape label").nth(4).click()
    page.wait_for_function("document.querySelector('#place .sm-canvas').style.aspectRatio == '128 / 228'")
    tab(page, "4 · Legs")
    page.wait_for_selector("#poses .sm-card")
    tab(page, "3 · Canvas")
    page.locator("#shape label").nth(0).click()
    page.wait_for_function(f"document.querySelector('#place .sm-canvas').style.aspectRatio == '{shape}'")
    moved = page.locator("#place .sm-shoe").bounding_box()
    # the canvas has whole pixels, of about 4 px here
    assert abs(moved["x"] - before["x"] - 60) < 10 and abs(moved["y"] - before["y"] + 30) < 10
    page.locator("#place .sm-shoe").focus()
    for key in ("]", "]", "+", "m"):
        page.keyboard.press(key)
    page.wait_for_selector("#placement >> text=resampled once")
    assert page.evaluate("document.activeElement.className") == "sm-shoe", "the focus stays for the next key"
    page.click("#numbers button")
    page.wait_for_function("document.querySelectorAll('#numbers input[type=number]')[3]?.value == '2'")
    assert page.locator("#flip input").is_checked()
    page.click("#mirror")
    page.wait_for_function("!document.querySelector('#flip input').checked")
    page.click("#reset")
    page.wait_for_selector("#placement >> text=own pixels")


def test_a_point_that_is_dragged_changes_its_pose_and_picks_it(visit, shoe_photo):
    page = visit()
    to_legs(page, shoe_photo)
    card = page.locator("#poses .sm-card img").nth(1)
    before = card.get_attribute("src")
    page.locator("#poses .sm-card button").nth(1).click()
    page.wait_for_selector("#joints circle")
    page.wait_for_timeout(500)  # the page scrolls to the points
    drag(page, "#joints circle[aria-label='left ankle']", 30, 5)
    page.wait_for_selector("#poses .sm-card:nth-of-type(2) input:checked")
    assert card.get_attribute("src") != before


def test_numbers_that_cannot_be_are_refused_and_the_page_goes_on(visit, shoe_photo):
    page = visit()
    to_pictures(page, shoe_photo)
    seed = page.locator("#seed input")
    for value, words in (("-3", "seed is -3"), ("2.5", "seed is 2.5"), ("", "no seed is given")):
        seed.fill(value)
        make(page)
        page.wait_for_selector(f"#notice >> text={words}")
        finished(page)
    seed.fill("4")
    page.locator("#prompt textarea").fill(" ")
    page.click("#draw")
    page.wait_for_selector("#notice >> text=the prompt is empty")
    finished(page)
    page.locator("#prompt textarea").fill("legs")
    page.locator("#draw").dblclick()
    page.wait_for_selector("#results img")
    finished(page)
    page.click("#history_box button")
    page.wait_for_selector("#history img")
    assert page.locator("#history button img").count() == 1, "a double click draws once"


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


def test_who_waits_may_cancel_and_who_leaves_frees_the_engine(visit, shoe_photo):
    first, second = visit(), visit()
    to_pictures(first, shoe_photo)
    to_pictures(second, shoe_photo)
    make(first, num=8, steps=100)
    first.wait_for_selector("#status >> text=Picture 1 of 8")
    make(second, num=1)
    second.wait_for_selector("#status >> text=Waiting")
    second.click("#cancel")
    second.wait_for_selector("#status >> text=Cancelled")
    finished(second)
    assert first.inner_text("#status").startswith("Picture"), "the other's run goes on"
    make(second, num=2)
    first.close()
    second.wait_for_selector("#results img")
    assert second.locator("#results button img").count() == 2


def test_two_users_at_once_do_not_see_each_other(visit, shoe_photo, tmp_path):
    other_photo = tmp_path / "other.png"
    Image.open(shoe_photo).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(other_photo)
    first, second = visit(), visit()
    to_pictures(first, shoe_photo)
    to_pictures(second, other_photo)
    make(first, num=2, steps=8)
    make(second, num=1, steps=2)
    for page, name, count in ((first, "shoe.png", 2), (second, "other.png", 1)):
        page.wait_for_selector("#results img")
        assert page.locator("#results button img").count() == count
        assert name in page.inner_text("#details")


def test_on_a_phone_nothing_is_wider_than_the_screen_and_a_finger_will_do(visit, shoe_photo):
    def fits():
        return page.evaluate("document.documentElement.scrollWidth") <= 390

    page = visit(390, 844, has_touch=True, is_mobile=True)
    to_shoe(page, shoe_photo)
    before = painted(page)
    touch(page, "#paint canvas", 80, 0, share=0.08)
    assert painted(page)[1] > before[1] and fits()
    page.tap("#to_canvas")
    page.wait_for_selector("#place .sm-shoe")
    stands = page.locator("#place .sm-shoe").bounding_box()
    touch(page, "#place .sm-shoe", 30, -20)
    page.wait_for_function(f"document.querySelector('.sm-shoe').getBoundingClientRect().x > {stands['x'] + 25}")
    assert fits()
    page.tap("#to_legs")
    page.wait_for_selector("#poses .sm-card")
    page.locator("#poses .sm-card button").first.tap()
    page.wait_for_selector("#joints circle")
    page.wait_for_timeout(500)  # the page scrolls to the points
    touch(page, "#joints circle[aria-label$='ankle']", 25, 0)  # of whichever foot was found
    page.wait_for_selector("#poses .sm-card:nth-of-type(1) input:checked")
    assert fits()
    page.tap("#to_pictures")
    page.wait_for_selector("#draw", state="visible")
    make(page)
    page.wait_for_selector("#results img")
    assert fits()
