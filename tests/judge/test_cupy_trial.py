"""The student's own function on the GPU: what runs there unchanged, what mixes, and that nothing goes wrong for it.

There is no GPU here. CuPy is played by `fake_cupy`, and the reference computes on the CPU.
"""

from __future__ import annotations

import dataclasses
import json
import linecache
import sys

import numpy as np
import pytest

from autograder import student_check
from autograder.course import Course, grading_of, read, solution_cells, text_of, without_solution_marks
from autograder.exercises import catalogue
from autograder.judge import cupy_trial
from autograder.judge.cupy_trial import try_on_cupy
from autograder.judge.report import as_html, as_text
from autograder.judge.verdict import CupyTrial, Verdict
from tests.judge import fake_cupy
from tests.judge.students import elu, verdict_of
from tests.solutions import solution

MIXING = {
    "layer_norms": "np.stack([...])",
    "numerical_gradient": "np.zeros_like(x)",
    "complex_step_gradient": "np.zeros_like(x, dtype=complex)",
    "moving_average": "np.stack(averages)",
    "relative_steps": "np.stack(steps)",
    "dropout": "np.ones_like(u, dtype=bool)",
    "adam_fault": "like=steps",
    "permutation_test": "np.stack([...])",
}
"""The solutions that make NumPy arrays of their own, and what would leave their numbers on the GPU."""

WITHOUT_ARRAYS = {
    "fan_in_and_fan_out",
    "largest_step",
    "stability_limit",
    "power_schedule",
    "exponential_schedule",
    "warmup_cosine",
    "performance_schedule",
    "one_cycle_schedule",
    "one_cycle_cosine_schedule",
}


@pytest.fixture(autouse=True)
def cupy(monkeypatch):
    """CuPy is installed and finds one GPU."""
    module = fake_cupy.module()
    monkeypatch.setitem(sys.modules, "cupy", module)
    cupy_trial._cupy.cache_clear()
    yield module
    cupy_trial._cupy.cache_clear()


def tried(function, exercise: str = "elu") -> CupyTrial | None:
    return try_on_cupy(catalogue()[exercise], function, "cpu")


def written(source: str, name: str = "elu"):
    """A function as it comes out of a notebook's cell: its source can be read again."""
    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {"np": np}
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]


def solution_in_its_cell(name: str):
    """The instructor's solution, compiled as a notebook does."""
    cells = solution_cells(read(Course().source_of(catalogue()[name].notebook)))
    (source,) = [without_solution_marks(text_of(cell)) for cell in cells if grading_of(cell)["grade_id"] == name]
    return written(source, name)


# ---------------------------------------------------------------- the solutions of the course


@pytest.mark.parametrize("name", [name for name in catalogue() if name not in {*MIXING, *WITHOUT_ARRAYS}])
def test_a_solution_runs_on_the_gpu_unchanged(name):
    found = tried(solution(name), name)
    assert found.outcome == "passed", found.text
    assert found.cases >= 3
    assert f"{found.cases} cases agree with PyTorch" in found.text


@pytest.mark.parametrize("name", sorted(WITHOUT_ARRAYS))
def test_a_kernel_without_arrays_has_nothing_to_run_there(name):
    assert tried(solution(name), name) is None


@pytest.mark.parametrize("name", MIXING)
def test_who_makes_numpy_arrays_is_told_which_call_does(name):
    """And what would not."""
    found = tried(solution_in_its_cell(name), name)
    assert found.outcome == "mixes"
    assert "makes a NumPy array, on the CPU" in found.text
    assert f"`{MIXING[name]}`" in found.text


# ---------------------------------------------------------------- which call mixes

HEAD = "def elu(z, alpha=1.0):\n"
NEGATIVE = "alpha * np.expm1(np.minimum(z, 0))"
MIXERS = {
    "zeros in the line": (f"    return np.where(z > 0, z, np.zeros(z.shape) + {NEGATIVE})\n", 2, "np.zeros_like(z)"),
    "zeros in a variable": (f"    y = np.zeros(z.shape)\n    return np.where(z > 0, z, y + {NEGATIVE})\n", 2, "like=z"),
    "a chain of variables": (
        f"    one = np.ones(z.shape)\n    two = 2 * one\n    return np.where(z > 0, z, {NEGATIVE} * (two - one))\n",
        2,
        "np.ones_like(z)",
    ),
    "filled in a mask": (f"    y = np.empty(z.shape)\n    y[...] = {NEGATIVE}\n    return y\n", 2, "np.empty_like(z)"),
    "out": (
        "    low = np.expm1(np.minimum(z, 0))\n    return np.multiply(alpha, low, out=np.empty(z.shape))\n",
        3,
        "np.empty_like(z)",
    ),
    "asarray": (f"    z = np.asarray(z)\n    return np.where(z > 0, z, {NEGATIVE})\n", 2, "leave `z` as it is"),
    "a list of arrays": (
        f"    both = [np.maximum(z, 0), {NEGATIVE}]\n    return np.sum(np.array(both), axis=0)\n",
        3,
        "np.stack(both)",
    ),
    "a sum over a list": (f"    return np.sum([np.maximum(z, 0), {NEGATIVE}], axis=0)\n", 2, "np.sum(np.stack(...))"),
    "full": ("    one = np.full(z.shape, alpha)\n    return z * one\n", 2, "np.full_like(z, alpha)"),
    "random": ("    rng = np.random.default_rng(0)\n    return z * rng.random(z.shape)\n", 3, "given its noise"),
    "global random": ("    noise = np.random.random(z.shape)\n    return z * noise\n", 2, "given its noise"),
    "arange": ("    return z * np.arange(z.size).reshape(z.shape)\n", 2, "like=z"),
    "linspace": ("    return z * np.linspace(0, 1, z.size).reshape(z.shape)\n", 2, "on the CPU"),
    "in a loop": ("    for k in range(2):\n        z = z + np.zeros(z.shape)\n    return z\n", 3, "np.zeros_like(z)"),
    "in a helper": (
        "    return bent(z)\n\ndef bent(z):\n    low = np.zeros(z.shape)\n    return np.where(z > 0, z, low)\n",
        5,
        "np.zeros_like(z)",
    ),
}


