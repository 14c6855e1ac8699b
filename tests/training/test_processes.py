"""Two processes on the CPU: both encode latents, and together they learn what one does."""

import itertools
import json
import os
import subprocess
import sys

import pytest
import torch

from shoemodel.data.datasets import stream
from tests.training.test_batches import Rows
from tests.training.test_loop import config, train, weights

CODE = """
import json, sys, torch
from pathlib import Path
from shoemodel.data.datasets import stream
from shoemodel.training import autoencoder, kept, latents, processes
from shoemodel.training.latents import encode_views
from tests.training.test_batches import Rows
from tests.training.test_loop import config, train

data, out = map(Path, sys.argv[1:])
with processes.one_after_another():
    tuples = stream(data)
rank, encoded, encode = processes.share().process, [], latents._encode
latents._encode = lambda *given: encoded.extend(given[3].tolist()) or encode(*given)
kept.CHUNK = 4
torch.manual_seed(0)
found = encode_views(autoencoder.build(autoencoder.smoke()), tuples, 2, out / "latents").shape
several = config(steps=7, batch=2, accumulate=2, ema_decay=0.0)
stopped = config(steps=7, batch=2, accumulate=2, ema_decay=0.0, minutes=0.0)
tasks = [Rows(told) for told in (stopped, several)]
for task, told in zip(tasks, (stopped, several)):
    train(task, told, out / "run")
seen = [rows for task in tasks for rows in task.seen]
torch.save(tasks[1].model.state_dict(), out / f"{rank}.pt")
(out / f"{rank}.json").write_text(json.dumps({"encoded": encoded, "seen": seen, "count": found[0]}))
"""


@pytest.mark.slow
def test_two_processes_share_what_one_would_do(toy_folder, tmp_path):
    (tmp_path / "script.py").write_text(CODE)
    launch = ["torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    paths = os.pathsep.join([*sys.path, os.getcwd()])
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    command = [sys.executable, "-m", *launch, str(tmp_path / "script.py"), str(toy_folder), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-6000:]
    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1))
    count = len(stream(toy_folder))
    assert first["count"] == second["count"] == count
    assert len(first["encoded"]) == len(second["encoded"]) == count / 2
    assert sorted(first["encoded"] + second["encoded"]) == list(range(count))

    models = [torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1)]
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])
    assert torch.equal(weights(tmp_path / "run"), models[0]["linear.weight"])

    alone = config(steps=7, batch=8, ema_decay=0.0)
    task = Rows(alone)
    train(task, alone, tmp_path / "alone")
    parts = [first["seen"][2 * step : 2 * step + 2] + second["seen"][2 * step : 2 * step + 2] for step in range(7)]
    together = [sorted(itertools.chain(*step)) for step in parts]
    assert together == [sorted(rows) for rows in task.seen]  # stopped after the first step and gone on
    torch.testing.assert_close(weights(tmp_path / "run"), weights(tmp_path / "alone"), rtol=1e-5, atol=1e-6)
