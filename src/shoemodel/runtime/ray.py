"""Ray Data, started quietly: on the cluster of RAY_ADDRESS or on this machine."""

from __future__ import annotations

import logging
import os
from typing import Any

from shoemodel.errors import InputError


def started(cpus: int) -> Any:
    """ray.data, connected to the cluster that RAY_ADDRESS names or to one of `cpus` processors on this machine.

    Raises:
        InputError: ray is not installed.
    """
    for name, value in (("RAY_USAGE_STATS_ENABLED", "0"), ("RAY_BACKEND_LOG_LEVEL", "fatal")):
        os.environ.setdefault(name, value)  # no reports to Ray's makers; failures come as exceptions anyway
    try:
        import ray
        import ray.data as data
    except ImportError as error:
        raise InputError(f"--engine ray needs the package {error.name}: install shoemodel[ray]") from error
    if not ray.is_initialized():
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        own: dict[str, Any] = {} if "RAY_ADDRESS" in os.environ else {"num_cpus": cpus, "include_dashboard": False}
        ray.init(**quiet, **own)
    data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return data
