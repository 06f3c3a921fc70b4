"""look_ahead_to_pytorch: what PyTorch's SGD(nesterov=True) holds where the look-ahead form holds theta and m."""

from autograder.exercises.model import Exercise, case
from autograder.exercises.nesterov import nesterov_step
from autograder.exercises.optimizer_states import arrays, normals

TEXTBOOK = """\
def look_ahead_to_pytorch(theta, m, learning_rate, beta):
    return theta + beta * m, -m / learning_rate
"""
look_ahead_to_pytorch = Exercise(
    TEXTBOOK,
    outputs=("theta_torch", "buffer"),
    takes="theta, m: (*); learning_rate, beta: number",
    pytorch="the same on PyTorch tensors (there is no function for it)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
)
requirement, wrong = look_ahead_to_pytorch.requirement, look_ahead_to_pytorch.wrong


@look_ahead_to_pytorch.pytorch_reference
def reference(theta, m, learning_rate, beta):
    """The look-ahead point, and the velocity without learning rate and with the gradient's sign."""
    return theta + beta * m, m / -learning_rate


@requirement("learning rate 1", points=2)
def learning_rate_1(sample):
    yield case("one entry", **arrays(theta=[3.0], m=[4.0]), learning_rate=1.0, beta=0.5)
    for _ in sample.repeat(public=2, hidden=5):
        state = normals(sample, sample.shape(), "theta", "m")
        yield case("random", **state, learning_rate=1.0, beta=sample.number(0.3, 0.99))


@requirement("other learning rates", points=2)
def other_learning_rates(sample):
    yield case("learning rate 0.1", **arrays(theta=[3.0], m=[4.0]), learning_rate=0.1, beta=0.5)
    for _ in sample.repeat(public=2, hidden=5):
        state = normals(sample, sample.shape(), "theta", "m")
        yield case("random", **state, learning_rate=sample.number(0.01, 0.4), beta=sample.number(0.3, 0.99))


@look_ahead_to_pytorch.contract()
def contract(sample, shape):
    return {**normals(sample, shape, "theta", "m"), "learning_rate": 1.0, "beta": 0.9}


@wrong({"theta + beta": "theta - beta"})
def looks_back():
    """Your parameter is the point behind theta. PyTorch's is the one ahead, where the gradient is taken."""


@wrong({"beta * m": "1.0 * m"})
def beta_forgotten():
    """Your parameter is theta + m. The look-ahead goes only as far as the old velocity will carry: beta is missing."""


@wrong({"theta + beta * m": "1.0 * theta"})
def theta_left_as_it_is():
    """Your parameter is theta itself. PyTorch's parameter is the point where the gradient is taken."""


@wrong({"-m": "m"})
def sign_of_the_buffer():
    """Your buffer points the way that theta moves. PyTorch's points along the gradients, uphill."""


@wrong({"theta + beta": "theta - beta", "-m": "m"})
def velocity_uphill():
    """This is the map of the other convention, where m points uphill. Here m is the way that theta moves."""


@wrong({"-m / learning_rate": "-learning_rate * m"}, loses=[other_learning_rates])
def multiplied_by_the_learning_rate():
    """m holds the learning rate as a factor, PyTorch's buffer does not. You put in another one instead of taking it
    out."""


@wrong({"-m / learning_rate": "-1.0 * m"}, loses=[other_learning_rates])
def learning_rate_left_in():
    """Your buffer still holds the learning rate, which is inside m and outside of PyTorch's buffer."""


@wrong({"m, -m / learning_rate": "(-m / learning_rate), -m / learning_rate"})
def buffer_added_to_theta():
    """You add the buffer to theta where it should be m: they differ in sign and in size."""


@wrong({"return theta +": "theta +=", ", -m": "\n    return theta, -m"}, loses=[contract])
def writes_into_theta():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one."""


wrong.like(
    nesterov_step.always_float64,
    {"+ beta": "+ np.float64(beta)", "/ learning_rate": "/ np.float64(learning_rate)"},
    loses=[contract],
)
