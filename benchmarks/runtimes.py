"""What other runtimes would make of the small networks: PyTorch against ONNX Runtime and OpenVINO, one network each.

    pip install onnx onnxscript onnxruntime openvino
    python benchmarks/runtimes.py --threads 1

Each network gets the batch that the product gives it, a picture and its mirror image. Variants take turns, so that a
busy machine is as busy for all; processor time says more than the clock there. The difference is that to PyTorch's
answer in float32. Exports are kept in --out.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from rich.console import Console
from rich.table import Table

from shoemodel import ShoeModelPipeline
from shoemodel.runtime import device
from shoemodel.wd.model import area_logits

NETWORKS: dict[str, Callable[[Any, torch.Tensor], torch.Tensor]] = {
    "areas": area_logits,
    "feet": lambda model, pixels: model(pixels).heatmaps,
    "region": lambda model, pixels: model.vision_encoder(pixels).last_hidden_state,
    "segmenter": lambda model, pixels: model(pixel_values=pixels).logits,
}
"""Component -> what is asked of it; of SAM the image encoder, where nearly all of its work is."""
Run = Callable[[], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Measure each network in each runtime."""

    pack: str = "mini"
    """mini, a folder, or OWNER/NAME."""
    threads: int = 1
    """Of every runtime."""
    rounds: int = 10
    """Timed calls of each variant."""
    out: Path = Path("onnx")
    """Folder for the exported networks."""


class Asked(torch.nn.Module):
    """A network and what is asked of it, as one module that can be exported."""

    def __init__(self, model: torch.nn.Module, ask: Callable[[Any, torch.Tensor], torch.Tensor]):
        super().__init__()
        self.model, self.ask = model, ask

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.ask(self.model, pixels)


def main(options: Benchmark) -> None:
    """Print one table, a row for each network and variant."""
    torch.set_num_threads(options.threads)
    only = tuple(NETWORKS)
    exact = ShoeModelPipeline.from_pretrained(options.pack, only=only, dtype=torch.float32)
    variants = {name: runs(name, getattr(exact, name), options) for name in NETWORKS}
    seconds: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(options.rounds):
        for name, made in variants.items():
            for kind, run in made.items():
                run()
                marks = time.process_time(), time.perf_counter()
                run()
                taken = time.process_time() - marks[0], time.perf_counter() - marks[1]
                seconds.setdefault((name, kind), []).append(taken)
    table = Table("network", "runtime", "processor ms", "least", "clock ms", "least", "largest difference")
    for (name, kind), taken in seconds.items():
        processor, clock = ([1000 * value for value in values] for values in zip(*taken, strict=True))
        reference, answer = variants[name]["torch float32"](), variants[name][kind]()
        difference = np.abs(answer - reference).max() / np.abs(reference).max()
        figures = (statistics.median(processor), min(processor), statistics.median(clock), min(clock))
        table.add_row(name, kind, *(f"{figure:.1f}" for figure in figures), f"{difference:.1e}")
    console = Console()
    console.print(table)
    console.print(
        f"{options.threads} threads, {options.rounds} rounds, load {os.getloadavg()[0]:.0f}, the product computes in "
        f"{str(device.default_dtype())[6:]} where {', '.join(device.HEAVY)} are concerned, else in float32"
    )


def runs(name: str, model: Any, options: Benchmark) -> dict[str, Run]:
    """Runtime -> a call of the network on the same batch of two; the model is in float32."""
    import onnxruntime
    import openvino

    config = model.config.vision_config if name == "region" else model.config
    side = config.backbone_config.image_size[0] if name == "feet" else config.image_size
    pixels = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1
    asked = Asked(model.eval(), NETWORKS[name])
    file = export(asked, pixels, options.out / f"{name}.onnx")
    found: dict[str, Run] = {"torch float32": torch_run(asked, pixels)}
    halved = getattr(ShoeModelPipeline.from_pretrained(options.pack, only=(name,)), name).to(torch.bfloat16)
    found["torch bfloat16"] = torch_run(Asked(halved, NETWORKS[name]), pixels.bfloat16())
    session_options = onnxruntime.SessionOptions()
    session_options.intra_op_num_threads = options.threads
    session_options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(file), session_options, providers=["CPUExecutionProvider"])
    given = {session.get_inputs()[0].name: pixels.numpy()}
    found["onnxruntime float32"] = lambda: session.run(None, given)[0]
    for kind, hint in (("float32", "f32"), ("bfloat16", "bf16")):
        settings = {"INFERENCE_NUM_THREADS": options.threads, "INFERENCE_PRECISION_HINT": hint}
        request = openvino.Core().compile_model(str(file), "CPU", settings).create_infer_request()
        found[f"openvino {kind}"] = lambda request=request: request.infer({0: pixels.numpy()})[0].copy()
    return found


def torch_run(asked: Asked, pixels: torch.Tensor) -> Run:
    """A call of a module."""

    def run() -> np.ndarray:
        with torch.inference_mode():
            return asked(pixels).float().numpy()

    return run


def export(asked: Asked, pixels: torch.Tensor, file: Path) -> Path:
    """The network as ONNX, made where it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file():
        torch.onnx.export(asked, (pixels,), str(file), dynamo=True, verbose=False, external_data=False)
    return file


if __name__ == "__main__":
    main(tyro.cli(Benchmark))
