"""Kernels of `2_faster_optimizers/3_rmsprop`: AdaGrad, the moving average, RMSProp with epsilon outside and inside the
root, and centered RMSProp.

Cases that are not about epsilon have epsilon = 0 and an s well above 0, so that its place changes nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise, Mistake, Requirement, case, multistep_case, per_step
from autograder.exercises.sampling import Sampler, strided

NOTEBOOK = "2_faster_optimizers/3_rmsprop"

ONE_STEP = "one step"
OTHER_BETA = "beta other than 0.9"
EPSILON = "epsilon"
MANY_STEPS = "many steps"
ANY_ARRAY = "any shape, memory order and dtype"


def away_from_zero(draw: Sampler, *shape: int, dtype: str = "float64") -> np.ndarray:
    """Numbers between 0.3 and 3 of either sign."""
    sign = np.where(draw.normal(*shape) < 0, -1.0, 1.0)
    return (sign * np.round(draw.uniform(*shape, low=0.3, high=3.0), 3)).astype(dtype)


def before_a_step(draw: Sampler, *shape: int, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Parameters, a gradient and the squares of earlier ones."""
    return {
        "theta": draw.normal(*shape, scale=2.0, dtype=dtype),
        "gradient": away_from_zero(draw, *shape, dtype=dtype),
        "s": np.round(draw.uniform(*shape, low=0.5, high=4.0), 3).astype(dtype),
    }


def from_the_start(theta: np.ndarray, gradients: list[np.ndarray], state: tuple[str, ...] = ("s",)) -> dict[str, Any]:
    """Arguments of a repeated case whose state begins at zero, with one gradient for each step."""
    zeros = {name: np.zeros_like(theta) for name in state}
    return {"theta": theta, "gradient": per_step(gradients), **zeros}


def by_hand(state: tuple[str, ...] = ("s",)) -> dict[str, Any]:
    """Three steps of one number."""
    return from_the_start(np.array([1.0]), [np.array([number]) for number in (3.0, 4.0, -12.0)], state)


def random_steps(
    draw: Sampler, count: int, shape: tuple[int, ...], state: tuple[str, ...] = ("s",), dtype: str = "float64"
) -> dict[str, Any]:
    """As many steps of parameters of this shape."""
    theta = draw.normal(*shape, dtype=dtype)
    return from_the_start(theta, [away_from_zero(draw, *shape, dtype=dtype) for _ in range(count)], state)


def any_array(draw: Sampler, settings: dict[str, float]) -> Iterator[Case]:
    """Steps of one parameter array and s: float32, whole numbers, other memory orders, none at all, four dimensions."""
    small = {"theta": np.array([1.0, -2.0]), "gradient": np.array([3.0, 0.5]), "s": np.array([4.0, 0.25])}
    yield case("float32", **{name: array.astype("float32") for name, array in small.items()}, **settings)
    whole = {"theta": np.array([[1], [5]]), "gradient": np.array([[2], [-3]]), "s": np.array([[4.0], [9.0]])}
    yield case("whole numbers", **whole, **settings)
    fortran = {name: np.asfortranarray(array) for name, array in before_a_step(draw, 3, 4).items()}
    yield case("Fortran order", **fortran, **settings)
    every_second = {name: strided(array) for name, array in before_a_step(draw, 2, 5).items()}
    yield case("every second entry of a larger array", **every_second, **settings)
    yield case("no parameters", **{name: np.zeros((0, 3)) for name in small}, **settings)
    yield multistep_case("30 steps in float32", **random_steps(draw, 30, (4,), dtype="float32"), **settings)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        yield case("float32, four dimensions", **before_a_step(draw, *shape, dtype="float32"), **settings)


# ---------------------------------------------------------------- adagrad_step


def adagrad_step_reference(theta, gradient, s, learning_rate, epsilon):
    """One step of PyTorch's Adagrad whose sum of squares is s."""
    import torch

    parameter = torch.nn.Parameter(theta)
    optimizer = torch.optim.Adagrad([parameter], lr=learning_rate, eps=epsilon)
    optimizer.state[parameter]["sum"] = s
    parameter.grad = gradient
    optimizer.step()
    return parameter, optimizer.state[parameter]["sum"]


def adagrad_step_values(draw: Sampler) -> Iterator[Case]:
    """Single steps, also the first and one with a zero gradient."""
    settings = {"learning_rate": 0.5, "epsilon": 0.0}
    yield case("3 after squares of 16", theta=np.array([1.0]), gradient=np.array([3.0]), s=np.array([16.0]), **settings)
    first = {"theta": np.array([1.0, 1.0]), "gradient": np.array([-20.0, 0.4]), "s": np.zeros(2)}
    yield case("the first step", **first, **settings)
    flat = {"theta": np.array([1.0, -2.0]), "gradient": np.array([0.0, 1.5]), "s": np.array([4.0, 2.0])}
    yield case("a gradient of 0", **flat, **settings)
    for _ in draw.rounds(public=2, hidden=6):
        yield case("random", **before_a_step(draw, *draw.shape()), learning_rate=draw.number(0.05, 1.0), epsilon=0.0)


