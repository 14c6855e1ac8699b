"""Clothes: cloth lies outside the leg, ends where it should, and folds."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.body import cloth, outfits
from shoemodel.body.anny_model import body
from shoemodel.body.clothes import dress
from shoemodel.body.figure import Figure, group, rest_transforms
from shoemodel.body.footing import Fitting, fit
from shoemodel.body.look import CLOSE, WORLD, Look
from shoemodel.body.outfits import sample_outfit
from shoemodel.body.skirts import SKIRTS
from shoemodel.body.trousers import CUTS, Tube, bend_tube, build_tube, leg_support
from shoemodel.render import engine, leg
from shoemodel.render.light import soft_light
from shoemodel.render.parts import Part
from shoemodel.shoes import build, sample_parameters

FEET = ("left", "right")


@pytest.fixture(scope="module")
def fitting() -> Fitting:
    figure = body().figure({"gender": 1.0, "age": 0.6, "weight": 0.4, "muscle": 0.5, "height": 0.5})
    shoe = build(sample_parameters(np.random.default_rng(0), "sneaker"), body().foot(figure, 0.0))
    return fit(body(), figure, shoe)


def leg_points(figure: Figure) -> np.ndarray:
    weight = body().weights[:, [group("left", joint) for joint in ("thigh", "shin")]].sum(axis=1)
    return figure.vertices[(weight > 0.35) & (figure.vertices[:, 0] > 0)]


def tube(figure: Figure, garment: str) -> Tube:
    rng = np.random.default_rng(1)
    return build_tube(figure, leg_points(figure), "left", CUTS[garment], 0.05, rest_transforms(), rng)


def dressed(
    fitting: Fitting, garment: str, monkeypatch: pytest.MonkeyPatch, look: Look = WORLD, **changes
) -> list[Part]:
    monkeypatch.setattr(outfits, "_sample_garment", lambda *_: garment)
    outfit = replace(sample_outfit(np.random.default_rng(3), fitting, True, 0.4, True), **changes)
    return dress(body(), fitting, outfit, rest_transforms(), fitting.vertices, FEET, 4, look=look)


@pytest.mark.parametrize("garment", sorted(set(CUTS) - {"shorts"}))
def test_trousers_lie_outside_the_leg(fitting: Fitting, garment: str):
    figure = fitting.figure
    shin = leg_points(figure)
    heights = np.arange(figure.joints["left", "ankle"][2] + 0.1, figure.joints["left", "knee"][2], 0.0045)
    centre, leg = leg_support(shin, heights)
    around = tube(figure, garment).vertices.reshape(-1, 89, 3)[20:, :-1]
    for ring in around[np.abs(around[:, 0, 2] - heights[len(heights) // 2]) < 0.05]:
        k = int(np.argmin(np.abs(heights - ring[0, 2])))
        radius = np.linalg.norm(ring[:, :2] - centre[k], axis=1)
        assert (radius > leg[k] - 0.004).all()


def test_wide_trousers_are_wider_than_skinny_ones_and_a_crease_stands_out(fitting: Fitting):
    width = {name: np.ptp(tube(fitting.figure, name).vertices[:2000, 0]) for name in ("skinny jeans", "wide trousers")}
    assert width["wide trousers"] > 1.5 * width["skinny jeans"]
    heights = np.arange(0.1, 0.8, 0.0045)
    relief = cloth.displacement(np.random.default_rng(0), cloth.Folds(crease=0.007), heights, 0.45, 88, 0.0)
    assert relief[:, 66] == pytest.approx(0.007, rel=0.05) and abs(relief[0, 44]) < 1e-4


def test_a_bent_knee_folds_its_hollow_more_than_its_cap():
    heights = np.arange(0.1, 0.8, 0.0045)
    draws = [np.random.default_rng(seed) for seed in range(8)]
    reliefs = np.stack([cloth.displacement(rng, cloth.Folds(knee=0.005), heights, 0.45, 88, 1.4) for rng in draws])
    assert reliefs[..., 20:25].std() > 2 * reliefs[..., 64:69].std()


def test_valleys_are_darker_than_crests():
    relief = np.zeros((60, 88))
    relief[30], relief[20] = -0.003, 0.003
    shade = cloth.shade_of(relief)
    assert shade[30].mean() < 0.85 < 1.05 < shade[20].mean() and shade[50].mean() == pytest.approx(1, abs=0.01)


def test_a_tube_at_rest_is_where_it_was_built(fitting: Fitting):
    jeans = tube(fitting.figure, "jeans")
    assert np.allclose(bend_tube(fitting.figure, "left", jeans, rest_transforms()), jeans.vertices)


@pytest.mark.parametrize("garment", [*CUTS, *SKIRTS, "leggings", "tights", "bare"])
def test_every_garment_ends_above_the_shoe(fitting: Fitting, garment: str, monkeypatch: pytest.MonkeyPatch):
    parts = dressed(fitting, garment, monkeypatch)
    collar_z = fitting.figure.joints["left", "ankle"][2] + max(fitting.collar_above_ankle, 0.0)
    loose = [part for part in parts if part.name.startswith(("trousers", "skirt", "leggings"))]
    assert all(part.vertices[:, 2].min() > collar_z for part in loose)
    assert len({id(part.texture) for part in loose if part.texture is not None}) <= 1
    assert all(np.isfinite(part.vertices).all() for part in parts)
    assert any(part.name == "skirt" for part in parts) == (garment in SKIRTS)


@pytest.mark.parametrize("garment", sorted(SKIRTS))
def test_a_skirt_goes_round_both_legs_down_to_its_hem(fitting: Fitting, garment: str, monkeypatch: pytest.MonkeyPatch):
    skirt = next(part for part in dressed(fitting, garment, monkeypatch, hem_m=0.3) if part.name == "skirt")
    hem_z = fitting.figure.joints["left", "ankle"][2] + 0.3
    assert skirt.vertices[:, 2].min() == pytest.approx(hem_z, abs=0.01)
    ring = skirt.vertices[skirt.vertices[:, 2] < hem_z + 0.005]
    legs = fitting.vertices[np.abs(fitting.vertices[:, 2] - hem_z) < 0.01]
    assert ring[:, 0].min() < legs[:, 0].min() and ring[:, 0].max() > legs[:, 0].max()


def test_trousers_over_a_tall_shaft_are_tucked_in():
    figure = body().figure({"gender": 1.0})
    boot = build(sample_parameters(np.random.default_rng(2), "tall boot"), body().foot(figure, 0.0))
    tall = fit(body(), figure, boot)
    rng = np.random.default_rng(0)
    drawn = [sample_outfit(rng, tall, True, 0.4, True) for _ in range(40)]
    worn = {outfit.garment: outfit for outfit in drawn}
    assert worn["skinny jeans"].tucked and worn["skinny jeans"].hem_m < tall.collar_above_ankle
    assert not worn["bare"].tucked and "sweatpants" not in worn


@pytest.mark.parametrize("garment", ["skinny jeans", "jeans", "suit trousers", "wide trousers"])
def test_seen_close_no_skin_comes_through_trousers(fitting: Fitting, garment: str, monkeypatch: pytest.MonkeyPatch):
    parts = dressed(fitting, garment, monkeypatch, CLOSE, hem_m=0.07, cuff_m=0.0, tucked=False)
    assert all(part.texture is None and part.colours is not None for part in parts)
    parts = [part for part in parts if part.name.endswith("left")]
    stage = leg.stand(parts, np.full(3, 0.5), soft_light(np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), 0.0))
    ankle, knee = (fitting.figure.joints["left", joint] for joint in ("ankle", "knee"))
    heights = np.linspace(ankle[2] + 0.08, knee[2] + 0.1, 30)
    theta = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    outward = np.stack([np.cos(theta), np.sin(theta), 0 * theta], axis=1)
    axis = np.stack([np.interp(heights, [ankle[2], knee[2]], [ankle[d], knee[d]]) for d in range(3)], axis=1)
    axis[:, 2] = heights
    starts = (axis[:, None] + 0.3 * outward).reshape(-1, 3)
    _, part = engine.cast(stage.view, starts, np.tile(-outward, (30, 1)))
    assert {stage.view.names[number].split("_")[0] for number in part} == {"trousers"}


def test_a_close_look_is_drawn_by_finishes(fitting: Fitting, monkeypatch: pytest.MonkeyPatch):
    striped = {"sock_m": 0.15, "sock_stripes": True}
    for garment in ("bare", "leggings", "tights", "sweatpants", "skirt"):
        parts = dressed(fitting, garment, monkeypatch, CLOSE, **(striped if garment == "bare" else {}))
        seen = [part for part in parts if part.name != "trousers_seat"]
        assert all(part.finish is not None and part.places is not None for part in seen)
    for part in dressed(fitting, "jeans", monkeypatch):
        assert part.finish is None


def test_a_cuff_shows_the_other_side(fitting: Fitting, monkeypatch: pytest.MonkeyPatch):
    blue = (0.02, 0.03, 0.08)
    jeans = dressed(fitting, "jeans", monkeypatch, CLOSE, hem_m=0.1, cuff_m=0.04, garment_rgb=blue)[-2]
    turned = jeans.places[:, 1] < 0
    assert jeans.colours[turned].mean() > 4 * jeans.colours[~turned].mean()
