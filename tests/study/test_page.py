"""The page as raters use it, in a browser: opened from the disk, and served."""

from __future__ import annotations

import json
import threading

import pytest
from PIL import Image

from shoemodel.apps.cli.main import main
from shoemodel.study import answers, page
from tests.study.conftest import METHODS


@pytest.fixture
def visit(browser, study):
    """A function that opens the page in a browser of its own, from the disk or at an address; faults fail the test."""
    contexts, faults = [], []

    def open_page(address=None, context=None, **options):
        context = context or browser.new_context(accept_downloads=True, **options)
        contexts.append(context)
        opened = context.new_page()
        opened.set_default_timeout(30_000)
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("request", lambda request: faults.append(request.url) if request.url.startswith("https") else None)
        opened.goto(address or (study / "page" / "index.html").as_uri())
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def address(study):
    """Of the study's own server."""
    uvicorn = pytest.importorskip("uvicorn", reason="uvicorn is not installed: shoemodel[serve]")
    from shoemodel.apps.service import listening
    from shoemodel.apps.service.study import create_app

    taken = listening.listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(study), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    yield listening.address("127.0.0.1", taken)
    server.should_exit = True
    thread.join()


def begin(opened, name):
    opened.fill("#rater", name)
    opened.click("#start button")
    opened.wait_for_selector("#rate:visible, #done:visible, #problem:visible")


def pick(opened, key, *methods):
    """Click the pictures of these methods, and Next."""
    owners = {picture: method for pictures in key.owners.values() for picture, method in pictures.items()}
    for button in opened.locator(".pick").all():
        if owners[button.get_attribute("data-picture")] in methods:
            button.click()
    opened.click("#next")


def downloaded(opened):
    with opened.expect_download() as download:
        opened.click("#download")
    return download.value


def test_no_method_is_named_in_what_raters_get(study):
    files = [file for file in (study / "page").rglob("*") if file.is_file()]
    assert len(files) == 1 + 12
    for file in files:
        assert not any(method.encode() in file.read_bytes() for method in METHODS), file
        assert not any(method in file.name for method in METHODS)
    assert not any(Image.open(file).info.get("exif") for file in (study / "page" / "pictures").iterdir())


def test_order_and_names_do_not_give_a_method_away(study):
    text = (study / "page" / "index.html").read_text()
    shown = json.loads(text.partition('id="study">')[2].partition("</script>")[0])
    key = page.read(study)
    orders = {tuple(key.owners[each["id"]][picture] for picture in each["pictures"]) for each in shown["lineups"]}
    assert len(orders) > 1


def test_another_study_has_another_name_and_a_folder_with_answers_is_kept(study, folders, tmp_path, capsys):
    other = tmp_path / "other"
    assert main(["study", "make", *folders[:2], "--num", "3", "--out", str(other)]) == 0
    assert page.read(other).study != page.read(study).study and len(page.read(other).owners) == 3
    (study / "answers" / "ann.csv").write_text("answers")
    assert main(["study", "make", *folders, "--out", str(study)]) == 2
    assert "holds something already" in capsys.readouterr().err
    assert (study / "answers" / "ann.csv").read_text() == "answers"
    assert main(["study", "make", *folders, "--num", "5", "--out", str(tmp_path / "third")]) == 2


def test_a_prompt_cannot_end_the_script(study, folders, tmp_path, visit):
    question = "</script><b id='bad'>Which?"
    assert main(["study", "make", *folders, "--question", question, "--out", str(tmp_path / "other")]) == 0
    opened = visit((tmp_path / "other" / "page" / "index.html").as_uri())
    assert opened.inner_text("h1.question") == question and opened.locator("#bad").count() == 0


def test_a_rater_answers_goes_back_resumes_and_downloads(study, visit, tmp_path):
    key = page.read(study)
    opened = visit()
    begin(opened, "ann")
    assert opened.inner_text("#progress") == "1 of 4" and opened.locator("#next").is_disabled()
    pick(opened, key, "ours")
    pick(opened, key, "ours", "inpaint")
    opened.click("#back")
    assert opened.inner_text("#next") == "Next: 2 are equally good"
    pick(opened, key, "ours", "inpaint", "example")  # takes two back and adds one
    assert opened.inner_text("#progress") == "3 of 4"

    again = visit(context=opened.context)
    begin(again, "ann")
    assert again.inner_text("#progress") == "3 of 4", "the same name goes on where it was"
    pick(again, key, "inpaint")
    again.keyboard.press("2")
    again.keyboard.press("ArrowRight")
    assert "4 of 4 line-ups are answered" in again.inner_text("#answered")
    saved = downloaded(again)
    assert saved.suggested_filename == "ann.csv"
    found = answers.read(study, key, [saved.path()])
    chosen = [{key.owners[each.lineup][picture] for picture in each.winners} for each in found]
    assert chosen[:3] == [{"ours"}, {"example"}, {"inpaint"}] and len(chosen[3]) == 1
    assert {each.rater for each in found} == {"ann"} and any(each.seconds > 0 for each in found)
    shown = {tuple(key.owners[each.lineup][picture] for picture in each.shown) for each in found}
    assert len(shown) > 1, "pictures stand in another order in each line-up"


def test_another_rater_begins_anew_and_in_another_order(study, visit):
    opened = visit()
    begin(opened, "ann")
    opened.locator(".pick").first.click()
    opened.click("#next")
    other = visit(context=opened.context)
    begin(other, "bob")
    assert other.inner_text("#progress") == "1 of 4"


def test_names_that_are_no_names_are_refused(visit):
    opened = visit()
    begin(opened, "=1,2")
    assert "A name has at most 40 letters" in opened.inner_text("#problem") and opened.is_hidden("#rate")


def test_full_size_shows_the_picture_as_it_is(visit):
    opened = visit()
    begin(opened, "ann")
    opened.locator(".size").first.click()
    assert opened.locator("#large img").evaluate("image => image.decode().then(() => image.width)") == 40
    opened.keyboard.press("2")
    assert opened.locator(".pick[aria-pressed=true]").count() == 0, "keys are not heeded meanwhile"
    opened.click("#large button")
    assert opened.is_hidden("#large")


def test_served_answers_reach_the_study_and_go_on_in_another_browser(study, visit, address):
    key = page.read(study)
    opened = visit(address)
    assert "on the server" in opened.inner_text("#keeping")
    begin(opened, "Zoë B")
    with opened.expect_response(lambda reply: reply.request.method == "PUT"):
        pick(opened, key, "ours")
    assert len(answers.read(study, key)) == 1
    other = visit(address)
    begin(other, "Zoë B")
    assert other.inner_text("#progress") == "2 of 4"
    for _ in range(3):
        pick(other, key, "example")
    other.wait_for_selector("#answered >> text=saved on the server")
    found = answers.read(study, key)
    assert [key.owners[each.lineup][each.winners[0]] for each in found] == ["ours", *["example"] * 3]


def test_a_server_that_fails_is_told_and_loses_nothing(study, visit, address):
    key = page.read(study)
    opened = visit(address)
    begin(opened, "ann")
    opened.route("**/answers/*", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    pick(opened, key, "ours")
    opened.wait_for_selector("#problem >> text=did not take the answers")
    opened.unroute("**/answers/*")
    with opened.expect_response(lambda reply: reply.request.method == "PUT"):
        pick(opened, key, "inpaint")
    opened.wait_for_selector("#problem", state="hidden")
    assert len(answers.read(study, key)) == 2


def test_on_a_phone_nothing_is_wider_than_the_screen(visit):
    opened = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    begin(opened, "ann")
    opened.locator(".pick").first.tap()
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
