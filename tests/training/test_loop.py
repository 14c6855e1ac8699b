"""The loop on a task of one number: resuming, stopping, and what a run folder holds."""

import csv
import dataclasses
import json
import os
import shutil
import signal
from dataclasses import dataclass
from functools import partialmethod

import numpy as np
import pytest
import torch
from diffusers import DDPMScheduler
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from PIL import Image
from torch import nn

from shoemodel.errors import InputError
from shoemodel.training import config as configs
from shoemodel.training.config import LoopConfig, learning_rate
from shoemodel.training.loop import train
from shoemodel.training.task import Task


class Line(ModelMixin, ConfigMixin):
    """y = w x + b."""

    @register_to_config
    def __init__(self, width: int = 1):
        super().__init__()
        self.linear = nn.Linear(width, 1)

    def forward(self, x):
        return self.linear(x)


@dataclass(frozen=True, kw_only=True)
class LineConfig:
    loop: LoopConfig
    width: int = 1


class LineTask(Task):
    """Fit y = 3 x + 1 with noise from torch's generator, as diffusion losses draw it."""

    def __init__(self, config: LineConfig, stop_at: int | None = None):
        torch.manual_seed(0)
        self.model = Line(config.width)
        self.trained, self.frozen = {"line": self.model}, {}
        self.stop_at, self.calls, self.examples = stop_at, 0, 100

    def batch(self, rng, rows):
        x = torch.from_numpy(rng.normal(size=(len(rows), 1)).astype(np.float32))
        return {"x": x, "y": 3 * x + 1}

    def loss(self, batch):
        self.calls += 1
        if self.calls == self.stop_at:
            os.kill(os.getpid(), signal.SIGTERM)
        noise = 0.01 * torch.randn_like(batch["y"])
        return ((self.model(batch["x"]) - batch["y"] + noise) ** 2).mean(), {"noise": noise.std()}

    def sample_grid(self):
        assert not self.model.training and not torch.is_grad_enabled()
        return np.zeros((8, 8, 3), np.uint8), {"slope": float(self.model.linear.weight[0, 0])}

    def components(self):
        return {"line": self.model, "scheduler": DDPMScheduler(num_train_timesteps=25)}


def config(**changes) -> LineConfig:
    values = {"steps": 40, "batch": 16, "lr": 0.1, "warmup": 5, "log_every": 10, "sample_every": 20, "precision": "no"}
    return LineConfig(loop=LoopConfig(**(values | {"ema_decay": 0.9} | changes)))


def weights(run):
    return Line.from_pretrained(run / "model" / "line").linear.weight.detach()


def test_run_folder_is_complete(tmp_path):
    done = train(LineTask(config()), config(), tmp_path)
    assert done.finished and done.step == 40 and done.loss < 2 and "slope" in done.metrics
    with (tmp_path / "loss.csv").open() as stream:
        assert [int(row["step"]) for row in csv.DictReader(stream)] == [10, 20, 30, 40]
    assert json.loads((tmp_path / "config.json").read_text())["loop"]["steps"] == 40
    assert Image.open(tmp_path / "samples" / "0000040.png").size == (8, 8)
    assert DDPMScheduler.from_pretrained(tmp_path / "model" / "scheduler").config.num_train_timesteps == 25
    assert not list(tmp_path.rglob("*.partial")) and not list(tmp_path.rglob("*.old"))


def test_a_new_run_is_started_once_and_after_its_start_is_loaded(tmp_path):
    train(LineTask(config()), config(), tmp_path / "first")
    seen = []

    class Watched(LineTask):
        def started(self):
            seen.append(self.model.linear.weight.detach().clone())

    later = config(start=tmp_path / "first", minutes=0.0)
    for _ in range(2):  # the second call resumes
        train(Watched(later), later, tmp_path / "second")
    assert len(seen) == 1 and torch.equal(seen[0], weights(tmp_path / "first"))


