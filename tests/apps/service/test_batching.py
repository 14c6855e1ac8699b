"""Several threads on one pipeline."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from shoemodel.apps.service.batching import SharedPipeline
from shoemodel.image import io as images

pytestmark = pytest.mark.usefixtures("found_feet")


USUAL = {"num_inference_steps": 2, "num_images_per_prompt": 2, "output_type": "np"}


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
            return pipeline(photo, "jeans", **USUAL | changes)
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
        alone = pipeline(photo, "jeans", generator=seed, **USUAL)
        for one, other in zip(result.images, alone.images, strict=True):
            assert np.abs(one.astype(int) - other.astype(int)).max() <= 2
        assert [pose.to_dict() for pose in result.poses] == [pose.to_dict() for pose in alone.poses]


def test_one_call_alone_waits_for_nobody(shared, photo):
    assert len(shared(photo, "jeans", generator=1, **USUAL).images) == 2
    assert shared.sizes == [1] * 4


def test_other_options_are_another_batch(shared, photo):
    one = {"generator": 3, "num_images_per_prompt": 1}
    together(shared, photo, one, {**one, "guidance_scale": 2.0})
    assert shared.sizes == [1] * 4


def test_pictures_in_the_photo_share_a_batch(pipeline, shared, photo):
    how = {"background": "photo", "num_images_per_prompt": 1}
    other = {"generator": 8, "num_images_per_prompt": 1}
    results = together(shared, photo, {"generator": 3, **how}, {"generator": 8, **how}, other)
    assert sorted(shared.sizes) == [1, 1, 2]  # those in the photo take one pass
    for seed, result in zip((3, 8), results, strict=False):
        alone = pipeline(photo, "jeans", generator=seed, **USUAL | how)
        assert np.abs(result.images[0].astype(int) - alone.images[0]).max() <= 2


def test_a_call_that_is_stopped_stops_alone(shared, photo):
    def stop(stage, done, total):
        if stage == "generate" and done == 1:
            raise Stop

    stopped, other = together(shared, photo, {"generator": 3, "progress": stop}, {"generator": 8})
    assert isinstance(stopped, Stop)
    assert len(other.images) == 2
    assert shared.sizes == [2, 1, 1, 1]


def test_a_turn_holds_what_a_thread_computes_beside_its_call(shared, photo):
    """Two turns: the second call joins the first's batch although the first has more to compute in its turn."""
    order = []

    def turn(seed):
        with shared.turn():
            shared(photo, "jeans", generator=seed, **USUAL | {"num_images_per_prompt": 1})
            order.append(seed)
            time.sleep(0.05)
            order.append(seed)

    with ThreadPoolExecutor(2) as pool:
        with shared.alone():
            futures = [pool.submit(turn, seed) for seed in (3, 8)]
            while shared._calls < 2:
                time.sleep(0.001)
        for future in futures:
            future.result()
    assert order in ([3, 3, 8, 8], [8, 8, 3, 3]) and shared.sizes == [2, 2] and shared._calls == 0