def adagrad_step_epsilon(draw: Sampler) -> Iterator[Case]:
    """Epsilon as large as the gradients; nothing to divide by."""
    one = np.array([1.0])
    yield case("epsilon = 1", theta=one, gradient=np.array([3.0]), s=np.array([16.0]), learning_rate=0.5, epsilon=1.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "s": np.zeros(2)}
    yield case("0 / (0 + epsilon)", **zero, learning_rate=0.1, epsilon=1e-8)
    for _ in draw.rounds(public=2, hidden=5):
        size, tiny = draw.choice([1e-6, 1e-7]), before_a_step(draw, *draw.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "s": tiny["s"] * size**2}
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, epsilon=draw.choice([1e-6, 1e-7]))


def adagrad_step_many(draw: Sampler) -> Iterator[Case]:
    """The sum goes from step to step; learning rates that change."""
    yield multistep_case("3 steps of one number", **by_hand(), learning_rate=1.0, epsilon=0.0)
    for _ in draw.rounds(public=1, hidden=3):
        count = draw.integer(10, 20)
        steps, rates = random_steps(draw, count, draw.shape()), [0.5 * 0.97**t for t in range(count)]
        yield multistep_case(
            f"{count} steps, the learning rate falls", **steps, learning_rate=per_step(rates), epsilon=0.0
        )


def adagrad_step_any(draw: Sampler) -> Iterator[Case]:
    """The contract."""
    yield from any_array(draw, {"learning_rate": 0.1, "epsilon": 0.0})


