"""The network of a fit's first guess learns views; what spoils a silhouette keeps its view true."""

import dataclasses

import numpy as np
import pytest
import torch

from shoemodel.errors import InputError
from shoemodel.fit import views
from shoemodel.fit.learned import angles_of
from shoemodel.fit.network import ViewNetwork
from shoemodel.fit.proxies import load_proxies
from shoemodel.training import fit as training
from shoemodel.training import fit_views
from shoemodel.training.fit import FitTask, likeness, load, smoke, turned
from shoemodel.training.fit_views import SIDE
from shoemodel.training.loop import train
from tests.training.test_fit_shoes import write


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit_shoes")
    made = write(folder)
    fit_views.save(folder / fit_views.FILE, fit_views.draw(made, 6, 0))
    return load(folder)


def task_of(data, **changes):
    """A task that tests on what it learns: there are too few shoes to hold some out."""
    task = FitTask(dataclasses.replace(smoke(), **changes), data)
    task.train = task.test = np.arange(len(data.views.shoe))
    return task


def test_smoke_run_saves_a_loadable_network(data, tmp_path):
    config = smoke()
    done = train(task_of(data), config, tmp_path)
    assert done.finished and set(done.metrics) == {"first_deg", "first_gross", "best_deg", "gross", "left"}
    network = ViewNetwork.from_pretrained(tmp_path / "model" / "fit")
    assert len(network.config.proxies) == len(load_proxies())


def test_several_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match="2 folders"):
        load(tmp_path, tmp_path)


def test_a_shoe_is_most_like_itself(data):
    names = [proxy.name for proxy in load_proxies()]
    shares = likeness(data, load_proxies())
    assert np.allclose(shares.sum(axis=1), 1)
    assert [names[k] for k in shares.argmax(axis=1)] == [it.proxy.name for it in data.shoes]


def test_a_batch_can_be_learnt(data):
    task = task_of(data)
    batch = task.batch(np.random.default_rng(0), np.arange(8))
    optimizer = torch.optim.AdamW(task.model.parameters(), 3e-3)
    losses = []
    for _ in range(60):
        loss, _ = task.loss(batch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] - 2


@pytest.mark.parametrize(("angle", "mirror"), [(0.0, True), (40.0, False), (-100.0, True)])
def test_a_turned_view_is_the_view_of_a_turned_camera(data, angle, mirror, monkeypatch):
    monkeypatch.setattr(training, "TURN_P", 0.0)
    made = data.views
    row = int(np.argmax(made.view[:, views.PITCH] < 0.6))
    masks, marks = made.masks[row], made.marks[row]
    shoe, _, moved = turned(masks, marks, angle, mirror)
    assert abs(np.count_nonzero(shoe) / np.count_nonzero(masks[0]) - 1) < 0.05
    inside = moved[1:].round().astype(int)  # toes and heel stay on the shoe
    near = [shoe[y - 3 : y + 4, x - 3 : x + 4].any() for x, y in inside]
    before = marks[1:].round().astype(int)
    assert near == [masks[0, y - 3 : y + 4, x - 3 : x + 4].any() for x, y in before]
    assert moved.min() > -SIDE


def test_a_mirrored_left_shoe_is_a_right_one_seen_from_the_other_side(data, monkeypatch):
    for name in ("TURN_P", "NO_POINTS_P", "CUT_P"):
        monkeypatch.setattr(training, name, 0.0)
    task = task_of(data)
    row = 0
    for seed in range(4):
        example = task._example(row, np.random.default_rng(seed))
        azimuth, pitch, _ = angles_of(example["rotation"][None])[0]
        sign = 1 if example["left"] else -1
        assert np.isclose(azimuth, sign * data.views.view[row, views.AZIMUTH], atol=1e-5)
        assert np.isclose(pitch, data.views.view[row, views.PITCH], atol=1e-5)
