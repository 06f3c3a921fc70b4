"""nesterov_step: one step of Nesterov's accelerated gradient in the look-ahead form."""

import numpy as np

from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import sgd_step
from autograder.plaindata.named_functions import as_function

TEXTBOOK = """\
def nesterov_step(theta, gradient_at, m, learning_rate, beta):
    m = beta * m - learning_rate * gradient_at(theta + beta * m)
    return theta + m, m
"""
nesterov_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m"),
    takes="theta: (*); gradient_at: function; m: (*); learning_rate, beta: number",
    pytorch="torch.optim.SGD([theta + beta * m], lr=learning_rate, momentum=beta, nesterov=True), one step()",
    source="Sutskever, Martens, Dahl and Hinton 2013, https://proceedings.mlr.press/v28/sutskever13.html",
    computation="reduction",
)
requirement, wrong = nesterov_step.requirement, nesterov_step.wrong


def quadratic_gradient(matrix, vector):
    """Plain data for the gradient of a bowl, Ax + b."""
    return {"function": "quadratic_gradient", "matrix": np.asarray(matrix), "vector": np.asarray(vector)}


def quartic_gradient(weight):
    """Plain data for w x³, entry by entry."""
    return {"function": "quartic_gradient", "weight": np.asarray(weight)}


def bowl(sample, size):
    """Plain data for the gradient of a random bowl, with curvatures from 0.1 to about 10."""
    root = sample.normal(size, size)
    return quadratic_gradient(np.round(root @ root.T, 3) + 0.1 * np.eye(size), sample.normal(size))


ROUND_BOWL = quadratic_gradient([[2.0]], [0.0])

TILTED_BOWL = quadratic_gradient([[2.0, 1.0], [1.0, 4.0]], [-1.0, 3.0])


@nesterov_step.pytorch_reference
def reference(theta, gradient_at, m, learning_rate, beta):
    """One step of torch.optim.SGD(nesterov=True) from the look-ahead point, and back to the look-ahead form."""
    ahead = theta + beta * m
    settings = {"lr": learning_rate, "momentum": beta, "nesterov": True}
    ahead, buffer = sgd_step(ahead, as_function(gradient_at)(ahead), m / -learning_rate, **settings)
    m = -learning_rate * buffer
    return ahead - beta * m, m


def random_settings(sample):
    return {"learning_rate": sample.number(0.01, 0.5), "beta": sample.number(0.3, 0.99)}


@requirement("the first step, m = 0", points=1)
def first_step(sample):
    settings = {"learning_rate": 0.1, "beta": 0.9}
    yield case("gradient 2x at 3", theta=np.array([3.0]), gradient_at=ROUND_BOWL, m=np.zeros(1), **settings)
    two = np.array([1.0, -2.0])
    yield case("a bowl of two numbers", theta=two, gradient_at=TILTED_BOWL, m=np.zeros(2), **settings)
    for _ in sample.repeat(public=1, hidden=4):
        n = sample.integer(3, 6)
        state = {"theta": sample.normal(n), "gradient_at": bowl(sample, n), "m": np.zeros(n)}
        yield case("a random bowl", **state, **random_settings(sample))


@requirement("a step in motion", points=3)
def in_motion(sample):
    """On slopes that bend, too."""
    state = {"theta": np.array([3.0]), "gradient_at": ROUND_BOWL, "m": np.array([-1.0])}
    yield case("gradient 2x, looked at in 2.5", **state, learning_rate=0.1, beta=0.5)
    state = {"theta": np.array([1.0, -2.0]), "gradient_at": TILTED_BOWL, "m": np.array([2.0, 0.5])}
    yield case("a bowl of two numbers", **state, learning_rate=0.1, beta=0.8)
    state = {"theta": np.array([1.0, 2.0]), "gradient_at": quartic_gradient([1.0, 0.5]), "m": np.array([-2.0, 1.0])}
    yield case("gradients x³ and x³/2", **state, learning_rate=0.1, beta=0.9)
    for _ in sample.repeat(public=1, hidden=4):
        n, settings = sample.integer(3, 6), random_settings(sample)
        for name, slope in ("a random bowl", bowl(sample, n)), ("gradient w x³", quartic_gradient(sample.normal(n))):
            yield case(name, theta=sample.normal(n), gradient_at=slope, m=sample.normal(n), **settings)


