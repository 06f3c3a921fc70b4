"""adam_fault: which fault an Adam has, told from its steps while the gradient stays the same."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def adam_fault(steps, gradient, beta1, beta2):
    t = np.arange(1, len(steps) + 1)
    m, s = 1 - beta1**t, 1 - beta2**t
    suspects = [
        m / m,
        m / np.sqrt(s),
        1 / np.sqrt(s),
        m,
        0 * m + 1 / gradient,
        m / (1 - beta1) / np.sqrt(s / (1 - beta2)),
    ]
    return int(np.argmin([np.sum(np.abs(steps - suspect)) for suspect in suspects]))
"""
adam_fault = Exercise(
    TEXTBOOK,
    outputs=("fault",),
    takes="steps: (T,); gradient, beta1, beta2: number",
    pytorch="the steps of torch.optim.Adam, and of Adams with one of the faults, for the same gradient",
    source="Kingma and Ba 2015, section 3, https://arxiv.org/abs/1412.6980",
)
requirement, wrong = adam_fault.requirement, adam_fault.wrong

NONE, NOTHING_CORRECTED, ONLY_M, ONLY_S, NO_ROOT, NEVER_COUNTED = range(6)
NAMES = (
    "no fault",
    "nothing corrected",
    "only m corrected",
    "only s corrected",
    "root forgotten",
    "t stays 1",
)


def faulty_steps(fault, gradient=2.0, beta1=0.9, beta2=0.999, count=6):
    """The steps of an Adam with a fault, in learning rates, for gradients that stay the same. epsilon is 0."""
    m, s, steps = 0.0, 0.0, []
    for t in range(1, count + 1):
        m, s = beta1 * m + (1 - beta1) * gradient, beta2 * s + (1 - beta2) * gradient**2
        power = 1 if fault == NEVER_COUNTED else t
        m_hat = m if fault in (NOTHING_CORRECTED, ONLY_S) else m / (1 - beta1**power)
        s_hat = s if fault in (NOTHING_CORRECTED, ONLY_M) else s / (1 - beta2**power)
        steps.append(m_hat / (s_hat if fault == NO_ROOT else s_hat**0.5))
    return np.array(steps)


def told(fault, gradient=2.0, beta1=0.9, beta2=0.999, count=6):
    """The arguments of the question which fault this is."""
    steps = faulty_steps(fault, gradient, beta1, beta2, count)
    return {"steps": steps, "gradient": gradient, "beta1": beta1, "beta2": beta2}


@adam_fault.pytorch_reference
def reference(steps, gradient, beta1, beta2):
    """Every suspect takes the steps, its averages by PyTorch's `lerp` as in torch.optim.Adam; the nearest one is it."""
    import torch

    g = torch.tensor(float(gradient), dtype=torch.float64)
    m, s = torch.zeros_like(g), torch.zeros_like(g)
    found = []
    for t in range(1, len(steps) + 1):
        m, s = m.lerp(g, 1 - beta1), s.lerp(g * g, 1 - beta2)
        m_hat, s_hat, m_1, s_1 = m / (1 - beta1**t), s / (1 - beta2**t), m / (1 - beta1), s / (1 - beta2)
        pairs = [(m_hat, s_hat), (m, s), (m_hat, s), (m, s_hat), (m_hat, s_hat**2), (m_1, s_1)]
        found.append(torch.stack([above / below.sqrt() for above, below in pairs]))
    distances = (torch.stack(found, dim=1) - steps.double().cpu()).abs().sum(dim=1)
    return int(distances.argmin())


@requirement("corrections left out", points=3)
def corrections(sample):
    for fault in (NONE, NOTHING_CORRECTED, ONLY_M, ONLY_S):
        yield case(f"two steps, case {fault}", **told(fault, count=2))
    for _ in sample.repeat(public=4, hidden=8):
        fault = sample.integer(NONE, ONLY_S)
        beta1, beta2 = sample.number(0.5, 0.85), sample.number(0.97, 0.999)
        gradient = sample.number(1.5, 30.0)
        yield case("random betas", **told(fault, gradient, beta1, beta2, sample.integer(3, 9)))


@requirement("a root forgotten", points=1)
def root(sample):
    """The size of the gradient shows."""
    yield case("gradient 2", **told(NO_ROOT))
    yield case("gradient 0.25", **told(NO_ROOT, gradient=0.25))
    for _ in sample.repeat(public=2, hidden=4):
        gradient = sample.choice([0.02, 0.3, 0.6, 3.0, 40.0])
        yield case("random gradient", **told(NO_ROOT, gradient, count=sample.integer(3, 9)))


@requirement("a fault that the first step does not show", points=3)
def later(sample):
    """t stays 1: the first step is right, and those of a faultless Adam are like it."""
    yield case("two steps", **told(NEVER_COUNTED, count=2))
    yield case("two steps, all of them 1", **told(NONE, count=2))
    yield case("four steps, gradient 0.7", **told(NEVER_COUNTED, gradient=0.7, count=4))
    for _ in sample.repeat(public=3, hidden=6):
        fault = sample.choice([NEVER_COUNTED, NONE, NEVER_COUNTED])
        beta1, beta2 = sample.number(0.5, 0.85), sample.number(0.98, 0.999)
        yield case("random betas", **told(fault, sample.number(2.0, 9.0), beta1, beta2, sample.integer(3, 9)))


@adam_fault.contract(without=["whole numbers", "Fortran order"])
def contract(sample):
    return told(ONLY_M, gradient=0.5, count=4)


@wrong({"np.sum(np.abs(steps - suspect))": "abs(steps[0] - suspect[0])"}, loses=[later])
def first_step_only():
    """You look at the first step alone. Some faults do not show there: t = 1 is right at the first step, whoever
    forgets to count."""


@wrong({"        1 / np.sqrt(s),\n        m,": "        m,\n        1 / np.sqrt(s),"}, loses=[corrections, contract])
def only_m_and_only_s_exchanged():
    """You exchange the two Adams that correct one average only. Without the correction of s the divisor is too small,
    and the steps are too long; without that of m they are too short."""


@wrong({"0 * m + 1 / gradient": "0 * m + gradient"}, loses=[root])
def gradient_itself():
    """Without the root a step is the gradient over its square. You take the gradient itself for it."""


@wrong({"m, s = 1": "beta1, beta2 = 0.9, 0.999\n    m, s = 1"}, keeps=[root, contract])
def betas_fixed():
    """Your answer goes by the betas 0.9 and 0.999, whatever `beta1` and `beta2` are."""


@wrong({"m / (1 - beta1) / np.sqrt(s / (1 - beta2))": "m / m"}, loses=[later])
def counting_forgotten():
    """You never find the Adam whose t stays 1. It begins well, and then divides both averages by too little, m by more
    than the root of s."""


@wrong({"m / np.sqrt(s),\n        1 /": "m / s,\n        1 /"}, loses=[corrections])
def divided_by_s():
    """For an Adam that corrects nothing you expect m over s. It divides by the root of s."""


@wrong({"return int(np.argmin(": "return 1 + int(np.argmin("})
def numbered_from_1():
    """Your numbers are one too large: the table on the card begins with 0."""
