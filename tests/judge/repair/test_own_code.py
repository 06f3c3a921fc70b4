"""Which functions are changed and run thousands of times: those that compute from their arguments alone."""

from __future__ import annotations

import linecache
import math
import textwrap

import numpy as np
import pytest

from autograder.judge.repair.own_code import code_of

FILE = "<the cell>"


def defined(source: str, **names):
    """The function elu of a cell."""
    source = textwrap.dedent(source)
    linecache.cache[FILE] = len(source), None, source.splitlines(keepends=True), FILE
    namespace = {"np": np, "math": math, **names}
    exec(compile(source, FILE, "exec"), namespace)
    return namespace["elu"]


SAFE = {
    "plain": "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha)",
    "with a helper of its own": "def part(z):\n    return np.expm1(z)\n\ndef elu(z, alpha=1.0):\n    return part(z)",
    "with a function inside": "def elu(z, alpha=1.0):\n    def part(x):\n        return x * alpha\n    return part(z)",
    "in the cell that imports NumPy": "import numpy as np\ndef elu(z, alpha=1.0):\n    return np.tanh(z)",
    "recursive": "def elu(z, alpha=1.0):\n    return elu(z, alpha - 1) if alpha > 0 else z",
    "with a constant of the cell": "SCALE = 1.5\ndef elu(z, alpha=1.0):\n    return SCALE * z",
    "a generator": "def elu(z, alpha=1.0):\n    yield z",
    "in a loop": "for _ in range(2):\n    def elu(z, alpha=1.0):\n        return z",
    "that prints": "def elu(z, alpha=1.0):\n    print(z)\n    return z",
    "with a default of two numbers": "def elu(z, alpha=1 / 3):\n    return z",
    "with math": "def elu(z, alpha=1.0):\n    return math.exp(alpha) * z",
}

UNSAFE = {
    "a lambda": "elu = lambda z, alpha=1.0: z",
    "a built-in function": "elu = np.tanh",
    "a method": "class Net:\n    def elu(self, z):\n        return z\nelu = Net().elu",
    "of a class": "class elu:\n    def __init__(self, z):\n        pass",
    "that remembers in a list": "seen = []\ndef elu(z, alpha=1.0):\n    seen.append(z)\n    return z",
    "that remembers in a default": "def elu(z, alpha=1.0, seen=[]):\n    seen.append(z)\n    return z",
    "of a function around it": "def make(k):\n    def elu(z):\n        return k * z\n    return elu\nelu = make(2)",
    "that opens a file": "def elu(z, alpha=1.0):\n    open('x', 'w').write('x')\n    return z",
    "that saves": "def elu(z, alpha=1.0):\n    np.save('x', z)\n    return z",
    "that draws": "def elu(z, alpha=1.0):\n    return z * np.random.rand()",
    "that draws from a generator": "rng = np.random.default_rng(0)\ndef elu(z):\n    return z * rng.normal()",
    "that asks": "def elu(z, alpha=1.0):\n    return z * float(input())",
    "that runs text": "def elu(z, alpha=1.0):\n    return eval('z * alpha')",
    "whose helper opens a file": "def part(z):\n    open('x')\ndef elu(z, alpha=1.0):\n    part(z)\n    return z",
    "that uses another module": "import os\ndef elu(z, alpha=1.0):\n    os.remove('x')\n    return z",
    "that imports one": "def elu(z, alpha=1.0):\n    import os\n    return z * os.getpid()",
    "of a default that is made anew": "def elu(z, alpha=np.ones(1)):\n    return z",
    "an object that is called": "class Net:\n    def __call__(self, z):\n        return z\nelu = Net()",
    "of an object": "class Net:\n    k = 1\nnet = Net()\ndef elu(z, alpha=1.0):\n    net.k += 1\n    return z",
    "that sets how numbers are printed": "def elu(z):\n    np.set_printoptions(3)\n    return z",
}


@pytest.mark.parametrize("source", SAFE.values(), ids=SAFE)
def test_what_computes_from_its_arguments_is_read(source):
    code = code_of(defined(source))
    assert code.source.startswith("def elu") and "np" in code.namespace
    assert source.splitlines()[code.first_line - 1].strip().startswith("def elu")


@pytest.mark.parametrize("source", UNSAFE.values(), ids=UNSAFE)
def test_what_cannot_be_run_again_and_again_is_left_alone(source):
    assert code_of(defined(source)) is None


def test_a_function_whose_cell_was_edited_since_is_left_alone():
    function = defined("def elu(z, alpha=1.0):\n    return z * alpha")
    defined("def elu(z, alpha=1.0):\n    return z + alpha")
    assert code_of(function) is None


def test_a_function_whose_source_is_gone_is_left_alone():
    function = defined("def elu(z, alpha=1.0):\n    return z * alpha")
    del linecache.cache[FILE]
    assert code_of(function) is None
