"""A pack labels a user's photos, and training learns from what it is sure of."""

import dataclasses

import numpy as np
import pytest

from shoemodel.data.datasets import load
from shoemodel.errors import InputError
from shoemodel.image import io as images
from shoemodel.image import masks
from shoemodel.training import unlabelled
from shoemodel.training.loop import train
from shoemodel.training.wd import WDTask, smoke
from shoemodel.wd.augment import IGNORE


@pytest.fixture
def photos(tmp_path, shoe_photo):
    """Two usable photos (alpha marks the shoe) in a folder of their own, one of them below, and a file that is none."""
    folder = tmp_path / "photos"
    photo = images.load(shoe_photo)
    for name in ("a.png", "below/b.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        images.save_png(folder / name, np.dstack([photo.rgb, photo.alpha]))
    (folder / "notes.txt").write_text("no photo")
    return folder


@pytest.fixture
def sure_where_bright(monkeypatch):
    """A teacher that calls the right half of the crop wearable, and is unsure of its lowest quarter."""

    def scores(model, crop):
        answer = np.zeros((*crop.shape[:2], 3), np.float32)
        half, low = crop.shape[1] // 2, crop.shape[0] * 3 // 4
        answer[:, :half, masks.VISIBLE] = answer[:, half:, masks.WEARABLE] = 9
        answer[low:] /= 9
        return answer

    monkeypatch.setattr(unlabelled, "scores", scores)


def test_sure_pixels_are_labelled_and_bad_photos_named(photos, tiny_pack, sure_where_bright):
    with pytest.warns(UserWarning, match="notes.txt is left out"):
        found = unlabelled.label(photos, str(tiny_pack), 0.9, 64)
    assert len(found) == 2
    for pseudo in found:
        assert pseudo.rgb.shape == (64, 64, 3) and pseudo.labels.shape == (64, 64)
        assert {masks.BACKGROUND, masks.VISIBLE, masks.WEARABLE} <= set(np.unique(pseudo.labels))
        assert (pseudo.labels[:47, 33:][pseudo.labels[:47, 33:] != 0] == masks.WEARABLE).all()
        assert set(np.unique(pseudo.labels[49:])) <= {masks.BACKGROUND, IGNORE}


def test_an_unsure_teacher_teaches_nothing(photos, tiny_pack, monkeypatch):
    monkeypatch.setattr(unlabelled, "scores", lambda model, crop: np.zeros((*crop.shape[:2], 3), np.float32))
    with pytest.warns(UserWarning, match="a.png is left out: .*sure for 0%"), pytest.raises(InputError, match="3 file"):
        unlabelled.label(photos, str(tiny_pack), 0.9, 64)


def test_photos_are_mixed_into_the_batches_and_the_run_continues(
    photos, tiny_pack, toy_folder, tmp_path, sure_where_bright
):
    (photos / "notes.txt").unlink()
    config = dataclasses.replace(smoke(), unlabelled=photos, teacher=str(tiny_pack), unlabelled_p=0.5)
    tuples = load(toy_folder)
    first = dataclasses.replace(config, loop=dataclasses.replace(config.loop, steps=2))
    assert train(WDTask(first, tuples), first, tmp_path / "run").step == 2
    task = WDTask(config, tuples)
    drawn = [task._shoe(np.random.default_rng(seed))[0] for seed in range(40)]
    of_photos = sum(any(rgb is pseudo.rgb for pseudo in task.pseudo) for rgb in drawn)
    assert 8 < of_photos < 32
    assert train(task, config, tmp_path / "run").finished
