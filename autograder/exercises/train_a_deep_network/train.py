"""train: the loop over epochs: Adam with a schedule, a look at validation after each epoch, and early stopping."""

from typing import Any

import numpy as np

from autograder.exercises.model import Case, Exercise, case
from autograder.exercises.optimizer_states import pytorch_optimizer
from autograder.exercises.sampling import Sampler
from autograder.exercises.train_a_deep_network import dense_forward
from autograder.plaindata.named_functions import as_function

TEXTBOOK = """\
def train(parameters, loss_and_gradients, validation_loss, epochs, rates, patience):
    m = [np.zeros_like(theta) for theta in parameters]
    s = [np.zeros_like(theta) for theta in parameters]
    losses, validation, t = [], [], 0
    best, best_epoch = parameters, 0
    for epoch, batches in enumerate(epochs):
        for rows in batches:
            loss, gradients = loss_and_gradients(parameters, rows)
            losses.append(loss)
            t += 1
            rate = float(rates[t - 1])
            m = [0.9 * old + 0.1 * gradient for old, gradient in zip(m, gradients, strict=True)]
            s = [0.999 * old + 0.001 * gradient**2 for old, gradient in zip(s, gradients, strict=True)]
            parameters = [
                theta - rate * (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)
                for theta, a, b in zip(parameters, m, s, strict=True)
            ]
        validation.append(validation_loss(parameters))
        if epoch == 0 or validation[epoch] < validation[best_epoch]:
            best, best_epoch = parameters, epoch
        if epoch - best_epoch == patience:
            break
    return losses, validation, best
"""
train = Exercise(
    TEXTBOOK,
    outputs=("losses", "validation", "best"),
    takes="parameters: list of (*); loss_and_gradients, validation_loss: function; epochs: list of lists of (N,); "
    "rates: (steps,); patience: int >= 1",
    pytorch="loss.backward() and torch.optim.Adam(parameters, lr=rate).step() in each step",
    source="Kingma and Ba 2015, Adam; Prechelt 1998, Early Stopping - But When?",
    computation="reduction",
)
requirement, wrong = train.requirement, train.wrong

FITTED, LOSS = "fitted_line", "loss_of_a_line"
"""The names of the functions that the judge sends: a dense layer with a squared error, simple enough to follow."""


@train.pytorch_reference
def reference(parameters, loss_and_gradients, validation_loss, epochs, rates, patience):
    import torch

    parameters = [torch.nn.Parameter(theta.clone()) for theta in parameters]
    optimizer = pytorch_optimizer("Adam", parameters)
    data = {name: loss_and_gradients[name] for name in ("x", "y")}
    losses, validation, t, best = [], [], 0, None
    for batches in epochs:
        for rows in batches:
            loss = as_function({"function": LOSS, **{name: array[rows.long()] for name, array in data.items()}})(
                parameters
            )
            losses.append(loss.detach())
            optimizer.param_groups[0]["lr"] = float(rates[t])
            t += 1
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            validation.append(as_function(validation_loss)(parameters))
        if len(validation) == 1 or validation[-1] < min(validation[:-1]):
            best, waited = [theta.detach().clone() for theta in parameters], 0
        else:
            waited += 1
        if waited == patience:
            break
    return losses, validation, best


def fit(
    name: str,
    parameters: list,
    data: tuple[Any, Any],
    validation: tuple[Any, Any],
    epochs: list,
    rates: Any,
    **more: int,
) -> Case:
    """A dense layer fitted to `data`, watched on `validation`; both are (x, y)."""
    (x, y), (x_validation, y_validation) = data, validation
    return case(
        name,
        parameters=parameters,
        loss_and_gradients={"function": FITTED, "x": np.asarray(x), "y": np.asarray(y)},
        validation_loss={"function": LOSS, "x": np.asarray(x_validation), "y": np.asarray(y_validation)},
        epochs=epochs,
        rates=np.asarray(rates),
        **{"patience": 10, **more},
    )


