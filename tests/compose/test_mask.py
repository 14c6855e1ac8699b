"""A leg begins at the rim, whichever way the shoe is turned in the picture."""

import cv2
import numpy as np
import pytest

from shoemodel.compose.mask import seen
from shoemodel.image.masks import ShoeAreas

SIDE = 400
UP, TOE = np.array([0.0, -1.0]), np.array([1.0, 0.0])


def low_shoe(opening: bool) -> ShoeAreas:
    """Heel on the left: a collar from x = 100 to 200 at y = 240, an instep falling to the toe at x = 330."""
    visible = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(visible, [np.array([[90, 320], [95, 240], [200, 240], [330, 300], [330, 320]])], 1)
    wearable = np.zeros_like(visible)
    if opening:
        cv2.ellipse(wearable, (150, 240), (45, 14), 0, 0, 360, 1, -1)
    return ShoeAreas.from_masks((visible > 0) & (wearable == 0), wearable > 0)


def leg() -> np.ndarray:
    """Upright, as wide as the opening, with a foot that sticks out behind the heel and above the toes."""
    cover = np.zeros((SIDE, SIDE), np.float32)
    cover[:300, 110:190] = 1
    cover[250:315, 70:345] = 1
    return cover


def turned(picture: np.ndarray, angle_deg: float) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), angle_deg, 1)
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_NEAREST)


def direction(vector: np.ndarray, angle_deg: float) -> np.ndarray:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, s], [-s, c]]) @ vector


@pytest.mark.parametrize("angle_deg", [0, 12, -25, 90, 180])
@pytest.mark.parametrize("opening", [True, False])
def test_the_leg_is_kept_and_what_sticks_out_is_not(opening: bool, angle_deg: float):
    areas = ShoeAreas(turned(low_shoe(opening).labels, angle_deg))
    cover, none = turned(leg(), angle_deg), np.zeros((SIDE, SIDE), np.float32)
    kept = turned(seen(cover, none, areas, direction(UP, angle_deg), direction(TOE, angle_deg)) * cover, -angle_deg)
    assert kept[80:235, 115:185].min() > 0.9
    outside = turned(turned((low_shoe(opening).labels == 0).astype(np.uint8), angle_deg), -angle_deg) > 0
    outside[:240] = False
    assert kept[outside].mean() < 0.02


def test_the_wearable_area_is_the_legs():
    areas = low_shoe(True)
    factor = seen(leg(), np.zeros((SIDE, SIDE), np.float32), areas, UP, TOE)
    assert (factor[areas.wearable] == 1).all()


def test_loose_cloth_may_hang_beside_the_shoe():
    cover = leg()
    cover[:250, 60:240] = 1
    areas, loose = low_shoe(True), np.zeros_like(cover)
    loose[:250, 60:240] = 1
    assert seen(cover, loose, areas, UP, TOE)[200:235, 62:238].min() == 1
    tight = seen(cover, np.zeros_like(cover), areas, UP, TOE)
    assert tight[225:235, 62:75].max() == 0


def test_a_leg_narrows_smoothly_to_the_rim():
    cover = np.zeros((SIDE, SIDE), np.float32)
    cover[:300, 60:235] = 1
    kept = seen(cover, np.zeros_like(cover), low_shoe(False), UP, TOE) * cover
    widths = (kept > 0.5).sum(1)[120:238]
    assert (np.diff(widths) <= 1).all() and widths[0] > widths[-1] + 20 and np.abs(np.diff(widths)).max() <= 14


def test_behind_a_shaft_nothing_stands_beside_it():
    visible = np.zeros((SIDE, SIDE), bool)
    visible[120:320, 120:200], visible[270:320, 120:330] = True, True
    visible[90:120, 130:140] = True  # a pull loop
    cover = np.zeros((SIDE, SIDE), np.float32)
    cover[:300, 100:195] = 1
    kept = seen(cover, np.zeros_like(cover), ShoeAreas.from_masks(visible, ~visible & False), UP, TOE) * cover
    assert kept[:118, 122:128].min() == 1 and kept[125:, :118].max() == 0


def test_a_direction_is_needed():
    with pytest.raises(ValueError, match="up needs a length"):
        seen(leg(), leg(), low_shoe(True), np.zeros(2), TOE)


def test_no_gap_stays_beside_a_steep_edge_of_the_shoe():
    """A collar that rises by 30 px from one column to the next: the leg goes on right beside it."""
    visible, wearable = np.zeros((120, 120), bool), np.zeros((120, 120), bool)
    visible[70:110, 20:100] = True
    visible[40:70, 20:40] = True
    wearable[64:70, 42:80] = True
    cover = np.zeros((120, 120), np.float32)
    cover[:70, 36:84] = 1
    allowed = seen(cover, np.zeros_like(cover), ShoeAreas.from_masks(visible, wearable), UP, TOE)
    assert (allowed[45:63, 40] == 1).all() and (allowed[45:63, 41] == 1).all()
