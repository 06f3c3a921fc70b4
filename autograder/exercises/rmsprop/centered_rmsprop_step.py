"""centered_rmsprop_step: a step along the gradient divided by its estimated standard deviation, plus epsilon."""

from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.optimizer_states import NO_EPSILON, STEEP, arrays, away_from_zero, pytorch_step
from autograder.exercises.rmsprop import before_a_step, random_steps, three_steps

TEXTBOOK = """\
def centered_rmsprop_step(theta, gradient, m, s, learning_rate, beta, epsilon):
    m = beta * m + (1 - beta) * gradient
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s - m**2) + epsilon), m, s
"""
centered_rmsprop_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    takes="theta, gradient, m, s: (*); learning_rate, beta, epsilon: number",
    pytorch="torch.optim.RMSprop([theta], lr=learning_rate, alpha=beta, eps=epsilon, centered=True)",
    source="https://arxiv.org/abs/1308.0850 (Graves 2013, equations 38 to 40)",
)
requirement, wrong = centered_rmsprop_step.requirement, centered_rmsprop_step.wrong


@centered_rmsprop_step.pytorch_reference
def reference(theta, gradient, m, s, learning_rate, beta, epsilon):
    state = {"step": 0.0, "square_avg": s, "grad_avg": m}
    settings = {"lr": learning_rate, "alpha": beta, "eps": epsilon, "centered": True}
    theta, state = pytorch_step("RMSprop", theta, gradient, state, **settings)
    return theta, state["grad_avg"], state["square_avg"]


SETTINGS = {"learning_rate": 0.1, "beta": 0.9, "epsilon": NO_EPSILON}


def some_state(sample, *shape, size=STEEP):
    """With a mean square well above the square of the mean."""
    state, m = before_a_step(sample, *shape, size=size), size * away_from_zero(sample, *shape) / 2
    return {"theta": state["theta"], "gradient": state["gradient"], "m": m, "s": m**2 + state["s"]}


@requirement("one step", points=2)
def one_step(sample):
    yield case("10000 after averages of 0", **arrays(theta=[1.0], gradient=[10000.0], m=[0.0], s=[0.0]), **SETTINGS)
    flat = arrays(theta=[1.0, -2.0], gradient=[0.0, 1500.0], m=[1000.0, -500.0], s=[4e6, 2e6])
    yield case("a gradient of 0", **flat, **SETTINGS)
    for _ in sample.repeat(public=2, hidden=6):
        state, rate = some_state(sample, *sample.shape()), sample.number(0.05, 1.0)
        yield case("random", **state, learning_rate=rate, beta=0.9, epsilon=NO_EPSILON)


@requirement("epsilon", points=2)
def epsilon(sample):
    """As large as the gradients; nothing to divide by."""
    one = arrays(theta=[1.0], gradient=[20.0], m=[0.0], s=[0.0])
    yield case("epsilon = 2", **one, **{**SETTINGS, "epsilon": 2.0})
    zero = arrays(theta=[1.0, 2.0], gradient=[0.0, 1.0], m=[0.0, 0.0], s=[0.0, 0.0])
    yield case("0 / (0 + epsilon)", **zero, **{**SETTINGS, "epsilon": 1e-8})
    for _ in sample.repeat(public=2, hidden=5):
        size, epsilon = sample.choice([1e-6, 1e-7]), sample.choice([1e-6, 1e-7])
        state = some_state(sample, *sample.shape(), size=size)
        yield case(f"gradients of about {size:g}", **state, **{**SETTINGS, "epsilon": epsilon})


@requirement("many steps", points=1)
def many_steps(sample):
    yield multistep_case("3 steps of one number", **three_steps("m", "s"), **SETTINGS)
    for _ in sample.repeat(public=2, hidden=4):
        count, beta = sample.integer(10, 20), sample.choice([0.8, 0.95, 0.99])
        steps = random_steps(sample, count, "m", "s")
        yield multistep_case(f"{count} steps", **steps, learning_rate=0.1, beta=beta, epsilon=NO_EPSILON)


@centered_rmsprop_step.contract(whole=["theta", "gradient"])
def contract(sample, shape):
    return {**some_state(sample, *shape), **SETTINGS}


@wrong({"s - m**2": "s"})
def not_centered():
    """You update m but do not use it: this is RMSProp without centering. The variance is s minus the square of m."""


@wrong({"s - m**2": "np.abs(s - m)"})
def mean_not_squared():
    """You subtract m from s. One is a gradient, the other the square of one: square m first."""


@wrong({"m = beta": "old, m = m, beta", "s - m**2": "np.abs(s - old**2)"})
def mean_of_before():
    """You subtract the square of the m that you were given. Update both averages first, then divide."""


@wrong({"np.sqrt(s - m**2)": "np.sqrt(s) - np.abs(m)"})
def difference_of_the_roots():
    """The root of a difference is not the difference of the roots. Subtract m squared from s, then take the root."""


@wrong({"learning_rate * gradient": "learning_rate * (gradient - m)"})
def gradient_centered_too():
    """You subtract the mean from the gradient as well. Then nothing of a constant slope is left to follow. Only what
    you divide by is centered."""


@wrong({"learning_rate * gradient": "learning_rate * m"})
def along_the_mean():
    """You step along m. Here the step follows the gradient itself; m only helps to find what to divide by. (To
    follow m is what Adam does.)"""


@wrong({"gradient**2": "gradient**2 - m**2", "s - m**2": "np.abs(s)"})
def variance_kept_as_s():
    """The s that you return has lost the square of m. It stays the mean square; the difference is only for the
    division."""


@wrong({"(np.sqrt(s - m**2) + epsilon)": "np.sqrt(s - m**2 + epsilon)"}, loses=[epsilon])
def epsilon_inside_the_root():
    """Epsilon stands inside your root, as in Graves's paper and in Keras. PyTorch adds it after the root."""


@wrong({"gradient**2": "(gradient - m) ** 2", "s - m**2": "s"})
def average_of_squared_deviations():
    """You average the squares of gradient minus m. Here s averages the squares of the gradient, and the square of m
    is subtracted only under the root."""


wrong.ignores("beta", 0.9, loses=[many_steps])


@wrong({"), m, s": "), s, m"})
def state_in_the_wrong_order():
    """Your outputs are in another order: return theta, then m, then s."""
