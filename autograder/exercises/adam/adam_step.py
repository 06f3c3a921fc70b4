"""adam_step: one step of Adam from a given state."""

import numpy as np

from autograder.exercises.adam import adam_family_step
from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.optimizer_states import at_rest, midway, random_start, three_steps, trajectory, unusual, usual

TEXTBOOK = """\
def adam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s
"""
adam_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    takes="theta, gradient, m, s: (*); t: int >= 1; learning_rate, beta1, beta2, epsilon: number",
    pytorch="torch.optim.Adam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon).step()",
    source="Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980",
)
requirement, wrong = adam_step.requirement, adam_step.wrong


@adam_step.pytorch_reference
def reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    return adam_family_step("Adam", theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon)


@requirement("the first step", points=2)
def first_step(sample):
    yield case("theta = 1", **at_rest([1.0], [500.0]), t=1, **usual())
    yield case("three parameters", **at_rest([1.0, -2.0, 3.0], [-4000.0, 250.0, 30000.0]), t=1, **usual())
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random", **random_start(sample, *sample.shape()), t=1, **usual())


@requirement("a later step", points=2)
def later_step(sample):
    state = {**at_rest([1.0], [1000.0]), "m": np.array([300.0]), "s": np.array([4000.0])}
    yield case("t = 2", **state, t=2, **usual())
    yield case("gradient 0: it moves all the same", **{**state, "gradient": np.zeros(1)}, t=3, **usual())
    yield case("t = 5000", **midway(sample, 3), t=5000, **usual())
    for _ in sample.repeat(public=2, hidden=5):
        t = sample.integer(2, 40)
        yield case(f"random, t = {t}", **midway(sample, *sample.shape()), t=t, **usual())


@requirement("over many steps", points=1)
def many_steps(sample):
    yield multistep_case("3 steps of 1 parameter", **three_steps(), **usual())
    for _ in sample.repeat(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(sample))


@requirement("other learning rates and betas", points=1)
def settings(sample):
    """beta1 = 0 is RMSProp with the correction."""
    start = at_rest([1.0, -2.0], [500.0, 3000.0])
    yield case("betas 0.5 and 0.7", **start, t=1, **usual(beta1=0.5, beta2=0.7))
    yield case("beta1 = 0", **start, t=1, **usual(beta1=0.0))
    yield case("learning rate 0.003", **start, t=1, **usual(learning_rate=0.003))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", **random_start(sample, 2, 3), t=1, **unusual(sample))


@requirement("epsilon", points=2)
def epsilon(sample):
    """Gradients near epsilon, a large epsilon, and zeros: where it stands and how large it is."""
    yield case("gradient 1e-6, epsilon 1e-8", **at_rest([1.0], [1e-6]), t=1, **usual(epsilon=1e-8))
    yield case("epsilon = 0.1", **at_rest([1.0, -2.0], [0.5, -0.05]), t=1, **usual(epsilon=0.1))
    yield case("gradient 0 at the first step", **at_rest([1.0, -2.0], [0.0, 0.0]), t=1, **usual(epsilon=1e-8))
    for _ in sample.repeat(public=1, hidden=4):
        tiny = random_start(sample, 2, 3, size=1e-6)
        yield case("random gradients near 1e-6", **tiny, t=1, **usual(epsilon=sample.choice([1e-8, 1e-7])))
        large = sample.number(0.05, 1.0)
        yield case("random, a large epsilon", **random_start(sample, 4, size=1.0), t=1, **usual(epsilon=large))


@adam_step.contract()
def contract(sample, shape):
    return {**random_start(sample, *shape), "t": 1, **usual()}


@wrong({" / (1 - beta1**t)": "", " / (1 - beta2**t)": ""})
def no_correction():
    """The step uses m and s as they are, without their correction. Where do m_hat and s_hat come in?"""


@wrong({" / (1 - beta2**t)": ""})
def only_m_corrected():
    """You correct m but not s. In the first steps s is still near zero, and you divide by its root: they are far too
    long."""


@wrong({" / (1 - beta1**t)": ""})
def only_s_corrected():
    """You correct s but not m. In the first steps m is still near zero: they are too short."""


@wrong({"), m, s": "), m_hat, s_hat"})
def corrected_state_returned():
    """You return the corrected averages as the state. The next step must start from m and s as they were before the
    correction: give m_hat and s_hat names of their own."""


@wrong({"beta1**t": "beta1", "beta2**t": "beta2"}, loses=[later_step, many_steps])
def t_never_counted():
    """You divide by 1 - beta1 and 1 - beta2 whatever t is."""


@wrong({"beta1**t": "beta1 ** (t + 1)", "beta2**t": "beta2 ** (t + 1)"})
def t_one_ahead():
    """Both corrections are those of the next step, t + 1. t counts this step already: it is 1 at the first."""


