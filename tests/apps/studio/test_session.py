"""Changing a step forgets what follows, and nothing else; painted areas come back as they were left."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image.masks import WEARABLE, ShoeAreas, erode
from shoemodel.request import Request
from shoemodel.wd.region import Region

runs = pytest.importorskip("shoemodel.apps.studio.runs")

from shoemodel.apps.studio import views  # noqa: E402
from shoemodel.apps.studio.recipe import Recipe  # noqa: E402
from shoemodel.apps.studio.session import Session  # noqa: E402
from shoemodel.apps.studio.work import Work  # noqa: E402


@pytest.fixture
def work(pipeline, found_feet, shoe_photo):
    """A photo with all its steps computed."""
    work = Work(images.load(shoe_photo))
    work.make_by("diffusion")
    work.surround("scene")
    work.pose(pipeline)
    return work


def test_rendered_legs_are_seen_small_and_a_moved_one_again(pipeline, found_feet, shoe_photo):
    """The fit is found once; other poses, prompts and clothes leave it alone."""
    work = Work(images.load(shoe_photo))
    poses = list(work.pose(pipeline))[:2]
    fitted, work.poses = work.fitted, poses
    assert all(pose.angles_deg is not None for pose in poses)
    assert list(work.render_small("bare legs")) == [0, 1] and list(work.render_small("bare legs")) == []
    assert [len(card["picture"]) > 500 for card in views.cards(work)["cards"]] == [True, True]
    work.adjust(1, replace(poses[1], points=poses[1].points + 3.0))
    assert list(work.render_small("blue jeans")) == [1]
    work.other_poses()
    assert work.fitted is fitted and work.renders == {}
    work.make_by("diffusion")
    assert work.fitted == () and work.pose(pipeline)[0].angles_deg is None


def test_what_is_doubtful_is_told_until_it_is_corrected(work):
    assert work.doubts == []
    work.region = replace(work.region, doubts=("look here",))
    assert work.doubts == ["look here"]
    foot = work.feet.points_px[work.feet.exists]
    away = np.zeros(work.shoe.areas.size, bool)
    away[:6, :40] = True
    assert np.linalg.norm(foot - [20, 3], axis=1).min() > 40
    work.shoe = replace(work.shoe, areas=ShoeAreas(np.where(away, WEARABLE, work.shoe.areas.labels).astype(np.uint8)))
    work.corrected = True
    assert len(work.doubts) == 1 and "where no foot goes in" in work.doubts[0]


def test_another_canvas_keeps_the_areas(work, pipeline):
    areas = work.areas
    work.arrange("9:16", "")
    assert work.areas is areas and work.layout is None and work.poses == []
    height, width = work.place(pipeline).canvas
    assert height / width == pytest.approx(16 / 9, rel=0.01)


def test_the_photos_own_surroundings_keep_the_areas_and_its_frame(work, pipeline):
    areas, noise = work.areas, np.random.default_rng(0).integers(0, 256, work.photo.rgb.shape, dtype=np.uint8)
    work.photo = replace(work.photo, rgb=noise)  # nothing that could be continued
    work.surround("photo")
    assert work.areas is areas and work.layout is None and work.poses == []
    assert work.place(pipeline).canvas == work.photo.size
    layout = work.layout
    work.surround("photo")
    assert work.layout is layout


def test_the_same_canvas_again_forgets_nothing(work):
    layout, poses = work.layout, work.poses
    work.arrange("", "")
    assert work.layout is layout and work.poses is poses


def test_other_poses_keep_the_canvas(work, pipeline):
    layout, before = work.layout, work.poses
    work.other_poses()
    assert work.layout is layout
    assert not np.allclose(work.pose(pipeline)[0].points, before[0].points)


def test_points_forget_the_areas(work):
    work.point_at([[60.0, 50.0]])
    assert work.areas is None and work.layout is None


def test_another_cut_out_takes_the_candidates_in_turn(work, pipeline, monkeypatch):
    first = work.region
    smaller = Region(erode(first.mask, 4), 0.4, "box")
    monkeypatch.setattr("shoemodel.wd.candidates.propose", lambda sam, photo, segmenter: [first, smaller])
    work.other_region(pipeline)
    assert work.region is smaller and work.corrected and work.layout is None
    assert not (work.areas.shoe & ~smaller.mask).any()
    work.other_region(pipeline)
    assert work.region is first


def test_the_only_candidate_is_offered_where_the_search_found_nothing(work, pipeline, monkeypatch):
    only = work.region
    monkeypatch.setattr("shoemodel.wd.candidates.propose", lambda sam, photo, segmenter: [only])
    with pytest.raises(InputError, match="nothing else"):
        work.other_region(pipeline)
    lost = Work(work.photo, lost=True, turn=-1)
    lost.other_region(pipeline)
    assert lost.region is only and not lost.lost


def test_paint_comes_back_on_the_photos_grid():
    labels = np.zeros((1500, 2000), np.uint8)
    labels[500:900, 500:1500] = 1
    areas = ShoeAreas(labels)
    small = views.small(labels, nearest=True)
    left = np.zeros((*small.shape, 4), np.uint8)
    left[small == 1] = (0, 0, 255, 255)
    left[:100, :100] = (255, 255, 0, 255)
    visible, wearable = views.painted(areas, views.data_url(images.encode_png(left)))
    assert (visible == (labels == 1)).all(), "what was not touched keeps the photo's resolution"
    assert wearable[:190, :190].all() and not wearable[210:].any() and WEARABLE == 2


def test_nothing_left_visible_is_refused():
    areas = ShoeAreas(np.ones((40, 40), np.uint8))
    with pytest.raises(InputError, match="stays visible"):
        views.painted(areas, views.data_url(images.encode_png(np.zeros((40, 40, 4), np.uint8))))


def test_paint_that_is_no_picture_is_refused():
    areas = ShoeAreas(np.ones((40, 40), np.uint8))
    png = images.encode_png(np.random.default_rng(0).integers(0, 256, (40, 40, 4), np.uint8))
    bomb = png[:16] + struct.pack(">II", 60_000, 60_000)
    bomb += struct.pack(">B4xI", 8, zlib.crc32(bomb[12:] + b"\x08\0\0\0\0")) + png[33:]
    urls = ["", "data:image/png;base64,AAAAA", "data:image/png;base64,ü"]
    for url in [*urls, *map(views.data_url, (b"rubbish", png[: len(png) // 2], bomb))]:
        with pytest.raises(InputError, match="the painted areas cannot be read"):
            views.painted(areas, url)


def _recipe(steps):
    request = Request(prompt=("legs",), steps=steps, backend="diffusion", background="scene")
    return Recipe(photo="shoe.png", request=request)


def test_a_stopped_run_raises_and_keeps_nothing(work, pipeline):
    session = Session()
    stop = Event()
    recipe = _recipe(1000)
    steps = runs.draw(pipeline, session, work, recipe, stop)
    seen = []
    with pytest.raises(runs.Cancelled):
        for step in steps:
            seen.append(step)
            if step.preview is not None:
                stop.set()
    assert session.shots == [] and seen[-1].stage != "paste"
    session.close()


def test_previews_have_the_canvas_shape(work, pipeline):
    session = Session()
    recipe = _recipe(2)
    steps = list(runs.draw(pipeline, session, work, recipe, Event()))
    previews = [step.preview for step in steps if step.preview is not None]
    height, width = work.layout.canvas
    assert previews and previews[0].shape[0] / previews[0].shape[1] == pytest.approx(height / width, rel=0.1)
    session.close()


def test_a_frozen_work_does_not_see_later_changes(work):
    frozen = work.frozen()
    work.picked.append(1)
    work.arrange("1:1", "")
    assert frozen.picked == [] and frozen.layout is not None and frozen.poses


def test_where_no_shoe_is_found_the_areas_can_still_be_painted(pipeline, tmp_path):
    images.save_png(tmp_path / "plain.png", np.full((96, 128, 3), 128, np.uint8))
    work = Work(images.load(tmp_path / "plain.png"))
    assert views.paint(work) is None
    with pytest.raises(InputError) as refused:
        work.find(pipeline)
    assert views.MARKS not in views.words(refused.value)
    assert views.paint(work)["width"] == 128 and not work.canvas_to_paint.shoe.any()


def test_a_sessions_files_go_with_it():
    session = Session()
    (session.folder / "image.png").touch()
    folder = session.folder
    session.close()
    assert not folder.exists()


def test_an_event_that_a_later_one_overtook_is_not_the_newest():
    session = Session()
    assert [session.is_newest("stroke", number) for number in (1, 3, 2, 4)] == [True, True, False, True]
    assert session.is_newest("pick", 1)


def test_suggestions_are_heeded_and_the_first_by_the_page_s_own_background():
    from shoemodel.apps.studio import page
    from shoemodel.backends.settings import of_places
    from shoemodel.body import prompt

    background = page.build("tiny").background.value
    readings = [prompt.read(text) for text in page.SUGGESTIONS]
    assert background == "photo" and not readings[0].place and any(reading.place for reading in readings)
    for reading in readings:
        assert not (reading.unheeded or reading.pose or reading.view or reading.light or of_places(reading.place)[1])
