"""Files of other tools: written and read again, and read as those tools write them."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from shoemodel.annotation import exchange
from shoemodel.annotation.exchange import FORMATS
from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.errors import InputError
from tests.annotation.conftest import SIZES, drawn


@pytest.fixture
def empty(photos, tmp_path) -> AnnotationFolder:
    """Another annotator's folder, with nothing in it."""
    return AnnotationFolder(photos, tmp_path / "other")


def written(tmp_path, content):
    file = tmp_path / "given.json"
    file.write_text(json.dumps(content))
    return file


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_is_read_to_the_pixel(annotated, empty, kind):
    file = exchange.export(annotated, kind)[0]
    outcome = exchange.take(empty, file)
    assert outcome.taken == ("boot", "pump") and outcome.unknown == outcome.kept == ()
    for name in outcome.taken:
        assert np.array_equal(empty.areas(name).labels, annotated.areas(name).labels)
        assert empty.state(name) == "done"
    assert exchange.take(empty, file).kept == ("boot", "pump"), "what is drawn here is never replaced"


def test_a_folder_of_label_maps_is_read(annotated, empty):
    assert exchange.take(empty, annotated.out / "areas").taken == ("boot", "pump")


def test_coco_is_what_its_own_library_reads(annotated, capsys):
    api = COCO(exchange.export(annotated, "coco")[0])
    assert [category["name"] for category in api.loadCats(api.getCatIds())] == ["visible", "wearable"]
    image = next(image for image in api.loadImgs(api.getImgIds()) if image["file_name"] == "boot.jpg")
    visible, wearable = api.loadAnns(api.getAnnIds(imgIds=image["id"]))
    areas = drawn(SIZES["boot"])
    assert np.array_equal(api.annToMask(visible).astype(bool), areas.visible)
    assert np.array_equal(api.annToMask(wearable).astype(bool), areas.wearable)
    assert wearable["area"] == areas.wearable.sum() and wearable["bbox"] == [35, 22, 35, 8]


def test_coco_of_other_tools_polygons_and_plain_run_lengths(empty, tmp_path):
    opening = np.zeros((90, 140), np.uint8, order="F")
    opening[20:30, 40:60] = 1
    plain = coco_mask.frPyObjects  # its inverse, as CVAT and Label Studio write it: counts as numbers, down columns
    flat = opening.ravel(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *changes, flat.size]).tolist()
    assert np.array_equal(coco_mask.decode(plain({"size": [90, 140], "counts": counts}, 90, 140)), opening)
    content = {
        "images": [
            {"id": 7, "file_name": "images/boot.jpg", "height": 90, "width": 140}, {"id": 8, "file_name": "x.jpg"},
        ],
        "categories": [{"id": 3, "name": "Wearable"}, {"id": 5, "name": "visible"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 3, "segmentation": {"size": [90, 140], "counts": counts}},
            {"id": 2, "image_id": 7, "category_id": 5, "segmentation": [[30, 10, 100, 10, 100, 70, 30, 70]]},
        ],
    }  # fmt: skip
    assert exchange.take(empty, written(tmp_path, content)).taken == ("boot",)
    areas = empty.areas("boot")
    assert np.array_equal(areas.wearable, opening.astype(bool)), "an opening lies on the shoe, whatever comes first"
    assert areas.shoe.sum() == 70 * 60 and areas.visible[10, 30] and not areas.shoe[70, 100]


def test_label_studio_as_its_own_converter_writes_and_its_page_exports(empty, photos, tmp_path):
    # label_studio_converter.brush.mask2rle of 3 x 3 pixels at (1, 2) and one at (4, 6) in 5 x 7; and literal blocks,
    # as the page writes them: only alpha is set, in pixels (0, 1) and (1, 2) of 2 x 3
    from shoemodel.annotation import label_studio

    packed = [0, 0, 0, 140, 57, 27, 254, 35, 0, 183, 255, 124, 2, 223, 253, 240, 11, 127, 248, 124, 2, 63, 240]
    mask = label_studio.decode(packed).reshape(5, 7, 4)
    assert (mask[..., 0] == mask[..., 3]).all() and mask[1:4, 2:5].all() and mask[4, 6].all()
    assert mask.astype(bool).sum() == 4 * 10
    literal = label_studio.decode([0, 0, 0, 24, 57, 27, 252, 192, 0, 127, 222, 0, 3, 252]).reshape(2, 3, 4)
    assert np.argwhere(literal).tolist() == [[0, 1, 3], [1, 2, 3]]
    values = np.random.default_rng(0).integers(0, 3, 70_000).astype(np.uint8)
    values[100:69_000] = 7  # longer than one block
    assert np.array_equal(label_studio.decode(label_studio.encode(values)), values)
    square = np.repeat((drawn(SIZES["boot"]).labels == 1).ravel(), 4).astype(np.uint8) * 255
    brush = {"format": "rle", "rle": label_studio.encode(square), "brushlabels": ["visible"]}
    corners = [[25, 25], [50, 25], [50, 33], [25, 33]]
    about = {"original_width": 140, "original_height": 90, "image_rotation": 0, "from_name": "tag", "to_name": "img"}
    results = [
        {"id": "a", "type": "brushlabels", **about, "value": brush},
        {"id": "b", "type": "polygonlabels", **about, "value": {"points": corners, "polygonlabels": ["wearable"]}},
    ]
    tasks = [
        {"id": 1, "data": {"picture": "/data/upload/3/4f0c1a2b-boot.jpg"}, "annotations": [
            {"id": 1, "was_cancelled": True, "result": [{"type": "choices"}]},
            {"id": 2, "was_cancelled": False, "completed_by": 1, "result": results},
        ]},
        {"id": 2, "data": {"image": "/data/local-files/?d=shoes/lo%61fer.png"}, "annotations": []},
    ]  # fmt: skip
    assert exchange.take(empty, written(tmp_path, tasks)).taken == ("boot",)
    assert empty.areas("boot").wearable[23, 40] and empty.areas("boot").visible[60, 40]