def one_weight(name: str, target: float, epochs: int, *, rate: float = 0.25, goal: float = 10.0, **more: int) -> Case:
    """One weight and one bias, both 0, one sample with x = 1 and y = goal; validation wants y = target.

    With a slope that hardly changes, Adam's steps are about as long as the rate.
    """
    start = [np.zeros((1, 1)), np.zeros(1)]
    one = [np.array([0])]
    return fit(name, start, ([[1.0]], [[goal]]), ([[1.0]], [[target]]), [one] * epochs, [rate] * epochs, **more)


def random_fit(name: str, sample: Sampler, epochs: int, *, steps: int = 3, **more: int) -> Case:
    """Random data, minibatches of different sizes, and a rate that changes in every step."""
    inputs, units = sample.shape(2, smallest=2, largest=4)
    truth = sample.normal(units, inputs)

    def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
        x = sample.normal(count, inputs)
        return x, np.round(x @ truth.T + sample.normal(count, units, scale=0.3), 3)

    rows = [
        [np.array([sample.integer(0, 11) for _ in range(3 + step)]) for step in range(steps)] for _ in range(epochs)
    ]
    rates = np.array([sample.number(0.02, 0.2) for _ in range(epochs * steps)])
    start = [sample.normal(units, inputs), sample.normal(units)]
    return fit(name, start, drawn(12), drawn(8), rows, rates, **more)


@requirement("one step", points=1)
def one_step(sample):
    """Adam's first step is as long as the rate, whatever the gradient."""
    yield one_weight("one sample, one step", target=1.0, epochs=1)
    yield random_fit("random numbers", sample, epochs=1, steps=1)


@requirement("one epoch of several steps", points=2)
def one_epoch(sample):
    one = [np.array([0])]
    start = [np.zeros((1, 1)), np.zeros(1)]
    data = ([[1.0]], [[10.0]])
    yield fit("2 steps, rates 0.5 and 0.25", start, data, ([[1.0]], [[1.0]]), [one * 2], [0.5, 0.25])
    for _ in sample.repeat(public=1, hidden=3):
        yield random_fit("random numbers", sample, epochs=1, steps=5)


@requirement("several epochs", points=2)
def several_epochs(sample):
    """State, number of the step and rate go on from epoch to epoch."""
    yield one_weight("3 epochs of one step", target=9.0, epochs=3)
    for _ in sample.repeat(public=1, hidden=3):
        yield random_fit("random numbers", sample, epochs=4)


@requirement("the best epoch is kept", points=2)
def best_epoch(sample):
    """The validation loss rises again, but for fewer epochs than patience allows."""
    yield one_weight("best after the second of 4 epochs", target=1.0, epochs=4)
    yield one_weight("worse after every epoch", target=-1.0, epochs=3)
    for _ in sample.repeat(public=1, hidden=3):
        yield one_weight("random target", target=sample.number(1.0, 2.5), epochs=8, rate=sample.number(0.2, 0.3))


@requirement("patience", points=2)
def patience(sample):
    """As many epochs in a row without a new lowest loss, and training is over."""
    yield one_weight("best after the second epoch, patience 1", target=1.0, epochs=5, patience=1)
    yield one_weight("best after the second epoch, patience 3", target=1.0, epochs=8, patience=3)
    first, second = [np.array([0])], [np.array([1])]
    start, data = [np.zeros((1, 1)), np.zeros(1)], ([[1.0], [1.0]], [[10.0], [-1000.0]])
    epochs, rates = [first] * 3 + [second] * 5, [0.25, 0.25, 0.5, 0.25, 0.01, 0.01, 0.01, 0.01]
    yield fit(
        "better than the epoch before, not than the best", start, data, ([[1.0]], [[1.0]]), epochs, rates, patience=3
    )
    for _ in sample.repeat(public=1, hidden=3):
        settings = {"rate": sample.number(0.2, 0.3), "patience": sample.integer(2, 4)}
        yield one_weight("random target", target=sample.number(1.0, 2.0), epochs=12, **settings)


@train.contract(without=["whole numbers"], fixed=["epochs"])
def contract(sample):
    data, validation = ((sample.normal(count, 2), sample.normal(count, 1)) for count in (3, 2))
    start = [sample.normal(1, 2), sample.normal(1)]
    return fit("", start, data, validation, [[np.array([0, 2])]], [0.1]).arguments


