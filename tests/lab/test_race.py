"""`lab.race` and `lab.variance_in_float32`: fair, bounded, right where there is a GPU and readable where there is none.

No test here depends on who is faster.
"""

from __future__ import annotations

import sys
import time
import types

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from autograder import lab
from autograder.exercises import catalogue
from autograder.judge.comparison import compare
from autograder.judge.expectations import from_tensor, to_tensor
from autograder.lab import batch_normalization, pytorch_race, style
from autograder.lab.pytorch_race import CONTESTS, Line, finding, in_short
from tests.judge import fake_cupy
from tests.solutions import solution

SMALL = 300


@pytest.fixture
def figures(monkeypatch) -> list:
    """The figures that are shown, with their alternative texts."""
    shown = []
    monkeypatch.setattr(style, "show", lambda figure, alt: shown.append((figure, alt)))
    return shown


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(pytorch_race, "gpu", lambda: "")
    monkeypatch.setattr(batch_normalization, "gpu", lambda: "")


def labels(figure) -> list[str]:
    return [line.get_label() for line in figure.axes[0].get_lines()]


# ---------------------------------------------------------------- every contest is fair


@pytest.mark.parametrize("name", CONTESTS)
def test_the_inputs_are_float32_and_grow(name):
    contest = CONTESTS[name]
    sizes = [0, 0]
    for place, size in enumerate(contest.sizes[2:4]):
        arguments = contest.inputs(size)
        assert list(arguments) == list(catalogue()[name].parameters)[: len(arguments)]
        arrays = [value for value in arguments.values() if isinstance(value, np.ndarray)]
        assert {array.dtype.name for array in arrays} <= {"float32", "int64"}
        sizes[place] = sum(array.size for array in arrays)
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(("name", "runner"), [(name, runner) for name in CONTESTS for runner in CONTESTS[name].pytorch])
def test_what_is_timed_in_pytorch_computes_what_the_kernel_asks_for(name, runner):
    contest, exercise = CONTESTS[name], catalogue()[name]
    arguments = contest.inputs(SMALL if contest.sizes[0] == 100 else 16)
    expected = from_tensor(exercise.reference(**{key: to_tensor(value, "cpu") for key, value in arguments.items()}))
    tensors = {key: pytorch_race._tensors(value, "cpu") for key, value in arguments.items()}
    found = from_tensor(contest.pytorch[runner](**tensors)())
    if name == "batch_norm_train":
        found = (found, *(tensors[key].numpy() for key in ("running_mean", "running_var")))
    assert compare(found, expected, computation="reduction", outputs=exercise.outputs).difference is None


@pytest.mark.parametrize("name", CONTESTS)
def test_a_solution_may_race(name):
    contest = CONTESTS[name]
    assert pytorch_race._trouble(name, solution(name), contest.inputs(contest.sizes[2])) == ""


# ---------------------------------------------------------------- the race


@pytest.mark.parametrize("name", ["elu", "relu_backward", "batch_norm_train", "adam_step", "training_step"])
def test_without_a_gpu_there_are_curves_for_numpy_and_pytorch(name, figures, no_gpu, capsys):
    """And a quiet line."""
    lab.race(solution(name), largest=SMALL if CONTESTS[name].counted != "images in a batch" else 4)
    ((figure, alt),) = figures
    assert labels(figure) == ["your function, NumPy", *(f"{label}, CPU" for label in CONTESTS[name].pytorch)]
    assert "no GPU here" in next(text.get_text() for text in figure.axes[0].texts)
    assert len(alt) > 60 and name in alt and "\n" not in alt
    out = capsys.readouterr().out
    assert "your function, NumPy" in out and "one thread of the CPU" in out


def test_with_a_gpu_and_cupy_all_of_them_race_there_too(figures, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy.module())
    monkeypatch.setattr(pytorch_race, "gpu", lambda: "cuda")
    on_device = pytorch_race._on_device
    monkeypatch.setattr(
        pytorch_race, "_on_device", lambda setup, device, copying=False: on_device(setup, "cpu", copying=copying)
    )
    lab.race(solution("adam_step"), largest=SMALL)
    ((figure, _),) = figures
    assert labels(figure) == [
        "your function, NumPy",
        "PyTorch, CPU",
        "PyTorch, fused=True, CPU",
        "PyTorch, GPU",
        "PyTorch, fused=True, GPU",
        "PyTorch, GPU, with the copy there and back",
        "your function, CuPy, GPU",
    ]
    dotted = [line.get_label() for line in figure.axes[0].get_lines() if line.get_linestyle() == ":"]
    assert dotted == ["PyTorch, GPU, with the copy there and back"]
    assert not list(figure.axes[0].texts)


@pytest.mark.parametrize(("gpu", "wait"), [("cuda", torch.cuda.synchronize), ("mps", torch.mps.synchronize)])
def test_the_clock_stops_when_the_device_has_finished(gpu, wait):
    assert pytorch_race._waiting(gpu) is wait


