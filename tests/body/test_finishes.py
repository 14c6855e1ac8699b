"""Close looks: threads fade with distance, stitches and stripes lie where they are sewn and knitted."""

import numpy as np
import pytest

from shoemodel.body.finishes import GOLD, HEM_M, OTHER_SIDE, HangingFinish, TrouserFinish
from shoemodel.body.leg_finishes import SkinFinish, SockFinish, StretchFinish, TightsFinish
from shoemodel.body.weaves import cloth_tile

BLUE = (0.055, 0.105, 0.235)
COUNT = 4000


def scattered(low: float, high: float, count: int = COUNT) -> np.ndarray:
    """Places (count, 3) of a trouser leg, between two heights."""
    rng = np.random.default_rng(0)
    return np.stack([rng.uniform(0.1, 0.4, count), rng.uniform(low, high, count), np.full(count, 0.4)], axis=1)


def on_leg(low: float, high: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    theta = rng.uniform(0, 2 * np.pi, COUNT)
    return np.stack([0.04 * np.cos(theta), 0.04 * np.sin(theta), rng.uniform(low, high, COUNT)], axis=1)


def toned(finish, places: np.ndarray, pixel_m: float = 0.0004, facing: float = 1.0) -> np.ndarray:
    return finish.tone(places, np.full(len(places), facing), np.full(len(places), pixel_m))


@pytest.mark.parametrize("kind", ["denim", "plain", "wool", "corduroy", "sweat", "stretch", "sock"])
def test_threads_keep_the_colour_and_fade_where_pixels_are_larger(kind: str):
    x, y = np.random.default_rng(1).uniform(-1, 1, (2, COUNT))
    near, far = (cloth_tile(kind).at(x, y, np.full(COUNT, span))[:, 0] for span in (0.0002, 0.02))
    assert near.mean() == pytest.approx(1, abs=0.02) and far.mean() == pytest.approx(1, abs=0.02)
    assert near.std() > 0.04 and near.std() > 2 * far.std()


def test_a_tile_closes():
    tile = cloth_tile("denim")
    side = tile.texel_m * tile.levels[0].shape[0]
    x, y, span = np.array([0.013]), np.array([0.027]), np.array([0.0003])
    np.testing.assert_allclose(tile.at(x, y, span), tile.at(x + side, y - 2 * side, span), atol=1e-3)


@pytest.mark.parametrize("weave", ["denim", "plain", "wool", "corduroy", "sweat"])
def test_cloth_keeps_its_colour(weave: str):
    assert toned(TrouserFinish(weave, BLUE), scattered(0.1, 0.3)).mean() == pytest.approx(1, abs=0.1)


def test_jeans_are_sewn_with_gold_at_the_hem_and_their_other_side_is_pale():
    jeans = TrouserFinish("denim", BLUE)
    stitch = np.array(BLUE) * toned(jeans, scattered(HEM_M["denim"], HEM_M["denim"]), 0.0001)
    above = np.array(BLUE) * toned(jeans, scattered(0.05, 0.1), 0.0001)
    assert stitch[:, 0].mean() > 0.5 * GOLD[0] > 3 * above[:, 0].mean()
    other = jeans.back_rgb * toned(jeans, scattered(0.05, 0.1) - [0, OTHER_SIDE, 0])
    assert other.mean() > 1.5 * above.mean()


def test_black_jeans_are_not_sewn_with_gold():
    black = (0.016, 0.016, 0.018)
    stitch = np.array(black) * toned(TrouserFinish("denim", black), scattered(HEM_M["denim"], HEM_M["denim"]), 0.0001)
    assert stitch.max() < 0.1


def test_a_seam_is_a_groove():
    places = scattered(0.1, 0.3)
    beside, on = places.copy(), places.copy()
    on[:, 0], beside[:, 0] = 0.5, 0.3
    finish = TrouserFinish("plain", (0.5, 0.4, 0.27))
    assert toned(finish, on).mean() < 0.8 < toned(finish, beside).mean()


def test_stripes_lie_below_the_cuff():
    sock = SockFinish(0.2, stripe=(0.04, 0.04, 0.04))
    assert toned(sock, on_leg(0.2 - 0.034, 0.2 - 0.028)).mean() < 0.1
    assert toned(sock, on_leg(0.05, 0.1)).mean() == pytest.approx(1, abs=0.1)


def test_pale_stripes_on_dark_socks_and_hoops():
    dark = SockFinish(0.2, stripe=(1.0, 1.0, 1.0), between=(0.05, 0.05, 0.05))
    assert toned(dark, on_leg(0.2 - 0.034, 0.2 - 0.028)).mean() > 0.8 > 0.1 > toned(dark, on_leg(0.05, 0.1)).mean()
    hooped = toned(SockFinish(0.2, stripe=(0.04, 0.04, 0.04), hoops=True), on_leg(0.02, 0.12))
    assert 0.3 < (hooped.mean(axis=1) < 0.3).mean() < 0.7


def test_nylon_hides_more_where_it_is_seen_at_a_slant():
    tights = TightsFinish((0.5, 0.35, 0.25), (0.014, 0.014, 0.016), 0.6)
    square, slant = (toned(tights, on_leg(0.1, 0.3), facing=facing).mean() for facing in (1.0, 0.3))
    assert square == pytest.approx(1, abs=0.1) and slant < 0.6 * square


def test_hair_darkens_a_shin_and_skin_keeps_its_colour():
    bare, hairy = (toned(SkinFinish(1.0, share, 0.4), on_leg(0.15, 0.3), 0.0002) for share in (0.0, 1.0))
    assert bare.mean() == pytest.approx(1, abs=0.03) and 0.01 < bare.std() < 0.1
    assert hairy.min() < 0.6 and 0.03 < (bare - hairy).mean() < 0.3
    ankle = on_leg(-0.04, -0.02)
    np.testing.assert_allclose(toned(SkinFinish(1.0, 1.0, 0.4), ankle), toned(SkinFinish(1.0, 0.0, 0.4), ankle))


@pytest.mark.parametrize("finish", [StretchFinish(0.1), HangingFinish("plain", BLUE)])
def test_other_cloth_keeps_its_colour(finish):
    assert toned(finish, on_leg(0.15, 0.3)).mean() == pytest.approx(1, abs=0.1)


def test_skin_is_not_drawn_out_along_the_instep():
    """Places that go down and forward at once, as the instep does, keep their grain along the way."""
    along = np.linspace(0, 0.03, 400)
    places = np.stack([np.full(400, 0.004), -0.10 - along, -0.02 - 0.8 * along], axis=1)
    tone = SkinFinish(1.0, 0.0, 0.4).tone(places, np.ones(400), np.full(400, 0.0001))[:, 1]
    assert np.abs(np.diff(tone[::8])).mean() > 0.005
