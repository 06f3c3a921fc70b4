"""lp_penalty: the penalty λ Σ|w|^power over all weights of a list of arrays: L2 for power 2, L1 for power 1."""

import numpy as np

from autograder.exercises.l1_l2_regularization import some_weights
from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def lp_penalty(weights, strength, power=2.0):
    return strength * sum(np.sum(np.abs(w) ** power) for w in weights)
"""
lp_penalty = Exercise(
    TEXTBOOK,
    takes="weights: list of (*); strength, power: number",
    pytorch="strength * torch.linalg.vector_norm(all_weights, power) ** power",
    source="https://keras.io/api/layers/regularizers/",
    computation="reduction",
)
requirement, wrong = lp_penalty.requirement, lp_penalty.wrong


@lp_penalty.pytorch_reference
def reference(weights, strength, power=2.0):
    import torch

    everything = torch.cat([weight.reshape(-1) for weight in weights])
    return strength * torch.linalg.vector_norm(everything, power) ** power


@requirement("L2: power 2", points=2)
def squares(sample):
    yield case("two arrays of one weight", weights=[np.array([3.0]), np.array([-1.0])], strength=0.1, power=2.0)
    yield case("power left out", weights=[np.array([1.0, -2.0]), np.array([[4.0]])], strength=0.01)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random weights", weights=some_weights(sample), strength=sample.number(0.001, 0.3), power=2.0)


@requirement("L1: power 1", points=1)
def absolute_values(sample):
    yield case("two arrays of one weight", weights=[np.array([3.0]), np.array([-1.0])], strength=0.1, power=1.0)
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random weights", weights=some_weights(sample), strength=sample.number(0.001, 0.3), power=1.0)


@requirement("other powers", points=1)
def other_powers(sample):
    yield case("power 3", weights=[np.array([2.0]), np.array([-1.0])], strength=0.1, power=3.0)
    yield case("power 1.5", weights=[np.array([4.0, -1.0]), np.array([[9.0]])], strength=0.5, power=1.5)
    for _ in sample.repeat(public=1, hidden=4):
        power = sample.choice([0.5, 1.5, 3.0, 4.0])
        yield case("random", weights=some_weights(sample), strength=sample.number(0.001, 0.3), power=power)


@lp_penalty.contract()
def contract(sample, shape):
    return {"weights": [sample.normal(*shape), np.array([3.0, -1.5])], "strength": 0.25}


@wrong({"strength *": "strength / sum(w.size for w in weights) *"})
def mean_instead_of_sum():
    """Your number is the right one divided by the number of weights: a mean. The penalty is a sum, so every weight
    pays the same price however many others there are."""


@wrong({"for w in weights)": "for w in weights) ** (1 / power)"}, keeps=[absolute_values])
def norm_instead_of_its_power():
    """You take the root of the sum: that is the norm. The penalty is the sum of the powers itself."""


@wrong(loses=[absolute_values, other_powers])
def absolute_value_forgotten(weights, strength, power=2.0):
    """For an even power nothing shows, but for power 1 a weight of −3 cancels one of +3, and a negative weight has
    no power 1.5. Take absolute values first."""
    with np.errstate(invalid="ignore"):
        return strength * sum(np.sum(w**power) for w in weights)


@wrong({"np.abs(w) ** power": "w**2"}, loses=[absolute_values, other_powers])
def always_squares():
    """You square whatever the power is. The third parameter says which power to take."""


@wrong({"return strength": "return strength / 2"})
def half_of_it():
    """Your penalty is half of the one asked for. Both conventions exist; here, as in Keras, there is no ½."""


@wrong({"return strength": "return strength / power"}, keeps=[absolute_values])
def divided_by_the_power():
    """You divide by the power, which would make the derivative nicer (and for L2 is the convention with ½). Here
    there is no such factor."""


@wrong({"in weights)": "in weights[:1])"})
def first_array_only():
    """Only the first array of the list is counted. The sum runs over all entries of all arrays."""


@wrong({") ** power)": ")) ** power"}, keeps=[absolute_values])
def sum_before_the_power():
    """You add first and take the power of the sum. Every weight pays for itself: first the power of each, then the
    sum."""


@wrong({"strength *": ""})
def strength_left_out():
    """Your sum is not multiplied by the strength."""


@wrong({"np.sum(np.abs(w) ** power)": "np.linalg.norm(w, power) ** power"})
def norm_of_a_matrix():
    """Given a matrix, np.linalg.norm(w, 2) is another norm, the largest singular value. Flatten w first, or add up
    the powers of its entries."""


@wrong({"abs(w)": "abs(w.astype(float))"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""
