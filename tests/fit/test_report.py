"""A fit says when it is unsure."""

import json
from dataclasses import replace

from shoemodel.fit import report
from tests.backends.test_align import fit_from_the_side


def test_only_an_unsure_fit_warns():
    sure = fit_from_the_side()
    assert report.warnings(sure) == []
    for unsure in (replace(sure, iou=0.5), replace(sure, spread_deg=60.0)):
        (said,) = report.warnings(unsure)
        assert "unsure" in said and "--box" in said


def test_a_fit_is_json():
    told = json.loads(json.dumps(report.to_dict(fit_from_the_side())))
    assert told["side"] == "left" and told["camera"]["focal_px"] == 900.0