@requirement("over many steps", points=1)
def many_steps(sample):
    start = {"theta": np.array([1.0]), "gradient_at": ROUND_BOWL, "m": np.zeros(1)}
    yield multistep_case("3 steps, gradient 2x", **start, learning_rate=per_step([0.25] * 3), beta=0.5)
    for _ in sample.repeat(public=1, hidden=3):
        n, rates = sample.integer(2, 5), per_step([0.05 * 0.9**t for t in range(20)])
        start = {"theta": sample.normal(n), "gradient_at": bowl(sample, n), "m": np.zeros(n)}
        yield multistep_case("20 steps on a random bowl, falling learning rate", **start, learning_rate=rates, beta=0.9)


@nesterov_step.contract()
def contract(sample, shape):
    slope = quartic_gradient(sample.normal(*shape))
    theta, m = sample.normal(*shape), np.zeros(shape)
    return {"theta": theta, "gradient_at": slope, "m": m, "learning_rate": 0.1, "beta": 0.9}


@wrong({"(theta + beta * m)": "(theta)"}, loses=[in_motion, many_steps])
def gradient_at_theta():
    """The gradient is taken at theta, which makes this plain momentum. Nesterov asks for it somewhere else."""


@wrong({"theta + beta * m": "theta - beta * m"}, loses=[in_motion, many_steps])
def looks_back():
    """You look back instead of ahead. Here m points the way theta moves; the minus belongs to books where theta
    moves against m."""


@wrong({"theta + beta * m": "theta + m"}, loses=[in_motion, many_steps])
def looks_ahead_by_all_of_m():
    """You look too far ahead: by m, of which only a part is left in the next step."""


@wrong({"= beta * m -": "= beta * m\n    m = m -"}, loses=[in_motion, many_steps])
def looks_ahead_by_beta_twice():
    """Your m is multiplied by beta before you look ahead, and once more in the look-ahead. The point is theta + beta
    * m with the m that you were given."""


@wrong(
    {"m = beta": "theta = theta + beta * m\n    m = beta", "(theta + beta * m)": "(theta)"},
    loses=[in_motion, many_steps],
)
def moves_from_the_look_ahead_point():
    """The old velocity moves theta twice: you set out from the look-ahead point, and the new m holds that part, too.
    The look-ahead point is only a place to ask for the gradient."""


@wrong({"theta + beta * m": "theta + beta * m - learning_rate * gradient_at(theta)"})
def looks_ahead_a_whole_step():
    """You ask for two gradients: one to find the point where momentum would end, one there. The look-ahead uses the
    old velocity alone, and one gradient a step."""


@wrong(
    {
        "m = beta * m - learning_rate *": "gradient =",
        "return theta": "m = beta * m - learning_rate * gradient\n    return theta",
        "+ m, m": "+ beta * m - learning_rate * gradient, m",
    }
)
def pytorchs_step_as_well():
    """You look ahead twice: the gradient is taken at the look-ahead point, and theta moves as in PyTorch's form,
    which has the look-ahead built in. Use one of the two."""


@wrong({"theta + m": "theta + m + beta * m"})
def returns_the_next_look_ahead_point():
    """Your theta is one look-ahead too far: theta + m + beta * m is the point of the next question. Return theta +
    m."""


@wrong({"- learning_rate": "- (1 - beta) * learning_rate"})
def moving_average():
    """Your gradient enters m with the weight 1 - beta, as in a moving average. Its only factor here is the learning
    rate."""


@wrong({"- learning_rate": "+ learning_rate", "theta + beta": "theta - beta", "theta + m": "theta - m"})
def velocity_uphill():
    """Your m points uphill, and theta moves against it. This is the other convention, and right in itself. Here m is
    the way that theta moves."""


@wrong({"- learning_rate": "+ learning_rate"})
def climbs():
    """Your steps go uphill: check the sign of the gradient in m."""


@wrong({"learning_rate * gradient_at": "gradient_at", "theta + m": "theta + learning_rate * m"})
def learning_rate_outside_of_m():
    """Your m lacks the learning rate, which comes in when theta moves: that is how PyTorch's buffer does it. Here
    the learning rate is inside m."""


@wrong({"m = beta": "old, m = m, beta", "theta + m": "theta + 1.0 * old"})
def moves_with_the_old_velocity():
    """Your theta moves with the velocity from before this step. Update m first."""


@wrong(
    {
        "m = beta * m - learning_rate *": "gradient =",
        "return theta + m": "m *= beta\n    m -= learning_rate * gradient\n    theta += m\n    return theta",
    },
    loses=[contract],
)
def writes_into_theta_and_m():
    """The arrays that you were given have been changed: something writes into them in place. Make new ones."""


@wrong({"theta + beta * m": "theta + np.float64(beta) * m"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""
