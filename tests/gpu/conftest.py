"""The accelerator that these tests run on: a real one, for `pytest -m gpu`, and a make-believe one everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.judge import devices, expectations
from tests.support import fake_accelerator

REAL = pytest.param("real", marks=pytest.mark.gpu)


def real_accelerator() -> str:
    """The accelerator of this machine. Skips the test where there is none."""
    found = [device for device in devices.present() if device != "cpu"]
    if not found:
        pytest.skip("PyTorch finds no CUDA or MPS device on this machine")
    return found[0]


@pytest.fixture(params=[REAL, "make-believe"], scope="module")
def accelerator(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a device beside the CPU: one for all tests of a file, so that its answers are computed once."""
    if request.param == "real":
        yield real_accelerator()
        return
    with pytest.MonkeyPatch.context() as monkeypatch:
        fake_accelerator.install(monkeypatch)
        yield "cuda"
    expectations.expectations_of.cache_clear()


@pytest.fixture(params=[REAL])
def real(request: pytest.FixtureRequest) -> str:
    """The name of a real device: what these tests ask, only hardware can answer."""
    return real_accelerator()
