"""rmsprop_step: a step along the gradient divided by the root of the moving average of its squares, plus epsilon."""

from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.optimizer_states import NO_EPSILON, arrays, pytorch_step
from autograder.exercises.rmsprop import (
    adagrad_step,
    before_a_step,
    falling_rates,
    random_steps,
    steps_in_float32,
    three_steps,
)

TEXTBOOK = """\
def rmsprop_step(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(s) + epsilon), s
"""
rmsprop_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "s"),
    takes="theta, gradient, s: (*); learning_rate, beta, epsilon: number",
    pytorch="torch.optim.RMSprop([theta], lr=learning_rate, alpha=beta, eps=epsilon)",
    source="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf (Hinton 2012)",
)
requirement, wrong = rmsprop_step.requirement, rmsprop_step.wrong


@rmsprop_step.pytorch_reference
def reference(theta, gradient, s, learning_rate, beta, epsilon):
    state = {"step": 0.0, "square_avg": s}
    theta, state = pytorch_step("RMSprop", theta, gradient, state, lr=learning_rate, alpha=beta, eps=epsilon)
    return theta, state["square_avg"]


SETTINGS = {"learning_rate": 0.1, "beta": 0.9, "epsilon": NO_EPSILON}


@requirement("one step", points=2)
def one_step(sample):
    yield case("10000 after an average of 0", **arrays(theta=[1.0], gradient=[10000.0], s=[0.0]), **SETTINGS)
    usual = arrays(theta=[1.0, -1.0], gradient=[2000.0, -500.0], s=[4e6, 0.25e6])
    yield case("an average of the usual size", **usual, **SETTINGS)
    yield case("a gradient of 0", **arrays(theta=[1.0, -2.0], gradient=[0.0, 1500.0], s=[4e6, 2e6]), **SETTINGS)
    for _ in sample.repeat(public=2, hidden=6):
        state, rate = before_a_step(sample, *sample.shape()), sample.number(0.05, 1.0)
        yield case("random", **state, learning_rate=rate, beta=0.9, epsilon=NO_EPSILON)


@requirement("beta other than 0.9", points=1)
def other_betas(sample):
    half = arrays(theta=[1.0], gradient=[4000.0], s=[2e6])
    yield case("beta = 0.5", **half, learning_rate=0.3, beta=0.5, epsilon=NO_EPSILON)
    yield case("beta = 0: no memory", **before_a_step(sample, 3), learning_rate=0.1, beta=0.0, epsilon=NO_EPSILON)
    for _ in sample.repeat(public=2, hidden=5):
        state, beta = before_a_step(sample, *sample.shape()), sample.choice([0.25, 0.7, 0.99, 0.999])
        yield case("random", **state, learning_rate=0.1, beta=beta, epsilon=NO_EPSILON)


@requirement("epsilon", points=2)
def epsilon(sample):
    """As large as the gradients; nothing to divide by."""
    yield case("epsilon = 1", **arrays(theta=[1.0], gradient=[3.0], s=[9.0]), **{**SETTINGS, "epsilon": 1.0})
    zero = arrays(theta=[1.0, 2.0], gradient=[0.0, 1.0], s=[0.0, 0.0])
    yield case("0 / (0 + epsilon)", **zero, **{**SETTINGS, "epsilon": 1e-8})
    for _ in sample.repeat(public=2, hidden=5):
        size, epsilon = sample.choice([1e-6, 1e-7]), sample.choice([1e-6, 1e-7])
        state = before_a_step(sample, *sample.shape(), size=size)
        yield case(f"gradients of about {size:g}", **state, **{**SETTINGS, "epsilon": epsilon})


@requirement("many steps", points=1)
def many_steps(sample):
    yield multistep_case("3 steps of one number", **three_steps("s"), **SETTINGS)
    for _ in sample.repeat(public=1, hidden=3):
        count = sample.integer(10, 20)
        settings = {**SETTINGS, "learning_rate": falling_rates(count)}
        yield multistep_case(f"{count} steps, the learning rate falls", **random_steps(sample, count, "s"), **settings)


@rmsprop_step.contract(whole=["theta", "gradient"], more=lambda sample: steps_in_float32(sample, **SETTINGS))
def contract(sample, shape):
    return {**before_a_step(sample, *shape), **SETTINGS}


@wrong({"(np.sqrt(s) + epsilon)": "np.sqrt(s + epsilon)"}, loses=[epsilon])
def epsilon_inside_the_root():
    """Epsilon stands inside your root. That is the textbook's and Keras's form, and the next exercise; PyTorch takes
    the root first and adds epsilon then."""


wrong.like(adagrad_step.epsilon_forgotten, {"(np.sqrt(s) + epsilon)": "np.sqrt(s)"}, loses=[epsilon])


wrong.like(
    adagrad_step.epsilon_after_the_quotient,
    {"(np.sqrt(s) + epsilon)": "np.sqrt(s) + epsilon"},
    loses=[epsilon],
)


@wrong({"beta * s + (1 - beta) * gradient**2": "s + gradient**2"})
def sum_instead_of_average():
    """Your s is the sum of all squares: this is AdaGrad. RMSProp takes a moving average, which forgets."""


@wrong({"(1 - beta) * gradient**2": "gradient**2"})
def one_minus_beta_forgotten():
    """The new square enters s with weight 1. Then s grows to 1 / (1 - beta) times the mean square. The two weights
    of an average add up to 1."""


@wrong({"beta * s + (1 - beta)": "(1 - beta) * s + beta"})
def weights_swapped():
    """The weights in s are the wrong way round: beta, the larger one, belongs to the old s."""


@wrong({"np.sqrt(s)": "s"})
def root_forgotten():
    """You divide by s itself, a square. RMS means root mean square: the root is missing."""


@wrong({"gradient**2": "gradient", "np.sqrt(s)": "np.abs(s)"})
def average_of_the_gradient():
    """You average the gradient, not its square. Where it changes its sign, the average comes close to 0, and the
    step becomes huge."""


@wrong({"s = beta": "old, s = s, beta", "np.sqrt(s)": "np.sqrt(old)"})
def s_of_before():
    """You divide by the root of the s that you were given. Update s first: on the first step the old one is 0."""


wrong.like(adagrad_step.uphill, {"theta -": "theta +"})


wrong.like(adagrad_step.s_not_kept, {"s = beta": "old, s = s, beta", "), s": "), old"})


wrong.ignores("beta", 0.9, loses=[other_betas])


@wrong({"- learning_rate": "- np.full(theta.shape, learning_rate)"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong(
    {"= beta * s +": "*= beta\n    s +=", "return theta -": "theta -=", "+ epsilon)": "+ epsilon)\n    return theta"},
    loses=[contract],
)
def writes_into_its_arguments():
    """The arrays that you were given have been changed: something writes into them in place. PyTorch does that on
    purpose; here, return new arrays."""


@wrong(
    {"return theta - learning": "theta -= learning", "epsilon), s": "epsilon)\n    return theta, s"},
    loses=[contract],
)
def theta_itself_is_changed():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one. (A
    second name for an array is no copy of it.)"""


wrong.ignores("epsilon", 1e-7, name="epsilon is always 1e-7", loses=[epsilon])
