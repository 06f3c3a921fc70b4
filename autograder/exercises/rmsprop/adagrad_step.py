"""adagrad_step: a step along the gradient divided by the root of the sum of all its squares."""

from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.optimizer_states import NO_EPSILON, arrays, pytorch_step
from autograder.exercises.rmsprop import (
    before_a_step,
    falling_rates,
    random_steps,
    steps_in_float32,
    three_steps,
)

TEXTBOOK = """\
def adagrad_step(theta, gradient, s, learning_rate, epsilon):
    s = s + gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s
"""
adagrad_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "s"),
    takes="theta, gradient, s: (*); learning_rate, epsilon: number",
    pytorch="torch.optim.Adagrad([theta], lr=learning_rate, eps=epsilon)",
    source="https://jmlr.org/papers/v12/duchi11a.html (Duchi, Hazan, Singer 2011)",
)
requirement, wrong = adagrad_step.requirement, adagrad_step.wrong


@adagrad_step.pytorch_reference
def reference(theta, gradient, s, learning_rate, epsilon):
    state = {"step": 0.0, "sum": s}
    theta, state = pytorch_step("Adagrad", theta, gradient, state, lr=learning_rate, eps=epsilon)
    return theta, state["sum"]


SETTINGS = {"learning_rate": 0.5, "epsilon": NO_EPSILON}


@requirement("one step", points=2)
def one_step(sample):
    yield case("3000 after squares of 16 million", **arrays(theta=[1.0], gradient=[3000.0], s=[16e6]), **SETTINGS)
    yield case("the first step", **arrays(theta=[1.0, 1.0], gradient=[-20000.0, 400.0], s=[0.0, 0.0]), **SETTINGS)
    yield case("a gradient of 0", **arrays(theta=[1.0, -2.0], gradient=[0.0, 1500.0], s=[4e6, 2e6]), **SETTINGS)
    for _ in sample.repeat(public=2, hidden=6):
        state, rate = before_a_step(sample, *sample.shape()), sample.number(0.05, 1.0)
        yield case("random", **state, learning_rate=rate, epsilon=NO_EPSILON)


@requirement("epsilon", points=2)
def epsilon(sample):
    """As large as the gradients; nothing to divide by."""
    yield case("epsilon = 1", **arrays(theta=[1.0], gradient=[3.0], s=[16.0]), learning_rate=0.5, epsilon=1.0)
    zero = arrays(theta=[1.0, 2.0], gradient=[0.0, 1.0], s=[0.0, 0.0])
    yield case("0 / (0 + epsilon)", **zero, learning_rate=0.1, epsilon=1e-8)
    for _ in sample.repeat(public=2, hidden=5):
        size, epsilon = sample.choice([1e-6, 1e-7]), sample.choice([1e-6, 1e-7])
        state = before_a_step(sample, *sample.shape(), size=size)
        yield case(f"gradients of about {size:g}", **state, learning_rate=0.1, epsilon=epsilon)


@requirement("many steps", points=1)
def many_steps(sample):
    yield multistep_case("3 steps of one number", **three_steps("s"), learning_rate=1.0, epsilon=NO_EPSILON)
    for _ in sample.repeat(public=1, hidden=3):
        count = sample.integer(10, 20)
        settings = {**SETTINGS, "learning_rate": falling_rates(count)}
        yield multistep_case(f"{count} steps, the learning rate falls", **random_steps(sample, count, "s"), **settings)


@adagrad_step.contract(whole=["theta", "gradient"], more=lambda sample: steps_in_float32(sample, **SETTINGS))
def contract(sample, shape):
    return {**before_a_step(sample, *shape), **SETTINGS}


@wrong({"s = s": "old, s = s, s", "np.sqrt(s)": "np.sqrt(old)"})
def s_of_before():
    """You divide by the root of the s that you were given. The gradient of this step belongs into s before you
    divide, or the first step is a division by epsilon alone."""


@wrong({"np.sqrt(s)": "s"})
def root_forgotten():
    """You divide by s itself. It holds squares: a gradient ten times as large must not make the step ten times
    shorter. Which operation gives s the units of a gradient?"""


@wrong({"(np.sqrt(s) + epsilon)": "np.sqrt(s + epsilon)"}, loses=[epsilon])
def epsilon_inside_the_root():
    """Epsilon stands inside your root. PyTorch takes the root first and adds epsilon then; for small gradients the
    two differ much."""


@wrong({"(np.sqrt(s) + epsilon)": "np.sqrt(s)"}, loses=[epsilon])
def epsilon_forgotten():
    """`epsilon` has no effect on your result, and where a gradient has been 0 from the start you compute 0 / 0."""


@wrong({"(np.sqrt(s) + epsilon)": "np.sqrt(s) + epsilon"}, loses=[epsilon])
def epsilon_after_the_quotient():
    """Epsilon is added to theta: a quotient goes before a sum. Put the root and epsilon in parentheses."""


@wrong({"gradient**2": "np.sum(gradient**2)"})
def one_size_for_all():
    """You add the squares of all entries to every s. Each parameter has an s of its own: that is the idea."""


@wrong({"gradient**2": "np.abs(gradient)"})
def gradient_not_squared():
    """You add up absolute values, and then take the root of their sum. s adds up squares."""


@wrong({"theta -": "theta +"})
def uphill():
    """Your step goes up the slope. The gradient points uphill; we want to go down."""


@wrong({"s = s": "old, s = s, s", "), s": "), old"})
def s_not_kept():
    """You return the s you were given: the next step will know nothing of this gradient."""


@wrong(
    {"s = s +": "s +=", "return theta -": "theta -=", "+ epsilon)": "+ epsilon)\n    return theta"},
    loses=[contract],
)
def writes_into_its_arguments():
    """The arrays that you were given have been changed: something writes into them in place. Make new ones."""
