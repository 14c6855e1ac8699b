"""What stands on the page, step by step. What a click does is in `handlers.py`, which click does it in `wiring.py`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from shoemodel.apps.pages.serving import AT_ONCE as AT_ONCE  # these are for who wires the page
from shoemodel.apps.pages.serving import ENGINE as ENGINE
from shoemodel.apps.pages.serving import LAST as LAST
from shoemodel.apps.pages.serving import NUMBERED as NUMBERED
from shoemodel.apps.pages.serving import scripted
from shoemodel.apps.studio.session import Session
from shoemodel.apps.studio.work import POSES
from shoemodel.image.io import ACCEPTED
from shoemodel.sw.solvers import SOLVERS

STATIC = Path(__file__).parent / "static"
STEPS = ("1 · Photo", "2 · Shoe", "3 · Canvas", "4 · Legs", "5 · Pictures")
PHOTO, SHOE, CANVAS, LEGS, PICTURES = range(5)
AUTOMATIC, ORIGINAL = "Automatic", "Original shape"
SHAPES = (AUTOMATIC, ORIGINAL, "1:1", "4:5", "9:16")
BACKENDS = [("Rendered in 3-D, in the photo's resolution", "render"), ("By the pack's diffusion", "diffusion")]
BACKGROUNDS = [("The photo itself, only legs are added", "photo"), ("A scene from the prompt", "scene")]
SUGGESTIONS = (
    "a woman's legs in blue jeans",
    "a man in grey chinos and white socks",
    "a woman in a black skirt and sheer tights",
    "legs in white trousers, on cobblestones",
    "a woman in a summer dress, on green grass in a park",
    "a man in a dark suit, on a carpet, at home",
)
"""The first is what the page begins with; three name no place, for photos as they are, and three do, for scenes."""
HEADER = """<header class="sm-header"><h1>shoemodel <b>studio</b></h1>
<p>A photo of a shoe in, pictures of legs wearing exactly that shoe out.</p></header>"""


@dataclass(frozen=True)
class Page:
    """The components that handlers read and change, by name."""

    blocks: gr.Blocks
    parts: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.parts[name]
        except KeyError:
            raise AttributeError(name) from None


def build(pack: str) -> Page:
    """The page, without anything happening on it yet."""
    parts: dict[str, Any] = {}
    with gr.Blocks(title="shoemodel studio", analytics_enabled=False, delete_cache=(3600, 86400)) as blocks:
        parts["session"] = gr.State(Session, delete_callback=_close)
        # gradio forgets the states of closed pages, but only those that some event has set
        blocks.load(lambda session: session, parts["session"], parts["session"], queue=False)
        gr.HTML(HEADER)
        parts["notice"] = gr.HTML("", elem_id="notice")
        with gr.Tabs(elem_id="steps") as parts["tabs"]:
            for step, fill in enumerate((_photo, _shoe, _canvas, _legs, _pictures)):
                with gr.Tab(STEPS[step], id=step) as parts[f"tab{step}"]:
                    fill(parts)
        gr.HTML(f'<footer class="sm-footer">Pack {pack}. Everything happens on this machine; nothing is sent.</footer>')
    return Page(blocks, parts)


def _close(session: Session) -> None:
    session.close()


def _photo(parts: dict[str, Any]) -> None:
    gr.Markdown("## Drop photos of an unworn shoe\nOne shoe or a pair, seen whole. Several photos are several jobs.")
    parts["files"] = gr.File(
        label="Photos (PNG, JPEG, WebP, HEIC …)", file_count="multiple", height=180, elem_id="files", type="filepath"
    )
    parts["photos"] = gr.Gallery(
        label="Your photos: choose the one to work on", columns=5, height=200, allow_preview=False,
        object_fit="contain", interactive=False, visible=False, elem_id="photos", buttons=[],
    )  # fmt: skip
    gr.Markdown(f"Accepted: {ACCEPTED}, at least 32 px a side, at most 50 megapixels.", elem_classes="sm-small")
    parts["to_shoe"] = gr.Button("Cut out the shoe →", variant="primary", elem_id="to_shoe")


def _shoe(parts: dict[str, Any]) -> None:
    gr.Markdown(
        "## Correct what was found\n**Blue** stays exactly as photographed. **Yellow** is inside the shoe and "
        "disappears behind foot and leg."
    )
    parts["paint"] = scripted("paint", "Areas of the shoe")
    with gr.Row():
        parts["find_points"] = gr.Button("Find the shoe at the points", elem_id="find_points")
        parts["find_other"] = gr.Button("Try another cut-out", elem_id="find_other")
        parts["find_again"] = gr.Button("Find it by itself again", elem_id="find_again")
        parts["to_canvas"] = gr.Button("Place it on the canvas →", variant="primary", elem_id="to_canvas")


def _canvas(parts: dict[str, Any]) -> None:
    with gr.Row():
        parts["shape"] = gr.Radio(SHAPES, value=AUTOMATIC, label="Canvas", elem_id="shape")
        parts["background"] = gr.Radio(
            BACKGROUNDS, value="photo", label="Background", elem_id="background", min_width=280
        )
        parts["backend"] = gr.Radio(BACKENDS, value="render", label="Legs", elem_id="backend", min_width=280)
    parts["place"] = scripted("place", "The shoe on its canvas", STATIC)
    parts["placement"] = gr.Markdown("", elem_classes="sm-small", elem_id="placement")
    with gr.Accordion("Exact numbers", open=False, elem_id="numbers"):
        with gr.Row():
            parts["x"] = gr.Slider(0, 1, 0.5, step=0.001, label="Across", info="0 left, 1 right")
            parts["y"] = gr.Slider(0, 1, 0.7, step=0.001, label="Down", info="0 top, 1 bottom")
        with gr.Row():
            parts["scale"] = gr.Slider(0.1, 4, 1, step=0.01, label="Scale", info="1 keeps the photo's pixels")
            parts["angle"] = gr.Slider(-180, 180, 0, step=0.5, label="Turn", info="degrees, clockwise")
        parts["flip"] = gr.Checkbox(label="Mirror", elem_id="flip")
    with gr.Row():
        parts["mirror"] = gr.Button("Mirror", elem_id="mirror")
        parts["reset"] = gr.Button("Place it automatically", elem_id="reset")
        parts["to_legs"] = gr.Button("Choose the legs →", variant="primary", elem_id="to_legs")


def _legs(parts: dict[str, Any]) -> None:
    gr.Markdown("## How the legs stand\nPick one or several; with none picked, each picture gets another one.")
    parts["poses"] = scripted("poses", "Poses", STATIC)
    with gr.Row():
        parts["other_poses"] = gr.Button("Other poses", elem_id="other_poses")
        parts["to_pictures"] = gr.Button("Make pictures →", variant="primary", elem_id="to_pictures")
    with gr.Accordion("Adjust a pose", open=False, elem_id="adjust") as parts["adjust"]:
        gr.Markdown("Drag a point, or focus one and use the arrow keys. The pose is picked.", elem_classes="sm-small")
        parts["joints"] = scripted("joints", "Points of the pose", STATIC)


def _pictures(parts: dict[str, Any]) -> None:
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            parts["prompt"] = gr.Textbox(
                SUGGESTIONS[0],
                label="Prompt",
                lines=2,
                max_lines=4,
                elem_id="prompt",
                info="Who, what clothes; in a scene also where.",
            )
            parts["suggestions"] = gr.Dataset(
                components=["textbox"], samples=[[text] for text in SUGGESTIONS], label="Suggestions", type="values",
                elem_id="suggestions",
            )  # fmt: skip
            with gr.Row():
                parts["num"] = gr.Slider(1, POSES, 2, step=1, label="Pictures", elem_id="num", min_width=120)
                parts["seed"] = gr.Number(0, label="Seed", elem_id="seed", min_width=100)
            parts["every"] = gr.Checkbox(label="For all photos", visible=False, elem_id="every")
            with gr.Accordion("Diffusion", open=False, elem_id="advanced"):
                parts["steps"] = gr.Slider(1, 100, 20, step=1, label="Steps", elem_id="sampling_steps")
                parts["solver"] = gr.Dropdown(list(SOLVERS), value="ddim", label="Solver", elem_id="solver")
                parts["guidance"] = gr.Number(
                    None, minimum=0, maximum=100, label="Guidance", info="Empty: 7, or 3 in the photo.",
                    elem_id="guidance",
                )  # fmt: skip
                parts["negative"] = gr.Textbox("", label="What not to draw", elem_id="negative")
            with gr.Row():
                parts["draw"] = gr.Button("Make pictures", variant="primary", elem_id="draw")
                parts["cancel"] = gr.Button("Cancel", variant="stop", visible=False, elem_id="cancel")
            parts["status"] = gr.HTML("", elem_id="status")
            parts["preview"] = gr.Image(
                label="Preview", visible=False, interactive=False, buttons=[], elem_id="preview", format="jpeg"
            )
        with gr.Column(scale=3, min_width=300):
            _results(parts)


def _results(parts: dict[str, Any]) -> None:
    parts["results"] = gr.Gallery(
        label="Pictures", columns=2, object_fit="contain", height="auto", interactive=False, elem_id="results",
        buttons=["fullscreen"], preview=False, format="png", visible=False,
    )  # fmt: skip
    parts["details"] = gr.HTML('<p class="sm-empty">Your pictures appear here.</p>', elem_id="details")
    with gr.Row(visible=False) as parts["actions"]:
        parts["png"] = gr.DownloadButton("PNG", elem_id="png", size="sm", min_width=80)
        parts["webp"] = gr.DownloadButton("WebP", elem_id="webp", size="sm", min_width=80)
        parts["zip"] = gr.DownloadButton("ZIP of the run", elem_id="zip", size="sm", min_width=120)
        parts["more"] = gr.Button("More like this", elem_id="more", size="sm", min_width=120)
    with gr.Accordion("Command line and Python", open=False, elem_id="recipe"):
        parts["command"] = gr.Code(
            label="Command line", wrap_lines=True, show_line_numbers=False, elem_id="command",
            interactive=False, lines=2, buttons=["copy"],
        )  # fmt: skip
        parts["python"] = gr.Code(
            label="Python", wrap_lines=True, show_line_numbers=False, elem_id="python",
            interactive=False, lines=5, buttons=["copy"],
        )  # fmt: skip
    with gr.Accordion("History of this session", open=False, elem_id="history_box"):
        parts["history"] = gr.Gallery(
            label="All pictures, the newest first", columns=4, object_fit="contain", height="auto", interactive=False,
            allow_preview=False, elem_id="history", buttons=[], format="png",
        )  # fmt: skip
