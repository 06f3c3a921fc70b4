"""pytorch_to_look_ahead: theta and m of the look-ahead form from the parameter and buffer of SGD(nesterov=True)."""

from autograder.exercises.model import Exercise, case
from autograder.exercises.nesterov import sgd_nesterov_step
from autograder.exercises.optimizer_states import arrays, normals

TEXTBOOK = """\
def pytorch_to_look_ahead(theta_torch, buffer, learning_rate, beta):
    m = -learning_rate * buffer
    return theta_torch - beta * m, m
"""
pytorch_to_look_ahead = Exercise(
    TEXTBOOK,
    outputs=("theta", "m"),
    takes="theta_torch, buffer: (*); learning_rate, beta: number",
    pytorch="the same on PyTorch tensors (there is no function for it)",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
)
requirement, wrong = pytorch_to_look_ahead.requirement, pytorch_to_look_ahead.wrong


@pytorch_to_look_ahead.pytorch_reference
def reference(theta_torch, buffer, learning_rate, beta):
    """The velocity with learning rate and sign, and the point that PyTorch's parameter is ahead of."""
    m = -learning_rate * buffer
    return theta_torch - beta * m, m


@requirement("learning rate 1", points=2)
def learning_rate_1(sample):
    yield case("one entry", **arrays(theta_torch=[5.0], buffer=[-4.0]), learning_rate=1.0, beta=0.5)
    for _ in sample.repeat(public=2, hidden=5):
        state = normals(sample, sample.shape(), "theta_torch", "buffer")
        yield case("random", **state, learning_rate=1.0, beta=sample.number(0.3, 0.99))


@requirement("other learning rates", points=2)
def other_learning_rates(sample):
    yield case("learning rate 0.1", **arrays(theta_torch=[5.0], buffer=[-40.0]), learning_rate=0.1, beta=0.5)
    for _ in sample.repeat(public=2, hidden=5):
        state = normals(sample, sample.shape(), "theta_torch", "buffer")
        yield case("random", **state, learning_rate=sample.number(0.01, 0.4), beta=sample.number(0.3, 0.99))


@pytorch_to_look_ahead.contract()
def contract(sample, shape):
    return {**normals(sample, shape, "theta_torch", "buffer"), "learning_rate": 1.0, "beta": 0.9}


@wrong({"theta_torch -": "theta_torch +"})
def looks_ahead_again():
    """You go one look-ahead further, to theta + 2 beta m. The way back from the point ahead leads against m."""


@wrong({"-learning_rate": "learning_rate", "theta_torch -": "theta_torch +"})
def sign_of_m():
    """Your m points uphill, as PyTorch's buffer does. Here m is the way theta moves."""


@wrong({"-learning_rate": "learning_rate"})
def sign_of_m_in_both():
    """Your m points uphill, as PyTorch's buffer does, and takes theta the wrong way. Here m is the way theta moves."""


@wrong({"beta * m": "m"})
def beta_forgotten():
    """You go back by all of it. PyTorch's parameter is ahead by beta times m."""


@wrong({"theta_torch - beta * m": "1.0 * theta_torch"})
def theta_left_as_it_is():
    """Your theta is PyTorch's parameter, unchanged: that is the point ahead."""


@wrong({"-learning_rate * buffer": "-buffer / learning_rate"}, loses=[other_learning_rates])
def divided_by_the_learning_rate():
    """The learning rate is inside m and outside of the buffer: on the way to m it has to be put in, not taken out."""


@wrong({"- beta * m": "+ beta * buffer"}, loses=[other_learning_rates])
def learning_rate_forgotten_in_theta():
    """For theta you used the buffer in its place, without the learning rate."""


@wrong({"beta * m": "beta * buffer"})
def buffer_taken_from_theta():
    """For theta you take away beta times the buffer where it should be beta times m: they differ in sign and in
    size."""


@wrong({"return theta_torch -": "theta_torch -=", "m, m": "m\n    return theta_torch, m"}, loses=[contract])
def writes_into_theta():
    """The array `theta_torch` that you were given has been changed: something writes into it in place. Make a new
    one."""


wrong.like(sgd_nesterov_step.always_float64, {"* buffer": "* buffer.astype(float)"}, loses=[contract])
