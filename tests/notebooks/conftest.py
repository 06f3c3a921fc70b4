"""PyTorch begins every process with another seed; a claim about a notebook is tried on the same draws every time."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def seed_pytorch() -> None:
    torch.manual_seed(0)
