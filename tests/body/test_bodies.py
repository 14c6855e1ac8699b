"""The bodies that come with the package, and their feet in shoes that were made for other feet."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shoemodel.body import bodies, wearing
from shoemodel.body.bodies import Person
from shoemodel.body.figure import SIDES, joint_points, skin
from shoemodel.render.meshes import transform


@pytest.fixture(scope="module")
def person() -> Person:
    return bodies.load().people[0]


def test_they_are_grown_women_and_men_of_every_build():
    people = bodies.load().people
    assert 12 <= len(people) <= 16 and len({person.name for person in people}) == len(people)
    for woman in (True, False):
        assert {person.build for person in people if person.woman == woman} == {"slim", "average", "strong", "heavy"}
    for person in people:
        figure = person.figure
        leg = figure.length("hip", "knee") + figure.length("knee", "ankle")
        assert 0.7 < leg < 1.1 and len(figure.vertices) == len(bodies.load().body.weights), person.name
    assert bodies.load().named(people[3].name) is people[3]


def test_reading_them_needs_no_library_of_bodies():
    told = "import sys; from shoemodel.body import bodies; bodies.load(); print({'anny', 'torch'} & {*sys.modules})"
    assert subprocess.check_output([sys.executable, "-c", told], text=True).strip() == "set()"


def test_what_is_saved_is_read_again(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shared = bodies.load()
    path = tmp_path / "bodies.npz"
    bodies.save(path, shared.body, [(person.name, person.woman, person.build, person.figure)])
    monkeypatch.setattr(bodies, "PATH", path)
    again = bodies.load.__wrapped__()
    assert np.array_equal(again.body.faces, shared.body.faces) and again.body.landmarks == shared.body.landmarks
    assert np.allclose(again.people[0].figure.vertices, person.figure.vertices, atol=1e-5)
    assert again.people[0].figure.joints.keys() == person.figure.joints.keys()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("heel_deg", "scale"), [(3.0, 1.0), (25.0, 0.85)])
def test_a_foot_comes_to_lie_where_the_shoe_holds_one(person: Person, side: str, heel_deg: float, scale: float):
    held = scale * wearing.foot_points(person.body, person.figure, side, heel_deg) + [0.3, -0.2, 0.9]
    worn = wearing.put_in(person.body, bodies.load().people[1].figure, side, held, heel_deg)
    transforms = worn.foot(side)
    own = wearing.foot_points(person.body, worn.shod.figure, side, worn.heel_deg)
    assert np.linalg.norm(transform(worn.upright, own) - held, axis=1).max() < 0.012
    assert worn.heel_deg == pytest.approx(heel_deg, abs=4)
    turned = [transforms[number][:3, 2] for number in transforms]
    assert np.allclose(turned[1:], [0, 0, 1], atol=1e-6), "toes stay level"
    assert turned[0][0] == pytest.approx(0.0, abs=0.1), "and the foot does not roll to a side"


def test_a_scaled_figure_is_posed_as_the_one_it_comes_from(person: Person):
    held = wearing.foot_points(person.body, person.figure, "left", 10.0)
    worn = wearing.put_in(person.body, wearing.scaled(person.figure, 1.2), "left", held, 10.0)
    assert worn.scale == pytest.approx(1 / 1.2) and worn.heel_deg == pytest.approx(10.0)
    assert np.allclose(worn.shod.figure.vertices, person.figure.vertices)
    transforms = {number: np.eye(4) for number in range(17)} | worn.foot("left")
    assert np.allclose(joint_points(worn.shod.figure, "left", transforms)["ankle"], held[0], atol=1e-9)
    posed = skin(worn.shod.vertices, person.body.weights, transforms)
    assert np.allclose(posed[person.body.landmarks["left", "heel"]], held[3], atol=1e-9)
