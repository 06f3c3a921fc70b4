"""What only hardware can answer: memory that is given back, nothing left in it, no reduced precision."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from autograder.course import ROOT
from autograder.exercises import catalogue
from autograder.judge import devices
from autograder.judge.expectations import answers_on
from tests.gpu.conftest import REAL

SEED = 20_261_122


@pytest.fixture(params=[REAL])
def cuda(real) -> str:
    """A CUDA device."""
    if real != "cuda":
        pytest.skip(f"PyTorch counts memory and processes on CUDA; this device is {real}")
    return real


def in_a_fresh_process(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_memory_on_the_gpu_is_returned(cuda):
    import torch

    for dtype in (torch.float32, torch.float64):
        torch.ones(8, 8, dtype=dtype, device=cuda) @ torch.ones(8, 8, dtype=dtype, device=cuda)
    torch.cuda.synchronize()
    devices.give_memory_back(cuda)
    before = torch.cuda.memory_allocated(), torch.cuda.memory_reserved()
    for exercise in catalogue().values():
        answers_on(exercise, SEED, True, cuda)
    assert (torch.cuda.memory_allocated(), torch.cuda.memory_reserved()) == before


COMPUTE = f"""
from autograder.judge.expectations import answers_on
from autograder.exercises import catalogue
print(repr(answers_on(catalogue()["glorot_normal"], {SEED}, True, "cuda")[-1][0].ravel()[:4].tolist()))
"""

SCAVENGE = """
import sys, torch
wanted = torch.tensor({wanted}, dtype=torch.float64, device="cuda").view(torch.int64)
free = torch.cuda.mem_get_info()[0]
block = torch.empty(min(free // 2, 8 * 2**30) // 8, dtype=torch.int64, device="cuda")
print(int((block == wanted[0]).sum()))
"""


def test_no_gpu_memory_hands_a_reference_value_to_another_process(cuda):
    wanted = in_a_fresh_process(COMPUTE)
    assert in_a_fresh_process(SCAVENGE.format(wanted=wanted)) == "0"


WITHOUT_A_CONTEXT = f"""
import functools, torch
from autograder.plaindata.call import call
from autograder.judge import judge
from autograder.judge.expectations import remember
from autograder.judge.report import as_text
from autograder.exercises import catalogue
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.solutions import solution
kernel = catalogue()["relu"]
from autograder.judge.expectations import answers_on
answers = {{("relu", seed, hidden, "cuda"): answers_on(kernel, seed, hidden, "cpu")
           for seed, hidden in ((PUBLIC_SEED, False), ({SEED}, True))}}
remember(answers)
verdict = judge(kernel, functools.partial(call, solution("relu")), cases="all", seed={SEED}, devices=("cpu", "cuda"))
assert verdict.passed and verdict.devices["cuda"] == "present", as_text(verdict)
print(torch.cuda.is_initialized())
"""


def test_who_knows_the_answers_judges_without_a_context_on_the_gpu(cuda):
    assert in_a_fresh_process(WITHOUT_A_CONTEXT) == "False"


def test_products_are_computed_in_float32_and_not_in_tf32(real):
    import torch

    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((256, 256)).astype(np.float32) for _ in range(2))
    devices.present()
    found = (torch.tensor(a, device=real) @ torch.tensor(b, device=real)).cpu().numpy()
    exact = a.astype(np.float64) @ b.astype(np.float64)
    assert np.abs(found - exact).max() < 1e-4 * np.abs(exact).max()


def test_the_same_noise_gives_the_same_numbers_on_both(real):
    exercise = catalogue()["dropout"]
    for there, here in zip(
        answers_on(exercise, SEED, True, real), answers_on(exercise, SEED, True, "cpu"), strict=True
    ):
        if there is not None:
            np.testing.assert_allclose(there[0], here[0], rtol=1e-6)
