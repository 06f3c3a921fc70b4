"""`test --processors`: which processors are taken, what is said of the others, and what a failure does."""

from __future__ import annotations

import re

import pytest

from autograder.commands import _processors
from autograder.commands._processors import CORE, LOOPS, PERTURBATION, Processor, Report
from tests.support import perturbation

HASWELL = Report("Haswell", "X86_V3", "AVX2")
THIS_MACHINE = Processor("this machine", {}, HASWELL)


@pytest.fixture
def answers(monkeypatch):
    """What the process with an OPENBLAS_CORETYPE answers: a report, or a reason why there is none."""
    by_core = {"": HASWELL, "Good": Report("Good", "baseline", "DEFAULT"), "Unknown": HASWELL, "TooNew": "it crashed"}

    def probed(variables):
        answer = by_core[variables.get(CORE, "")]
        return (None, [], answer) if isinstance(answer, str) else (answer, ["X86_V3"], "")

    monkeypatch.setattr(_processors, "probed", probed)
    monkeypatch.setattr(_processors, "candidates", lambda: {core: {CORE: core} for core in by_core if core})


def test_a_candidate_is_taken_only_where_it_runs_and_takes_effect(answers):
    processors, refused = _processors.found()
    assert processors == [THIS_MACHINE, Processor("Good", {CORE: "Good"}, Report("Good", "baseline", "DEFAULT"))]
    assert refused == {"Unknown": "takes no effect: the same as this machine", "TooNew": "it crashed"}


def test_it_says_which_processors_are_emulated_and_where_they_are_too_few(answers):
    text = _processors.said(*_processors.found())
    assert "OpenBLAS: Good, NumPy: baseline, PyTorch: DEFAULT" in text
    assert "TooNew        it crashed" in text
    assert text.endswith("This machine can emulate only 1 of the 4 other processors that are wanted.")


def test_four_processors_are_enough():
    assert "only" not in _processors.said([THIS_MACHINE] * 5, {})


def test_this_machine_reports_the_code_it_runs():
    report, features, reason = _processors.probed({})
    assert reason == "" and report.openblas and report.pytorch
    assert report.numpy == (" ".join(features) or "baseline")


def test_a_process_that_does_not_start_is_a_reason(monkeypatch):
    report, _, reason = _processors.probed({"PYTHONHOME": "/nowhere"})
    assert report is None and reason


@pytest.mark.parametrize("machine", ["x86_64", "AMD64", "arm64", "aarch64", "riscv64"])
def test_every_kind_of_machine_has_candidates(machine, monkeypatch):
    monkeypatch.setattr(_processors.platform, "machine", lambda: machine)
    candidates = _processors.candidates()
    assert len(candidates) >= (1 if machine == "riscv64" else _processors.WANTED)


def test_numpy_is_told_what_to_leave_unused_in_its_own_words():
    features = ["X86_V3", "X86_V4", "AVX512_ICL"]
    assert _processors.spelled_out({LOOPS: _processors.PLAIN}, features) == {LOOPS: "X86_V3 X86_V4 AVX512_ICL"}
    assert _processors.spelled_out({LOOPS: _processors.WITHOUT_AVX512}, features) == {LOOPS: "X86_V4 AVX512_ICL"}
    assert _processors.spelled_out({CORE: "Haswell", LOOPS: _processors.WITHOUT_AVX512}, ["X86_V3"]) == {
        CORE: "Haswell"
    }


def test_variables_from_outside_do_not_reach_a_run(monkeypatch):
    monkeypatch.setenv(CORE, "Prescott")
    assert CORE not in _processors.environment({PERTURBATION: "1"})


def test_the_claims_are_found_and_perturbed_more_than_once():
    assert "tests/notebooks/test_adam_claims.py" in _processors.claims()
    perturbed = [variables[PERTURBATION] for _, variables in _processors.runs([THIS_MACHINE]) if variables]
    assert len(set(perturbed)) >= 2
    assert perturbation.VARIABLE == PERTURBATION


def test_a_claim_that_fails_on_one_processor_fails_the_command(tmp_path, monkeypatch, capfd):
    """It is named."""
    other = Processor("Other", {CORE: "Other"}, Report("Other", "", ""))
    monkeypatch.setattr(_processors, "found", lambda: ([THIS_MACHINE, other], {}))
    file = tmp_path / "test_it.py"
    file.write_text(
        f"import os\ndef test_good(): pass\ndef test_processor(): assert os.environ.get({CORE!r}) != 'Other'\n"
    )
    assert _processors.run([str(file), "-p", "no:cacheprovider"]) == 1
    out = capfd.readouterr().out
    table = re.findall(r"^(\w.*?) {2,}(\d+) +(\d+) +\d+$", out, re.MULTILINE)
    rows = {name: [passed, failed] for name, passed, failed in table}
    assert rows["this machine"] == ["2", "0"]
    assert rows["Other"] == ["1", "1"]
    assert out.endswith("Failed: Other.\n")
    monkeypatch.setattr(_processors, "found", lambda: ([THIS_MACHINE], {}))
    assert _processors.run([str(file), "-p", "no:cacheprovider"]) == 0
    assert capfd.readouterr().out.endswith("The claims hold in every run.\n")
