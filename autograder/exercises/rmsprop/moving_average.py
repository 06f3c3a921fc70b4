"""moving_average: exponential moving average of a sequence, from zero, after each value."""

import numpy as np

from autograder.exercises.model import Exercise, case

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
    takes="values: (T, *); beta: number",
    pytorch="torch.optim.swa_utils.get_ema_avg_fn(decay=beta), from zero, once for each value",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.get_ema_avg_fn.html",
)
requirement, wrong = moving_average.requirement, moving_average.wrong


@moving_average.pytorch_reference
def reference(values, beta):
    import torch
    from torch.optim.swa_utils import get_ema_avg_fn

    update = get_ema_avg_fn(beta)
    average, averages = torch.zeros_like(values[0]), []
    for value in values:
        average = update(average, value, None)
        averages.append(average)
    return torch.stack(averages)


@requirement("values", points=2)
def values_of_a_sequence(sample):
    yield case("10 and 20", values=np.array([10.0, 20.0]), beta=0.9)
    yield case("one push, then nothing", values=np.array([10.0, 0.0, 0.0, 0.0]), beta=0.9)
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random numbers", values=sample.normal(sample.integer(5, 30), scale=3.0), beta=0.9)


@requirement("beta other than 0.9", points=2)
def other_betas(sample):
    yield case("beta = 0.75", values=np.array([8.0, 4.0]), beta=0.75)
    yield case("beta = 0: no memory", values=np.array([8.0, -4.0, 2.0]), beta=0.0)
    yield case("beta = 0.99", values=np.array([100.0, -50.0, 200.0]), beta=0.99)
    for _ in sample.repeat(public=1, hidden=4):
        beta = sample.choice([0.5, 0.7, 0.95, 0.999])
        yield case("random numbers", values=sample.normal(sample.integer(5, 30), scale=3.0), beta=beta)


@requirement("several numbers at a time", points=1)
def several(sample):
    yield case("two numbers at each of three times", values=np.array([[10.0, 0], [20, 0], [0, -10]]), beta=0.9)
    for _ in sample.repeat(public=1, hidden=3):
        yield case("a row at each time", values=sample.normal(*sample.shape(), scale=3.0), beta=0.9)
        yield case("a matrix at each time", values=sample.normal(*sample.shape(3), scale=3.0), beta=0.9)


@moving_average.contract(without=["no entries"])
def contract(sample, shape):
    return {"values": sample.normal(*shape), "beta": 0.9}


@wrong({"beta * average + (1 - beta)": "(1 - beta) * average + beta"})
def weights_swapped():
    """The weights are the wrong way round. Beta, the larger one, belongs to what is already there: a long memory
    changes slowly."""


@wrong({"= 0, []": "= values[0] * 1.0, []"})
def starts_at_the_first_value():
    """Your average starts at the first value. Here, as in PyTorch's optimizers, it starts at 0, so the first average
    is only (1 - beta) times the first value."""


@wrong({"(1 - beta) * value": "value"})
def one_minus_beta_forgotten():
    """The new value enters with weight 1, so your result is a sum, 1 / (1 - beta) times too large. The two weights
    of an average add up to 1."""


@wrong(
    {"value in values": "t, value in enumerate(values, start=1)", "append(average": "append(average / (1 - beta**t)"}
)
def bias_corrected():
    """You divide by 1 - beta^t. This correction of the start at zero belongs to Adam; the plain average goes without
    it."""


@wrong({"np.array(averages)": "np.array([0 * average, *averages[:-1]])"})
def noted_before_the_update():
    """Your averages come one place late: entry t must already contain value t."""


@wrong(
    {
        "value in values": "count, value in enumerate(values)",
        "beta * average + (1 - beta) * value": "(count * average + value) / (count + 1)",
    }
)
def mean_of_all_so_far():
    """This is the plain mean of all values so far, in which every value weighs the same for ever. The moving average
    forgets: see the equation."""


@wrong({"np.array(averages)": "average"})
def last_one_only():
    """You return the last average. The exercise asks for all of them, one for each value."""


wrong.ignores("beta", 0.9, loses=[other_betas])


@wrong({"in values": "in values.T", "np.array(averages)": "np.array(averages).T"}, loses=[several, contract])
def along_the_last_axis():
    """You average along the last axis. Time is the first one: values[0] is what comes first, be it a number, a row
    or a matrix."""


@wrong({"return": "result = np.zeros_like(values)\n    result[:] =", "es)": "es)\n    return result"}, loses=[contract])
def dtype_of_the_values():
    """Averages of whole numbers are cut down to whole numbers: np.zeros_like(values) has the dtype of values."""


@wrong(
    {"return": "result = np.zeros(values.shape)\n    result[:] =", "es)": "es)\n    return result"}, loses=[contract]
)
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""
