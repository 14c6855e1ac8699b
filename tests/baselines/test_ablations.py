"""ShoeModel with a part switched off, on an untrained pack."""

import numpy as np
import pytest

from shoemodel.baselines import ablations
from shoemodel.image.masks import ShoeAreas
from shoemodel.image.pose import Pose
from shoemodel.sw.sampler import Sampler


@pytest.fixture
def shoe(shoe_mask):
    """(photo, areas, pose): the upper third of the shoe is its wearable area."""
    labels = shoe_mask.astype(np.uint8)
    labels[:45][shoe_mask[:45]] = 2
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (*shoe_mask.shape, 3), dtype=np.uint8)
    return photo, ShoeAreas(labels), Pose(rng.uniform(10, 90, (12, 2)), np.full(12, 2))


@pytest.fixture
def given(monkeypatch):
    """What the generator is conditioned on, image by image."""
    seen = []
    sample = Sampler.__call__

    def recorded(self, drafts, *options):
        seen.extend(draft.condition.numpy() for draft in drafts)
        return sample(self, drafts, *options)

    monkeypatch.setattr(Sampler, "__call__", recorded)
    return seen


def test_without_pose_keeps_x_w_and_the_shoe(pipeline, shoe, given):
    photo, areas, _ = shoe
    image = ablations.without_pose(pipeline, *shoe, "jeans", 1, steps=2)
    ablations.without_paste(pipeline, *shoe, "jeans", 1, steps=2)
    blank, _, posed = given  # two passes, and one without paste-back
    assert not blank[3:].any() and posed[3:].any()
    assert np.array_equal(blank[:3], posed[:3])
    assert np.array_equal(image[areas.visible], photo[areas.visible])


def test_whole_shoe_is_given_and_pasted_whole(pipeline, shoe, given):
    photo, areas, _ = shoe
    image = ablations.whole_shoe(pipeline, *shoe, "jeans", 1, steps=2)
    ablations.without_paste(pipeline, *shoe, "jeans", 1, steps=2)
    whole, _, visible = ((condition[:3] > 0).any(0).sum() for condition in given)
    assert whole > 1.1 * visible
    assert np.array_equal(image[areas.shoe], photo[areas.shoe])


def test_with_nothing_off_x_w_and_x_p_are_given_and_x_w_is_pasted(pipeline, shoe, given):
    photo, areas, _ = shoe
    image = ablations.generate(pipeline, *shoe, "jeans", 1, steps=2)
    condition, again = given
    assert np.array_equal(condition, again)
    assert condition[3:].any()
    assert np.array_equal(image[areas.visible], photo[areas.visible])
    assert not np.array_equal(image[areas.wearable], photo[areas.wearable])


def test_without_paste_changes_the_shoe(pipeline, shoe):
    photo, areas, _ = shoe
    image = ablations.without_paste(pipeline, *shoe, "jeans", 1, steps=2)
    assert image.shape == photo.shape
    assert not np.array_equal(image[areas.visible], photo[areas.visible])


def test_in_the_photo_all_but_the_leg_is_the_photo(pipeline, shoe):
    photo, areas, _ = shoe
    kept, drawn = (method(pipeline, *shoe, "jeans", 1, steps=2) for method in (ablations.in_photo, ablations.generate))
    assert np.array_equal(kept[areas.visible], photo[areas.visible])
    same, anew = ((image == photo).all(-1).mean() for image in (kept, drawn))
    assert same > anew
