"""A race: how long your function and PyTorch's take, against how much there is to compute.

Everything is float32 and lies where it is computed before the clock starts. PyTorch is timed without autograd, except
in a whole training step, and on one thread of the CPU: what is compared is how it computes, not on how many cores.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.exercises import catalogue
from autograder.exercises.recorded import has_reference
from autograder.judge import devices
from autograder.judge.comparison import compare
from autograder.judge.cupy_trial import to_gpu
from autograder.judge.expectations import from_tensor, to_tensor
from autograder.lab import style
from autograder.lab.activations import SELU_ALPHA, SELU_SCALE
from autograder.lab.experiment import experiment
from autograder.lab.function_toolbox import one_thread
from autograder.plaindata.values import NotPlain, plain

LONGEST, LINE, REPEATS = 0.3, 1.6, 5
"""Seconds of one call after which a line ends, seconds for a line in all, and how often each point is measured."""
NUMBERS = tuple(digit * 10**power for power in range(2, 8) for digit in (1, 3))[:-1]
SAMPLES = tuple(4**power for power in range(8))
SAME = 1.25
"""Times that differ by less than this factor count as equal."""
BLOCK = 10_007
"""So many random numbers are drawn; larger arrays repeat them."""

COPIED_WITH = "PyTorch, GPU"
"""The line that the dotted one belongs to."""

Step = Callable[[], Any]
Setup = Callable[..., Step]


@dataclass(frozen=True)
class Contest:
    """How one kernel is raced.

    inputs: from a size to the kernel's arguments by name, every array float32 (labels: whole numbers).
    pytorch: name -> what makes, of the arguments as tensors, the call that is timed.
    calls: what is timed, as a person would write it.
    counted: what the sizes count. sizes: the sizes, rising.
    bytes_each: how much has to be read and written at least for each number, 0 where that is not the point.
    """

    inputs: Callable[[int], dict[str, Any]]
    pytorch: dict[str, Setup]
    calls: str
    counted: str = "numbers"
    sizes: tuple[int, ...] = NUMBERS
    bytes_each: int = 0


@dataclass(eq=False)
class Line:
    """One runner: size -> the best time of a call, in seconds."""

    label: str
    seconds: dict[int, float] = field(default_factory=dict)
    dotted: bool = False


# ---------------------------------------------------------------- who can be raced, and with what


def _numbers(size: int, seed: int = 0) -> np.ndarray:
    block = np.random.default_rng(seed).standard_normal(min(size, BLOCK)).astype(np.float32)
    return np.resize(block, size)


def _table(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return _numbers(rows * columns, seed).reshape(rows, columns)


def _elementwise(make: Callable[[Any, Any], Callable[..., Any]], calls: str, **settings: float) -> Contest:
    """A function of one array. make: from torch and its functional module to PyTorch's function."""

    def setup(z: Any, **given: float) -> Step:
        import torch
        import torch.nn.functional as F

        function = make(torch, F)
        return lambda: function(z, *given.values())

    return Contest(lambda size: {"z": _numbers(size), **settings}, {"PyTorch": setup}, calls, bytes_each=8)


def _elementwise_backward(make: Callable[[Any], Callable[..., Any]], calls: str, second: str) -> Contest:
    """The gradient of a function of one array: the call that autograd makes. second: the other array's name."""

    def setup(dout: Any, **other: Any) -> Step:
        import torch

        function, (array,) = make(torch.ops.aten), other.values()
        return lambda: function(dout, array)

    def inputs(size: int) -> dict[str, Any]:
        return {"dout": _numbers(size), second: np.tanh(_numbers(size, 1))}

    return Contest(inputs, {"PyTorch": setup}, calls, bytes_each=12)


CHANNELS = 64


