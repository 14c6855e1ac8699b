"""The one training loop: any task, any device, resumable by repeating the command.

A run is a folder: ``config.json``, ``record.json`` (data, code, start), ``state/`` (to resume), ``model/<component>/``
(averaged weights, usable at any moment), ``loss.csv``, ``metrics.csv`` and ``samples/<step>.png``.
Everything random in step n follows from (seed, n), so an interrupted run ends with the weights of one that was not.
Under `accelerate launch` each process has batches of its own, gradients are averaged, and the first process writes.
"""

import contextlib
import json
import math
import signal
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedDataParallelKwargs
from diffusers.training_utils import EMAModel
from PIL import Image
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

from shoemodel.lineage import RECORD, Record
from shoemodel.training import record as records
from shoemodel.training.batches import Share, global_batch, loader, on_device
from shoemodel.training.checkpoint import (
    STATE_FILE,
    load_start,
    load_state,
    save_components,
    save_state,
    write_file,
)
from shoemodel.training.config import LoopConfig, check_same_run, learning_rate, to_json
from shoemodel.training.history import History
from shoemodel.training.optimizer import build_optimizer
from shoemodel.training.record import Origin
from shoemodel.training.task import Batch, Task


@dataclass(frozen=True)
class Outcome:
    """How a call of `train` ended."""

    step: int
    finished: bool
    loss: float
    metrics: dict[str, float]


class _TaskModule(nn.Module):
    """The task's loss as a forward pass, so that accelerate can wrap it (autocast, several devices)."""

    def __init__(self, task: Task):
        super().__init__()
        self.modules_ = nn.ModuleDict(task.trained)
        self.task_loss = task.loss

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        return self.task_loss(batch)


