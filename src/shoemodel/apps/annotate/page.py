"""What stands on the page. What a click does is in `handlers.py`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from shoemodel.apps.annotate.desk import Place
from shoemodel.apps.pages.serving import scripted

STATIC = Path(__file__).parent / "static"
KEYS = {"n": "next", "p": "previous", "s": "save", "x": "leave_out", "w": "again"}
"""Which button a letter presses."""
HEADER = '<header class="sm-header"><h1>shoemodel <b>annotate</b></h1></header>'
GUIDE = """<div class="sm-guide"><h2>What to draw</h2>
<p><i class="sm-dot sm-visible"></i> <b>Stays visible</b>: all of the shoe that is still seen when somebody wears it,
laces, straps and heel too.</p>
<p><i class="sm-dot sm-wearable"></i> <b>Hidden by the leg</b>: the opening, the lining and insole that are seen in it,
the inside of the collar and the back of the tongue. Foot and leg cover it.</p>
<p>Nothing: the ground, shadows, reflections, the carton, what is seen through between straps.</p>
<h2>How</h2>
<p>The page begins with what the networks found. Paint over it. Where they took the wrong thing, <b>point</b> at the
shoe, and <b>beside</b> it at what is none: it is found anew. Every stroke is saved.</p>
<p>The wheel zooms, <kbd>Shift</kbd> and drag moves the photo.</p>
<div class="sm-keys"><kbd>n</kbd><span>done, next photo</span><kbd>p</kbd><span>previous photo</span>
<kbd>u</kbd><span>undo</span><kbd>1</kbd><span>to <kbd>5</kbd> tools</span>
<kbd>[</kbd><span><kbd>]</kbd> size of the brush</span><kbd>h</kbd><span>the photo alone</span>
<kbd>s</kbd><span>done, stay here</span><kbd>x</kbd><span>leave this photo out</span>
<kbd>w</kbd><span>what the networks found</span></div></div>"""


@dataclass(frozen=True)
class Page:
    """The components that handlers read and change."""

    blocks: gr.Blocks
    place: gr.State
    notice: gr.HTML
    queue: gr.HTML
    paint: gr.HTML
    status: gr.HTML
    previous: gr.Button
    again: gr.Button
    leave_out: gr.Button
    save: gr.Button
    write: gr.Button
    next: gr.Button


def build(pack: str, source: Path, out: Path) -> Page:
    """The page, without anything happening on it yet."""
    with gr.Blocks(title="shoemodel annotate", analytics_enabled=False, fill_width=True) as blocks:
        place = gr.State(Place())  # of a class, gradio would make another one once the page is loaded
        gr.HTML(HEADER)
        notice = gr.HTML("", elem_id="notice")
        queue = scripted("queue", "Photos", STATIC)
        with gr.Row(equal_height=False):
            with gr.Column(scale=5, min_width=320):
                paint = scripted("paint", "Areas of the shoe")
            with gr.Column(scale=1, min_width=270, elem_id="side"):
                status = gr.HTML("", elem_id="status")
                following = gr.Button("Done, next →", variant="primary", elem_id="next")
                with gr.Row():
                    previous = gr.Button("← Previous", elem_id="previous", size="sm", min_width=90)
                    save = gr.Button("Done", elem_id="save", size="sm", min_width=60)
                    leave_out = gr.Button("Leave out", elem_id="leave_out", size="sm", min_width=80)
                again = gr.Button("As the networks found it", elem_id="again", size="sm")
                gr.HTML(GUIDE)
                write = gr.Button("Write the training data", elem_id="write", size="sm")
        gr.HTML(f'<footer class="sm-footer">Photos {source}, drawn areas {out}, pack {pack}. Nothing is sent.</footer>')
    return Page(blocks, place, notice, queue, paint, status, previous, again, leave_out, save, write, following)
