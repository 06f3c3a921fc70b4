"""textbook_rmsprop_step: RMSProp with epsilon inside the root, as in Keras and in textbooks."""

from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.optimizer_states import NO_EPSILON, arrays
from autograder.exercises.rmsprop import before_a_step, random_steps, rmsprop_step, steps_in_float32, three_steps

TEXTBOOK = """\
def textbook_rmsprop_step(theta, gradient, s, learning_rate, beta, epsilon):
    s = beta * s + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(s + epsilon), s
"""
textbook_rmsprop_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "s"),
    takes="theta, gradient, s: (*); learning_rate, beta, epsilon: number",
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


SETTINGS = rmsprop_step.SETTINGS

one_step = requirement("one step", points=2)(rmsprop_step.one_step.cases)


@requirement("epsilon inside the root", points=2)
def epsilon(sample):
    """As large as the squares of the gradients; nothing to divide by."""
    settings = {"learning_rate": 0.1, "beta": 0.9}
    yield case("epsilon = 9", **arrays(theta=[1.0], gradient=[4.0], s=[16.0]), **settings, epsilon=9.0)
    zero = arrays(theta=[1.0, 2.0], gradient=[0.0, 1.0], s=[0.0, 0.0])
    yield case("0 / root of (0 + epsilon)", **zero, **settings, epsilon=1e-8)
    for _ in sample.repeat(public=2, hidden=5):
        size, epsilon = sample.choice([1e-3, 1e-4]), sample.choice([1e-7, 1e-8])
        state = before_a_step(sample, *sample.shape(), size=size)
        yield case(f"gradients of about {size:g}", **state, **settings, epsilon=epsilon)


@requirement("many steps", points=1)
def many_steps(sample):
    yield multistep_case("3 steps of one number", **three_steps("s"), **SETTINGS)
    for _ in sample.repeat(public=1, hidden=3):
        count, beta = sample.integer(10, 20), sample.choice([0.8, 0.95, 0.99])
        steps = random_steps(sample, count, "s")
        yield multistep_case(f"{count} steps", **steps, learning_rate=0.1, beta=beta, epsilon=NO_EPSILON)


@textbook_rmsprop_step.contract(whole=["theta", "gradient"], more=lambda sample: steps_in_float32(sample, **SETTINGS))
def contract(sample, shape):
    return {**before_a_step(sample, *shape), **SETTINGS}


@wrong({"np.sqrt(s + epsilon)": "(np.sqrt(s) + epsilon)"}, loses=[epsilon])
def epsilon_outside_the_root():
    """This is PyTorch's form, the exercise before: epsilon is added after the root. Here it is added to s, and then
    the root is taken."""


@wrong({"gradient**2": "gradient**2 + epsilon", "s + epsilon": "s"}, loses=[epsilon])
def epsilon_stays_in_s():
    """The s that you return contains epsilon. It belongs into the division only, or it is added again in every step."""


@wrong({"+ epsilon": "+ epsilon**2"}, loses=[epsilon])
def epsilon_squared():
    """You add the square of epsilon to s. The equation adds epsilon itself, though s is a square; that is why the
    same number means so much more here than outside the root."""


@wrong({"np.sqrt(s + epsilon)": "(np.sqrt(s + epsilon) + epsilon)"}, loses=[epsilon])
def epsilon_inside_and_outside():
    """Epsilon is added twice, inside the root and after it. Inside is enough: the root is never 0 then."""


wrong.like(rmsprop_step.sum_instead_of_average, {"beta * s + (1 - beta) * gradient**2": "s + gradient**2"})


@wrong({"(1 - beta) * gradient**2": "gradient**2"})
def one_minus_beta_forgotten():
    """The new square enters s with weight 1. The two weights of an average add up to 1."""


@wrong({"np.sqrt(s + epsilon)": "(s + epsilon)"})
def root_forgotten():
    """You divide by s + epsilon, a square. The root of it is missing."""


wrong.ignores("beta", 0.9, loses=[many_steps])


@wrong({"s = beta": "gradient = np.array(gradient, dtype=float)\n    s = beta"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""