@pytest.mark.parametrize(("body", "line", "advice"), MIXERS.values(), ids=MIXERS)
def test_the_line_and_the_call_that_made_the_array_are_named(body, line, advice):
    found = tried(written(HEAD + body))
    assert found.outcome == "mixes"
    assert f"Line {line}: `np." in found.text or f"Line {line}: `rng." in found.text
    assert advice in found.text


@pytest.mark.parametrize(
    "twin",
    ["np.zeros_like(z)", "np.zeros(z.shape, like=z)", "0.0", "np.full_like(z, 0)", "np.array([0.0], like=z)"],
)
def test_what_is_advised_does_run(twin):
    found = tried(written(f"{HEAD}    return np.where(z > 0, z, {twin} + {NEGATIVE})\n"))
    assert found.outcome in ("passed", "differs"), found.text  # zeros_like of whole numbers keeps their dtype


def test_numpy_arrays_as_indices_are_no_mixing():
    name = "softmax_cross_entropy"
    assert "arange" in solution(name).__code__.co_names
    assert tried(solution(name), name).outcome == "passed"


def test_without_the_source_the_line_alone_is_told():
    function = eval("lambda z, alpha=1.0: z * np.ones(z.shape)", {"np": np})
    assert tried(function).text.startswith("It mixes arrays on the GPU with NumPy arrays in line 1.")


# ---------------------------------------------------------------- other ways to stop


def test_a_function_that_cupy_does_not_have_is_named():
    found = tried(
        written(f"{HEAD}    np.broadcast_shapes(z.shape)\n    np.block([[z.ravel()]])\n    return {NEGATIVE}\n")
    )
    assert found.outcome == "stopped"
    assert "a function of NumPy that CuPy does not have in line 3" in found.text
    assert "numpy.block" in found.text


def test_a_parameter_that_cupy_does_not_have_is_no_fault_of_the_students():
    found = tried(written(f"{HEAD}    np.max(z, initial=0.0)\n    return {NEGATIVE}\n"))
    assert found.outcome == "stopped"
    assert found.text.endswith("CuPy cannot do all that NumPy can.")


def test_other_numbers_are_told_with_what_cupy_does_differently():
    def other_there(z, alpha=1.0):
        return elu(z, alpha) if isinstance(z, np.ndarray) else z * 2

    found = tried(other_there)
    assert found.outcome == "differs"
    assert "On the CPU it passes" in found.text


@pytest.mark.parametrize(
    "value", [None, "text", 1 + 2j, object(), {1: 2}], ids=["None", "text", "complex", "object", "dict"]
)
def test_what_is_not_plain_is_a_sentence_too(value):
    assert tried(lambda z, alpha=1.0: value).outcome in ("stopped", "differs")


@pytest.mark.parametrize("error", [ValueError("a\nb"), SystemExit(), RecursionError(), MemoryError(), TypeError()])
def test_no_exception_of_the_function_comes_through(error):
    def raises(z, alpha=1.0):
        raise error

    found = tried(raises)
    assert found.outcome in ("stopped", "unavailable")
    assert "\n" not in found.text


def test_stopping_the_cell_stops():
    def interrupted(z, alpha=1.0):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tried(interrupted)


def test_an_error_of_cuda_is_the_gpus_and_not_the_functions():
    out_of_memory = type("OutOfMemoryError", (MemoryError,), {"__module__": "cupy.cuda.memory"})

    def too_large(z, alpha=1.0):
        raise out_of_memory("Out of memory allocating 1,024 bytes")

    found = tried(too_large)
    assert found.outcome == "unavailable"
    assert found.text.startswith("The GPU, not your function, stopped: OutOfMemoryError: Out of memory")


def test_what_it_prints_and_warns_of_is_not_seen(capsys, recwarn):
    def loud(z, alpha=1.0):
        print("loud")
        np.log(np.zeros(1))
        return elu(z, alpha)

    assert tried(loud).outcome == "passed"
    assert capsys.readouterr().out == ""
    assert not list(recwarn)


