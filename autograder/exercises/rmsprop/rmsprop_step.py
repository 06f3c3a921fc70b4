"""rmsprop_step: a step along the gradient divided by the root of the moving average of its squares, plus epsilon."""

import numpy as np

from autograder.exercises.cases import case, multistep_case, per_step
from autograder.exercises.model import PURITY, Exercise
from autograder.exercises.rmsprop import any_array, before_a_step, by_hand, random_steps

TEXTBOOK = """\
def rmsprop_step(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s
"""

rmsprop_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "s"),
    summary="a step along the gradient divided by the root of the moving average of its squares, plus epsilon",
    pytorch="torch.optim.RMSprop([theta], lr=learning_rate, alpha=beta, eps=epsilon)",
    source="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf (Hinton 2012)",
)
requirement, wrong = rmsprop_step.requirement, rmsprop_step.wrong


@rmsprop_step.pytorch_reference
def reference(theta, gradient, s, learning_rate, beta, epsilon):
    """One step of PyTorch's RMSprop whose moving average of squares is s."""
    import torch

    parameter = torch.nn.Parameter(theta)
    optimizer = torch.optim.RMSprop([parameter], lr=learning_rate, alpha=beta, eps=epsilon)
    optimizer.state[parameter] = {"step": torch.zeros(()), "square_avg": s}
    parameter.grad = gradient
    optimizer.step()
    return parameter, optimizer.state[parameter]["square_avg"]


@requirement("one step", points=2)
def rmsprop_values(sample):
    """Single steps with beta = 0.9, also the first and one with a zero gradient."""
    settings = {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0}
    yield case("10 after an average of 0", theta=np.ones(1), gradient=np.array([10.0]), s=np.zeros(1), **settings)
    same = {"theta": np.array([1.0, -1.0]), "gradient": np.array([2.0, -0.5]), "s": np.array([4.0, 0.25])}
    yield case("gradients of the usual size", **same, **settings)
    flat = {"theta": np.array([1.0, -2.0]), "gradient": np.array([0.0, 1.5]), "s": np.array([4.0, 2.0])}
    yield case("a gradient of 0", **flat, **settings)
    for _ in sample.repeat(public=2, hidden=6):
        random = before_a_step(sample, *sample.shape())
        yield case("random", **random, learning_rate=sample.number(0.05, 1.0), beta=0.9, epsilon=0.0)


@requirement("beta other than 0.9", points=1)
def rmsprop_other_beta(sample):
    """Longer, shorter and no memory."""
    half = {"theta": np.array([1.0]), "gradient": np.array([4.0]), "s": np.array([2.0])}
    yield case("beta = 0.5", **half, learning_rate=0.3, beta=0.5, epsilon=0.0)
    yield case("beta = 0: no memory", **before_a_step(sample, 3), learning_rate=0.1, beta=0.0, epsilon=0.0)
    for _ in sample.repeat(public=2, hidden=5):
        beta, shape = sample.choice([0.25, 0.7, 0.99, 0.999]), sample.shape()
        yield case("random", **before_a_step(sample, *shape), learning_rate=0.1, beta=beta, epsilon=0.0)


@requirement("epsilon", points=1)
def rmsprop_epsilon(sample):
    """Epsilon as large as the gradients; nothing to divide by."""
    one = {"theta": np.array([1.0]), "gradient": np.array([3.0]), "s": np.array([9.0])}
    yield case("epsilon = 1", **one, learning_rate=0.1, beta=0.9, epsilon=1.0)
    zero = {"theta": np.array([1.0, 2.0]), "gradient": np.array([0.0, 1.0]), "s": np.zeros(2)}
    yield case("0 / (0 + epsilon)", **zero, learning_rate=0.1, beta=0.9, epsilon=1e-8)
    for _ in sample.repeat(public=2, hidden=5):
        size, tiny = sample.choice([1e-6, 1e-7]), before_a_step(sample, *sample.shape())
        tiny |= {"gradient": tiny["gradient"] * size, "s": tiny["s"] * size**2}
        epsilon = sample.choice([1e-6, 1e-7])
        yield case(f"gradients of about {size:g}", **tiny, learning_rate=0.1, beta=0.9, epsilon=epsilon)


