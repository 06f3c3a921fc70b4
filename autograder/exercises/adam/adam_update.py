"""adam_update: one step of Adam for all parameters of a network, which keeps its state from call to call."""

import numpy as np

from autograder.exercises.model import Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import STEEP, away_from_zero, far_from_zero, pytorch_optimizer, usual

TEXTBOOK = """\
def adam_update(parameters, gradients, state, learning_rate, beta1, beta2, epsilon):
    if state is None:
        zeros = [0 * theta for theta in parameters]
        state = {"t": 0, "m": zeros, "s": zeros}
    t = state["t"] + 1
    m = [beta1 * old + (1 - beta1) * g for old, g in zip(state["m"], gradients)]
    s = [beta2 * old + (1 - beta2) * g**2 for old, g in zip(state["s"], gradients)]
    new = []
    for theta, m_now, s_now in zip(parameters, m, s):
        root = np.sqrt(s_now / (1 - beta2**t))
        new.append(theta - learning_rate * m_now / (1 - beta1**t) / (root + epsilon))
    return new, {"t": t, "m": m, "s": s}
"""
adam_update = Exercise(
    TEXTBOOK,
    outputs=("parameters", "state"),
    takes="parameters, gradients: list of (*); state: None or dict; learning_rate, beta1, beta2, epsilon: number",
    pytorch="torch.optim.Adam(parameters, lr=learning_rate, betas=(beta1, beta2), eps=epsilon).step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html",
)
requirement, wrong = adam_update.requirement, adam_update.wrong

SHAPES = ((3, 2), (2,), (2, 1), (1,))
"""Of the parameters of two dense layers: a weight and a bias each."""


def arrays(sample, shapes=SHAPES, size=1.0, far=False):
    """An array for each shape."""
    draw = far_from_zero if far else away_from_zero
    return [size * draw(sample, *shape) for shape in shapes]


def arguments(**given):
    """Of a call, in the order of the signature."""
    return {name: given[name] for name in adam_update.parameters}


def midway(sample, shapes, t):
    """Parameters, gradients and a state in the middle of a training."""
    squares = [STEEP**2 * np.round(sample.uniform(*shape, low=0.2, high=2.0), 3) for shape in shapes]
    state = {"t": t, "m": arrays(sample, shapes, STEEP), "s": squares}
    return {"parameters": arrays(sample, shapes), "gradients": arrays(sample, shapes, STEEP), "state": state}


@adam_update.pytorch_reference
def reference(parameters, gradients, state, learning_rate, beta1, beta2, epsilon):
    """One optimizer for all parameters, each with its own entry in `optimizer.state`."""
    import torch

    moved = [torch.nn.Parameter(theta.clone()) for theta in parameters]
    optimizer = pytorch_optimizer("Adam", moved, lr=learning_rate, betas=(beta1, beta2), eps=epsilon)
    for number, (theta, gradient) in enumerate(zip(moved, gradients, strict=True)):
        theta.grad = gradient.clone()
        if state is not None:
            m, s = state["m"][number].clone(), state["s"][number].clone()
            step = torch.tensor(float(state["t"]), dtype=torch.float64)
            optimizer.state[theta] = {"step": step, "exp_avg": m, "exp_avg_sq": s}
    optimizer.step()
    after = [optimizer.state[theta] for theta in moved]
    kept = {
        "t": int(after[0]["step"]),
        "m": [one["exp_avg"] for one in after],
        "s": [one["exp_avg_sq"] for one in after],
    }
    return [theta.detach() for theta in moved], kept


@requirement("the first step, without a state", points=2)
def first_step(sample):
    yield case("one parameter", parameters=[np.ones(1)], gradients=[np.array([500.0])], state=None, **usual())
    pair = {"parameters": [np.array([2.0, -3.0])], "gradients": [np.array([-4e3, 0.0])]}
    yield case("a gradient of 0", **pair, state=None, **usual())
    for _ in sample.repeat(public=1, hidden=4):
        shapes = [sample.shape(sample.integer(1, 2))]
        start = {"parameters": arrays(sample, shapes), "gradients": arrays(sample, shapes, STEEP)}
        yield case("random", **start, state=None, **usual())


@requirement("a later step", points=2)
def later_step(sample):
    state = {"t": 1, "m": [np.array([300.0])], "s": [np.array([4000.0])]}
    yield case("step 2", parameters=[np.ones(1)], gradients=[np.array([1000.0])], state=state, **usual())
    yield case("step 3, a layer's weights", **midway(sample, SHAPES[:1], 2), **usual())
    yield case("step 5000", **midway(sample, ((3,),), 4999), **usual())
    for _ in sample.repeat(public=1, hidden=4):
        t = sample.integer(1, 40)
        shapes = [sample.shape(sample.integer(1, 3))]
        yield case(f"random, after {t} steps", **midway(sample, shapes, t), **usual())


@requirement("a whole training, several arrays", points=3)
def whole_training(sample):
    """State and parameters are handed from call to call. Elsewhere a network is one array."""
    two = {"parameters": [np.ones(1), np.array([2.0, -3.0])], "gradients": [np.array([500.0]), np.array([-4e3, 0.0])]}
    yield case("the first step of two arrays", **two, state=None, **usual())
    gradients = [[np.array([500.0])], [np.array([500.0])], [np.array([-2000.0])]]
    start = {"parameters": [np.ones(1)], "state": None}
    yield multistep_case("3 steps of one parameter", **arguments(gradients=per_step(gradients), **start, **usual()))
    for _ in sample.repeat(public=1, hidden=3):
        gradients = [arrays(sample, size=STEEP) for _ in range(15)]
        gradients[7] = [0 * gradient for gradient in gradients[7]]
        start = {"parameters": arrays(sample, far=True), "state": None}
        rates = per_step(round(0.1 * 0.95**t, 6) for t in range(15))
        given = arguments(gradients=per_step(gradients), **start, **usual(learning_rate=rates))
        yield multistep_case("15 steps of two layers, a falling rate", **given)