def test_no_further_case_is_begun_when_the_time_is_up(monkeypatch):
    monkeypatch.setattr(cupy_trial, "TRIAL_SECONDS", -1.0)
    assert tried(elu).text.endswith("1 case agrees with PyTorch.")


# ---------------------------------------------------------------- where there is none


def test_without_cupy_nothing_is_said(monkeypatch):
    monkeypatch.setattr(cupy_trial, "_is_installed", lambda: False)
    assert tried(elu) is None


def test_without_a_cuda_device_nothing_is_said(monkeypatch):
    monkeypatch.setattr(cupy_trial.device_list, "present", lambda: ("cpu",))
    assert try_on_cupy(catalogue()["elu"], elu) is None


def no_driver():
    raise RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version")


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (lambda cupy: setattr(cupy.cuda.runtime, "getDeviceCount", no_driver), "cudaErrorInsufficientDriver"),
        (lambda cupy: setattr(cupy.cuda.runtime, "getDeviceCount", lambda: 0), "it finds no GPU"),
        (lambda cupy: delattr(cupy, "cuda"), "has no attribute"),
        (lambda cupy: setattr(cupy, "asarray", lambda value: 1 / 0), "ZeroDivisionError"),
    ],
    ids=["driver too old", "no GPU", "half installed", "does not compute"],
)
def test_a_broken_cupy_is_one_sentence(cupy, breaks, says):
    breaks(cupy)
    found = tried(elu)
    assert found.outcome == "unavailable"
    assert found.text.startswith("CuPy is installed but does not work here: ")
    assert says in found.text


def test_a_cupy_that_cannot_be_imported_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    monkeypatch.setattr(cupy_trial, "_is_installed", lambda: True)
    assert "ModuleNotFoundError" in tried(elu).text


def test_an_error_in_the_trying_itself_does_not_break_the_check(monkeypatch):
    monkeypatch.setattr(cupy_trial, "_some_cases", lambda exercise: 1 / 0)
    assert tried(elu).text == "The GPU could not be tried: ZeroDivisionError: division by zero."


# ---------------------------------------------------------------- in the check and in the report


@pytest.fixture
def here(monkeypatch):
    """The GPU of the check is the CPU."""
    monkeypatch.setattr(student_check, "try_on_cupy", lambda exercise, function: tried(function, exercise.name))


def test_a_check_that_passes_says_what_the_function_does_on_the_gpu(here, capsys):
    student_check.check(elu)
    out = capsys.readouterr().out
    assert "On the GPU: The same function, unchanged, also runs there (CuPy 14.2.0)" in out


def test_mixing_costs_no_points_and_fails_no_check(here, capsys):
    student_check.check(written(f"{HEAD}    z = np.asarray(z)\n    return np.where(z > 0, z, {NEGATIVE})\n"))
    out = capsys.readouterr().out
    assert "6 of 6 points" in out
    assert "On the GPU: It mixes" in out


def test_a_check_that_fails_and_one_of_hidden_cases_try_no_gpu(here, capsys):
    with pytest.raises(student_check.NotYet):
        student_check.check(lambda z, alpha=1.0: z, exercise="elu")
    student_check.check(elu, cases="hidden")
    assert "GPU" not in capsys.readouterr().out


@pytest.mark.parametrize("outcome", ["passed", "mixes", "differs", "stopped", "unavailable"])
def test_the_report_shows_it_escaped_and_survives_json(outcome):
    verdict = verdict_of("elu", elu)
    plain = as_html(verdict)
    verdict.cupy_trial = CupyTrial(outcome, "<script>alert(1)</script>", 3)
    assert "On the GPU: <script>" in as_text(verdict)
    assert "On the GPU" in as_html(verdict) and "On the GPU" not in plain
    assert "<script" not in as_html(verdict)
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_a_verdict_from_before_there_was_this_field_is_read():
    data = verdict_of("elu", elu).to_json()
    del data["cupy_trial"]
    assert Verdict.from_json(data).cupy_trial is None


def test_grading_has_none():
    assert verdict_of("elu", elu, cases="all").cupy_trial is None
    assert "cupy_trial" in {item.name for item in dataclasses.fields(Verdict)}


def test_the_fake_refuses_what_cupy_refuses():
    x = fake_cupy.ndarray(np.ones(3))
    with pytest.raises(TypeError, match="Implicit conversion to a NumPy array is not allowed"):
        np.asarray(x)
    for refused in (lambda: x + np.ones(3), lambda: np.where(x > 0, x, np.ones(3)), lambda: np.ones(3) * x):
        with pytest.raises(TypeError, match=r"Unsupported type <class 'numpy.ndarray'>"):
            refused()
    with pytest.raises(ValueError, match=r"non-scalar numpy\.ndarray cannot be used for fill"):
        x[:] = np.ones(3)
    assert isinstance(np.sum(x), fake_cupy.ndarray)
