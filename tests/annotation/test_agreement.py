"""Two annotators of the same photos."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rich.console import Console

from shoemodel.annotation.agreement import compare
from shoemodel.annotation.folder import AnnotationFolder
from shoemodel.errors import InputError
from shoemodel.image import masks
from tests.annotation.conftest import SIZES, drawn


def test_iou_of_each_area_over_the_photos_that_both_have_finished(annotated, photos, tmp_path):
    other = AnnotationFolder(photos, tmp_path / "other")
    other.save("boot", drawn(SIZES["boot"], shift=5), "done")
    other.save("pump", drawn(SIZES["pump"]), "done")
    other.save("loafer", drawn(SIZES["loafer"]), "done")
    found = compare(annotated, other)
    assert found.names == ("boot", "pump") and found.worst == ["boot", "pump"]
    one, two = drawn(SIZES["boot"]), drawn(SIZES["boot"], shift=5)
    assert found.of_photos["boot"]["wearable"] == pytest.approx(masks.iou(one.wearable, two.wearable))
    assert found.of_photos["boot"]["wearable"] < 0.8
    assert set(found.of_photos["pump"].values()) == {1.0}
    same = drawn(SIZES["pump"]).visible.sum()
    both, either = (one.visible & two.visible).sum() + same, (one.visible | two.visible).sum() + same
    assert found.iou["visible"] == pytest.approx(both / either)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["photos"] == 2 and plain["IoU"]["visible"] == round(both / either, 4)
    console = Console(record=True, width=120)
    console.print(found.table("a", "b"))
    assert "all photos" in console.export_text()


def test_a_shoe_without_an_opening_has_no_figure_for_it(annotated, photos, tmp_path):
    other = AnnotationFolder(photos, tmp_path / "other")
    closed = masks.ShoeAreas(np.minimum(drawn(SIZES["pump"]).labels, 1))
    for folder in (annotated, other):
        folder.save("pump", closed, "done")
    found = compare(annotated, other)
    assert found.to_dict()["IoU"] == {"background": 1.0, "visible": 1.0, "wearable": None}


def test_nothing_in_common_is_said(annotated, photos, tmp_path):
    with pytest.raises(InputError, match="no photo that is done in both"):
        compare(annotated, AnnotationFolder(photos, tmp_path / "other"))