def test_label_studio_finds_the_pictures_and_knows_the_labels(annotated):
    tasks, configuration = exchange.export(annotated, "label-studio")
    first = json.loads(tasks.read_text())[0]
    assert first["data"]["image"] == "/data/local-files/?d=photos/boot.jpg"
    assert {result["value"]["brushlabels"][0] for result in first["annotations"][0]["result"]} == {
        "visible",
        "wearable",
    }
    text = configuration.read_text()
    assert '<Image name="image" value="$image"' in text and '<Label value="wearable" background="#ffff00"/>' in text


DOCUMENTED = "3, 5, 7, 7, 5, 9, 3, 11, 2, 11, 2, 12, 1, 12, 1, 26, 1, 12, 1, 12, 2, 11, 3, 9, 5, 7, 7, 5, 3"
"""The mask of 13 x 15 px in CVAT's documentation of its format, an oval."""


@pytest.mark.parametrize("zipped", [False, True])
def test_cvat_as_its_documentation_shows_it(empty, tmp_path, zipped):
    text = f"""<?xml version="1.0" encoding="utf-8"?>
    <annotations><version>1.1</version><meta><task><id>4</id><mode>annotation</mode></task></meta>
      <image id="0" name="train/boot.jpg" width="140" height="90">
        <mask label="wearable" source="manual" occluded="0" rle="{DOCUMENTED}" left="50" top="20" width="13" height="15"
          z_order="0"></mask>
        <polygon label="visible" points="30.00,10.00;100.00,10.00;100.00,70.00;30.00,70.00" occluded="0" z_order="1">
        </polygon>
        <tag label="good" source="manual"></tag>
      </image>
      <image id="1" name="slide.jpg" width="70" height="80"></image>
    </annotations>"""
    file = tmp_path / "annotations.xml"
    file.write_text(text)
    if zipped:
        with zipfile.ZipFile(tmp_path / "task.zip", "w") as bundle:
            bundle.write(file, "annotations.xml")
        file = tmp_path / "task.zip"
    assert exchange.take(empty, file).taken == ("boot",)
    areas = empty.areas("boot")
    lengths = [int(number) for number in DOCUMENTED.split(",")]
    assert areas.wearable.sum() == sum(lengths[1::2]) and areas.wearable[27, 56] and not areas.wearable[20, 50]
    disc = areas.wearable[20:35, 50:63]
    assert (np.abs(np.diff(disc.astype(int), axis=1)).sum(axis=1) <= 2).all(), "rows, not columns, make it round"
    assert "".join(".#"[pixel] for pixel in disc[0].astype(int)) == "...#####....."
    assert areas.visible[40, 60] and not areas.shoe[5, 60]


def cvat(name="boot.jpg", width=140, height=90, label="visible", rle="0,4"):
    """One mask of 2 x 2 px in one picture."""
    mask = f'<mask label="{label}" rle="{rle}" left="0" top="0" width="2" height="2"/>'
    return f'<annotations><image name="{name}" width="{width}" height="{height}">{mask}</image></annotations>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "neither JSON nor XML"),
        ("{}", "not COCO's format"),
        ("[{}]", "not Label Studio's JSON"),
        ("<annotations><image name='boot.jpg'/></annotations>", "CVAT for images"),
        ("<annotations><track/></annotations>", "of a video"),
        ('{"images": [], "annotations": [], "categories": []}', "it holds no areas"),
        (cvat(label="shoe"), "label 'shoe'; visible and wearable"),
        (cvat(rle="0,9"), "add up to 9; 4 is accepted"),
        (cvat(width=14, height=9), "14x9 px, but the photo is 140x90"),
        (cvat(name="hat.jpg"), "it names hat.jpg"),
        (cvat(label="wearable"), "stays visible"),
        (cvat(width="?"), "whole numbers"),
    ],
)
def test_files_that_hold_something_else_are_refused(empty, tmp_path, text, words):
    (tmp_path / "given").write_text(text)
    with pytest.raises(InputError, match=words):
        exchange.take(empty, tmp_path / "given")
    assert empty.counts()["done"] == 0


def test_nothing_done_is_nothing_to_write(empty):
    with pytest.raises(InputError, match="no photo is done"):
        exchange.export(empty, "cvat")
