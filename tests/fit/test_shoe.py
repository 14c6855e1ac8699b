"""What a fit can say by itself."""

import json

import numpy as np

from shoemodel.image.pose import NAMES
from tests.backends.test_align import fit_from_the_side


def test_a_fit_is_json():
    told = json.loads(json.dumps(fit_from_the_side().to_dict()))
    assert told["side"] == "left" and told["focal_px"] == 900.0 and abs(told["azimuth_deg"] - 90) < 5


def test_an_upright_leg_rises_from_the_fitted_foot():
    pose = fit_from_the_side(roll_deg=30).upright()
    assert list(np.flatnonzero(pose.exists)) == [i for i, name in enumerate(NAMES) if name.startswith("left")]
    hip, knee, ankle = pose.legs[:3]
    assert np.allclose(hip - knee, knee - ankle) and (knee - ankle) @ [0.5, -0.87] > 0.95 * np.linalg.norm(knee - ankle)
