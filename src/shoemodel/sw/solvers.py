"""Solvers that take the latents from noise to a picture along a pack's noise schedule.

DDIM is the paper's (3.3). The two of second order need fewer steps: UniPC (Zhao et al. 2023, arXiv 2302.04867) and
DPM-Solver++ (Lu et al. 2022, arXiv 2211.01095), both from diffusers and both on the schedule the networks were trained
on, with its spacing and its prediction (ours).
"""

from __future__ import annotations

from typing import Any, get_args

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, UniPCMultistepScheduler

from shoemodel.sw.sampling import Solver

SOLVERS: tuple[Solver, ...] = get_args(Solver)
KINDS = {"ddim": DDIMScheduler, "unipc": UniPCMultistepScheduler, "dpm++": DPMSolverMultistepScheduler}


def build_solver(solver: Solver, config: Any, steps: int, device: torch.device | str = "cpu") -> Any:
    """A fresh scheduler of diffusers with `steps` timesteps; `config` is that of the pack's scheduler.

    Raises ValueError for fewer than one step or an unknown solver.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}; at least 1 is accepted")
    if solver not in KINDS:
        raise ValueError(f"found no solver {solver!r}; {', '.join(SOLVERS)} are accepted")
    scheduler = KINDS[solver].from_config(config)
    scheduler.set_timesteps(steps, device=device)
    return scheduler