@requirement("many steps", points=1)
def rmsprop_many(sample):
    """The average goes from step to step; learning rates that change."""
    settings = {"beta": 0.9, "epsilon": 0.0}
    yield multistep_case("3 steps of one number", **by_hand(), learning_rate=0.1, **settings)
    for _ in sample.repeat(public=1, hidden=3):
        count = sample.integer(10, 20)
        steps, rates = random_steps(sample, count, sample.shape()), [0.5 * 0.97**t for t in range(count)]
        yield multistep_case(
            f"{count} steps, the learning rate falls", **steps, learning_rate=per_step(rates), **settings
        )


@requirement("any shape, memory order and dtype", points=1)
def rmsprop_any(sample):
    """The contract."""
    yield from any_array(sample, {"learning_rate": 0.1, "beta": 0.9, "epsilon": 0.0})


@wrong({"/ (": "/", "s)": "s"}, loses=[rmsprop_epsilon])
def epsilon_inside_the_root():
    """Epsilon stands inside your root. That is the textbook's and Keras's form, and the next exercise; PyTorch takes
    the root first and adds epsilon then."""


@wrong({"/ (": "/", "+ epsilon)": ""}, loses=[rmsprop_epsilon])
def epsilon_forgotten():
    """`epsilon` has no effect on your result, and where a gradient has been 0 from the start you compute 0 / 0."""


@wrong({"/ (": "/", "+ epsilon)": "+ epsilon"}, loses=[rmsprop_epsilon])
def epsilon_after_the_quotient():
    """Epsilon is added to theta: a quotient goes before a sum. Put the root and epsilon in parentheses."""


@wrong({"beta *": "", "(1 - beta) *": ""})
def sum_instead_of_average():
    """Your s is the sum of all squares: this is AdaGrad. RMSProp takes a moving average, which forgets."""


@wrong({"(1 - beta) *": ""})
def one_minus_beta_forgotten():
    """The new square enters s with weight 1. Then s grows to 1 / (1 - beta) times the mean square. The two weights
    of an average add up to 1."""


@wrong({"beta * s +": "", "beta)": "beta) * s + beta"})
def weights_swapped():
    """The weights in s are the wrong way round: beta, the larger one, belongs to the old s."""


@wrong({"np.sqrt(s)": "s"})
def root_forgotten():
    """You divide by s itself, a square. RMS means root mean square: the root is missing."""


@wrong({"**2": "", "sqrt": "abs"})
def average_of_the_gradient():
    """You average the gradient, not its square. Where it changes its sign, the average comes close to 0, and the
    step becomes huge."""


@wrong()
def s_of_before(theta, gradient, s, learning_rate, beta, epsilon):
    """You divide by the root of the s that you were given. Update s first: on the first step the old one is 0."""
    new_theta = theta - learning_rate * gradient / (np.sqrt(s) + epsilon)
    return new_theta, beta * s + (1 - beta) * gradient**2


@wrong({"theta -": "theta +"})
def uphill():
    """Your step goes up the slope. The gradient points uphill; we want to go down."""


@wrong({"s =": "new_s =", "(s": "(new_s"})
def s_not_kept():
    """The step is right, but you return the s you were given: the next step will know nothing of this gradient."""


@wrong({"= beta": "= 0.9", "(1 - beta)": "0.1"}, loses=[rmsprop_other_beta])
def beta_fixed():
    """`beta` has no effect on your result: it is that of beta = 0.9."""


@wrong(
    {"s =": "rates = np.full(theta.shape, learning_rate)\n    s =", "- learning_rate": "- rates"}, loses=[rmsprop_any]
)
def always_float64():
    """The numbers are right, but float32 becomes float64: np.full(shape, number) makes float64. A plain Python
    number adapts to the array beside it."""


@wrong(
    {"= beta * s +": "*= beta\n    s +=", "return theta -": "theta -=", "+ epsilon)": "+ epsilon)\n    return theta"},
    loses=[rmsprop_any, PURITY],
)
def writes_into_its_arguments():
    """The arrays you were given have been changed: `s *= ...`, `s += ...` and `theta -= ...` write into them.
    PyTorch does that on purpose; here, return new arrays."""
