"""nadam_step: one step of Nadam with constant momentum: Nesterov's trick in Adam."""

from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.optimizer_states import at_rest, midway, random_start, three_steps, trajectory, unusual, usual
from autograder.exercises.which_optimizer import CONSTANT, one_step_of_nadam

TEXTBOOK = """\
def nadam_step(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    s_hat = s / (1 - beta2**t)
    direction = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient / (1 - beta1**t)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s
"""
nadam_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s"),
    takes="theta, gradient, m, s: (*); t: int >= 1; learning_rate, beta1, beta2, epsilon: number",
    pytorch="torch.optim.NAdam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, "
    "momentum_decay=1e6).step()",
    source="Dozat 2016, algorithm 2 with constant mu, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
)
requirement, wrong = nadam_step.requirement, nadam_step.wrong


@nadam_step.pytorch_reference
def reference(theta, gradient, m, s, t, learning_rate, beta1, beta2, epsilon):
    """A schedule that is beta1 from the start; its product is then beta1**(t - 1)."""
    settings = (t, learning_rate, beta1, beta2, epsilon)
    return one_step_of_nadam(theta, gradient, m, s, float(beta1) ** (t - 1), *settings, CONSTANT)[:3]


@requirement("the first step", points=2)
def first_step(sample):
    yield case("theta = 1", **at_rest([1.0], [500.0]), t=1, **usual())
    yield case("three parameters", **at_rest([1.0, -2.0, 3.0], [-4000.0, 250.0, 30000.0]), t=1, **usual())
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", **random_start(sample, *sample.shape()), t=1, **usual())


@requirement("over many steps", points=2)
def many_steps(sample):
    yield multistep_case("3 steps of 1 parameter", **three_steps(), **usual())
    yield case("t = 5000", **midway(sample, 3), t=5000, **usual())
    for _ in sample.repeat(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **trajectory(sample))


@requirement("other learning rates, betas and epsilons", points=1)
def settings(sample):
    """At the first step; with beta1 = 0 there is no momentum."""
    start = at_rest([1.0, -2.0], [500.0, 3000.0])
    yield case("betas 0.5 and 0.7", **start, t=1, **usual(beta1=0.5, beta2=0.7))
    yield case("beta1 = 0", **start, t=1, **usual(beta1=0.0))
    yield case("epsilon = 0.1", **at_rest([1.0, -2.0], [0.5, 3.0]), t=1, **usual(epsilon=0.1))
    small = at_rest([1.0, -2.0], [1e-6, 0.0])
    yield case("gradients 1e-6 and 0, epsilon 1e-8", **small, t=1, **usual(epsilon=1e-8))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", **random_start(sample, 2, 3), t=1, **unusual(sample))


@nadam_step.contract()
def contract(sample, shape):
    return {**random_start(sample, *shape), "t": 1, **usual()}


@wrong({"beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * gradient": "m"})
def plain_adam():
    """This is Adam. Its direction holds the old momentum and the new gradient; Nadam puts the momentum of the next
    step, beta1 times the new m, in the place of the old one."""


@wrong({"beta1 ** (t + 1)": "beta1**t"})
def both_over_the_present_weights():
    """Both parts are divided by 1 - beta1**t. Many textbooks write it so, but here the momentum part belongs to the
    step after this one, and so does its correction."""


@wrong({"beta1**t": "beta1 ** (t + 1)"})
def both_over_the_next_weights():
    """Both parts are divided by 1 - beta1**(t + 1). Only the momentum part is one step ahead; the gradient is that
    of step t."""


@wrong({"beta1 ** (t + 1)": "beta1**t + 1"})
def one_added_to_the_power():
    """The divisor of your momentum part is too large: Python reads `beta1**t + 1` as (beta1**t) + 1. The exponent
    needs parentheses, `beta1 ** (t + 1)`."""


@wrong({" + (1 - beta1) * gradient / (1 - beta1**t)": ""})
def gradient_part_forgotten():
    """The gradient part is missing: the direction is a sum of two."""


@wrong({"(1 - beta1) * gradient / (1 - beta1**t)": "gradient"}, loses=[many_steps])
def whole_gradient_added():
    """The gradient enters with weight 1. In an average it has the weight 1 - beta1, corrected by 1 - beta1**t: the
    two cancel at the first step only."""


@wrong({"), m, s": "), beta1 * m + (1 - beta1) * gradient, s"})
def direction_kept_as_m():
    """The m that you return has received the gradient twice. The look ahead is used for this step and then forgotten:
    return m as Adam does."""


@wrong({"(np.sqrt(s_hat) + epsilon)": "np.sqrt(s_hat + epsilon)"}, loses=[settings])
def epsilon_inside_the_root():
    """Your epsilon stands under the square root. It is added after the root of s_hat."""


@wrong({"= beta1 * m +": "*= beta1\n    m +=", "= beta2 * s +": "*= beta2\n    s +="}, loses=[contract])
def written_into_m():
    """The array `m` that you were given has been changed: something writes into it in place. Make a new one."""


@wrong({"np.sqrt(s_hat)": "np.sqrt(s) / np.sqrt(1 - beta2**t)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""