@contextlib.contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """Collect SIGTERM and SIGINT instead of dying, so that the current step ends and is saved.

    SIGINT after one of them raises KeyboardInterrupt at once: the checkpoint before is kept.
    """
    received: list[int] = []

    def collect(number: int, _: FrameType | None) -> None:
        if received and number == signal.SIGINT:
            raise KeyboardInterrupt
        received.append(number)

    try:
        before = {number: signal.signal(number, collect) for number in _SIGNALS}
    except ValueError:  # not the main thread: signals stay with whoever owns them
        before = {}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Run:
    """The moving parts of one call of `train`."""

    def __init__(self, task: Task, loop: LoopConfig, out: Path, record: Record):
        self.task, self.loop, self.out, self.record = task, loop, out, record
        if not (out / STATE_FILE).exists():
            if loop.start:
                load_start(loop.start, nn.ModuleDict(task.trained))
            task.started()
        AcceleratorState._reset_state()  # else one process could not train two runs of different precision
        spread = DistributedDataParallelKwargs(find_unused_parameters=True)  # a prompt of one kind leaves others unused
        mixed = "bf16" if loop.bf16 else "no"
        self.accelerator = Accelerator(mixed_precision=mixed, kwargs_handlers=[spread])
        self.device = self.accelerator.device
        self.share = Share(self.accelerator.process_index, self.accelerator.num_processes)
        self.global_batch, self.waited = global_batch(loop, self.share), 0.0
        for module in [*task.trained.values(), *task.frozen.values()]:
            module.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for module in task.frozen.values():
            module.eval().requires_grad_(False)
        if loop.compile:
            for module in [*task.trained.values(), *task.frozen.values()]:
                module.compile()  # in place; nothing happens before it is called
        holder = _TaskModule(task)
        self.modules = holder.modules_
        self.parameters = [p for p in self.modules.parameters() if p.requires_grad]
        self.ema = EMAModel(self.parameters, decay=loop.ema_decay, foreach=True)
        optimizer = build_optimizer(loop.optimizer, holder, loop.lr, loop.weight_decay)
        self.model, self.optimizer = self.accelerator.prepare(holder, optimizer)
        self.step, self.seconds = load_state(out, self.modules, self.ema, self.optimizer, self.device)
        self.losses = History(out / "loss.csv", self.step)
        self.metrics = History(out / "metrics.csv", self.step)
        self.started = self.saved = time.monotonic()

    def update(self, batches: Iterator[Batch]) -> tuple[Tensor, dict[str, Tensor]]:
        """One optimiser step, on the next `loop.accumulate` batches."""
        seed = np.random.SeedSequence([self.loop.seed, self.step, self.share.process])
        torch.manual_seed(int(seed.generate_state(1)[0]))
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.loop, self.step)
        total: Tensor | float = 0.0
        for part in range(self.loop.accumulate):
            began = time.monotonic()
            batch = on_device(next(batches), self.device)
            self.waited += time.monotonic() - began
            later = self.accelerator.no_sync(self.model) if part + 1 < self.loop.accumulate else nullcontext()
            with later:  # processes agree on the gradient once a step
                loss, logs = self.model(batch)
                self.accelerator.backward(loss / self.loop.accumulate)
            total = total + loss.detach() / self.loop.accumulate
        self.accelerator.clip_grad_norm_(self.parameters, self.loop.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.ema.step(self.parameters)
        self.step += 1
        return torch.as_tensor(total), logs

    def any_process(self, says: bool) -> bool:
        """Whether one of the processes says so: all go on, or all stop."""
        if self.accelerator.num_processes == 1:
            return says
        return bool(self.accelerator.reduce(torch.tensor(float(says), device=self.device), "sum"))

    def log(self, loss: float, logs: dict[str, Tensor], samples_per_s: float, waiting: float) -> None:
        """Add a row to loss.csv; a loss that is no number ends the run before it can be saved."""
        if not math.isfinite(loss):
            raise FloatingPointError(f"{self.out}: the loss is {loss} at step {self.step}; the last checkpoint is kept")
        row = {"step": self.step, "loss": loss, "lr": learning_rate(self.loop, self.step - 1)}
        row |= {"samples_per_s": samples_per_s, "waiting": waiting}
        self.losses.add(row | {k: float(v) for k, v in logs.items()})

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Averaged weights, eval mode, no gradients; afterwards the raw weights and train mode again."""
        self.ema.store(self.parameters)
        self.ema.copy_to(self.parameters)
        self.modules.eval()
        try:
            with torch.no_grad(), torch.compiler.set_stance("force_eager"):  # sheets come in other sizes than batches
                yield
        finally:
            self.ema.restore(self.parameters)
            self.modules.train()

    def sample(self) -> dict[str, float]:
        """Write samples/<step>.png and add the held-out metrics."""
        with self.averaged():
            image, metrics = self.task.sample_grid()
        target = self.out / "samples" / f"{self.step:07d}.png"
        write_file(target, lambda partial: Image.fromarray(image).save(partial, format="PNG"))
        if metrics:
            self.metrics.add({"step": self.step} | metrics)
        return metrics

    def save(self) -> None:
        """Checkpoint: state, usable model, curves."""
        now = time.monotonic()
        if self.accelerator.is_main_process:
            save_state(self.out, self.modules, self.ema, self.optimizer, self.step, self.seconds + now - self.started)
            text = records.finished(self.record, self.step, self.loop)
            write_file(self.out / RECORD, lambda partial: partial.write_text(text))
            with self.averaged():
                save_components(self.out, self.task.components(), self.accelerator)
            self.losses.write()
            self.metrics.write()
        self.saved = time.monotonic()


def _progress(shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}  {task.fields[speed]:.1f} samples/s"),
        TimeRemainingColumn(elapsed_when_finished=True),
        disable=not shown,
    )


def train(task: Task, config: Any, out: Path | str, origin: Origin | None = None) -> Outcome:
    """Train `task` under `config` (a dataclass with a field `loop: LoopConfig`) into the run folder `out`.

    Stops at `loop.steps`, after `loop.minutes`, or at SIGTERM / SIGINT, each time with a checkpoint; the same call
    continues. origin: what record.json says of module and data. Raises InputError when `out` holds a run of another
    network or on other data.
    """
    loop: LoopConfig = config.loop
    out = Path(out)
    check_same_run(config, out / "config.json")
    record = records.begin(origin, config, out, task.trained)
    out.mkdir(parents=True, exist_ok=True)
    if loop.threads:
        torch.set_num_threads(loop.threads)
    run = _Run(task, loop, out, record)
    record["calls"][-1] |= {"global_batch": run.global_batch, "processes": run.share.processes}
    text = json.dumps(to_json(config), indent=2) + "\n"
    if run.accelerator.is_main_process:
        write_file(out / "config.json", lambda partial: partial.write_text(text))
    run.modules.train()
    with _stop_signals() as stop, _progress(run.accelerator.is_main_process) as bar:
        loss, metrics = _steps(run, bar, stop)
    run.accelerator.wait_for_everyone()
    return Outcome(run.step, run.step >= loop.steps, loss, metrics)


def _steps(run: _Run, bar: Progress, stop: list[int]) -> tuple[float, dict[str, float]]:
    """All steps of this call; returns the last logged loss and the last metrics."""
    loop, mean = run.loop, math.nan
    metrics: dict[str, float] = {}
    row = bar.add_task(run.out.name, total=loop.steps, completed=run.step, loss=math.nan, speed=0.0)
    if run.step >= loop.steps:
        return mean, metrics
    if run.accelerator.is_main_process:
        bar.console.print(_stated(run))
    batches = loader(run.task, loop, run.share, run.step, pinned=run.device.type == "cuda")
    since, pending, run.waited = time.monotonic(), [], 0.0
    while run.step < loop.steps:
        loss, logs = run.update(batches)
        pending.append(loss)
        last = run.step == loop.steps
        out_of_time = loop.minutes is not None and time.monotonic() - run.started > loop.minutes * 60
        over = run.any_process(bool(stop) or out_of_time)
        save = last or over or time.monotonic() - run.saved > loop.save_every_s
        sample = last or run.step % loop.sample_every == 0
        if run.step % loop.log_every == 0 or save or sample:
            mean = float(torch.stack(pending).mean())
            seconds = time.monotonic() - since
            speed = len(pending) * run.global_batch / seconds
            run.log(mean, logs, speed, run.waited / seconds)
            bar.update(row, completed=run.step, loss=mean, speed=speed)
            if sample and run.accelerator.is_main_process:
                metrics = run.sample()
                words = "".join(f"  {name} {value:.4g}" for name, value in metrics.items())
                bar.console.print(f"step {run.step}  loss {mean:.4f}  {speed:.1f} samples/s{words}")
            if save:
                run.save()
            since, pending, run.waited = time.monotonic(), [], 0.0
        if over:
            break
    return mean, metrics


def _stated(run: _Run) -> str:
    """What a step learns from."""
    loop, share = run.loop, run.share
    return (
        f"{run.out.name}: global batch {run.global_batch} = {loop.batch} × {loop.accumulate} accumulated × "
        f"{share.processes} process(es); an epoch of {run.task.examples} is {run.task.examples / run.global_batch:.1f} "
        "steps"
    )