def test_a_second_ctrl_c_ends_the_step_at_once(tmp_path):
    class Endless(LineTask):
        def loss(self, batch):
            if self.calls == 12:
                for _ in range(2):
                    os.kill(os.getpid(), signal.SIGINT)
            return super().loss(batch)

    whole = config(save_every_s=0, steps=15)
    task = Endless(whole)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(task, whole, tmp_path / "parts")
    assert task.calls == 12 and signal.getsignal(signal.SIGINT) is before
    assert train(LineTask(whole), whole, tmp_path / "parts").finished
    train(LineTask(whole), whole, tmp_path / "whole")
    assert torch.equal(weights(tmp_path / "whole"), weights(tmp_path / "parts"))


@pytest.mark.parametrize("workers", [0, 1])
def test_terminated_run_resumes_to_the_same_weights(tmp_path, workers):
    whole = config(workers=workers)
    train(LineTask(whole), whole, tmp_path / "whole")
    stopped = train(LineTask(whole, stop_at=13), whole, tmp_path / "parts")
    assert stopped.step == 13 and not stopped.finished
    weights(tmp_path / "parts")  # the killed run left a usable model
    assert train(LineTask(whole), whole, tmp_path / "parts").finished
    assert torch.equal(weights(tmp_path / "whole"), weights(tmp_path / "parts"))