@wrong({"beta2**t": "beta1**t"})
def one_beta_for_both_corrections():
    """Both corrections use beta1. s has its own beta, so the weights in it add up to 1 - beta2**t."""


@wrong({"m = beta1": "beta1, beta2 = beta2, beta1\n    m = beta1"})
def betas_swapped():
    """Your betas are swapped: beta1 belongs to m, the average of the gradients; beta2 to s, that of their squares."""


@wrong({"np.sqrt(s_hat)": "s_hat"})
def square_root_forgotten():
    """You divide by s_hat itself. s holds squares of gradients; its root has the size of a gradient."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat + epsilon)"}, loses=[epsilon])
def epsilon_inside_the_root():
    """Your epsilon stands under the square root. There it acts as if it were its root, 1e-4 instead of 1e-8."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "((np.sqrt(s) + epsilon) / (1 - beta2**t) ** 0.5)"}, loses=[epsilon])
def epsilon_before_the_correction():
    """Your epsilon is added to the root of the uncorrected s. The paper calls this form epsilon hat, and Keras uses
    it; PyTorch corrects first and adds epsilon then."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat) + epsilon"}, loses=[epsilon])
def epsilon_behind_the_fraction():
    """`a / b + epsilon` adds epsilon to the whole, not to the root: put the divisor in parentheses."""


@wrong({"(1 - beta1**t)": "1 - beta1**t", "(1 - beta2**t)": "1 - beta2**t"})
def parentheses_missing_in_the_corrections():
    """You subtract a power of beta from m and from s: `m / 1 - beta1**t` divides by 1 and then subtracts. The divisor
    needs parentheses."""


@wrong({"theta -": "theta +"})
def uphill():
    """You add the step to theta. Descent goes against the gradient: subtract it."""


@wrong({"* m_hat": "* gradient"}, loses=[later_step, many_steps])
def gradient_instead_of_m_hat():
    """Above the fraction bar you have the gradient itself. Adam takes the average of the gradients, m_hat."""


@wrong({"gradient**2": "m**2"})
def s_averages_squares_of_m():
    """Your s averages the squares of m. It has to average those of the gradients."""


@wrong({"beta2 * s + (1 - beta2)": "beta1 * s + (1 - beta1)"})
def s_averaged_with_beta1():
    """Your s is averaged with beta1. s has a beta of its own, beta2."""


@wrong({"m = beta1": "beta1, beta2 = 0.9, 0.999\n    m = beta1"}, loses=[settings])
def betas_fixed():
    """`beta1` and `beta2` have no effect on your result: 0.9 and 0.999 stand in their place."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat)"}, loses=[epsilon])
def epsilon_forgotten():
    """`epsilon` has no effect on your result, and a parameter whose gradient is 0 gets 0/0."""


@wrong({"= beta1 * m +": "*= beta1\n    m +=", "= beta2 * s +": "*= beta2\n    s +="}, loses=[contract])
def written_into_the_state():
    """The arrays `m` and `s` that you were given have been changed: something writes into them in place. Make new
    ones."""


@wrong({"np.sqrt(s_hat)": "np.sqrt(s) / np.sqrt(1 - beta2**t)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong(
    {"return theta - learning": "theta -= learning", "epsilon), m": "epsilon)\n    return theta, m"},
    loses=[contract],
)
def theta_itself_is_changed():
    """The array `theta` that you were given has been changed: something writes into it in place. Make a new one. (A
    second name for an array is no copy of it.)"""


wrong.ignores("epsilon", 1e-7, name="epsilon is always 1e-7", loses=[epsilon])


@wrong({"beta1**t": "beta1**2", "beta2**t": "beta2**2"})
def the_power_in_the_corrections_is_always_2():
    """Your corrections do not change from step to step: they are those of t = 2. They contain the power t of beta."""


@wrong({"beta1 * m": "beta1 + m", "beta2 * s": "beta2 + s"})
def beta_is_added_to_the_averages():
    """Your averages contain beta plus the old value. The old value is multiplied by beta."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "((s + epsilon) ** 0.5 / (1 - beta2**t) ** 0.5)"}, loses=[epsilon])
def epsilon_is_under_the_root_of_the_uncorrected_s():
    """Your epsilon is added to the uncorrected s, and the root is taken of both. First comes the correction, then the
    root, and epsilon last."""


@wrong({"m = beta1": "gradient = np.clip(gradient, -1, 1)\n    m = beta1"})
def the_gradient_is_clipped_first():
    """Your numbers are Adam's for a gradient that is cut off at -1 and 1. Clipping is not a part of the step: take the
    gradient as it comes."""
