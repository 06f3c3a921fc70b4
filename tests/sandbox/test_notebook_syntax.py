"""Cells as IPython reads them: what a notebook runs at home is Python here, line by line."""

from __future__ import annotations

import sys

import pytest

from autograder.sandbox import notebook_syntax
from autograder.sandbox.notebook_syntax import as_python
from autograder.sandbox.worker import Imports, Program


@pytest.fixture(autouse=True)
def _worker_module(monkeypatch):
    """The module under the name that it has in a student's process."""
    monkeypatch.setitem(sys.modules, "autograder.sandbox_notebook_syntax", notebook_syntax)


ANSWER = "def f(z):\n    return 2 * z"
IPYTHON = {
    "time": f"%%time\n{ANSWER}",
    "capture": f"%%capture\n{ANSWER}",
    "capture with a name": f"%%capture out\n{ANSWER}\nout.show()",
    "timeit with options and setup": f"%%timeit -n 10 -r3 two = 2\n{ANSWER}",
    "two cell magics": f"%%time\n%%capture\n{ANSWER}",
    "an unknown cell magic": f"%%heat -q\n{ANSWER}",
    "blank lines above a cell magic": f"\n\n%%time\n{ANSWER}",
    "indented below a cell magic": "%%time\n  def f(z):\n      return 2 * z",
    "indented as a whole": "    def f(z):\n        return 2 * z",
    "indented, after a comment": "  # mine\n  def f(z):\n      return 2 * z",
    "indented by tabs": "\tdef f(z):\n\t\treturn 2 * z",
    "classic prompts": ">>> def f(z):\n...     return 2 * z\n...\n>>> f(1)",
    "prompts of IPython": "In [12]: def f(z):\n   ...:     return 2 * z\n   ...:",
    "magics": f"%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n{ANSWER}",
    "a magic over two lines": f"%pip install \\\n    torch\n{ANSWER}",
    "shell lines with a quote": f"!echo it's\n{ANSWER}",
    "a magic in a block": f"if True:\n    %time x = 1\n    !ls\n{ANSWER}",
    "help": f"max?\n?max\nmax??\n{ANSWER}",
    "values of magics": f"files = !ls\nx = %time 1 + 1\nt = %timeit -o 1\n{ANSWER}\nassert x == 2",
    "a timed definition": "%time f = lambda z: 2 * z",
    "a semicolon": f"{ANSWER};\nf(1);",
    "await": f"import asyncio\nawait asyncio.sleep(0)\n{ANSWER}",
    "await for a while": f"import asyncio\nx = await asyncio.gather(asyncio.sleep(0.001, 2))\n{ANSWER}",
    "display": f"{ANSWER}\ndisplay(f(1))\nIn, Out",
}


@pytest.mark.parametrize("source", IPYTHON.values(), ids=IPYTHON)
def test_what_a_notebook_runs_is_run(source):
    program = Program()
    answer = program.run("cell", source)
    assert answer["error"] is None
    assert program.namespace["f"](3) == 6


UNCHANGED = {
    "plain": "x = 1",
    "remainders": "a = 5 % 3\nb = a != 2",
    "text with signs": "s = '''\n%time\n!ls\nwhat?\n'''\nd = (5\n% 2)",
    "prompts in text": 's = """\n>>> f(1)\n2\n"""',
    "an ellipsis": "...",
}


@pytest.mark.parametrize("source", UNCHANGED.values(), ids=UNCHANGED)
def test_plain_python_is_left_as_it_is(source):
    assert as_python(source) == source


def test_signs_in_text_and_in_brackets_are_left_beside_a_magic():
    source = "%ls\ns = '''\n%time\n?x\n'''\nx = print(\n    '%d' %\n    3\n)\n# why?"
    assert as_python(source).split("\n")[1:] == source.split("\n")[1:]


@pytest.mark.parametrize(
    "source", ["%%bash\nls 'x", "%%javascript\nalert(1)", "%%html\n<b>", "%%latex\n$x$", "%%time?"]
)
def test_what_is_no_python_of_the_notebook_is_left_out(source):
    assert as_python(source).strip() == ""


@pytest.mark.parametrize("source", ["pip install torch", "conda install x", "cd ..", "matplotlib inline"])
def test_a_magic_without_its_sign_is_one_where_it_stands_alone(source):
    assert Program().run("cell", source)["error"] is None


@pytest.mark.parametrize(
    "source", ["%%time\nx = 1\n1 / 0", "  x = 1\n\n  1 / 0", "!ls \\\n  -l\n1 / 0", ">>> x = 1\n\n>>> 1 / 0"]
)
def test_an_error_names_the_line_that_the_student_sees(source):
    answer = Program().run("cell", source)
    assert answer["error"].startswith("ZeroDivisionError")
    assert answer["line"] == 3


LACKING = {
    "an import": ("import torch", "torch is not available"),
    "an import of several": ("import torch, math", "torch is not available"),
    "a name of a package": ("from sklearn.datasets import load_digits", "sklearn is not available"),
    "a mounted drive": (
        "from google.colab import drive\ndrive.mount('/content')",
        "google is not available while grading",
    ),
    "a folder": ("import os\nos.chdir('/content/drive')", "No such file"),
    "a file": ("import numpy as np\ndata = np.load('data.npy')\nmean = data.mean()", "No such file"),
    "somebody who types": ("import io, sys\nsys.stdin = io.StringIO()\nx = float(input())\ny = x + 1", "EOFError"),
    "a base class": ("from torch.nn import Module\nclass Net(Module):\n    pass", "torch is not available"),
    "a plot's numbers": ("import matplotlib.pyplot as plt\nx = 1 + plt.hist([1]) @ 2", "Inert"),
}


@pytest.fixture
def importing(monkeypatch):
    """The imports of a student's process: without frameworks."""
    for name in list(sys.modules):
        if name.split(".")[0] in ("torch", "sklearn", "google", "matplotlib"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Imports(()), *sys.meta_path])
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        del sys.modules[name]


@pytest.mark.usefixtures("importing")
@pytest.mark.parametrize(("source", "told"), LACKING.values(), ids=LACKING)
def test_what_grading_lacks_stops_nothing_below_it_and_is_told(source, told, monkeypatch):
    monkeypatch.setattr(sys, "stdin", sys.stdin)
    program = Program()
    answer = program.run("cell", f"{source}\n{ANSWER}")
    assert told in answer["error"]
    assert program.namespace["f"](3) == 6


@pytest.mark.usefixtures("importing")
def test_what_could_not_be_imported_says_so_where_it_is_used():
    program = Program()
    program.run("cell", "import torch\ndevice = torch.device('cpu')\ndef f(z):\n    return device.type")
    with pytest.raises(ModuleNotFoundError, match="torch is not available"):
        program.namespace["f"](3)


def test_any_other_error_stops_a_cell():
    program = Program()
    answer = program.run("cell", f"1 / 0\n{ANSWER}")
    assert answer["error"].startswith("ZeroDivisionError")
    assert "f" not in program.namespace


def test_a_syntax_error_runs_nothing():
    program = Program()
    assert program.run("cell", "x = 1\nreturn x")["error"].startswith("SyntaxError")
    assert "x" not in program.namespace


def test_a_future_import_holds_in_the_cells_below():
    program = Program()
    program.run("cell", "from __future__ import barry_as_FLUFL")
    assert program.run("cell", "1 <> 2\n3")["value"] == 3.0
