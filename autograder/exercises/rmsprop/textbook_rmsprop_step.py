"""textbook_rmsprop_step: RMSProp with epsilon inside the root, as in Keras and in textbooks."""

import numpy as np

from autograder.exercises.cases import case, multistep_case
from autograder.exercises.model import Exercise
from autograder.exercises.rmsprop import before_a_step, by_hand, random_steps
from autograder.exercises.rmsprop.rmsprop_step import rmsprop_any, rmsprop_values

TEXTBOOK = """\
def textbook_rmsprop_step(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s
"""

textbook_rmsprop_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "s"),
    summary="RMSProp with epsilon inside the root, as in Keras and in textbooks",
    pytorch="theta - learning_rate * gradient * torch.rsqrt(s + epsilon); no optimizer of PyTorch's does this",
    source="https://keras.io/api/optimizers/rmsprop/",
)
requirement, wrong = textbook_rmsprop_step.requirement, textbook_rmsprop_step.wrong


@textbook_rmsprop_step.pytorch_reference
def reference(theta, gradient, s, learning_rate, beta, epsilon):
    """The textbook's equations on tensors: PyTorch has no optimizer with epsilon inside the root."""
    import torch

    s = torch.lerp(gradient.square(), s, beta)
    return theta - learning_rate * gradient * torch.rsqrt(s + epsilon), s


one_step = requirement("one step", points=1)(rmsprop_values.cases)


@requirement("epsilon inside the root", points=2)
def textbook_rmsprop_epsilon(sample):
    """Epsilon as large as the squares of the gradients; nothing to divide by."""
    one = {"theta": np.array([1.0]), "gradient": np.array([4.0]), "s": np.array([16.0])}
    yield case("epsilon = 9", **one, learning_rate=0.1, beta=0.9, epsilon=9.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "s": np.zeros(2)}
    yield case("0 / root of (0 + epsilon)", **zero, learning_rate=0.1, beta=0.9, epsilon=1e-8)
    for _ in sample.repeat(public=2, hidden=5):
        size, tiny = sample.choice([1e-3, 1e-4]), before_a_step(sample, *sample.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "s": tiny["s"] * size**2}
        epsilon = sample.choice([1e-7, 1e-8])
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, beta=0.9, epsilon=epsilon)


@requirement("many steps", points=1)
def textbook_rmsprop_many(sample):
    """The average goes from step to step."""
    yield multistep_case("3 steps of one number", **by_hand(), learning_rate=0.1, beta=0.9, epsilon=0.0)
    for _ in sample.repeat(public=1, hidden=3):
        count, beta = sample.integer(10, 20), sample.choice([0.8, 0.95, 0.99])
        steps = random_steps(sample, count, sample.shape())
        yield multistep_case(f"{count} steps", **steps, learning_rate=0.1, beta=beta, epsilon=0.0)


any_shape_memory_order_and_dtype = requirement("any shape, memory order and dtype", points=1)(rmsprop_any.cases)


@wrong({"/": "/ (", "(s": "(s)"}, loses=[textbook_rmsprop_epsilon])
def epsilon_outside_the_root():
    """This is PyTorch's form, the exercise before: epsilon is added after the root. Here it is added to s, and then
    the root is taken."""


@wrong(loses=[textbook_rmsprop_epsilon])
def epsilon_stays_in_s(theta, gradient, s, learning_rate, beta, epsilon):
    """The s that you return contains epsilon. It belongs into the division only, or it is added again in every step."""
    s = beta * s + (1 - beta) * gradient**2 + epsilon
    return theta - learning_rate * gradient / np.sqrt(s), s


@wrong({"+ epsilon": "+ epsilon**2"}, loses=[textbook_rmsprop_epsilon])
def epsilon_squared():
    """You add the square of epsilon to s. The equation adds epsilon itself, though s is a square; that is why the
    same number means so much more here than outside the root."""


@wrong({"/": "/ (", "+ epsilon)": "+ epsilon) + epsilon)"}, loses=[textbook_rmsprop_epsilon])
def epsilon_inside_and_outside():
    """Epsilon is added twice, inside the root and after it. Inside is enough: the root is never 0 then."""


@wrong({"beta *": "", "(1 - beta) *": ""})
def sum_instead_of_average():
    """Your s is the sum of all squares: this is AdaGrad. RMSProp takes a moving average, which forgets."""


@wrong({"(1 - beta) *": ""})
def one_minus_beta_forgotten():
    """The new square enters s with weight 1. The two weights of an average add up to 1."""


@wrong({"np.sqrt": ""})
def root_forgotten():
    """You divide by s + epsilon, a square. The root of it is missing."""


@wrong({"= beta": "= 0.9", "(1 - beta)": "0.1"}, loses=[textbook_rmsprop_many])
def beta_fixed():
    """`beta` has no effect on your result: it is that of beta = 0.9."""


@wrong({"s =": "gradient = np.array(gradient, dtype=float)\n    s ="}, loses=[any_shape_memory_order_and_dtype])
def always_float64():
    """The numbers are right, but float32 becomes float64: dtype=float means float64."""
