"""`verify`: a line for each kernel, dtype and device, a status, and the certificate."""

from __future__ import annotations

import re

import pytest

from autograder import certificates
from autograder.__main__ import main
from autograder.commands import _diagnoses, verify
from autograder.diagnosis_trial import Outcome, Subject
from autograder.diagnosis_trial.outcomes import Said
from autograder.exercises import catalogue
from autograder.judge import expectations, separation
from tests.support import fake_accelerator


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr("autograder.bootstrap.ensure", lambda name: None)


@pytest.fixture
def written(monkeypatch, tmp_path):
    """A course of two kernels, whose certificates go to an empty folder. The tables put into the README."""
    tables = {}
    two = {name: catalogue()[name] for name in ("elu", "relu")}
    monkeypatch.setattr("autograder.exercises.catalogue", lambda: two)
    monkeypatch.setattr(certificates, "FOLDER", tmp_path)
    monkeypatch.setattr(certificates, "made_from_now", lambda: {"a notebook": "its code"})
    monkeypatch.setattr(verify, "put_table", tables.__setitem__)
    return tables


def rows_of(out: str) -> dict[tuple[str, str, str], str]:
    """The lines of the output by kernel, device and dtype."""
    lines = [line for line in out.split("\n") if line.startswith("  ") and line.split()[0] in catalogue()]
    return {tuple(line.split()[:3]): line for line in lines}


def test_it_prints_tolerance_errors_and_nearest_mistake_for_each_dtype(capsys):
    assert main(["verify", "elu", "relu", "--devices", "cpu"]) == 0
    out = capsys.readouterr().out
    rows = rows_of(out)
    assert "1_training_problems/3c_elu_and_selu" in out
    assert set(rows) == {(name, "cpu", dtype) for name in ("elu", "relu") for dtype in ("float64", "float32")}
    assert "1e-09    1e-12" in rows["elu", "cpu", "float64"] and "11 of 12" in rows["elu", "cpu", "float64"]
    assert "1e-03    1e-04" in rows["elu", "cpu", "float32"] and "2 of 5" in rows["elu", "cpu", "float32"]
    assert "2 kernels, 4 comparisons." in out
    assert "Largest error of PyTorch against float64: 0.0" in out
    assert "Largest error of a solution: 0.0" in out


def test_a_comparison_that_does_not_separate_is_marked_and_gives_status_1(capsys, monkeypatch):
    monkeypatch.setattr(separation, "SMALLEST_DISTANCE", 1e12)
    assert main(["verify", "elu"]) == 1
    out = capsys.readouterr().out
    assert "<- too close" in out and out.strip().endswith("Too close: elu.")


def test_an_accelerator_has_its_own_rows_and_tolerances(capsys, monkeypatch):
    fake_accelerator.install(monkeypatch)
    assert main(["verify", "elu", "--devices", "cuda"]) == 0
    rows = rows_of(capsys.readouterr().out)
    assert set(rows) == {("elu", "cuda", "float64"), ("elu", "cuda", "float32")}
    assert "1e-03    2e-04" in rows["elu", "cuda", "float32"]
    expectations.expectations_of.cache_clear()


def test_mps_is_measured_in_float32_alone(capsys, monkeypatch):
    fake_accelerator.install(monkeypatch, "mps")
    assert main(["verify", "elu", "--devices", "mps"]) == 0
    assert set(rows_of(capsys.readouterr().out)) == {("elu", "mps", "float32")}
    expectations.expectations_of.cache_clear()


def test_an_accelerator_that_rounds_too_coarsely_does_not_hold(capsys, monkeypatch):
    fake_accelerator.install(monkeypatch, deviation=1e-5)
    assert main(["verify", "elu", "--devices", "cuda"]) == 1
    expectations.expectations_of.cache_clear()


