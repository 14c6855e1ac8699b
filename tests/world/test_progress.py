"""The time left is told from what samples took once warm, idle workers included."""

import io

import pytest
from rich.console import Console

from shoemodel.world.local_engine import Event
from shoemodel.world.progress import Pace, watch


def fed(pace: Pace, job: int, count: int, seconds: float = 2.0) -> Pace:
    """A worker's first sample of 30 s, then others."""
    for number in range(count):
        pace.add(Event(f"0-{number}", job, 30.0 if number == 0 else seconds, number == 0))
    return pace


def test_nothing_is_told_before_the_warm_up_is_over():
    pace = fed(Pace({0: 50}, 1), 0, 4)
    assert pace.hourly is None and pace.note() == "warming up"
    assert fed(Pace({0: 50}, 1), 0, 5).hourly is not None


def test_the_first_sample_of_a_worker_does_not_count():
    pace = fed(fed(Pace({0: 50, 1: 50}, 2), 0, 10), 1, 10)
    assert pace.hourly == pytest.approx(2 * 1800)
    assert pace.seconds_left() == pytest.approx(40 * 2.0)
    assert pace.note() == "3600 an hour, 0:01:20 left"


def test_a_shard_that_one_worker_does_alone_takes_its_full_time():
    pace = fed(fed(Pace({0: 50, 1: 50, 2: 50}, 2), 0, 50), 1, 50)
    assert pace.seconds_left() == pytest.approx(50 * 2.0), "not half of it: the other worker stands idle"
    waiting = fed(fed(Pace({0: 50, 1: 50, 2: 50}, 2), 0, 30), 1, 10)
    assert waiting.seconds_left() == pytest.approx(70 * 2.0), "20 and then the third, beside 40"


def test_the_last_line_tells_count_and_rates():
    events = [Event(f"0-{i}", 0, 1.0, i == 0, ("too small",) if i == 2 else ()) for i in range(10)]
    line = watch(Console(file=io.StringIO()), iter(events), Pace({0: 10}, 1))
    assert line.startswith("10 tuples in ") and "3,600 once warm" in line and line.endswith("1 redrawn")


def test_workers_that_end_early_are_an_error():
    with pytest.raises(RuntimeError, match="after 1 of 10"):
        watch(Console(file=io.StringIO()), iter([Event("0-0", 0, 1.0, True)]), Pace({0: 10}, 1))
