"""`verify`: a line for each kernel, and a status."""

from __future__ import annotations

import pytest

from autograder.__main__ import main
from autograder.judge import certificate


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr("autograder.bootstrap.ensure", lambda name: None)


def test_it_prints_the_errors_of_a_solution_and_of_the_nearest_mistake(capsys):
    assert main(["verify", "elu", "relu", "--devices", "cpu"]) == 0
    out = capsys.readouterr().out
    lines = {line.split()[0]: line for line in out.split("\n") if line.startswith("  ")}
    assert "1_training_problems/3c_elu_and_selu" in out
    assert "cpu" in lines["elu"] and "(in “" in lines["elu"]
    assert "relu" in lines and "leaky_relu" not in lines
    assert "Largest error of a solution: 0.0" in out


def test_a_comparison_that_does_not_separate_is_marked_and_gives_status_1(capsys, monkeypatch):
    monkeypatch.setattr(certificate, "SMALLEST_DISTANCE", 1e12)
    assert main(["verify", "elu"]) == 1
    out = capsys.readouterr().out
    assert "<- too close" in out and out.strip().endswith("Too close: elu.")


def test_an_unknown_kernel_is_a_sentence_with_those_there_are(capsys):
    assert main(["verify", "adamm"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("There is no kernel 'adamm'. The kernels are: ") and "elu_backward" in error


def test_a_device_that_is_not_there_is_a_sentence(capsys):
    assert main(["verify", "elu", "--devices", "tpu"]) == 1
    assert "There is no device called 'tpu': choose from cpu, cuda, mps." in capsys.readouterr().err
