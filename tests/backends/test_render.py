"""A shoe of the world, drawn flat, gets a leg: where it belongs, dressed as asked, in the photo's own frame."""

from dataclasses import replace

import numpy as np
import pytest

from shoemodel.backends.backend import Subject, require_background
from shoemodel.backends.render import RenderBackend
from shoemodel.body.outfits import Outfit
from shoemodel.compose.placed import PlacedShoe
from shoemodel.errors import InputError
from shoemodel.fit.each import FittedShoe
from shoemodel.fit.proxies import load_proxies
from shoemodel.image import io as images
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import LEG_INDICES, Pose
from tests.backends.test_align import SIZE, fit_from_the_side


@pytest.fixture(scope="module")
def fit():
    return fit_from_the_side()


@pytest.fixture(scope="module")
def subject(fit):
    """The silhouette of the fitted proxy in one colour on grey ground, its rim's outline the opening."""
    import cv2

    shoe, opening = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    points = fit.camera.project(fit.placed(fit.proxy.vertices))[0].astype(np.int32)
    for face in fit.proxy.faces:
        cv2.fillConvexPoly(shoe, points[face], 1)
    rim = fit.camera.project(fit.placed(fit.proxy.rim) + np.array([0, 0, 0.012]))[0].astype(np.int32)
    cv2.fillPoly(opening, [rim], 1)
    wearable = cv2.dilate(opening, np.ones((7, 7))).astype(bool) & shoe.astype(bool)
    areas = ShoeAreas.from_masks(shoe.astype(bool) & ~wearable, wearable)
    assert areas.wearable.sum() > 60
    rgb = np.full((*SIZE, 3), 140, np.uint8)
    rgb[areas.shoe] = (180, 30, 40)
    x_w = PlacedShoe(np.where(areas.visible[..., None], rgb, np.uint8(0)), areas)
    return Subject("shoe.png", rgb, x_w, "photo", (FittedShoe(fit, areas),))


@pytest.fixture(scope="module")
def pose(fit):
    """An upright leg above the shoe."""
    ankle = fit.camera.project(fit.placed(fit.proxy.landmarks)[:1])[0][0]
    points, there = np.zeros((12, 2)), np.zeros(12, int)
    for index, up in zip(LEG_INDICES[:3], (500, 260, 0), strict=True):
        points[index], there[index] = ankle - [0, up], 2
    return Pose(points, there)


def made(subject, pose, prompt, seed=0):
    steps = []
    (layers,) = RenderBackend().legs(subject, prompt, "").generate([pose], [seed], steps.append)
    assert steps == sorted(steps) and len(steps) > 1
    return layers


def test_a_leg_stands_in_the_opening_and_hides_nothing_else(subject, pose):
    layers = made(subject, pose, "bare legs")
    rows, columns = np.nonzero(subject.shoe.areas.wearable)
    assert layers.alpha[subject.shoe.areas.wearable].mean() > 0.4
    above = layers.alpha[: rows.min() - 5]
    assert above.any(axis=1).all()  # up to the frame's edge
    beside = np.abs(np.arange(SIZE[1]) - columns.mean()) > 110
    assert not layers.alpha[rows.max() + 4 :, beside].any()


def test_the_prompts_colour_is_the_legs(subject, pose):
    for prompt, strongest in (("red leggings", 0), ("green leggings", 1), ("blue leggings", 2)):
        layers = made(subject, pose, prompt)
        colour = layers.colour[:60][layers.alpha[:60] > 0.99].mean(axis=0)
        assert colour.argmax() == strongest, (prompt, colour)


def test_the_same_seed_gives_the_same_pixels_and_another_another_leg(subject, pose):
    first, again, other = (made(subject, pose, "blue jeans", seed) for seed in (3, 3, 4))
    assert np.array_equal(first.colour, again.colour) and np.array_equal(first.alpha, again.alpha)
    assert not np.array_equal(first.alpha, other.alpha)


def test_an_outfit_may_be_given_outright(subject, pose):
    legs = RenderBackend().legs(subject, Outfit.of("leggings", "#00ff00", hem_m=0.05), "")
    assert legs.warnings == [] and legs.understood["garment_colour"] == "#00ff00"
    (layers,) = legs.generate([pose], [0], lambda done: None)
    assert layers.colour[:60][layers.alpha[:60] > 0.99].mean(axis=0).argmax() == 1


def test_trousers_reach_down_into_a_shaft(subject, pose, fit):
    """One looks into it from before, where its rim is lowest."""
    boot = next(proxy for proxy in load_proxies() if proxy.family == "tall boot")
    shod = replace(subject, fitted=(FittedShoe(replace(fit, proxy=boot), subject.shoe.areas),))
    parts, outfit = RenderBackend().legs(shod, "blue jeans", "")._dressed(pose, 0)
    lowest = min(part.vertices[:, 2].min() for part in parts if part.name.startswith("trousers"))
    assert outfit.tucked and lowest < boot.rim[:, 2].min() - 0.03


