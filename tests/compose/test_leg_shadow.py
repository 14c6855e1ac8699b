"""A leg darkens its lining, itself at the rim and the ground, and leaves pure white alone."""

import numpy as np

from shoemodel.compose import leg_shadow as shadow
from shoemodel.image.masks import ShoeAreas

SIZE = (200, 260)


def areas() -> ShoeAreas:
    visible, wearable = np.zeros(SIZE, bool), np.zeros(SIZE, bool)
    visible[100:160, 60:200], wearable[80:100, 60:120] = True, True
    return ShoeAreas.from_masks(visible, wearable)


def leg() -> np.ndarray:
    cover = np.zeros(SIZE, np.float32)
    cover[:105, 75:100] = 1
    return cover


def test_lining_is_dark_beside_the_leg_only():
    factor = shadow.lining(leg(), areas())
    assert factor[90, 101] < 0.6 < factor[90, 112] <= 1 and (factor[~areas().wearable] == 1).all()
    assert (shadow.lining(0 * leg(), areas()) == 1).all()


def test_contact_is_warmer_on_skin():
    skin = shadow.contact(leg(), areas(), np.ones(SIZE, np.float32))[98, 90]
    cloth = shadow.contact(leg(), areas(), np.zeros(SIZE, np.float32))[98, 90]
    assert skin[0] > skin[1] > skin[2] and np.ptp(cloth) < 1e-6 and cloth[0] < 0.6
    assert shadow.contact(leg(), areas(), np.ones(SIZE, np.float32))[20, 90].min() > 0.98


def test_ground_follows_the_map_softly():
    ratio, known = np.ones((20, 26)), np.ones((20, 26), bool)
    ratio[14:18, 4:10] = 0.5
    photo = np.full((*SIZE, 3), 140, np.uint8)
    photo[areas().shoe] = 40
    factor = shadow.ground(ratio, known, photo, areas())
    assert factor[165, 65] < 0.85 and (factor[areas().shoe] == 1).all() and (factor[:60] == 1).all()
    assert np.abs(np.diff(factor[162])).max() < 0.05
    assert (shadow.ground(ratio, known, photo, areas(), "none") == 1).all()
    assert (shadow.ground(ratio, ~known, photo, areas()) == 1).all()


def test_pure_white_stays_white_unless_asked():
    ratio, known = np.full((20, 26), 0.5), np.ones((20, 26), bool)
    photo = np.full((*SIZE, 3), 255, np.uint8)
    photo[areas().shoe] = 40
    assert (shadow.ground(ratio, known, photo, areas()) == 1).all()
    assert shadow.ground(ratio, known, photo, areas(), "soft").min() < 0.8