def test_write_keeps_a_certificate_for_each_device_and_their_table(written, capsys, monkeypatch, tmp_path):
    fake_accelerator.install(monkeypatch)
    assert main(["verify", "--write"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cpu.json", "cuda.json"]
    assert certificates.read_certificate("cuda").hardware == {"name": "a make-believe cuda"}
    assert "| cuda | a make-believe cuda |" in written[verify.TABLE]
    assert f"Certificate: {tmp_path / 'cuda.json'}" in capsys.readouterr().out
    expectations.expectations_of.cache_clear()


def test_a_measurement_that_does_not_hold_is_no_certificate(written, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(separation, "SMALLEST_DISTANCE", 1e12)
    assert main(["verify", "--write", "--devices", "cpu"]) == 1
    assert list(tmp_path.iterdir()) == [] and written == {}
    assert "No certificate was written." in capsys.readouterr().out


def test_a_certificate_of_some_kernels_is_refused(capsys, written, tmp_path):
    assert main(["verify", "elu", "--write"]) == 1
    assert "A certificate is for the whole course" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_kernel_is_a_sentence_with_those_there_are(capsys):
    assert main(["verify", "adamm"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("There is no exercise 'adamm'. The exercises are: ") and "elu_backward" in error


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("tpu", "There is no device called 'tpu': choose from cpu, cuda, mps."),
        ("cpu,mps", "The device 'mps' is not on this machine; present: cpu."),
    ],
)
def test_a_device_that_is_not_there_is_a_sentence(capsys, monkeypatch, asked, sentence):
    monkeypatch.setattr("autograder.judge.devices.present", lambda: ("cpu",))
    assert main(["verify", "elu", "--devices", asked]) == 1
    assert sentence in capsys.readouterr().err


def test_a_device_that_cannot_compute_is_a_sentence(capsys, monkeypatch):
    monkeypatch.setattr("autograder.judge.devices.present", lambda: ("cpu", "cuda"))

    def without_memory(exercise, case, device):
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(expectations, "reference", without_memory)
    assert main(["verify", "elu", "--devices", "cuda"]) == 1
    assert capsys.readouterr().err == "PyTorch cannot compute on the device 'cuda' here: CUDA out of memory.\n"


def tried_here(chosen, minutes):
    """What is said of the functions, without the processes: of each second one something false."""
    assert minutes is None
    for number, subject in enumerate(chosen):
        yield Outcome(subject, "wrong", [Said("own code", "line 2", number % 2 == 0)], seconds=0.25)


def test_the_table_of_diagnoses_is_printed_and_kept(monkeypatch, capsys, written):
    monkeypatch.setattr(_diagnoses, "_outcomes", tried_here)
    monkeypatch.setattr(_diagnoses, "put_table", written.__setitem__)
    assert main(["verify", "--diagnosis", "elu", "--mutations", "4"]) == 1
    printed = capsys.readouterr().out
    assert "| random mutations of the solutions | 4 | 50.0 % | 0.0 % | 50.0 % |" in printed
    assert "FALSE of elu, mutation" in printed and "0.25 s or less for nine of ten" in printed
    assert _diagnoses.TABLE not in written
    assert main(["verify", "--diagnosis", "--mutations", "0", "--write"]) == 1
    assert "known mistakes" in written[_diagnoses.TABLE]
    assert "sample" not in written[_diagnoses.TABLE]


def test_where_time_is_short_a_sample_is_tried(capsys):
    main(["verify", "--diagnosis", "elu", "--mutations", "30", "--minutes", "0.0001"])
    printed = capsys.readouterr().out
    every, found = (int(re.search(sentence, printed)[1]) for sentence in (r"(\d+) wrong functions", r"(\d+) out of"))
    assert 0 < found < every, printed


@pytest.mark.parametrize("words", [["--minutes", "5"], ["--diagnosis", "--minutes", "0"]])
def test_minutes_without_a_trial_are_refused(words, capsys):
    assert main(["verify", *words]) == 1
    assert "--minutes says" in capsys.readouterr().err


def test_a_part_of_the_functions_is_tried_in_a_process():
    subject = Subject("mutation", "elu", "def elu(z, alpha=nothing):\n    return z")
    assert [outcome.judged for outcome in _diagnoses.tried_part([subject])] == ["not run"]