def test_a_pair_gets_two_legs_of_one_person(subject, pose, fit):
    """The same shoe again, moved and smaller in the frame, as that of the other foot."""
    away = 190
    camera = fit.camera
    moved = replace(fit, camera=replace(camera, centre_px=(camera.centre_px[0] + away, camera.centre_px[1])))
    labels = np.zeros_like(subject.shoe.areas.labels)
    labels[:, away:] = subject.shoe.areas.labels[:, :-away]
    own, other = subject.fitted[0], FittedShoe(moved, ShoeAreas(labels))
    every = ShoeAreas(np.maximum(own.areas.labels, np.where(own.areas.shoe, 0, labels)))
    placed = PlacedShoe(np.where(every.visible[..., None], subject.rgb, np.uint8(0)), every)
    both = replace(subject, shoe=placed, fitted=(own, other))
    alone, pair = made(subject, pose, "blue jeans"), made(both, pose, "blue jeans")
    rows = slice(0, int(np.flatnonzero(own.areas.shoe.any(axis=1)).min()) - 20)
    widths = [(layers.alpha[rows] > 0.5).sum() for layers in (alone, pair)]
    assert widths[1] > 1.3 * widths[0], "cloth of both legs overlaps"
    legs = RenderBackend().legs(both, "blue jeans", "")
    assert legs.steps == 2 * RenderBackend().legs(subject, "blue jeans", "").steps
    assert legs.understood["garment"] == "jeans"


def test_a_pair_of_two_families_is_worn_in_the_same_socks(subject, pose, fit):
    derby = next(proxy for proxy in load_proxies() if proxy.family == "derby")
    fitted = (FittedShoe(fit, subject.shoe.areas), FittedShoe(replace(fit, proxy=derby), subject.shoe.areas))
    assert fit.proxy.family != "derby"
    pair = RenderBackend().legs(replace(subject, fitted=fitted), "a man in jeans", "")
    worn = [[leg._dressed(pose, seed)[1] for leg in (pair.one, pair.other)] for seed in range(4)]
    assert any(one.sock_m > 0 for one, _ in worn)
    assert all((one.sock_colour, one.sock_m > 0) == (other.sock_colour, other.sock_m > 0) for one, other in worn)


def test_what_is_not_heeded_is_said(subject):
    legs = RenderBackend().legs(subject, "blue jeans and an umbrella, in a park", "rain")
    said = "; ".join(legs.warnings)
    assert "umbrella" in said and "park" in said and "negative prompt" in said
    assert legs.understood["garment"] == "jeans"


def test_a_place_that_a_prompt_names_is_made():
    backend = RenderBackend()
    for prompt, background in (
        ("jeans", "photo"),
        ("jeans, in a forest", "photo"),
        ("jeans on a wooden floor", "scene"),
    ):
        assert require_background(backend, None, prompt) == background
    assert require_background(backend, "auto", "jeans on a beach") == "scene"
    assert require_background(backend, "photo", "jeans on a wooden floor") == "photo"
    with pytest.raises(InputError, match="the render backend accepts photo and scene"):
        require_background(backend, "moon", "jeans")


def test_a_leg_in_a_scene(subject, pose):
    scene = replace(subject, background="scene")
    layers = made(scene, pose, "red leggings, light green background")
    assert layers.place.shape == (*SIZE, 3)
    assert layers.place[:40].mean(axis=(0, 1)).argmax() == 1
    lowest = int(np.flatnonzero(subject.shoe.areas.shoe.any(axis=1)).max())
    columns = subject.shoe.areas.shoe[lowest - 2]
    assert layers.shadow[lowest + 2, columns].mean() < 0.7 < layers.shadow[lowest + 60].mean()
    other = RenderBackend().legs(scene, "red leggings, in a forest", "")
    assert "no such place can be made, not heeded: forest" in "; ".join(other.warnings)


def test_the_light_is_told_and_asked_of_scenes_only(subject):
    legs = RenderBackend().legs(subject, "red leggings at sunset", "")
    assert "the light is the photo's own, not heeded: sunset" in legs.warnings
    assert legs.light["source"] == "none: soft light" and "asked" not in legs.light
    scene = RenderBackend().legs(replace(subject, background="scene"), "red leggings, on a beach at sunset", "")
    assert scene.light["asked"] == ["sunset"] and scene.warnings == [] and scene.scenery.time == "sunset"


def test_a_soft_shadow_of_shoe_and_leg_on_pure_white(subject, pose):
    """None as usual, and none far from the shoe."""
    shoe = subject.shoe.areas.shoe
    white = np.where(shoe[..., None], subject.rgb, np.uint8(255))
    packshot = replace(subject, rgb=white, shoe=PlacedShoe(subject.shoe.rgb, subject.shoe.areas))
    lowest = int(np.flatnonzero(shoe.any(axis=1)).max())
    below = slice(lowest + 1, lowest + 4), shoe[lowest - 2]
    plain, soft = (made(replace(packshot, shadow=shadow), pose, "red leggings") for shadow in ("auto", "soft"))
    assert plain.shadow[below[0]][:, below[1]].min() == 1
    assert soft.shadow[below[0]][:, below[1]].mean() < 0.9
    assert soft.shadow[:8].min() > 0.99 and soft.shadow[-2:].min() > 0.97


