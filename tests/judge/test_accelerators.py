"""References on an accelerator: where they compute, what they leave there, and answers computed elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from autograder.exercises import catalogue
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import devices, expectations
from autograder.judge.comparison import compare
from autograder.judge.expectations import answers_on, cases_of, public, remember
from tests.judge.students import elu, verdict_of
from tests.support import fake_accelerator
from tests.support.fake_accelerator import OnAccelerator

ELU = catalogue()["elu"]


@pytest.fixture
def given_back(monkeypatch):
    """With a make-believe CUDA device: the list of the times its memory was given back."""
    return fake_accelerator.install(monkeypatch)


@pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.name)
def test_a_reference_computes_wholly_on_the_device_of_its_arguments(exercise, given_back):
    found = answers_on(exercise, PUBLIC_SEED, False, "cuda")
    for expectation, answers in zip(public(exercise, ("cpu",)), found, strict=True):
        oracle = expectation.oracles[0]
        for answer, expected in zip(answers, oracle.expected, strict=True):
            comparison = compare(answer, expected, computation=oracle.computation, outputs=exercise.outputs)
            assert comparison.difference is None and comparison.share < 0.01


def forgets_the_device(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z) + torch.zeros(z.shape, dtype=z.dtype))


def leaves_the_device(z, alpha=1.0):
    return torch.tensor(z.numpy())


@pytest.mark.parametrize("reference", [forgets_the_device, leaves_the_device])
def test_a_reference_that_would_fail_on_a_gpu_fails_here(reference, given_back):
    wrong = replace(ELU, reference=reference)
    assert answers_on(wrong, PUBLIC_SEED, False, "cpu")
    with pytest.raises(devices.DeviceError):
        answers_on(wrong, PUBLIC_SEED, False, "cuda")


def test_the_make_believe_device_keeps_what_is_computed_there():
    with fake_accelerator.fake_accelerator():
        x = torch.tensor([1.0, 2.0], device="cuda")
        assert type(x * 2 + torch.ones(2, device=x.device)) is OnAccelerator
        assert type((x * 2).cpu()) is torch.Tensor
        with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device"):
            x + torch.ones(2)
        with pytest.raises((TypeError, RuntimeError)):
            x.numpy()


def test_memory_is_given_back_after_every_kernel(given_back):
    answers_on(ELU, 5, True, "cuda")
    answers_on(catalogue()["relu"], 5, True, "cuda")
    assert given_back == ["cuda", "cuda"]


def test_answers_that_another_process_computed_are_not_computed_again(monkeypatch, given_back):
    exercise, key = replace(ELU), ("elu", PUBLIC_SEED, False, "cuda")
    on_cpu = answers_on(exercise, PUBLIC_SEED, False, "cpu")
    monkeypatch.setattr(expectations, "_known", {})
    remember({key: on_cpu})
    assert answers_on(exercise, PUBLIC_SEED, False, "cuda") is on_cpu
    assert verdict_of(exercise, elu, devices=None).devices["cuda"] == "present"
    assert given_back == []


def test_remembered_answers_decide_as_computed_ones_do(monkeypatch, given_back):
    wrong = tuple(tuple(answer + 1.0 for answer in answers) for answers in answers_on(ELU, PUBLIC_SEED, False, "cpu"))
    monkeypatch.setattr(expectations, "_known", {})
    remember({("elu", PUBLIC_SEED, False, "cuda"): wrong})
    verdict = verdict_of(replace(ELU), elu, devices=None)
    assert verdict.requirements[0].oracles == {"cpu": True, "cuda": False}


def test_cases_are_drawn_once_for_all_devices():
    assert cases_of(ELU, 7, True) is cases_of(ELU, 7, True)


@pytest.mark.parametrize("device", ["cpu"])
def test_the_hardware_of_a_device_has_a_name(device):
    assert devices.hardware(device)["name"].strip()


def test_answers_hold_arrays_and_numbers_and_no_tensor():
    for answers in answers_on(catalogue()["adam_step"], PUBLIC_SEED, False, "cpu"):
        for answer in answers:
            assert all(isinstance(part, (np.ndarray, float, int)) for part in answer)
