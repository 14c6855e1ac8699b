"""What a user of the studio does, step by step: the browser tests are made of it."""

from __future__ import annotations


def upload(page, *photos):
    page.locator("#files input[type=file]").set_input_files([str(photo) for photo in photos])


def tab(page, step):
    page.get_by_role("tab", name=step).click()


def to_shoe(page, photo):
    upload(page, photo)
    page.wait_for_selector("#photos img")
    page.click("#to_shoe")
    page.wait_for_selector("#paint canvas[data-ready]")


def to_canvas(page, photo, rendered=False):
    """With a scene by diffusion, whose steps are quick and many; or with what is set already, a rendered leg."""
    to_shoe(page, photo)
    page.click("#to_canvas")
    page.wait_for_selector("#place .sm-shoe")
    if not rendered:
        page.locator("#backend input[value=diffusion]").check()
        page.locator("#background input[value=scene]").check()


def to_legs(page, photo, rendered=False):
    to_canvas(page, photo, rendered)
    page.click("#to_legs")
    page.wait_for_selector("#poses .sm-card")


def to_pictures(page, photo, rendered=False):
    """Through all steps by the buttons, as far as the prompt."""
    to_legs(page, photo, rendered)
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


def finished(page):
    """Wait until the last run has ended."""
    page.wait_for_selector("#cancel", state="hidden")
    page.wait_for_function("!document.querySelector('#draw').disabled")


def drag(page, selector, dx, dy):
    """Take the middle of an element and let go of it (dx, dy) px further."""
    box = page.locator(selector).first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()


def painted(page):
    """How many pixels of the areas are (visible, wearable)."""
    return page.evaluate("""() => {
        const canvas = document.querySelector("#paint canvas");
        const p = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, count = [0, 0];
        for (let i = 0; i < p.length; i += 4) if (p[i + 3] > 127) count[p[i] > p[i + 2] ? 1 : 0]++;
        return count;
    }""")


def wait_painted(page, wanted):
    page.wait_for_function(
        """wanted => {
        const canvas = document.querySelector("#paint canvas[data-ready]");
        if (!canvas) return false;
        const p = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let count = 0;
        for (let i = 0; i < p.length; i += 4) count += p[i + 3] > 127 && p[i] > p[i + 2];
        return Math.abs(count - wanted) <= 0.05 * wanted;
    }""",
        arg=wanted,
    )


def touch(page, selector, dx, dy, share=0.5):
    """Drag with one finger, from this share of an element's width and height."""
    page.locator(selector).first.scroll_into_view_if_needed()
    box = page.locator(selector).first.bounding_box()
    x, y = box["x"] + share * box["width"], box["y"] + share * box["height"]
    finger = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + dx / 2, "y": y + dy / 2}]),
        ("touchMove", [{"x": x + dx, "y": y + dy}]),
        ("touchEnd", []),
    ):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_timeout(500)  # a tap right after is taken for a second one of a double tap
