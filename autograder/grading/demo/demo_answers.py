"""Students of the demo whose notebooks were written by hand, in the styles that people have.

Loops and helpers, other names, prints, plots, magics, half-finished work. Cells without an answer stay as released.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Handwritten:
    """answers: kernel -> what is typed into its cell. extra: cells added after a kernel's.

    deserved: points of the kernels that are not fully right. mistakes: what is wrong, for the reader.
    """

    answers: dict[str, str]
    extra: tuple[tuple[str, str], ...] = ()
    deserved: dict[str, float] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()


LOOPS_AND_HELPERS = Handwritten(
    answers={
        "sigmoid": """\
import math

def one_sigmoid(v):
    # two formulas, so that exp never gets a large positive number
    if v >= 0:
        return 1.0 / (1.0 + math.exp(-v))
    e = math.exp(v)
    return e / (1.0 + e)

def sigmoid(z):
    z = np.asarray(z)
    out = np.empty(z.shape, dtype=z.dtype if z.dtype.kind == "f" else float)
    for idx in np.ndindex(z.shape):
        out[idx] = one_sigmoid(float(z[idx])) if not np.isnan(z[idx]) else np.nan
    return out
""",
        "relu": """\
def relu(z):
    result = z.copy()
    result[result < 0] = 0
    return as_float(result)
""",
        "relu_backward": """\
def relu_backward(dout, z):
    grad = np.zeros_like(dout)
    grad[z > 0] = dout[z > 0]
    return as_float(grad)
""",
        "clip_by_value": """\
def clip_by_value(gradients, limit=1.0):
    result = []
    for g in gradients:
        g = g.copy() if g.dtype.kind == "f" else g.astype(float)
        too_large, too_small = g > limit, g < -limit
        g[too_large] = limit
        g[too_small] = -limit
        result.append(g)
    return result
""",
        "leaky_relu": """\
def leaky_relu(z, alpha=0.01):
    return map_elements(lambda v: v if v > 0 else alpha * v, z)
""",
    },
    extra=(
        (
            "sigmoid",
            "def as_float(a):\n    # whole numbers in, floats out\n"
            "    return a if a.dtype.kind == 'f' else a.astype(float)",
        ),
        ("sigmoid", "print(sigmoid(np.array([-1000.0, 0.0, 1000.0])))\nassert sigmoid(np.array([0.0]))[0] == 0.5"),
    ),
    deserved={"leaky_relu": 0},
    mistakes=("leaky_relu: calls a helper that does not exist",),
)

OTHER_NAMES = Handwritten(
    answers={
        "relu": """\
def relu(x):
    \"\"\"ReLU as in the lecture\"\"\"
    x = x * 1.0 if x.dtype.kind in "iu" else x
    positive_part = np.maximum(x, 0)
    return positive_part
""",
        "relu_backward": """\
def relu_backward(upstream, x):
    mask = x > 0
    print("share of active units:", mask.mean() if mask.size else "-")
    return np.where(mask, upstream, np.zeros((), upstream.dtype)) * 1.0
""",
        "tanh": "tanh = np.tanh\n",
        "tanh_backward": """\
def tanh_backward(dout, t):
    local_slope = (1 - t) * (1 + t)
    return dout * local_slope
""",
        "elu": """\
def elu(x, a=1.0):
    neg = a * np.expm1(np.minimum(x, 0))
    out = np.where(x > 0, x, neg)
    return out
""",
        "he_normal": """\
def he_normal(eps, a=0.0):
    n_inputs = eps[0].size  # everything that one output unit sees
    return eps * (2 / ((1 + a * a) * n_inputs)) ** 0.5
""",
        "selu": """\
LAMBDA = 1.0507009873554804934193349852946
ALPHA = 1.6732632423543772848170429916717

def selu(x):
    return LAMBDA * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0)))
""",
    },
)

PLOTS_AND_MAGICS = Handwritten(
    answers={
        "sigmoid": """\
%matplotlib inline
import matplotlib.pyplot as plt

def sigmoid(z):
    # from the tanh identity
    return 0.5 * (1 + np.tanh(0.5 * z))

grid = np.linspace(-6, 6, 200)
plt.figure(figsize=(4, 3))
plt.plot(grid, sigmoid(grid), label="mine")
plt.legend(); plt.show()
""",
        "tanh": """\
def tanh(z):
    return np.sinh(z) / np.cosh(z)
%timeit tanh(np.zeros(10))
""",
        "relu": """\
!pip install numpy
def relu(z):
    return np.where(z > 0, z, 0.0)
relu?
""",
        "elu": """\
def elu(z, alpha=1.0):
    return [elu(row, alpha) for row in z] if z.ndim > 1 else [
        float(v) if v > 0 else alpha * float(np.expm1(v)) for v in z]
""",
    },
    extra=(("relu", "plt.plot(grid, relu(grid))\nplt.title('my relu')\ndisplay(plt.gcf())"),),
    deserved={"tanh": 4, "relu": 4},
    mistakes=(
        "tanh: sinh and cosh overflow",
        "relu: NaN becomes zero",
    ),
)

HALF_DONE = Handwritten(
    answers={
        "sigmoid": """\
def sigmoid(z):
    1 / (1 + np.exp(-z))
""",
        "sigmoid_backward": """\
def sigmoid_backward(dout, s):
    # TODO ask about this one
    raise NotImplementedError()
""",
        "tanh": """\
def tanh(z):
    return np.tanH(z)
""",
        "relu": """\
def relu(z)
    return np.maximum(z, 0)
""",
        "leaky_relu": """\
def leaky_relu(z):
    return np.where(z > 0, z, 0.01 * z)
""",
    },
    deserved={"sigmoid": 0, "sigmoid_backward": 0, "tanh": 0, "relu": 0, "leaky_relu": 0},
    mistakes=(
        "sigmoid: no return",
        "tanh: a name misspelled",
        "relu: a syntax error",
        "leaky_relu: a parameter missing",
    ),
)

STUDENTS = (LOOPS_AND_HELPERS, OTHER_NAMES, PLOTS_AND_MAGICS, HALF_DONE)