@pytest.mark.parametrize("stop_at", [1, 13])
def test_a_terminated_run_with_a_start_resumes_to_the_same_state(tmp_path, stop_at):
    """Weights, averages and the optimiser's state are those of a run that was not interrupted, bit by bit."""
    train(LineTask(config()), config(steps=7), tmp_path / "first")
    tuned = config(start=tmp_path / "first")
    train(LineTask(tuned), tuned, tmp_path / "whole")
    stopped = train(LineTask(tuned, stop_at=stop_at), tuned, tmp_path / "parts")
    assert stopped.step == stop_at and not stopped.finished
    shutil.rmtree(tmp_path / "first" / "model")  # the run has a state of its own: its start is not read again
    assert train(LineTask(tuned), tuned, tmp_path / "parts").finished
    assert torch.equal(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    whole, parts = (state_tensors(tmp_path / name) for name in ("whole", "parts"))
    assert whole.keys() == parts.keys() and all(torch.equal(whole[key], parts[key]) for key in whole)
    train(LineTask(config()), config(), tmp_path / "anew")
    assert not torch.equal(weights(tmp_path / "whole"), weights(tmp_path / "anew"))


def state_tensors(run):
    """Every tensor of a run's state.pt by its place there."""
    from torch.utils._pytree import tree_flatten_with_path

    state = torch.load(run / "state" / "state.pt", weights_only=True)
    return {str(path): leaf for path, leaf in tree_flatten_with_path(state)[0] if isinstance(leaf, torch.Tensor)}


def test_more_steps_continue_and_a_finished_run_stays(tmp_path):
    train(LineTask(config()), config(), tmp_path)
    task = LineTask(config())
    assert train(task, config(), tmp_path).finished and task.calls == 0
    task = LineTask(config())
    assert train(task, config(steps=50), tmp_path).step == 50 and task.calls == 10


def test_minutes_stop_with_a_checkpoint(tmp_path):
    done = train(LineTask(config()), config(minutes=0.0), tmp_path)
    assert done.step == 1 and (tmp_path / "state" / "state.pt").exists()


def test_another_network_in_the_same_folder_is_refused(tmp_path):
    train(LineTask(config()), config(minutes=0.0), tmp_path)
    with pytest.raises(InputError, match="width=1"):
        train(LineTask(config()), dataclasses.replace(config(), width=2), tmp_path)


def test_loss_that_is_no_number_keeps_the_last_checkpoint(tmp_path):
    train(LineTask(config()), config(minutes=0.0), tmp_path)
    before = (tmp_path / "state" / "state.pt").read_bytes()
    task = LineTask(config())
    task.loss = lambda batch: (task.model.linear(batch["x"]).mean() * float("nan"), {})
    with pytest.raises(FloatingPointError, match="loss is nan"):
        train(task, config(), tmp_path)
    assert (tmp_path / "state" / "state.pt").read_bytes() == before


def test_compiled_networks_learn_the_same(tmp_path, monkeypatch):
    """Captured as graphs, which torch runs as they are: what a C++ compiler makes of them is torch's affair."""
    from torch._dynamo.utils import counters

    monkeypatch.setattr(nn.Module, "compile", partialmethod(nn.Module.compile, backend="eager"))
    counters.clear()
    for name in ("plain", "compiled"):
        settings = config(steps=6, compile=name == "compiled")
        train(LineTask(settings), settings, tmp_path / name)
    assert counters["stats"]["unique_graphs"] >= 1
    assert torch.allclose(weights(tmp_path / "plain"), weights(tmp_path / "compiled"), atol=1e-5)


def test_learning_rate_depends_on_the_step_alone():
    loop = config(steps=105, warmup=5).loop
    assert learning_rate(loop, 0) == pytest.approx(0.02)
    assert learning_rate(loop, 5) == pytest.approx(0.1)
    assert learning_rate(loop, 55) == pytest.approx(0.05)
    assert learning_rate(loop, 105) == pytest.approx(0.0)
    assert learning_rate(dataclasses.replace(loop, schedule="constant"), 90) == pytest.approx(0.1)


def test_a_new_run_starts_from_another_runs_weights_and_goes_on_from_its_own(tmp_path):
    train(LineTask(config()), config(steps=40), tmp_path / "first")
    tuned = config(steps=1, lr=0.0, start=tmp_path / "first")
    train(LineTask(tuned), tuned, tmp_path / "tuned")
    assert torch.equal(weights(tmp_path / "first"), weights(tmp_path / "tuned"))
    longer = config(steps=9, ema_decay=0.0, start=tmp_path / "first")
    train(LineTask(longer), longer, tmp_path / "tuned")
    moved = weights(tmp_path / "tuned")
    assert not torch.equal(weights(tmp_path / "first"), moved)
    again = config(steps=9, ema_decay=0.0, start=tmp_path / "nowhere")
    assert train(LineTask(again), again, tmp_path / "tuned").step == 9
    assert torch.equal(weights(tmp_path / "tuned"), moved)


def test_a_start_of_another_size_or_without_the_component_is_refused(tmp_path):
    train(LineTask(config()), config(minutes=0.0), tmp_path / "first")
    wider = dataclasses.replace(config(start=tmp_path / "first"), width=2)
    with pytest.raises(InputError, match=r"found \(1, 1\) for linear.weight; this preset's line accepts \(1, 2\)"):
        train(LineTask(wider), wider, tmp_path / "tuned")
    nowhere = config(start=tmp_path / "nowhere")
    with pytest.raises(InputError, match="no component line"):
        train(LineTask(nowhere), nowhere, tmp_path / "tuned")


def test_a_run_older_than_a_field_had_its_default(tmp_path):
    train(LineTask(config()), config(minutes=0.0), tmp_path)
    told = json.loads((tmp_path / "config.json").read_text())
    del told["width"]
    (tmp_path / "config.json").write_text(json.dumps(told))
    assert train(LineTask(config()), config(minutes=0.0), tmp_path).step == 2


PRECISIONS = [("auto", True, torch.bfloat16), ("auto", False, torch.float32), ("no", True, torch.float32)]


@pytest.mark.parametrize(("asked", "able", "taken"), PRECISIONS)
def test_bfloat16_is_for_processors_that_multiply_it(tmp_path, monkeypatch, asked, able, taken):
    monkeypatch.setattr(configs, "multiplies_bf16", lambda device: able)
    seen = []

    class Watched(LineTask):
        def loss(self, batch):
            seen.append(self.model(batch["x"]).dtype)
            return super().loss(batch)

    train(Watched(config()), config(steps=1, precision=asked), tmp_path)
    assert seen == [taken]