def test_every_measurement_waits_once_and_the_first_call_warms_up():
    told = []
    pytorch_race.best_time(lambda: told.append("call"), lambda: told.append("wait"))
    assert told[:2] == ["call", "wait"]
    assert told.count("wait") == 2 + pytorch_race.REPEATS - 1


def test_a_runner_that_fails_is_a_sentence_and_the_others_go_on(figures, monkeypatch, capsys):
    monkeypatch.setattr(pytorch_race, "gpu", lambda: "cuda" if sys._getframe(1).f_code.co_name == "_runners" else "")
    if torch.cuda.is_available():
        monkeypatch.setattr(torch.Tensor, "to", lambda *arguments: 1 / 0)
    lab.race(solution("elu"), largest=SMALL)
    assert labels(figures[0][0])[:2] == ["your function, NumPy", "PyTorch, CPU"]
    assert "PyTorch, GPU stopped: " in capsys.readouterr().out


def test_a_line_ends_where_a_call_takes_too_long(monkeypatch):
    clock = iter(range(1, 1000))
    monkeypatch.setattr(pytorch_race, "time", types.SimpleNamespace(perf_counter=lambda: next(clock)))
    line = Line("slow")
    pytorch_race._grow(line, CONTESTS["elu"], (100, 300, 1000), lambda given: (lambda: None, lambda: None))
    assert list(line.seconds) == [100]


def test_what_a_gpu_takes_to_get_ready_does_not_end_its_line(monkeypatch):
    monkeypatch.setattr(pytorch_race, "LINE", 0.5)
    ready = iter([0.6])

    def runner(given):
        time.sleep(next(ready, 0.0))
        return (lambda: None), (lambda: None)

    line = Line("gets ready")
    pytorch_race._grow(line, CONTESTS["elu"], (100, 300), runner)
    assert list(line.seconds) == [100, 300]


# ---------------------------------------------------------------- sentences instead of tracebacks


def said(capsys, function, **options) -> str:
    lab.race(function, largest=SMALL, **options)
    return capsys.readouterr().out


def raises(error: Exception):
    def elu(z, alpha=1.0):
        raise error

    return elu


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (raises(NotImplementedError()), "This experiment uses your own elu. Write that first"),
        (raises(ValueError("no")), "Your elu stopped with ValueError: no. Run its check first."),
        (lambda z, alpha: z, "Your elu does not give PyTorch's numbers yet"),
        (lambda z, alpha: None, "Your elu does not give PyTorch's numbers yet"),
        (lambda z, alpha: object(), "Your elu returned an object of type object"),
        (lambda z: z, "Your elu stopped with TypeError"),
    ],
    ids=["not written", "raises", "wrong", "None", "object", "arguments"],
)
def test_a_function_that_is_not_right_does_not_race(function, sentence, figures, capsys):
    options = {} if getattr(function, "__name__", "") == "elu" else {"exercise": "elu"}
    assert said(capsys, function, **options).startswith(sentence)
    assert figures == []


def test_a_kernel_that_cannot_be_raced_is_told_which_can(figures, capsys):
    out = said(capsys, solution("train"))
    assert out.startswith("train cannot be raced")
    assert all(name in out for name in CONTESTS)


@pytest.mark.parametrize("function", [lambda z: z, 3, "elu", np.exp])
def test_what_is_no_exercise_is_told_how_to_name_one(function, figures, capsys):
    assert said(capsys, function).startswith("There is no race for ")


# ---------------------------------------------------------------- what the figure says


def lines(numpy: list[float], other: list[float]) -> list[Line]:
    sizes = (100, 10**4, 10**7)
    return [
        Line("your function, NumPy", dict(zip(sizes, numpy, strict=False))),
        Line("PyTorch, CPU", dict(zip(sizes, other, strict=False))),
    ]


@pytest.mark.parametrize(
    ("numpy", "other", "title"),
    [
        (
            [1, 1, 5],
            [1, 1, 1],
            "10⁷ numbers: PyTorch, CPU is 5 times as fast as your elu,\n100: your elu and PyTorch, CPU",
        ),
        (
            [1, 1, 1],
            [3, 1, 1],
            "10⁷ numbers: your elu and PyTorch, CPU take equally long,\n100: your elu is 3 times as",
        ),
        ([1, 5], [1, 1], "10⁴ numbers: PyTorch, CPU is 5 times as fast as your elu,\n100: your elu and PyTorch"),
        ([40, 1, 40], [1, 1, 1], "10⁷ numbers: PyTorch, CPU is 40 times as fast as your elu"),
        ([1], [2], "100 numbers: your elu is 2 times as fast as PyTorch, CPU"),
    ],
)
def test_the_title_is_what_was_measured(numpy, other, title):
    assert finding("elu", lines(numpy, other), "numbers").startswith(title)


def test_the_way_there_and_back_is_not_who_is_compared():
    both = [*lines([1, 1, 1], [2, 2, 2]), Line("copied", {10**7: 0.1}, dotted=True)]
    assert "copied" not in finding("elu", both, "numbers")