def test_without_a_renderer_there_is_a_sentence(subject, monkeypatch):
    def missing(*_, **__):
        raise InputError("rendering needs mitsuba: found none; install mitsuba")

    monkeypatch.setattr("shoemodel.backends.render.engine.start", missing)
    with pytest.raises(InputError, match="install mitsuba"):
        RenderBackend().legs(subject, "jeans", "")


def test_a_whole_run(tiny_pack, subject, monkeypatch, tmp_path, capsys):
    """From the command line to files that verify, two outfits from one load."""
    from shoemodel.apps.cli.main import main
    from tests.conftest import areas_of_region, feet_of_canvas

    monkeypatch.setattr("shoemodel.stages.foot_keypoints", feet_of_canvas)
    monkeypatch.setattr("shoemodel.stages.wd.predict", areas_of_region)
    photo = tmp_path / "shoe.png"
    images.save_png(photo, np.dstack([subject.rgb, np.where(subject.shoe.areas.shoe, 255, 0).astype(np.uint8)]))
    out = tmp_path / "out"
    prompts = ["--prompt", "red leggings", "--prompt", "a woman in green jeans with a dragon"]
    assert main(["generate", str(photo), *prompts, "--pack", str(tiny_pack), "--out", str(out)]) == 0
    assert "not heeded: dragon" in capsys.readouterr().err
    told = images_json(out / "shoe" / "run.json")
    assert told["backend"] == "render" and told["background"] == "photo" and "steps" not in told["request"]
    assert told["prompts"] == ["red leggings", "a woman in green jeans with a dragon"] and len(told["seeds"]) == 2
    assert len(told["lights"]) == 2 and told["lights"][0]["source"]
    assert told["understood"][1]["garment"] == "jeans" and told["fits"][0]["focal_px"] > 0
    assert main(["verify", str(out), "--photo", str(photo)]) == 0
    assert told["request"]["background"] == "photo"
    inside = ["--pack", str(tiny_pack), "--out", str(tmp_path / "inside")]
    assert main(["generate", str(photo), "--prompt", "jeans on parquet", *inside]) == 0
    told = images_json(tmp_path / "inside" / "shoe" / "run.json")
    assert told["background"] == told["request"]["background"] == "scene"
    assert main(["verify", str(tmp_path / "inside"), "--photo", str(photo)]) == 0


def images_json(path):
    import json

    return json.loads(path.read_text())


def test_each_prompt_has_the_background_that_it_names(tiny_pack, subject, monkeypatch):
    from shoemodel.pipeline import ShoeModelPipeline
    from tests.conftest import areas_of_region, feet_of_canvas

    monkeypatch.setattr("shoemodel.stages.foot_keypoints", feet_of_canvas)
    monkeypatch.setattr("shoemodel.stages.wd.predict", areas_of_region)
    pipeline = ShoeModelPipeline.from_pretrained(tiny_pack)
    prompts = ["red leggings", "red leggings, light green background"]
    result = pipeline(subject.rgb, prompts, mask=subject.shoe.areas.shoe, generator=1, output_type="np")
    assert result.background is None
    own, green = (pixels[-8:, :8].mean(axis=(0, 1)) for pixels in result.pixels)
    assert np.ptp(own) < 8 and green.argmax() == 1 and np.ptp(green) > 20


def test_without_feet_the_leg_stands_upright_and_that_is_said(tiny_pack, subject, monkeypatch, tmp_path, capsys):
    from shoemodel.apps.cli.main import main
    from shoemodel.lps.predict import FootKeypoints
    from tests.conftest import areas_of_region

    nothing = FootKeypoints(np.zeros((8, 2)), np.zeros(8), np.zeros(8, bool))
    monkeypatch.setattr("shoemodel.stages.foot_keypoints", lambda *_: nothing)
    monkeypatch.setattr("shoemodel.stages.wd.predict", areas_of_region)
    photo = tmp_path / "shoe.png"
    images.save_png(photo, np.dstack([subject.rgb, np.where(subject.shoe.areas.shoe, 255, 0).astype(np.uint8)]))
    where = ["--pack", str(tiny_pack), "--out", str(tmp_path / "out")]
    assert main(["generate", str(photo), "--prompt", "bare legs", *where]) == 0
    assert "no foot was found in the shoe" in capsys.readouterr().err
    assert main(["generate", str(photo), "--prompt", "jeans", "--backend", "diffusion", "--steps", "1", *where]) == 2
    assert "no foot fits the shoe" in capsys.readouterr().err


def test_a_garment_above_the_picture_is_said(subject, pose):
    for prompt, seen in (("shorts", False), ("blue jeans", True)):
        legs = RenderBackend().legs(subject, prompt, "")
        list(legs.generate([pose], [0], lambda done: None))
        assert any("outside the image" in said for said in legs.warnings) != seen
