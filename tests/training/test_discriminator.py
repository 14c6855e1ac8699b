"""The discriminator: each loss reaches its own network, and judging teaches it to tell."""

import torch
from torch import nn

from shoemodel.training.discriminator import build_discriminator, judge


def test_each_loss_reaches_its_own_weights_only():
    discriminator, decoder = build_discriminator(16), nn.Conv2d(3, 3, 1)
    target = torch.rand(2, 3, 32, 32)
    verdict = judge(discriminator, decoder(target), target)
    verdict.decoder.backward(retain_graph=True)
    assert decoder.weight.grad.abs().sum() > 0
    assert all(weight.grad is None for weight in discriminator.parameters())
    decoder.zero_grad()
    verdict.discriminator.backward()
    assert decoder.weight.grad is None
    assert all(weight.grad is not None for weight in discriminator.parameters())


def test_it_learns_to_tell_blurred_from_sharp():
    torch.manual_seed(0)
    discriminator = build_discriminator(16)
    optimizer = torch.optim.Adam(discriminator.parameters(), 2e-3)
    for _ in range(30):
        sharp = torch.rand(8, 3, 32, 32) * 2 - 1
        verdict = judge(discriminator, nn.functional.avg_pool2d(sharp, 3, 1, 1), sharp)
        verdict.discriminator.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert float(verdict.right) > 0.9
