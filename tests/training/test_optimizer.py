import torch
from torch import nn

from shoemodel.training import optimizer as optimizers
from shoemodel.training.optimizer import build_optimizer


def _network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 32, 3),
        nn.GroupNorm(4, 32),
        nn.Conv2d(32, 32, 3, groups=32),
        nn.Conv2d(32, 16, 1),
        nn.Conv2d(16, 4, 1),
    )


def test_muon_moves_matrices_and_adamw_the_rest():
    model = _network()
    matrices, rest = build_optimizer("muon", model, 1e-3, 0.0).param_groups
    assert [p.shape[:2] for p in matrices["params"]] == [(32, 3), (16, 32)]  # not one channel each, not the last layer
    assert len(matrices["params"]) + len(rest["params"]) == len(list(model.parameters()))


def test_an_update_of_muon_is_orthogonal_and_as_large_as_adamw_s():
    layer = nn.Linear(32, 24, bias=False)
    before = layer.weight.detach().clone()
    optimizer = build_optimizer("muon", layer, 1e-2, 0.0)
    layer(torch.randn(64, 32)).square().sum().backward()
    optimizer.step()
    moved = layer.weight.detach() - before
    values = torch.linalg.svdvals(moved)
    assert values.min() > 0.5 * values.max()
    assert 0.5e-3 < moved.square().mean().sqrt() < 4e-3  # lr times 0.2


def test_an_update_of_muon_is_the_same_without_bfloat16(monkeypatch):
    moved = []
    for able in (True, False):
        monkeypatch.setattr(optimizers, "multiplies_bf16", lambda device, able=able: able)
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(16, 32, 3), nn.Conv2d(32, 24, 1))
        before = [p.detach().clone() for p in model.parameters()]
        optimizer = build_optimizer("muon", model, 1e-2, 0.0)
        model(torch.randn(4, 16, 8, 8)).square().sum().backward()
        optimizer.step()
        moved.append(torch.cat([(p - b).flatten() for p, b in zip(model.parameters(), before, strict=True)]).detach())
    assert not torch.equal(*moved)
    assert torch.nn.functional.cosine_similarity(*moved, dim=0) > 0.98


def test_what_is_frozen_is_left_alone():
    model = _network()
    model[0].weight.requires_grad_(False)
    for name in ("adamw", "muon"):
        groups = build_optimizer(name, model, 1e-3, 0.0).param_groups
        assert all(p is not model[0].weight for group in groups for p in group["params"])