@requirement("other betas and epsilon", points=2)
def settings(sample):
    start = {"parameters": [np.ones(2)], "state": None}
    steep = [np.array([500.0, -90.0])]
    yield case("betas 0.5 and 0.7", **arguments(gradients=steep, **start, **usual(beta1=0.5, beta2=0.7)))
    yield case("learning rate 0.003", **arguments(gradients=steep, **start, **usual(learning_rate=0.003)))
    small = [np.array([0.5, -0.05])]
    yield case("epsilon 0.1", **arguments(gradients=small, **start, **usual(epsilon=0.1)))
    for _ in sample.repeat(public=1, hidden=3):
        changed = {"learning_rate": sample.number(0.001, 0.05), "beta1": sample.number(0.1, 0.8)}
        changed |= {"beta2": sample.number(0.3, 0.95), "epsilon": sample.number(0.1, 1.0)}
        shapes = SHAPES[:1]
        start = {"parameters": arrays(sample, shapes), "gradients": arrays(sample, shapes), "state": None}
        yield case("random", **start, **usual(**changed))


@adam_update.contract()
def contract(sample):
    shapes = ((2, 3),)
    start = {"parameters": arrays(sample, shapes), "gradients": arrays(sample, shapes, STEEP)}
    return {**start, "state": None, **usual()}


@wrong({'"t": t, "m": m': '"t": state["t"], "m": m'})
def step_never_counted():
    """The t that you return is the one that you were given: after this step it has to be larger by 1."""


@wrong({'"t": t, ': '"t": 1, '}, loses=[later_step, whole_training])
def step_always_one():
    """Your state says t = 1 for ever. It counts the steps taken so far."""


@wrong({'state["t"] + 1': 'state["t"] + len(parameters)'}, loses=[whole_training])
def counted_once_for_every_parameter():
    """Your t grows by the number of parameters. One call is one step, whatever the number of arrays."""


@wrong(
    {'t = state["t"] + 1': 't = state["t"]', "        root =": "        t += 1\n        root ="},
    loses=[whole_training],
)
def counted_in_the_loop_over_the_parameters():
    """Your t grows with every array, so that each one is corrected as in another step. One call is one step: count
    before the loop."""


@wrong({'{"t": 0,': '{"t": 1,', 'state["t"] + 1': 'state["t"]'}, loses=[later_step, whole_training])
def begins_at_one_and_stays_there():
    """Your first step has t = 1, as it should, and no step counts further."""


@wrong(
    {
        "(1 - beta1) * g for": "(1 - beta1) * g) / (1 - beta1**t) for",
        "[beta1 *": "[(beta1 *",
        "(1 - beta2) * g**2 for": "(1 - beta2) * g**2) / (1 - beta2**t) for",
        "[beta2 *": "[(beta2 *",
        "m_now / (1 - beta1**t)": "m_now",
        "s_now / (1 - beta2**t)": "s_now",
    }
)
def corrected_averages_kept():
    """Your state keeps the corrected averages, and the next step goes on from them. Give what is corrected a name of
    its own."""


@wrong({'return new, {"t": t, "m": m, "s": s}': 'return new, {"t": t, "m": [a / (1 - beta1**t) for a in m], "s": s}'})
def corrected_m_kept():
    """Your state keeps the corrected m. The next step needs m as it was before the correction."""


@wrong(
    {'zip(state["m"], gradients)': "zip([0 * g for g in gradients], gradients)"},
    loses=[later_step, whole_training],
)
def m_begins_anew():
    """Your m forgets: the old average in `state` has no effect on it. Only the first step begins at zero."""


@wrong(
    {'zip(state["s"], gradients)': "zip([0 * g for g in gradients], gradients)"},
    loses=[later_step, whole_training],
)
def s_begins_anew():
    """Your s forgets: the old average in `state` has no effect on it. Only the first step begins at zero."""


@wrong({"m_now / (1 - beta1**t)": "m_now", "s_now / (1 - beta2**t)": "s_now"})
def no_correction():
    """Your step uses m and s as they are, without their correction."""


@wrong({"(root + epsilon)": "np.sqrt(root**2 + epsilon)"}, loses=[settings])
def epsilon_inside_the_root():
    """Your epsilon stands under the square root. It is added after the root."""


@wrong({'"m": m, "s": s}': '"m": s, "s": m}'})
def averages_exchanged():
    """The averages in your state are exchanged: "m" holds those of the gradients, "s" those of their squares."""


@wrong({"theta - learning": "theta + learning"})
def uphill():
    """You add the step to the parameters. Descent goes against the gradient: subtract it."""


@wrong({"np.sqrt(s_now / (1 - beta2**t))": "np.sqrt(s_now) / np.sqrt(1 - beta2**t)"}, loses=[contract])
def float32_lost():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""


@wrong(
    {
        "new.append(theta - learning": "new.append(np.subtract(theta, learning",
        "(root + epsilon))": "(root + epsilon), out=theta))",
    },
    loses=[contract],
)
def written_into_the_parameters():
    """The arrays in `parameters` have been changed: something writes into them in place. Make new ones."""
