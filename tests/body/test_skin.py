"""Skin: blood pink and not orange, shade at the shoe, one tan line for both legs, hair that darkens."""

import dataclasses

import numpy as np
import pytest

from shoemodel.body.outfits import SKIN_TONES, skin_tone
from shoemodel.body.skin import Complexion, nails, sample_complexion, skin_colours, skin_gloss, tights_colours

KNEE_M = 0.42
PLAIN = Complexion(dry=0.0, spots=0.0, knees=0.0, tan=0.0, tan_line_m=0.08, sheer=0.1)
HEIGHT = np.linspace(-0.07, 0.6, 4000)
REST = np.random.default_rng(1).uniform(-0.05, 0.05, (4000, 3)) + np.outer(HEIGHT, [0, 0, 1])


def colours(person: Complexion = PLAIN, tone: int = 4, hairy: float = 0.0, to_shoe: float = 0.05) -> np.ndarray:
    rng = np.random.default_rng(0)
    return skin_colours(rng, person, skin_tone(tone), hairy, REST, HEIGHT, KNEE_M, np.full(len(REST), to_shoe))


def test_blood_takes_more_green_than_blue():
    lost = 1 - colours() / SKIN_TONES[4]
    toes, calf = lost[HEIGHT < -0.05].mean(axis=0), lost[np.abs(HEIGHT - 0.25) < 0.05].mean(axis=0)
    flush = toes - calf
    assert flush[1] > flush[2] > flush[0] and flush[1] > 0.05


def test_skin_at_the_shoe_is_darker_and_greyer():
    away, near = colours(), colours(to_shoe=0.0)
    assert near.mean() < 0.8 * away.mean()
    assert (near[:, 0] / near[:, 2]).mean() < 0.95 * (away[:, 0] / away[:, 2]).mean()


@pytest.mark.parametrize("tone", [0, 3, 6])
def test_every_tone_stays_itself(tone: int):
    mean = colours(tone=tone)[HEIGHT > 0.05].mean(axis=0)
    assert np.allclose(mean, SKIN_TONES[tone], rtol=0.15)
    assert (np.diff(mean) < 0).all()


def test_a_tan_begins_at_the_sock_line():
    plain, tanned = colours(), colours(dataclasses.replace(PLAIN, tan=1.0))
    below, above = HEIGHT < 0.07, (HEIGHT > 0.10) & (HEIGHT < 0.3)
    assert np.allclose(plain[below], tanned[below])
    assert tanned[above].mean() < 0.9 * plain[above].mean()


def test_hair_darkens_the_calf_and_not_the_ankle():
    share = colours(hairy=1.0).mean(axis=1) / colours().mean(axis=1)
    assert share[np.abs(HEIGHT - 0.23) < 0.05].mean() < 0.92 and share[np.abs(HEIGHT) < 0.01].mean() > 0.97


def test_knees_are_rougher_than_shins_and_dry_skin_than_oiled():
    rng = np.random.default_rng(0)
    rough = skin_gloss(rng, PLAIN, REST, HEIGHT, KNEE_M)[:, 0]
    assert rough[np.abs(HEIGHT - KNEE_M) < 0.02].mean() > rough[np.abs(HEIGHT - 0.2) < 0.05].mean() + 0.08
    people = [sample_complexion(np.random.default_rng(seed)) for seed in range(200)]
    assert 0.1 < np.mean([person.tan > 0 for person in people]) < 0.4


def test_dense_tights_hide_the_skin():
    skin, black = colours(), (0.014, 0.014, 0.014)
    rng = np.random.default_rng(0)
    people = [dataclasses.replace(PLAIN, sheer=sheer) for sheer in (0.08, 0.45)]
    seen = [tights_colours(rng, person, skin, black, REST, HEIGHT, KNEE_M) for person in people]
    assert seen[0].mean() < 0.5 * seen[1].mean() and seen[1].mean() < 0.7 * skin.mean()


def test_a_toe_has_one_nail_on_its_upper_side():
    theta, along = np.meshgrid(np.linspace(0, 2 * np.pi, 60), np.linspace(0, 0.05, 60))
    ring = np.stack([np.cos(theta).ravel(), 0 * theta.ravel(), np.sin(theta).ravel()], axis=1)
    rest = 0.009 * ring + np.outer(along.ravel(), [0, 1, 0])
    toes = np.zeros((len(rest), 5))
    toes[:, 0] = 1
    share = nails(rest, ring, toes)
    on = share > 0.5
    assert 0.01 < on.mean() < 0.2 and share.min() < -0.2
    assert rest[on, 2].min() > 0 and rest[on, 1].max() < 0.02
    assert np.abs(share[rest[:, 1] > 0.03]).max() < 1e-6