@pytest.mark.parametrize(
    ("size", "text"), [(64, "64"), (300, "300"), (1000, "10³"), (3 * 10**6, "3·10⁶"), (10**7, "10⁷"), (4096, "4096")]
)
def test_sizes_are_written_as_people_do(size, text):
    assert in_short(size) == text


# ---------------------------------------------------------------- float32


def test_the_variance_is_drawn_for_four_ways_of_computing_it(figures, no_gpu, capsys):
    lab.variance_in_float32(solution("batch_norm_train"))
    ((figure, alt),) = figures
    assert [label for label in labels(figure) if not label.startswith("_")] == [
        "mean of squares minus squared mean",
        "your batch_norm_train",
        "PyTorch, CPU",
        "two passes, sums of partial sums",
    ]
    assert "At mean 1000" in alt
    assert "your batch_norm_train" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [None, (1.0,), (1.0, 2.0, 3.0), (0, 0, "text")])
def test_a_batch_norm_that_returns_something_else_is_a_sentence(wrong, figures, no_gpu, capsys):
    lab.variance_in_float32(lambda *arguments: wrong)
    assert "Check it first" in capsys.readouterr().out
    assert figures == []


def test_by_squares_a_mean_of_a_thousand_is_too_much():
    """Two passes are right."""
    at_1000 = batch_normalization.OFFSETS.index(1000.0)
    assert batch_normalization.relative_errors(batch_normalization.by_squares)[at_1000] > 0.5
    assert (
        batch_normalization.relative_errors(batch_normalization.of_kernel(solution("batch_norm_train")))[at_1000] < 1e-5
    )


def test_two_passes_fail_at_a_million_where_sums_of_partial_sums_do_not():
    assert batch_normalization.relative_errors(batch_normalization.of_kernel(solution("batch_norm_train")))[-1] > 1
    assert batch_normalization.relative_errors(batch_normalization.in_pairs)[-1] < 1e-2


def test_by_squares_a_variance_can_be_negative():
    noise = np.random.default_rng(0).standard_normal((4096, 8))
    assert any(
        (batch_normalization.by_squares((offset + noise).astype(np.float32)) < 0).any()
        for offset in batch_normalization.OFFSETS
    )


# ---------------------------------------------------------------- what the notebooks say


def test_float32_numbers_are_as_far_apart_as_the_text_says():
    """A sixteenth at a million, and 32 at the sum that is named."""
    assert np.spacing(np.float32(1e6)) == 1 / 16
    assert np.spacing(np.float32(4096 * 1e5)) == 32
    assert np.finfo(np.float32).nmant + 1 == 24


class Counting(np.ndarray):
    """An array that counts the operations on it."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **named):
        return self._counted(getattr(ufunc, method), inputs, named)

    def __array_function__(self, function, types, inputs, named):
        return self._counted(function, inputs, named)

    @staticmethod
    def _counted(function, inputs, named):
        Counting.operations += 1
        plain = [np.asarray(item) if isinstance(item, Counting) else item for item in inputs]
        return np.asarray(function(*plain, **named)).view(Counting)


@pytest.mark.parametrize(("name", "operations"), [("elu", 5), ("adam_step", 14)])
def test_a_compact_solution_makes_as_many_passes_as_its_notebook_says(name, operations):
    Counting.operations = 0
    arguments = CONTESTS[name].inputs(100).values()
    solution(name)(*(item.view(Counting) if isinstance(item, np.ndarray) else item for item in arguments))
    assert Counting.operations == operations


def test_a_step_of_the_capstones_network_is_some_eighty_operations():
    """And 20,000 multiplications."""

    class Operations(TorchDispatchMode):
        names: list = []  # noqa: RUF012

        def __torch_dispatch__(self, function, types, arguments=(), named=None):
            self.names.append(str(function))
            return function(*arguments, **(named or {}))

    tensors = {
        name: pytorch_race._tensors(value, "cpu") for name, value in CONTESTS["training_step"].inputs(32).items()
    }
    step = CONTESTS["training_step"].pytorch["PyTorch"](**tensors)
    with Operations() as seen:
        step()
    views = ("aten.detach", "aten.view", "aten.t.", "aten.transpose", "aten.expand")
    assert 70 <= len([name for name in seen.names if not name.startswith(views)]) <= 90
    weights = [array.size for array in CONTESTS["training_step"].inputs(1)["parameters"][0::2]]
    assert sum(weights) == 21_200


def test_adam_reads_four_numbers_for_each_parameter_and_writes_three():
    arguments = CONTESTS["adam_step"].inputs(SMALL)
    read = sum(array.nbytes for array in arguments.values() if isinstance(array, np.ndarray))
    written = sum(array.nbytes for array in solution("adam_step")(*arguments.values()))
    assert (read + written) / SMALL == CONTESTS["adam_step"].bytes_each == 28
