"""Several threads on one pipeline."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from shoemodel.apps.service.batching import SharedPipeline
from shoemodel.image import io as images

pytestmark = pytest.mark.usefixtures("found_feet")


class Stop(Exception):
    pass


@pytest.fixture
def shared(pipeline):
    shared = SharedPipeline.of(pipeline)
    shared.sizes = []
    shared.observe = shared.sizes.append
    return shared


@pytest.fixture
def photo(shoe_photo):
    return images.load(shoe_photo)


def together(pipeline, photo, *options):
    """Call the pipeline with each of the options, all under way before the first computes -> results or exceptions."""

    def call(changes):
        try:
            return pipeline(photo, "jeans", **{"steps": 2, "num_images": 2, **changes})
        except Stop as stop:
            return stop

    with ThreadPoolExecutor(len(options)) as pool:
        with pipeline.alone():
            futures = [pool.submit(call, changes) for changes in options]
            while pipeline._calls < len(options):
                time.sleep(0.001)
        return [future.result() for future in futures]


def test_a_batch_gives_what_each_would_get_alone(pipeline, shared, photo):
    results = together(shared, photo, {"generator": 3}, {"generator": 8})
    assert shared.sizes == [2] * 4  # two pictures, two passes
    for seed, result in zip((3, 8), results, strict=True):
        alone = pipeline(photo, "jeans", generator=seed, steps=2, num_images=2)
        for one, other in zip(result.images, alone.images, strict=True):
            assert np.abs(one.astype(int) - other.astype(int)).max() <= 2
        assert [pose.to_dict() for pose in result.poses] == [pose.to_dict() for pose in alone.poses]


def test_one_call_alone_waits_for_nobody(shared, photo):
    assert len(shared(photo, "jeans", num_images=2, generator=1, steps=2).images) == 2
    assert shared.sizes == [1] * 4


def test_other_options_are_another_batch(shared, photo):
    together(shared, photo, {"generator": 3, "num_images": 1}, {"generator": 3, "num_images": 1, "guidance": 2.0})
    assert shared.sizes == [1] * 4


def test_pictures_in_the_photo_share_a_batch(pipeline, shared, photo):
    how = {"background": "photo", "num_images": 1}
    other = {"generator": 8, "num_images": 1}
    results = together(shared, photo, {"generator": 3, **how}, {"generator": 8, **how}, other)
    assert sorted(shared.sizes) == [1, 1, 2]  # those in the photo take one pass
    for seed, result in zip((3, 8), results, strict=False):
        alone = pipeline(photo, "jeans", generator=seed, steps=2, **how)
        assert np.abs(result.images[0].astype(int) - alone.images[0]).max() <= 2


def test_a_call_that_is_stopped_stops_alone(shared, photo):
    def stop(stage, done, total):
        if stage == "generate" and done == 1:
            raise Stop

    stopped, other = together(shared, photo, {"generator": 3, "callback": stop}, {"generator": 8})
    assert isinstance(stopped, Stop)
    assert len(other.images) == 2
    assert shared.sizes == [2, 1, 1, 1]