def adagrad_step_root_forgotten(theta, gradient, s, learning_rate, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / (s + epsilon), s


def adagrad_step_epsilon_inside_the_root(theta, gradient, s, learning_rate, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s


def adagrad_step_epsilon_forgotten(theta, gradient, s, learning_rate, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / np.sqrt(s), s


def adagrad_step_epsilon_after_the_quotient(theta, gradient, s, learning_rate, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / np.sqrt(s) + epsilon, s


def adagrad_step_gradient_not_squared(theta, gradient, s, learning_rate, epsilon):
    s = s + np.abs(gradient)
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def adagrad_step_s_of_before(theta, gradient, s, learning_rate, epsilon):
    new_theta = theta - learning_rate * gradient / (np.sqrt(s) + epsilon)
    return new_theta, s + gradient**2


def adagrad_step_one_size_for_all(theta, gradient, s, learning_rate, epsilon):
    s = s + np.sum(gradient**2)
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def adagrad_step_uphill(theta, gradient, s, learning_rate, epsilon):
    s = s + gradient**2
    return theta + learning_rate * gradient / (np.sqrt(s) + epsilon), s


def adagrad_step_s_not_kept(theta, gradient, s, learning_rate, epsilon):
    return theta - learning_rate * gradient / (np.sqrt(s + gradient**2) + epsilon), s


def adagrad_step_writes_into_its_arguments(theta, gradient, s, learning_rate, epsilon):
    s += gradient**2
    theta -= learning_rate * gradient / (np.sqrt(s) + epsilon)
    return theta, s


ALL_OF_ADAGRAD_STEP = (ONE_STEP, EPSILON, MANY_STEPS, ANY_ARRAY)

ADAGRAD_STEP = Exercise(
    name="adagrad_step",
    parameters=("theta", "gradient", "s", "learning_rate", "epsilon"),
    summary="a step along the gradient divided by the root of the sum of all its squares",
    pytorch="torch.optim.Adagrad([theta], lr=learning_rate, eps=epsilon)",
    source="https://jmlr.org/papers/v12/duchi11a.html (Duchi, Hazan, Singer 2011)",
    reference=adagrad_step_reference,
    outputs=("theta", "s"),
    requirements=(
        Requirement(ONE_STEP, 2, adagrad_step_values),
        Requirement(EPSILON, 1, adagrad_step_epsilon),
        Requirement(MANY_STEPS, 1, adagrad_step_many),
        Requirement(ANY_ARRAY, 1, adagrad_step_any),
    ),
    mistakes=(
        Mistake(
            adagrad_step_s_of_before,
            "You divide by the root of the s that you were given. The gradient of this step belongs into s before you "
            "divide, or the first step is a division by epsilon alone.",
            loses=ALL_OF_ADAGRAD_STEP,
        ),
        Mistake(
            adagrad_step_root_forgotten,
            "You divide by s itself. It holds squares: a gradient ten times as large must not make the step ten times "
            "shorter. Which operation gives s the units of a gradient?",
            loses=ALL_OF_ADAGRAD_STEP,
        ),
        Mistake(
            adagrad_step_epsilon_inside_the_root,
            "Epsilon stands inside your root. PyTorch takes the root first and adds epsilon then; for small gradients "
            "the two differ much.",
            loses=(EPSILON,),
        ),
        Mistake(
            adagrad_step_epsilon_forgotten,
            "`epsilon` has no effect on your result, and where a gradient has been 0 from the start you compute 0 / 0.",
            loses=(EPSILON,),
        ),
        Mistake(
            adagrad_step_epsilon_after_the_quotient,
            "Epsilon is added to theta: a quotient goes before a sum. Put the root and epsilon in parentheses.",
            loses=(EPSILON,),
        ),
        Mistake(
            adagrad_step_one_size_for_all,
            "You add the squares of all entries to every s. Each parameter has an s of its own: that is the idea.",
            loses=ALL_OF_ADAGRAD_STEP,
        ),
        Mistake(
            adagrad_step_gradient_not_squared,
            "You add up absolute values, and then take the root of their sum. s adds up squares.",
            loses=ALL_OF_ADAGRAD_STEP,
        ),
        Mistake(
            adagrad_step_uphill,
            "Your step goes up the slope. The gradient points uphill; we want to go down.",
            loses=ALL_OF_ADAGRAD_STEP,
        ),
        Mistake(
            adagrad_step_s_not_kept,
            "The step is right, but you return the s you were given: the next step will know nothing of this gradient.",
            loses=ALL_OF_ADAGRAD_STEP,
        ),
        Mistake(
            adagrad_step_writes_into_its_arguments,
            "The arrays you were given have been changed: `s += ...` and `theta -= ...` write into them. Write "
            "`s = s + ...`, which makes a new array.",
            loses=(ANY_ARRAY, PURITY),
        ),
    ),
)

# ---------------------------------------------------------------- moving_average


def moving_average_reference(values, beta):
    """PyTorch's exponential moving average, from zero, once for each value."""
    import torch
    from torch.optim.swa_utils import get_ema_avg_fn

    update = get_ema_avg_fn(beta)
    average, averages = torch.zeros_like(values[0]), []
    for value in values:
        average = update(average, value, None)
        averages.append(average)
    return torch.stack(averages)


def moving_average_values(draw: Sampler) -> Iterator[Case]:
    """Sequences of numbers, beta = 0.9."""
    yield case("10 and 20", values=np.array([10.0, 20.0]), beta=0.9)
    yield case("one push, then nothing", values=np.array([10.0, 0.0, 0.0, 0.0]), beta=0.9)
    for _ in draw.rounds(public=2, hidden=5):
        yield case("random numbers", values=draw.normal(draw.integer(5, 30), scale=3.0), beta=0.9)


def moving_average_other_beta(draw: Sampler) -> Iterator[Case]:
    """Longer, shorter and no memory."""
    yield case("beta = 0.75", values=np.array([8.0, 4.0]), beta=0.75)
    yield case("beta = 0: no memory", values=np.array([8.0, -4.0, 2.0]), beta=0.0)
    yield case("beta = 0.99", values=np.array([100.0, -50.0, 200.0]), beta=0.99)
    for _ in draw.rounds(public=1, hidden=4):
        beta = draw.choice([0.5, 0.7, 0.95, 0.999])
        yield case("random numbers", values=draw.normal(draw.integer(5, 30), scale=3.0), beta=beta)


def moving_average_several(draw: Sampler) -> Iterator[Case]:
    """A row of numbers, or a matrix, at each time."""
    yield case("two numbers at each of three times", values=np.array([[10.0, 0], [20, 0], [0, -10]]), beta=0.9)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("a row at each time", values=draw.normal(*draw.shape(), scale=3.0), beta=0.9)
        yield case("a matrix at each time", values=draw.normal(*draw.shape(3), scale=3.0), beta=0.9)


def moving_average_any(draw: Sampler) -> Iterator[Case]:
    """The contract."""
    yield case("float32", values=np.array([10, 20, -5], dtype="float32"), beta=0.9)
    yield case("whole numbers", values=np.array([10, 20, -5]), beta=0.9)
    yield case("Fortran order", values=np.asfortranarray(draw.normal(5, 3)), beta=0.9)
    yield case("every second entry of a larger array", values=strided(draw.normal(12)), beta=0.9)
    for _ in draw.rounds(public=1, hidden=3):
        yield case("float32, many values", values=draw.normal(draw.integer(20, 60), dtype="float32"), beta=0.9)


def moving_average_weights_swapped(values, beta):
    average, averages = 0, []
    for value in values:
        average = (1 - beta) * average + beta * value
        averages.append(average)
    return np.array(averages)


def moving_average_starts_at_the_first_value(values, beta):
    average, averages = values[0] * 1.0, []
    for value in values:
        average = beta * average + (1 - beta) * value
        averages.append(average)
    return np.array(averages)


def moving_average_one_minus_beta_forgotten(values, beta):
    average, averages = 0, []
    for value in values:
        average = beta * average + value
        averages.append(average)
    return np.array(averages)


def moving_average_bias_corrected(values, beta):
    average, averages = 0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)


def moving_average_noted_before_the_update(values, beta):
    average, averages = np.zeros_like(values[0]) * 1.0, []
    for value in values:
        averages.append(average)
        average = beta * average + (1 - beta) * value
    return np.array(averages)


def moving_average_mean_of_all_so_far(values, beta):
    counts = np.arange(1, len(values) + 1).reshape(-1, *[1] * (values.ndim - 1))
    return (np.cumsum(values, axis=0) / counts).astype((values * beta).dtype)


def moving_average_last_one_only(values, beta):
    average = 0
    for value in values:
        average = beta * average + (1 - beta) * value
    return average


def moving_average_beta_fixed(values, beta):
    average, averages = 0, []
    for value in values:
        average = 0.9 * average + 0.1 * value
        averages.append(average)
    return np.array(averages)


def moving_average_along_the_last_axis(values, beta):
    averages = np.zeros_like(values * beta)
    average = 0
    for t in range(values.shape[-1]):
        average = beta * average + (1 - beta) * values[..., t]
        averages[..., t] = average
    return averages


def moving_average_dtype_of_the_values(values, beta):
    averages = np.zeros_like(values)
    average = 0
    for t in range(len(values)):
        average = beta * average + (1 - beta) * values[t]
        averages[t] = average
    return averages


def moving_average_always_float64(values, beta):
    averages = np.zeros(values.shape)
    average = 0
    for t in range(len(values)):
        average = beta * average + (1 - beta) * values[t]
        averages[t] = average
    return averages


ALL_OF_MOVING_AVERAGE = ("values", OTHER_BETA, "several numbers at a time", ANY_ARRAY)

MOVING_AVERAGE = Exercise(
    name="moving_average",
    parameters=("values", "beta"),
    summary="exponential moving average of a sequence, from zero, after each value",
    pytorch="torch.optim.swa_utils.get_ema_avg_fn(decay=beta), from zero, once for each value",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.get_ema_avg_fn.html",
    reference=moving_average_reference,
    outputs=("averages",),
    requirements=(
        Requirement("values", 2, moving_average_values),
        Requirement(OTHER_BETA, 1, moving_average_other_beta),
        Requirement("several numbers at a time", 1, moving_average_several),
        Requirement(ANY_ARRAY, 1, moving_average_any),
    ),
    mistakes=(
        Mistake(
            moving_average_weights_swapped,
            "The weights are the wrong way round. Beta, the larger one, belongs to what is already there: a long "
            "memory changes slowly.",
            loses=ALL_OF_MOVING_AVERAGE,
        ),
        Mistake(
            moving_average_starts_at_the_first_value,
            "Your average starts at the first value. Here, as in PyTorch's optimizers, it starts at 0, so the first "
            "average is only (1 - beta) times the first value.",
            loses=ALL_OF_MOVING_AVERAGE,
        ),
        Mistake(
            moving_average_one_minus_beta_forgotten,
            "The new value enters with weight 1, so your result is a sum, 1 / (1 - beta) times too large. The two "
            "weights of an average add up to 1.",
            loses=ALL_OF_MOVING_AVERAGE,
        ),
        Mistake(
            moving_average_bias_corrected,
            "You divide by 1 - beta^t. This correction of the start at zero belongs to Adam; the plain average goes "
            "without it.",
            loses=ALL_OF_MOVING_AVERAGE,
        ),
        Mistake(
            moving_average_noted_before_the_update,
            "Your averages come one place late: entry t must already contain value t.",
            loses=ALL_OF_MOVING_AVERAGE,
        ),
        Mistake(
            moving_average_mean_of_all_so_far,
            "This is the plain mean of all values so far, in which every value weighs the same for ever. The moving "
            "average forgets: see the equation.",
            loses=ALL_OF_MOVING_AVERAGE,
        ),
        Mistake(
            moving_average_last_one_only,
            "You return the last average. The exercise asks for all of them, one for each value.",
            loses=ALL_OF_MOVING_AVERAGE,
        ),
        Mistake(
            moving_average_beta_fixed,
            "`beta` has no effect on your result: it is that of beta = 0.9.",
            loses=(OTHER_BETA,),
        ),
        Mistake(
            moving_average_along_the_last_axis,
            "You average along the last axis. Time is the first one: values[0] is what comes first, be it a number, a "
            "row or a matrix.",
            loses=("several numbers at a time", ANY_ARRAY),
        ),
        Mistake(
            moving_average_dtype_of_the_values,
            "Averages of whole numbers are cut down to whole numbers: np.zeros_like(values) has the dtype of values.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            moving_average_always_float64,
            "The numbers are right, but float32 becomes float64: np.zeros(shape) makes float64.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- rmsprop_step


def rmsprop_step_reference(theta, gradient, s, learning_rate, beta, epsilon):
    """One step of PyTorch's RMSprop whose moving average of squares is s."""
    import torch

    parameter = torch.nn.Parameter(theta)
    optimizer = torch.optim.RMSprop([parameter], lr=learning_rate, alpha=beta, eps=epsilon)
    optimizer.state[parameter] = {"step": torch.zeros(()), "square_avg": s}
    parameter.grad = gradient
    optimizer.step()
    return parameter, optimizer.state[parameter]["square_avg"]


def rmsprop_values(draw: Sampler) -> Iterator[Case]:
    """Single steps with beta = 0.9, also the first and one with a zero gradient."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0}
    yield case("10 after an average of 0", theta=np.ones(1), gradient=np.array([10.0]), s=np.zeros(1), **settings)
    same = {"theta": np.array([1.0, -1.0]), "gradient": np.array([2.0, -0.5]), "s": np.array([4.0, 0.25])}
    yield case("gradients of the usual size", **same, **settings)
    flat = {"theta": np.array([1.0, -2.0]), "gradient": np.array([0.0, 1.5]), "s": np.array([4.0, 2.0])}
    yield case("a gradient of 0", **flat, **settings)
    for _ in draw.rounds(public=2, hidden=6):
        random = before_a_step(draw, *draw.shape())
        yield case("random", **random, learning_rate=draw.number(0.05, 1.0), beta=0.9, epsilon=0.0)


def rmsprop_other_beta(draw: Sampler) -> Iterator[Case]:
    """Longer, shorter and no memory."""
    half = {"theta": np.array([1.0]), "gradient": np.array([4.0]), "s": np.array([2.0])}
    yield case("beta = 0.5", **half, learning_rate=0.3, beta=0.5, epsilon=0.0)
    yield case("beta = 0: no memory", **before_a_step(draw, 3), learning_rate=0.1, beta=0.0, epsilon=0.0)
    for _ in draw.rounds(public=2, hidden=5):
        beta, shape = draw.choice([0.25, 0.7, 0.99, 0.999]), draw.shape()
        yield case("random", **before_a_step(draw, *shape), learning_rate=0.1, beta=beta, epsilon=0.0)


def rmsprop_epsilon(draw: Sampler) -> Iterator[Case]:
    """Epsilon as large as the gradients; nothing to divide by."""
    one = {"theta": np.array([1.0]), "gradient": np.array([3.0]), "s": np.array([9.0])}
    yield case("epsilon = 1", **one, learning_rate=0.1, beta=0.9, epsilon=1.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "s": np.zeros(2)}
    yield case("0 / (0 + epsilon)", **zero, learning_rate=0.1, beta=0.9, epsilon=1e-8)
    for _ in draw.rounds(public=2, hidden=5):
        size, tiny = draw.choice([1e-6, 1e-7]), before_a_step(draw, *draw.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "s": tiny["s"] * size**2}
        epsilon = draw.choice([1e-6, 1e-7])
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, beta=0.9, epsilon=epsilon)


def rmsprop_many(draw: Sampler) -> Iterator[Case]:
    """The average goes from step to step; learning rates that change."""
    settings = {"beta": 0.9, "epsilon": 0.0}
    yield multistep_case("3 steps of one number", **by_hand(), learning_rate=0.1, **settings)
    for _ in draw.rounds(public=1, hidden=3):
        count = draw.integer(10, 20)
        steps, rates = random_steps(draw, count, draw.shape()), [0.5 * 0.97**t for t in range(count)]
        yield multistep_case(
            f"{count} steps, the learning rate falls", **steps, learning_rate=per_step(rates), **settings
        )


def rmsprop_any(draw: Sampler) -> Iterator[Case]:
    """The contract."""
    yield from any_array(draw, {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0})


def rmsprop_step_epsilon_inside_the_root(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s


def rmsprop_step_epsilon_forgotten(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s), s


def rmsprop_step_epsilon_after_the_quotient(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s) + epsilon, s


def rmsprop_step_sum_instead_of_average(theta, gradient, s, learning_rate, beta, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def rmsprop_step_one_minus_beta_forgotten(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def rmsprop_step_weights_swapped(theta, gradient, s, learning_rate, beta, epsilon):
    s = (1 - beta) * s + beta * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def rmsprop_step_root_forgotten(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (s + epsilon), s


def rmsprop_step_average_of_the_gradient(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient
    return theta - learning_rate * gradient / (np.abs(s) + epsilon), s


def rmsprop_step_s_of_before(theta, gradient, s, learning_rate, beta, epsilon):
    new_theta = theta - learning_rate * gradient / (np.sqrt(s) + epsilon)
    return new_theta, beta * s + (1 - beta) * gradient**2


def rmsprop_step_uphill(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta + learning_rate * gradient / (np.sqrt(s) + epsilon), s


def rmsprop_step_s_not_kept(theta, gradient, s, learning_rate, beta, epsilon):
    new_s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(new_s) + epsilon), s


def rmsprop_step_beta_fixed(theta, gradient, s, learning_rate, beta, epsilon):
    s = 0.9 * s + 0.1 * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def rmsprop_step_always_float64(theta, gradient, s, learning_rate, beta, epsilon):
    rates = np.full(theta.shape, learning_rate)
    s = beta * s + (1 - beta) * gradient**2
    return theta - rates * gradient / (np.sqrt(s) + epsilon), s


def rmsprop_step_writes_into_its_arguments(theta, gradient, s, learning_rate, beta, epsilon):
    s *= beta
    s += (1 - beta) * gradient**2
    theta -= learning_rate * gradient / (np.sqrt(s) + epsilon)
    return theta, s


ALL_OF_RMSPROP_STEP = (ONE_STEP, OTHER_BETA, EPSILON, MANY_STEPS, ANY_ARRAY)

RMSPROP_STEP = Exercise(
    name="rmsprop_step",
    parameters=("theta", "gradient", "s", "learning_rate", "beta", "epsilon"),
    summary="a step along the gradient divided by the root of the moving average of its squares, plus epsilon",
    pytorch="torch.optim.RMSprop([theta], lr=learning_rate, alpha=beta, eps=epsilon)",
    source="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf (Hinton 2012)",
    reference=rmsprop_step_reference,
    outputs=("theta", "s"),
    requirements=(
        Requirement(ONE_STEP, 2, rmsprop_values),
        Requirement(OTHER_BETA, 1, rmsprop_other_beta),
        Requirement(EPSILON, 1, rmsprop_epsilon),
        Requirement(MANY_STEPS, 1, rmsprop_many),
        Requirement(ANY_ARRAY, 1, rmsprop_any),
    ),
    mistakes=(
        Mistake(
            rmsprop_step_epsilon_inside_the_root,
            "Epsilon stands inside your root. That is the textbook's and Keras's form, and the next exercise; PyTorch "
            "takes the root first and adds epsilon then.",
            loses=(EPSILON,),
        ),
        Mistake(
            rmsprop_step_epsilon_forgotten,
            "`epsilon` has no effect on your result, and where a gradient has been 0 from the start you compute 0 / 0.",
            loses=(EPSILON,),
        ),
        Mistake(
            rmsprop_step_epsilon_after_the_quotient,
            "Epsilon is added to theta: a quotient goes before a sum. Put the root and epsilon in parentheses.",
            loses=(EPSILON,),
        ),
        Mistake(
            rmsprop_step_sum_instead_of_average,
            "Your s is the sum of all squares: this is AdaGrad. RMSProp takes a moving average, which forgets.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_one_minus_beta_forgotten,
            "The new square enters s with weight 1. Then s grows to 1 / (1 - beta) times the mean square. The two "
            "weights of an average add up to 1.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_weights_swapped,
            "The weights in s are the wrong way round: beta, the larger one, belongs to the old s.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_root_forgotten,
            "You divide by s itself, a square. RMS means root mean square: the root is missing.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_average_of_the_gradient,
            "You average the gradient, not its square. Where it changes its sign, the average comes close to 0, and "
            "the step becomes huge.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_s_of_before,
            "You divide by the root of the s that you were given. Update s first: on the first step the old one is 0.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_uphill,
            "Your step goes up the slope. The gradient points uphill; we want to go down.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_s_not_kept,
            "The step is right, but you return the s you were given: the next step will know nothing of this gradient.",
            loses=ALL_OF_RMSPROP_STEP,
        ),
        Mistake(
            rmsprop_step_beta_fixed,
            "`beta` has no effect on your result: it is that of beta = 0.9.",
            loses=(OTHER_BETA,),
        ),
        Mistake(
            rmsprop_step_always_float64,
            "The numbers are right, but float32 becomes float64: np.full(shape, number) makes float64. A plain Python "
            "number adapts to the array beside it.",
            loses=(ANY_ARRAY,),
        ),
        Mistake(
            rmsprop_step_writes_into_its_arguments,
            "The arrays you were given have been changed: `s *= ...`, `s += ...` and `theta -= ...` write into them. "
            "PyTorch does that on purpose; here, return new arrays.",
            loses=(ANY_ARRAY, PURITY),
        ),
    ),
)

# ---------------------------------------------------------------- textbook_rmsprop_step


def textbook_rmsprop_step_reference(theta, gradient, s, learning_rate, beta, epsilon):
    """The textbook's equations on tensors: PyTorch has no optimizer with epsilon inside the root."""
    import torch

    s = torch.lerp(gradient.square(), s, beta)
    return theta - learning_rate * gradient * torch.rsqrt(s + epsilon), s


def textbook_rmsprop_epsilon(draw: Sampler) -> Iterator[Case]:
    """Epsilon as large as the squares of the gradients; nothing to divide by."""
    one = {"theta": np.array([1.0]), "gradient": np.array([4.0]), "s": np.array([16.0])}
    yield case("epsilon = 9", **one, learning_rate=0.1, beta=0.9, epsilon=9.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "s": np.zeros(2)}
    yield case("0 / root of (0 + epsilon)", **zero, learning_rate=0.1, beta=0.9, epsilon=1e-8)
    for _ in draw.rounds(public=2, hidden=5):
        size, tiny = draw.choice([1e-3, 1e-4]), before_a_step(draw, *draw.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "s": tiny["s"] * size**2}
        epsilon = draw.choice([1e-7, 1e-8])
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, beta=0.9, epsilon=epsilon)


def textbook_rmsprop_many(draw: Sampler) -> Iterator[Case]:
    """The average goes from step to step."""
    yield multistep_case("3 steps of one number", **by_hand(), learning_rate=0.1, beta=0.9, epsilon=0.0)
    for _ in draw.rounds(public=1, hidden=3):
        count, beta = draw.integer(10, 20), draw.choice([0.8, 0.95, 0.99])
        steps = random_steps(draw, count, draw.shape())
        yield multistep_case(f"{count} steps", **steps, learning_rate=0.1, beta=beta, epsilon=0.0)


def textbook_rmsprop_step_epsilon_outside_the_root(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def textbook_rmsprop_step_epsilon_stays_in_s(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2 + epsilon
    return theta - learning_rate * gradient / np.sqrt(s), s


def textbook_rmsprop_step_epsilon_squared(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon**2), s


def textbook_rmsprop_step_epsilon_inside_and_outside(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s + epsilon) + epsilon), s


def textbook_rmsprop_step_sum_instead_of_average(theta, gradient, s, learning_rate, beta, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s


def textbook_rmsprop_step_one_minus_beta_forgotten(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s


def textbook_rmsprop_step_root_forgotten(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (s + epsilon), s


def textbook_rmsprop_step_beta_fixed(theta, gradient, s, learning_rate, beta, epsilon):
    s = 0.9 * s + 0.1 * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s


def textbook_rmsprop_step_always_float64(theta, gradient, s, learning_rate, beta, epsilon):
    gradient = np.array(gradient, dtype=float)
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s


ALL_OF_TEXTBOOK = (ONE_STEP, "epsilon inside the root", MANY_STEPS, ANY_ARRAY)

TEXTBOOK_RMSPROP_STEP = Exercise(
    name="textbook_rmsprop_step",
    parameters=("theta", "gradient", "s", "learning_rate", "beta", "epsilon"),
    summary="RMSProp with epsilon inside the root, as in Keras and in textbooks",
    pytorch="theta - learning_rate * gradient * torch.rsqrt(s + epsilon); no optimizer of PyTorch's does this",
    source="https://keras.io/api/optimizers/rmsprop/",
    reference=textbook_rmsprop_step_reference,
    outputs=("theta", "s"),
    requirements=(
        Requirement(ONE_STEP, 1, rmsprop_values),
        Requirement("epsilon inside the root", 2, textbook_rmsprop_epsilon),
        Requirement(MANY_STEPS, 1, textbook_rmsprop_many),
        Requirement(ANY_ARRAY, 1, rmsprop_any),
    ),
    mistakes=(
        Mistake(
            textbook_rmsprop_step_epsilon_outside_the_root,
            "This is PyTorch's form, the exercise before: epsilon is added after the root. Here it is added to s, and "
            "then the root is taken.",
            loses=("epsilon inside the root",),
        ),
        Mistake(
            textbook_rmsprop_step_epsilon_stays_in_s,
            "The s that you return contains epsilon. It belongs into the division only, or it is added again in every "
            "step.",
            loses=("epsilon inside the root",),
        ),
        Mistake(
            textbook_rmsprop_step_epsilon_squared,
            "You add the square of epsilon to s. The equation adds epsilon itself, though s is a square; that is why "
            "the same number means so much more here than outside the root.",
            loses=("epsilon inside the root",),
        ),
        Mistake(
            textbook_rmsprop_step_epsilon_inside_and_outside,
            "Epsilon is added twice, inside the root and after it. Inside is enough: the root is never 0 then.",
            loses=("epsilon inside the root",),
        ),
        Mistake(
            textbook_rmsprop_step_sum_instead_of_average,
            "Your s is the sum of all squares: this is AdaGrad. RMSProp takes a moving average, which forgets.",
            loses=ALL_OF_TEXTBOOK,
        ),
        Mistake(
            textbook_rmsprop_step_one_minus_beta_forgotten,
            "The new square enters s with weight 1. The two weights of an average add up to 1.",
            loses=ALL_OF_TEXTBOOK,
        ),
        Mistake(
            textbook_rmsprop_step_root_forgotten,
            "You divide by s + epsilon, a square. The root of it is missing.",
            loses=ALL_OF_TEXTBOOK,
        ),
        Mistake(
            textbook_rmsprop_step_beta_fixed,
            "`beta` has no effect on your result: it is that of beta = 0.9.",
            loses=(MANY_STEPS,),
        ),
        Mistake(
            textbook_rmsprop_step_always_float64,
            "The numbers are right, but float32 becomes float64: dtype=float means float64.",
            loses=(ANY_ARRAY,),
        ),
    ),
)

# ---------------------------------------------------------------- centered_rmsprop_step


def centered_rmsprop_step_reference(theta, gradient, m, s, learning_rate, beta, epsilon):
    """One step of PyTorch's centered RMSprop whose moving averages are m and s."""
    import torch

    parameter = torch.nn.Parameter(theta)
    optimizer = torch.optim.RMSprop([parameter], lr=learning_rate, alpha=beta, eps=epsilon, centered=True)
    optimizer.state[parameter] = {"step": torch.zeros(()), "square_avg": s, "grad_avg": m}
    parameter.grad = gradient
    optimizer.step()
    return parameter, optimizer.state[parameter]["grad_avg"], optimizer.state[parameter]["square_avg"]


def before_a_centered_step(draw: Sampler, *shape: int, dtype: str = "float64") -> dict[str, np.ndarray]:
    """Parameters, a gradient, its mean so far, and a mean square well above the square of the mean."""
    found = before_a_step(draw, *shape)
    m = away_from_zero(draw, *shape) / 2
    arrays = {"theta": found["theta"], "gradient": found["gradient"], "m": m, "s": m**2 + found["s"]}
    return {name: array.astype(dtype) for name, array in arrays.items()}


def centered_values(draw: Sampler) -> Iterator[Case]:
    """Single steps with beta = 0.9, also the first and one with a zero gradient."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0}
    one = {"theta": np.array([1.0]), "gradient": np.array([10.0]), "m": np.zeros(1), "s": np.zeros(1)}
    yield case("10 after averages of 0", **one, **settings)
    flat = {"theta": np.array([1.0, -2.0]), "gradient": np.array([0.0, 1.5])}
    yield case("a gradient of 0", **flat, m=np.array([1.0, -0.5]), s=np.array([4.0, 2.0]), **settings)
    for _ in draw.rounds(public=2, hidden=6):
        random = before_a_centered_step(draw, *draw.shape())
        yield case("random", **random, learning_rate=draw.number(0.05, 1.0), beta=0.9, epsilon=0.0)


def centered_epsilon(draw: Sampler) -> Iterator[Case]:
    """Epsilon as large as the gradients; nothing to divide by."""
    one = {"theta": np.array([1.0]), "gradient": np.array([20.0]), "m": np.zeros(1), "s": np.zeros(1)}
    yield case("epsilon = 2", **one, learning_rate=0.1, beta=0.9, epsilon=2.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "m": np.zeros(2), "s": np.zeros(2)}
    yield case("0 / (0 + epsilon)", **zero, learning_rate=0.1, beta=0.9, epsilon=1e-8)
    for _ in draw.rounds(public=2, hidden=5):
        size, tiny = draw.choice([1e-6, 1e-7]), before_a_centered_step(draw, *draw.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "m": tiny["m"] * size, "s": tiny["s"] * size**2}
        epsilon = draw.choice([1e-6, 1e-7])
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, beta=0.9, epsilon=epsilon)


def centered_many(draw: Sampler) -> Iterator[Case]:
    """Both averages go from step to step; several beta."""
    yield multistep_case("3 steps of one number", **by_hand(("m", "s")), learning_rate=0.1, beta=0.9, epsilon=0.0)
    for _ in draw.rounds(public=2, hidden=4):
        count, beta = draw.integer(10, 20), draw.choice([0.8, 0.95, 0.99])
        steps = random_steps(draw, count, draw.shape(), ("m", "s"))
        yield multistep_case(f"{count} steps", **steps, learning_rate=0.1, beta=beta, epsilon=0.0)


def centered_any(draw: Sampler) -> Iterator[Case]:
    """The contract."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0}
    small = {"theta": np.array([1.0, -2.0]), "gradient": np.array([3.0, 0.5])}
    small |= {"m": np.array([1.0, -0.5]), "s": np.array([4.0, 1.25])}
    yield case("float32", **{name: array.astype("float32") for name, array in small.items()}, **settings)
    whole = {"theta": np.array([[1], [5]]), "gradient": np.array([[2], [-3]])}
    yield case("whole numbers", **whole, m=np.array([[1.0], [-2.0]]), s=np.array([[4.0], [9.0]]), **settings)
    fortran = {name: np.asfortranarray(array) for name, array in before_a_centered_step(draw, 3, 4).items()}
    yield case("Fortran order", **fortran, **settings)
    every_second = {name: strided(array) for name, array in before_a_centered_step(draw, 2, 5).items()}
    yield case("every second entry of a larger array", **every_second, **settings)
    yield case("no parameters", **{name: np.zeros((0, 3)) for name in small}, **settings)
    for _ in draw.rounds(public=1, hidden=3):
        shape = draw.shape(4, largest=5)
        yield case("float32, four dimensions", **before_a_centered_step(draw, *shape, dtype="float32"), **settings)


def centered_rmsprop_step_not_centered(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), m, s


def centered_rmsprop_step_mean_not_squared(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(np.abs(s - m)) + epsilon), m, s


def centered_rmsprop_step_mean_of_before(theta, gradient, m, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    new_theta = theta - learning_rate * gradient / (np.sqrt(np.abs(s - m**2)) + epsilon)
    return new_theta, beta * m + (1 - beta) * gradient, s


def centered_rmsprop_step_difference_of_the_roots(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) - np.abs(m) + epsilon), m, s


def centered_rmsprop_step_gradient_centered_too(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * (gradient - m) / (np.sqrt(s - m**2) + epsilon), m, s


def centered_rmsprop_step_along_the_mean(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * m / (np.sqrt(s - m**2) + epsilon), m, s


def centered_rmsprop_step_variance_kept_as_s(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2 - m**2
    return theta - learning_rate * gradient / (np.sqrt(np.abs(s)) + epsilon), m, s


def centered_rmsprop_step_epsilon_inside_the_root(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s - m**2 + epsilon), m, s


def centered_rmsprop_step_average_of_squared_deviations(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * (gradient - m) ** 2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), m, s


def centered_rmsprop_step_beta_fixed(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = 0.9 * m + 0.1 * gradient
    s = 0.9 * s + 0.1 * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s - m**2) + epsilon), m, s


def centered_rmsprop_step_state_in_the_wrong_order(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s - m**2) + epsilon), s, m


ALL_OF_CENTERED = (ONE_STEP, EPSILON, MANY_STEPS, ANY_ARRAY)

CENTERED_RMSPROP_STEP = Exercise(
    name="centered_rmsprop_step",
    parameters=("theta", "gradient", "m", "s", "learning_rate", "beta", "epsilon"),
    summary="a step along the gradient divided by its estimated standard deviation, plus epsilon",
    pytorch="torch.optim.RMSprop([theta], lr=learning_rate, alpha=beta, eps=epsilon, centered=True)",
    source="https://arxiv.org/abs/1308.0850 (Graves 2013, equations 38 to 40)",
    reference=centered_rmsprop_step_reference,
    outputs=("theta", "m", "s"),
    requirements=(
        Requirement(ONE_STEP, 2, centered_values),
        Requirement(EPSILON, 1, centered_epsilon),
        Requirement(MANY_STEPS, 1, centered_many),
        Requirement(ANY_ARRAY, 1, centered_any),
    ),
    mistakes=(
        Mistake(
            centered_rmsprop_step_not_centered,
            "You update m but do not use it: this is RMSProp without centering. The variance is s minus the square of "
            "m.",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_mean_not_squared,
            "You subtract m from s. One is a gradient, the other the square of one: square m first.",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_mean_of_before,
            "You subtract the square of the m that you were given. Update both averages first, then divide.",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_difference_of_the_roots,
            "The root of a difference is not the difference of the roots. Subtract m squared from s, then take the "
            "root.",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_gradient_centered_too,
            "You subtract the mean from the gradient as well. Then nothing of a constant slope is left to follow. Only "
            "what you divide by is centered.",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_along_the_mean,
            "You step along m. Here the step follows the gradient itself; m only helps to find what to divide by. (To "
            "follow m is what Adam does.)",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_variance_kept_as_s,
            "The s that you return has lost the square of m. It stays the mean square; the difference is only for the "
            "division.",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_epsilon_inside_the_root,
            "Epsilon stands inside your root, as in Graves's paper and in Keras. PyTorch adds it after the root.",
            loses=(EPSILON,),
        ),
        Mistake(
            centered_rmsprop_step_average_of_squared_deviations,
            "You average the squares of gradient minus m. Here s averages the squares of the gradient, and the square "
            "of m is subtracted only under the root.",
            loses=ALL_OF_CENTERED,
        ),
        Mistake(
            centered_rmsprop_step_beta_fixed,
            "`beta` has no effect on your result: it is that of beta = 0.9.",
            loses=(MANY_STEPS,),
        ),
        Mistake(
            centered_rmsprop_step_state_in_the_wrong_order,
            "The numbers are right but in another order: return theta, then m, then s.",
            loses=ALL_OF_CENTERED,
        ),
    ),
)

EXERCISES = (ADAGRAD_STEP, MOVING_AVERAGE, RMSPROP_STEP, TEXTBOOK_RMSPROP_STEP, CENTERED_RMSPROP_STEP)