@wrong({"            t += 1\n": "            t = epoch + 1\n"}, loses=[one_epoch, several_epochs])
def t_counts_epochs():
    """Your t counts epochs. Adam's correction and the schedule count steps: t goes on from one minibatch to the
    next."""


@wrong(
    {"        for rows in batches:\n": "        t = 0\n        for rows in batches:\n"},
    loses=[several_epochs, best_epoch, patience],
)
def t_begins_anew_in_every_epoch():
    """Your t is 1 again in the first step of every epoch. It counts the steps of the whole training, for Adam's
    correction and for the schedule."""


@wrong({"float(rates[t - 1])": "float(rates[epoch])"}, loses=[one_epoch, several_epochs])
def the_rate_of_the_epoch():
    """Your rate changes once in an epoch. `rates` has one for every step."""


@wrong({"float(rates[t - 1])": "float(rates[min(t, len(rates) - 1)])"}, loses=[one_epoch, several_epochs, patience])
def the_rate_of_the_next_step():
    """Each of your steps has the rate of the next one. The first step has rates[0]."""


@wrong({"a / (1 - 0.9**t)": "a", "b / (1 - 0.999**t)": "b"})
def averages_not_corrected():
    """Adam's two averages begin at 0 and are too small at first. You use them without the correction."""


@wrong(
    {
        "    for epoch, batches in enumerate(epochs):\n": "    for epoch, batches in enumerate(epochs):\n"
        "        m, s = [0 * theta for theta in parameters], [0 * theta for theta in parameters]\n"
    },
    loses=[several_epochs, best_epoch, patience],
)
def averages_forgotten_between_epochs():
    """Adam's averages begin at 0 again in every epoch of yours. They are carried on until training ends."""


@wrong({"return losses, validation, best": "return losses, validation, parameters"}, loses=[best_epoch, patience])
def the_last_parameters():
    """You return the parameters of the last epoch. Asked for are those of the epoch with the lowest validation loss.
    (Arrays that a step changes in place are the best parameters, too.)"""


@wrong({"epoch - best_epoch == patience": "epoch - best_epoch > patience"}, loses=[patience])
def one_epoch_too_patient():
    """You wait for one epoch more. Training ends with the epoch that is the patience-th in a row without a new lowest
    loss."""


@wrong({"        if epoch - best_epoch == patience:\n            break\n": ""}, loses=[patience])
def never_stops():
    """Your training goes on to the last epoch, whatever the validation loss does."""


@wrong({"validation[epoch] < validation[best_epoch]": "validation[epoch] < validation[epoch - 1]"}, loses=[patience])
def better_than_the_epoch_before():
    """You compare each validation loss with that of the epoch before. What counts is the lowest one so far."""


@wrong()
def validated_before_the_epoch(parameters, loss_and_gradients, validation_loss, epochs, rates, patience):
    """Your validation losses are those before each epoch. Each belongs to the parameters at the end of its epoch."""
    m = [np.zeros_like(theta) for theta in parameters]
    s = [np.zeros_like(theta) for theta in parameters]
    losses, validation, t = [], [], 0
    best, best_epoch = parameters, 0
    for epoch, batches in enumerate(epochs):
        validation.append(validation_loss(parameters))
        if validation[epoch] < validation[best_epoch]:
            best, best_epoch = parameters, epoch
        if epoch - best_epoch == patience:
            break
        for rows in batches:
            loss, gradients = loss_and_gradients(parameters, rows)
            losses.append(loss)
            t += 1
            m = [0.9 * old + 0.1 * gradient for old, gradient in zip(m, gradients, strict=True)]
            s = [0.999 * old + 0.001 * gradient**2 for old, gradient in zip(s, gradients, strict=True)]
            parameters = [
                theta - float(rates[t - 1]) * (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)
                for theta, a, b in zip(parameters, m, s, strict=True)
            ]
    return losses, validation, best


@wrong({"theta - rate * (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)": "theta - rate * 10 * a"})
def momentum_without_adam():
    """Your steps grow with the gradient. Adam divides each by the root of the average of the squares."""


wrong.like(dense_forward.float32_lost, {"float(rates[t - 1])": "np.float64(rates[t - 1])"}, loses=[contract])