def _channels(size: int) -> dict[str, Any]:
    ones = np.ones(CHANNELS, np.float32)
    x = _table(max(2, size // CHANNELS), CHANNELS)
    return {"x": x, "gamma": 2 * ones, "beta": ones, "running_mean": 0 * ones, "running_var": ones}


def _batch_norm(training: bool) -> Setup:
    def setup(x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any) -> Step:
        import torch.nn.functional as F

        return lambda: F.batch_norm(x, running_mean, running_var, gamma, beta, training=training)

    return setup


def _parameters(size: int) -> dict[str, Any]:
    arrays = {name: _numbers(size, seed) for seed, name in enumerate(("theta", "gradient", "m"))}
    settings = {"t": 10, "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    return {**arrays, "s": _numbers(size, 3) ** 2, **settings}


def _adam(name: str, **options: Any) -> Setup:
    """One `step()` of an optimizer that has been made, and has its state, before."""

    def setup(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon, weight_decay=0.0) -> Step:
        import torch

        kind = getattr(torch.optim, name)
        theta.grad = gradient
        adam = kind([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay, **options)
        step = torch.tensor(float(t - 1), device=theta.device if options.get("fused") else "cpu")
        adam.state[theta] = {"step": step, "exp_avg": m, "exp_avg_sq": s}

        def call() -> Any:
            adam.step()
            return theta, m, s

        return call

    return setup


def _descent(theta: Any, gradient: Any, learning_rate: float) -> Step:
    import torch

    theta.grad = gradient
    optimizer = torch.optim.SGD([theta], lr=learning_rate)

    def call() -> Any:
        optimizer.step()
        return theta

    return call


UNITS = (64, 50, 50, 50, 50, 50, 50, 50, 50, 10)
"""The network of the capstone: an image, eight hidden layers, ten scores."""


def _training(size: int) -> dict[str, Any]:
    parameters = []
    for layer, (inputs, units) in enumerate(pairwise(UNITS)):
        scale = np.float32((2 / inputs) ** 0.5)
        parameters += [scale * _table(units, inputs, layer), np.zeros(units, np.float32)]
    labels = np.arange(size) % UNITS[-1]
    return {"x": _table(size, UNITS[0], 99), "labels": labels, "parameters": parameters, "learning_rate": 1e-3}


def _training_step(x: Any, labels: Any, parameters: list, learning_rate: float) -> Step:
    import torch
    import torch.nn.functional as F

    layers = []
    for weight, bias in zip(parameters[0::2], parameters[1::2], strict=True):
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], device=weight.device)
        linear.weight.data, linear.bias.data = weight, bias
        layers += [linear, torch.nn.ELU()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
    labels = labels.long()

    def call() -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(network(x), labels)
        loss.backward()
        optimizer.step()
        return loss.detach(), [parameter.detach() for parameter in network.parameters()]

    return call


def _linear(x: Any, weight: Any, bias: Any) -> Step:
    import torch.nn.functional as F

    return lambda: F.linear(x, weight, bias)


def _dense(size: int) -> dict[str, Any]:
    return {"x": _table(size, 256), "weight": _table(256, 256, 1) / 16, "bias": _numbers(256, 2)}


CONTESTS: dict[str, Contest] = {
    "sigmoid": _elementwise(lambda torch, F: torch.sigmoid, "torch.sigmoid(z)"),
    "tanh": _elementwise(lambda torch, F: torch.tanh, "torch.tanh(z)"),
    "relu": _elementwise(lambda torch, F: F.relu, "F.relu(z)"),
    "leaky_relu": _elementwise(lambda torch, F: F.leaky_relu, "F.leaky_relu(z, alpha)", alpha=0.01),
    "elu": _elementwise(lambda torch, F: F.elu, "F.elu(z, alpha)", alpha=1.0),
    "selu": _elementwise(lambda torch, F: F.selu, "F.selu(z)"),
    "sigmoid_backward": _elementwise_backward(lambda aten: aten.sigmoid_backward, "the gradient of torch.sigmoid", "s"),
    "tanh_backward": _elementwise_backward(lambda aten: aten.tanh_backward, "the gradient of torch.tanh", "t"),
    "relu_backward": _elementwise_backward(
        lambda aten: lambda dout, z: aten.threshold_backward(dout, z, 0), "the gradient of F.relu", "z"
    ),
    "elu_backward": _elementwise_backward(
        lambda aten: lambda dout, z: aten.elu_backward(dout, 1.0, 1.0, 1.0, False, z), "the gradient of F.elu", "z"
    ),
    "selu_backward": _elementwise_backward(
        lambda aten: lambda dout, z: aten.elu_backward(dout, SELU_ALPHA, SELU_SCALE, 1.0, False, z),
        "the gradient of F.selu",
        "z",
    ),
    "batch_norm_train": Contest(_channels, {"PyTorch": _batch_norm(True)}, "F.batch_norm(..., training=True)"),
    "batch_norm_evaluate": Contest(_channels, {"PyTorch": _batch_norm(False)}, "F.batch_norm(...)", bytes_each=8),
    "gradient_descent_step": Contest(
        lambda size: {"theta": _numbers(size), "gradient": _numbers(size, 1), "learning_rate": 0.1},
        {"PyTorch": _descent},
        "one step() of torch.optim.SGD",
        bytes_each=12,
    ),
    "adam_step": Contest(
        _parameters,
        {"PyTorch": _adam("Adam"), "PyTorch, fused=True": _adam("Adam", fused=True)},
        "one step() of torch.optim.Adam",
        "parameters",
        bytes_each=28,
    ),
    "adamw_step": Contest(
        lambda size: {**_parameters(size), "weight_decay": 0.01},
        {"PyTorch": _adam("AdamW"), "PyTorch, fused=True": _adam("AdamW", fused=True)},
        "one step() of torch.optim.AdamW",
        "parameters",
        bytes_each=28,
    ),
    "dense_forward": Contest(_dense, {"PyTorch": _linear}, "F.linear(x, weight, bias), 256 units", "samples", SAMPLES),
    "training_step": Contest(
        _training,
        {"PyTorch": _training_step},
        "forward, backward() and step(), eight hidden layers of 50 units",
        "images in a batch",
        SAMPLES,
    ),
}
"""Which kernels can be raced, and how."""


# ---------------------------------------------------------------- the race


@experiment
def race(function: Callable[..., Any], *, exercise: str | None = None, largest: int | None = None) -> None:
    """How long a function of yours and PyTorch's take, against the size of their inputs.

    function: your function; its name says which exercise it is, unless `exercise` does.
    largest: the largest size to try.

    Draws one figure and prints the times. Where there is a GPU, PyTorch runs there as well, and so does your function
    where CuPy is installed.
    """
    name = exercise if exercise else getattr(function, "__name__", "")
    contest = CONTESTS.get(name)
    if contest is None:
        print(_no_contest(name))
        return
    sizes = tuple(size for size in contest.sizes if largest is None or size <= largest) or contest.sizes[:1]
    arguments = contest.inputs(sizes[min(len(sizes) - 1, 2)])
    trouble = _trouble(name, function, arguments)
    if trouble:
        print(trouble)
        return
    lines, remarks = _run_all(function, contest, sizes)
    _show(name, contest, lines, remarks)


def _no_contest(name: str) -> str:
    known = ", ".join(CONTESTS)
    if name in catalogue():
        return (
            f"{name} cannot be raced: it does not grow to any size in a way that can be compared. These can: {known}."
        )
    return (
        f"There is no race for {name!r}. Give the name: lab.race(my_function, exercise='elu'). These can race: {known}."
    )


def _trouble(name: str, function: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """Why a function is not raced: it fails, or its numbers are not PyTorch's. Empty where it is right."""
    exercise = catalogue().get(name)
    if exercise is None or not has_reference(exercise):
        return f"{name} cannot be raced here: PyTorch's answers are not at hand."
    expected = from_tensor(exercise.reference(**{key: to_tensor(value, "cpu") for key, value in arguments.items()}))
    try:
        with np.errstate(all="ignore"):
            returned = plain(function(*arguments.values()))
    except NotImplementedError:
        raise
    except NotPlain as error:
        return f"Your {name} returned {error}. Run its check first."
    except Exception as error:
        return f"Your {name} stopped with {type(error).__name__}: {str(error)[:200]}. Run its check first."
    computation = "reduction" if exercise.computation == "elementwise" else exercise.computation
    if compare(returned, expected, computation=computation, outputs=exercise.outputs).difference:
        return (
            f"Your {name} does not give PyTorch's numbers yet; a race of wrong numbers tells nothing. Check it first."
        )
    return ""


def _run_all(function: Callable[..., Any], contest: Contest, sizes: tuple[int, ...]) -> tuple[list[Line], list[str]]:
    """Every runner that this machine has, and remarks on those that stopped."""
    lines, remarks = [], []
    for label, runner, dotted in _runners(function, contest):
        line = Line(label, dotted=dotted)
        try:
            with np.errstate(all="ignore"), one_thread():
                _grow(line, contest, sizes, runner)
        except Exception as error:
            first = next(iter(str(error).splitlines()), "")
            remarks.append(f"{label} stopped: {type(error).__name__}: {first[:150]}")
        if line.seconds:
            lines.append(line)
    for device in devices.present():
        if device != "cpu":
            devices.give_memory_back(device)
    return lines, remarks


def _runners(function: Callable[..., Any], contest: Contest) -> Iterator[tuple[str, Callable, bool]]:
    """(label, from the arguments to (the call that is timed, what waits for its end), dotted) for all of them."""
    yield "your function, NumPy", lambda given: (lambda: function(*given.values()), _nothing), False
    for label, setup in contest.pytorch.items():
        yield f"{label}, CPU", _on_device(setup, "cpu"), False
    device = gpu()
    if not device:
        return
    for label, setup in contest.pytorch.items():
        yield f"{label}, GPU", _on_device(setup, device), False
    first = next(iter(contest.pytorch.values()))
    yield f"{COPIED_WITH}, with the copy there and back", _on_device(first, device, copying=True), True
    if device == "cuda" and importlib.util.find_spec("cupy"):
        yield "your function, CuPy, GPU", lambda given: _on_cupy(function, given), False


def gpu() -> str:
    """ "cuda", "mps" or "" where there is no GPU that PyTorch can use."""
    return next((device for device in devices.present() if device != "cpu"), "")


def _nothing() -> None:
    """On the CPU a call has ended when it returns."""


def _on_device(setup: Setup, device: str, copying: bool = False) -> Callable[[dict[str, Any]], tuple[Step, Step]]:
    def runner(given: dict[str, Any]) -> tuple[Step, Step]:
        here = {name: _tensors(value, "cpu") for name, value in given.items()}
        step = setup(**{name: _tensors(value, device) for name, value in given.items()})
        wait = _waiting(device)
        if not copying:
            return step, wait
        arrays = list(_each_tensor(list(here.values())))

        def there_and_back() -> None:
            for tensor in arrays:
                tensor.to(device)
            for tensor in _each_tensor(step()):
                tensor.detach().cpu()

        return there_and_back, wait

    return runner


def _tensors(value: Any, device: str) -> Any:
    """Arguments as tensors; whole numbers stay whole."""
    import torch

    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy()).to(device)
    return [_tensors(item, device) for item in value] if isinstance(value, list) else value


def _each_tensor(value: Any) -> Iterator[Any]:
    if hasattr(value, "detach"):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _each_tensor(item)


def _waiting(device: str) -> Step:
    """What waits until a device has done all that it was told to do."""
    import torch

    return {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}.get(device, _nothing)


def _on_cupy(function: Callable[..., Any], given: dict[str, Any]) -> tuple[Step, Step]:
    import cupy

    arrays = to_gpu(list(given.values()), cupy)
    return lambda: function(*arrays), lambda: cupy.cuda.get_current_stream().synchronize()


def _grow(line: Line, contest: Contest, sizes: tuple[int, ...], runner: Callable) -> None:
    """Time one runner at rising sizes, until a call or all of them take too long."""
    started = None
    for size in sizes:
        step, wait = runner(contest.inputs(size))
        line.seconds[size] = best_time(step, wait)
        started = started or time.perf_counter()  # not before the first size: a GPU gets ready there
        if line.seconds[size] > LONGEST or time.perf_counter() - started > LINE:
            return


def best_time(step: Step, wait: Step) -> float:
    """Seconds of one call: the best of a few, after one to warm up; short calls many at a time."""

    def seconds(calls: int) -> float:
        started = time.perf_counter()
        for _ in range(calls):
            step()
        wait()
        return (time.perf_counter() - started) / calls

    seconds(1)
    once = seconds(1)
    calls = min(1000, max(1, int(1e-3 / max(once, 1e-9))))
    return min(once, *(seconds(calls) for _ in range(REPEATS - 1 if once < LONGEST / REPEATS else 2)))


# ---------------------------------------------------------------- what came out


def _show(name: str, contest: Contest, lines: list[Line], remarks: list[str]) -> None:
    """The figure, the table and the remarks."""
    title = finding(name, lines, contest.counted)
    figure, axes = style.new_figure(height=3.9)
    plain = [line.label for line in lines if not line.dotted]
    for line in lines:
        partner = COPIED_WITH if line.dotted else line.label
        place = plain.index(partner) if partner in plain else len(plain)
        drawn = {"linestyle": ":"} if line.dotted else {"marker": style.MARKERS[place], "markersize": 4}
        sizes, seconds = list(line.seconds), list(line.seconds.values())
        axes.loglog(sizes, seconds, color=style.COLOURS[place], label=line.label, **drawn)
    axes.set(xlabel=contest.counted, ylabel="seconds of one call")
    axes.set_title(title, fontsize=10)
    if not gpu():
        note = "no GPU here: its curves are missing"
        axes.text(0.99, 0.02, note, transform=axes.transAxes, ha="right", color=style.GREY, size=9)
    axes.legend()
    print(_times(lines, contest.counted))
    print(
        f"float32, the best of a few calls; PyTorch: {contest.calls}, one thread of the CPU. Your machine, this moment."
    )
    for remark in [*_bandwidth(contest, lines), *remarks]:
        print(remark)
    summary = title.replace("\n", " ")
    style.show(figure, f"Seconds of one call against the size ({contest.counted}), both axes logarithmic. {summary}.")


def _times(lines: list[Line], counted: str) -> str:
    """The times as a table, a row for every other size."""
    sizes = sorted({size for line in lines for size in line.seconds})
    width = max(len(line.label) for line in lines)
    every = sizes[:: 1 if len(sizes) <= 6 else 2]
    head = f"{counted:{width}}" + "".join(f"{in_short(size):>10}" for size in every)
    rows = [
        f"{line.label:{width}}" + "".join(f"{_duration(line.seconds.get(size)):>10}" for size in every)
        for line in lines
    ]
    return "\n".join([head, *rows])


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for unit, name in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 1e-6:.3g} µs"


def in_short(size: int) -> str:
    """A size as people write it: 64, 10⁵, 3·10⁶."""
    digits = str(size)
    if len(digits) < 4 or digits[1:].strip("0"):
        return digits
    power = str(len(digits) - 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{power}" if digits[0] == "1" else f"{digits[0]}·10{power}"


def _bandwidth(contest: Contest, lines: list[Line]) -> list[str]:
    """How much of the least that has to move is moved in a second; passes over intermediate results move more."""
    if not contest.bytes_each:
        return []
    speeds = []
    for line in lines:
        if not line.dotted:
            size = max(line.seconds)
            speeds.append(f"{line.label} {contest.bytes_each * size / line.seconds[size] / 1e9:.3g}")
    least = f"At least {contest.bytes_each} bytes have to move for each of the {contest.counted}"
    return [f"{least}. Of these, at the largest size, in GB/s: {'; '.join(speeds)}."]


def finding(name: str, lines: list[Line], counted: str) -> str:
    """The title of the figure: who is how much faster at the largest size that all reach, and at the smallest."""
    others = [line for line in lines[1:] if not line.dotted]
    if not others:
        return f"Your {name} alone"
    own, sizes = lines[0], sorted(set(lines[0].seconds).intersection(*(line.seconds for line in others)))
    best = min(others, key=lambda line: line.seconds[sizes[-1]])
    large, small = (own.seconds[size] / best.seconds[size] for size in (sizes[-1], sizes[0]))
    end = f"{in_short(sizes[-1])} {counted}: {_comparison(large, name, best.label)}"
    if len(sizes) == 1 or _side(small) == _side(large):
        return end
    return f"{end},\n{in_short(sizes[0])}: {_comparison(small, name, best.label)}"


def _side(ratio: float) -> int:
    return (ratio > SAME) - (ratio < 1 / SAME)


def _comparison(ratio: float, name: str, other: str) -> str:
    """ratio: the time of the student's function over the other's."""
    if not _side(ratio):
        return f"your {name} and {other} take equally long"
    factor = max(ratio, 1 / ratio)
    times = f"{factor:.2g}" if factor < 10 else f"{factor:.0f}"
    first, second = (other, f"your {name}") if ratio > 1 else (f"your {name}", other)
    return f"{first} is {times} times as fast as {second}"
