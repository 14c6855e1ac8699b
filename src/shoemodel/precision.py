"""What large networks compute in."""

import torch


def default_dtype() -> torch.dtype:
    """bfloat16 on a GPU or a processor with AMX tiles, where it is three to four times as fast; float32 elsewhere."""
    native = torch.cuda.is_available() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if native else torch.float32
