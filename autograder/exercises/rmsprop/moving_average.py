"""moving_average: exponential moving average of a sequence, from zero, after each value."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise
from autograder.exercises.sampling import strided

TEXTBOOK = """\
def moving_average(values, beta):
    average, averages = 0, []
    for value in values:
        average = beta * average + (1 - beta) * value
        averages.append(average)
    return np.array(averages)
"""

moving_average = Exercise(
    TEXTBOOK,
    outputs=("averages",),
    summary="exponential moving average of a sequence, from zero, after each value",
    pytorch="torch.optim.swa_utils.get_ema_avg_fn(decay=beta), from zero, once for each value",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.get_ema_avg_fn.html",
)
requirement, wrong = moving_average.requirement, moving_average.wrong


@moving_average.pytorch_reference
def reference(values, beta):
    """PyTorch's exponential moving average, from zero, once for each value."""
    import torch
    from torch.optim.swa_utils import get_ema_avg_fn

    update = get_ema_avg_fn(beta)
    average, averages = torch.zeros_like(values[0]), []
    for value in values:
        average = update(average, value, None)
        averages.append(average)
    return torch.stack(averages)


@requirement("values", points=2)
def values_cases(sample):
    """Sequences of numbers, beta = 0.9."""
    yield case("10 and 20", values=np.array([10.0, 20.0]), beta=0.9)
    yield case("one push, then nothing", values=np.array([10.0, 0.0, 0.0, 0.0]), beta=0.9)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random numbers", values=sample.normal(sample.integer(5, 30), scale=3.0), beta=0.9)


@requirement("beta other than 0.9", points=1)
def other_beta(sample):
    """Longer, shorter and no memory."""
    yield case("beta = 0.75", values=np.array([8.0, 4.0]), beta=0.75)
    yield case("beta = 0: no memory", values=np.array([8.0, -4.0, 2.0]), beta=0.0)
    yield case("beta = 0.99", values=np.array([100.0, -50.0, 200.0]), beta=0.99)
    for _ in sample.repeat(public=1, hidden=4):
        beta = sample.choice([0.5, 0.7, 0.95, 0.999])
        yield case("random numbers", values=sample.normal(sample.integer(5, 30), scale=3.0), beta=beta)


@requirement("several numbers at a time", points=1)
def several(sample):
    """A row of numbers, or a matrix, at each time."""
    yield case("two numbers at each of three times", values=np.array([[10.0, 0], [20, 0], [0, -10]]), beta=0.9)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("a row at each time", values=sample.normal(*sample.shape(), scale=3.0), beta=0.9)
        yield case("a matrix at each time", values=sample.normal(*sample.shape(3), scale=3.0), beta=0.9)


@requirement("any shape, memory order and dtype", points=1)
def any_cases(sample):
    """The contract."""
    yield case("float32", values=np.array([10, 20, -5], dtype="float32"), beta=0.9)
    yield case("whole numbers", values=np.array([10, 20, -5]), beta=0.9)
    yield case("Fortran order", values=np.asfortranarray(sample.normal(5, 3)), beta=0.9)
    yield case("every second entry of a larger array", values=strided(sample.normal(12)), beta=0.9)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("float32, many values", values=sample.normal(sample.integer(20, 60), dtype="float32"), beta=0.9)


@wrong({"beta * average +": "", "- beta)": "- beta) * average + beta"})
def weights_swapped():
    """The weights are the wrong way round. Beta, the larger one, belongs to what is already there: a long memory
    changes slowly."""


@wrong({"0": "values[0] * 1.0"})
def starts_at_the_first_value():
    """Your average starts at the first value. Here, as in PyTorch's optimizers, it starts at 0, so the first average
    is only (1 - beta) times the first value."""


@wrong({"(1 - beta) *": ""})
def one_minus_beta_forgotten():
    """The new value enters with weight 1, so your result is a sum, 1 / (1 - beta) times too large. The two weights
    of an average add up to 1."""


@wrong(
    {
        "for value in values": "for t, value in enumerate(values, start=1)",
        "append(average": "append(average / (1 - beta**t)",
    }
)
def bias_corrected():
    """You divide by 1 - beta^t. This correction of the start at zero belongs to Adam; the plain average goes without
    it."""


@wrong()
def noted_before_the_update(values, beta):
    """Your averages come one place late: entry t must already contain value t."""
    average, averages = np.zeros_like(values[0]) * 1.0, []
    for value in values:
        averages.append(average)
        average = beta * average + (1 - beta) * value
    return np.array(averages)


@wrong()
def mean_of_all_so_far(values, beta):
    """This is the plain mean of all values so far, in which every value weighs the same for ever. The moving average
    forgets: see the equation."""
    counts = np.arange(1, len(values) + 1).reshape(-1, *[1] * (values.ndim - 1))
    return (np.cumsum(values, axis=0) / counts).astype((values * beta).dtype)


@wrong()
def last_one_only(values, beta):
    """You return the last average. The exercise asks for all of them, one for each value."""
    average = 0
    for value in values:
        average = beta * average + (1 - beta) * value
    return average


@wrong({"= beta": "= 0.9", "(1 - beta)": "0.1"}, loses=[other_beta])
def beta_fixed():
    """`beta` has no effect on your result: it is that of beta = 0.9."""


@wrong(loses=[several, any_cases])
def along_the_last_axis(values, beta):
    """You average along the last axis. Time is the first one: values[0] is what comes first, be it a number, a row
    or a matrix."""
    averages = np.zeros_like(values * beta)
    average = 0
    for t in range(values.shape[-1]):
        average = beta * average + (1 - beta) * values[..., t]
        averages[..., t] = average
    return averages


@wrong(loses=[any_cases])
def dtype_of_the_values(values, beta):
    """Averages of whole numbers are cut down to whole numbers: np.zeros_like(values) has the dtype of values."""
    averages = np.zeros_like(values)
    average = 0
    for t in range(len(values)):
        average = beta * average + (1 - beta) * values[t]
        averages[t] = average
    return averages


@wrong(loses=[any_cases])
def always_float64(values, beta):
    """The numbers are right, but float32 becomes float64: np.zeros(shape) makes float64."""
    averages = np.zeros(values.shape)
    average = 0
    for t in range(len(values)):
        average = beta * average + (1 - beta) * values[t]
        averages[t] = average
    return averages
