"""What passes at home passes in class, and the other way round: each behaviour by `check` and by grading."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from autograder.course import ROOT, Chapter, text_of
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.release import make_release
from autograder.grading.scoring.results import NotebookResult, Results
from tests.grading.small_course import (
    CHAPTER,
    POINTS,
    RIGHT,
    SECTIONS,
    UNITS,
    answered,
    cell,
    exercise,
    folder_of,
    make_course,
    notebook,
    write,
)
from tests.support.speed import scaled

SETUP = "import numpy as np\n\nfrom autograder import check, lab"
RETURN = "    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))"
HEAD = "def elu(z, alpha=1.0):\n"
CALL_SECONDS = 0.5
NO_TORCH = "torch is not available while grading: the exercises are in NumPy"
NO_INPUT = "input() is not available while grading: nobody is there to answer"
ANOTHER_ANSWER = "[Cc]alled again with the same arguments, your function gave another answer"


@dataclass(frozen=True)
class Behaviour:
    """What a student does, and the words that the answer has in both places.

    answer: the cell of the function; before: a cell in front of it; earlier: what the cell of the function held when it
    was run for the first time; words: a regular expression; passes: whether all points are given.
    """

    name: str
    answer: str
    words: str = ""
    before: str = ""
    earlier: str = ""
    function: str = "elu"
    passes: bool = False


def does(name: str, body: str, words: str, **more: Any) -> Behaviour:
    """A function with a body of its own."""
    return Behaviour(name, HEAD + body, words, **more)


def passes(name: str, answer: str, **more: Any) -> Behaviour:
    return Behaviour(name, answer, "6 of 6 points", passes=True, **more)


LOOP = "    while True:\n        alpha = alpha"
SWALLOWS = "    while True:\n        try:\n            alpha = alpha\n        except:\n            pass"
NO_END = r"elu did not return: no answer within \S+ s, in your line {}[\s\S]*The call was elu\(z="

TABLE = [
    passes("right", RIGHT["elu"]),
    does("wrong", "    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))", "alpha forgotten"),
    # packages
    does(
        "torch in the function", f"    import torch\n{RETURN}", f"{re.escape(NO_TORCH)}[\\s\\S]*in your line 2: import"
    ),
    does("from torch in the function", f"    from torch.nn import functional as F\n{RETURN}", NO_TORCH),
    does(
        "importlib in the function", f"    import importlib\n    importlib.import_module('torch')\n{RETURN}", NO_TORCH
    ),
    does("jax, which nobody has", f"    import jax\n{RETURN}", "jax is not available while grading"),
    does("scipy", f"    import scipy.special\n{RETURN}", "scipy is not available while grading"),
    does(
        "torch from an earlier cell",
        "    return torch.nn.functional.elu(torch.tensor(z), alpha).numpy()",
        NO_TORCH,
        before="import torch",
    ),
    does(
        "a name from torch",
        "    return e(as_tensor(z), alpha).numpy()",
        NO_TORCH,
        before="from torch import as_tensor\nfrom torch.nn.functional import elu as e",
    ),
    does(
        "a number made by torch",
        f"    alpha = alpha * ONE\n{RETURN}",
        NO_TORCH,
        before="import torch\nONE = torch.ones(1).item()",
    ),
    does(
        "a helper that uses torch",
        "    return helper(z, alpha)",
        NO_TORCH,
        before=f"def helper(z, alpha):\n    import torch\n{RETURN}",
    ),
    Behaviour("a decorator of torch", f"import torch\n@torch.no_grad()\n{HEAD}{RETURN}", NO_TORCH),
    Behaviour(
        "a class of torch", f"import torch\nclass Net(torch.nn.Module):\n    pass\n{HEAD}    Net()\n{RETURN}", NO_TORCH
    ),
    passes(
        "a way round a missing package",
        f"{HEAD}    try:\n        import torch\n    except ImportError:\n        pass\n{RETURN}",
    ),
    passes(
        "a way round at the top of the cell",
        f"try:\n    import torch\n    there = True\nexcept ImportError:\n    there = False\n{HEAD}"
        f"    if there:\n        return torch.no.such.thing\n{RETURN}",
    ),
    passes(
        "another package instead",
        f"try:\n    import cupy as xp\nexcept ImportError:\n    import numpy as xp\n{HEAD}{RETURN.replace('np', 'xp')}",
    ),
    passes("torch imported and not used", f"import torch\n{HEAD}{RETURN}"),
    passes("torch imported with numpy", f"{HEAD}{RETURN}", before="import torch, numpy as np"),
    does("a module of one's own", f"    import helpers\n{RETURN}", "helpers is not available while grading"),
    does(
        "the course's own modules",
        f"    from autograder.exercises import catalogue\n{RETURN}",
        "autograder.exercises is not",
    ),
    does(
        "a name of the course",
        f"    from autograder import exercises\n{RETURN}",
        "autograder.exercises is not available",
    ),
    does("sqlite3", f"    import sqlite3\n{RETURN}", "sqlite3 is not available while grading"),
    passes(
        "the standard library",
        f"from collections import deque\n{HEAD}    import statistics, math\n    deque([math.pi])\n{RETURN}",
    ),
    does("pandas", "    import pandas as pd\n    return pd.DataFrame(z).to_numpy()", "pandas is not available while"),
    does(
        "a number from a widget",
        f"    alpha = float(slider.value)\n{RETURN}",
        "a number was asked of something for plots, widgets",
        before="import ipywidgets\nslider = ipywidgets.FloatSlider(value=1)",
    ),
    does("a plot", "    import matplotlib.pyplot as plt\n    return plt.gca()", "made for plots.*does nothing while"),
    passes(
        "a progress bar",
        f"from tqdm.auto import tqdm, trange\n{HEAD}    z = z + 0.0\n    for i in trange(0, 2, leave=False):\n"
        "        alpha = alpha + (i == 5)\n"
        f"    z = np.array([v for v in tqdm(list(z.ravel()))], z.dtype).reshape(z.shape)\n{RETURN}",
    ),
    passes(
        "a progress bar by its module",
        f"import tqdm.notebook\n{HEAD}    z = z + 0.0\n    with tqdm.notebook.tqdm(total=1) as bar:\n"
        "        bar.update(1)\n"
        f"    z = np.array(list(tqdm.notebook.tqdm(z)), z.dtype).reshape(z.shape) if z.ndim else z\n{RETURN}",
    ),
    does(
        "the course's own functions",
        "    from autograder.plaindata.named_functions import FUNCTIONS\n    return FUNCTIONS['relu'](z)",
        "autograder.plaindata.named_functions is not available while grading",
    ),
    passes(
        "a plot on the way",
        f"import matplotlib.pyplot as plt\n{HEAD}    figure, axes = plt.subplots()\n    axes.plot(z)\n{RETURN}",
    ),
    passes("the lab on the way", f"{HEAD}    lab.show(z)\n{RETURN}"),
    # names
    Behaviour(
        "a renamed function",
        RIGHT["elu"].replace("elu", "my_elu"),
        "no function called elu",
        function="my_elu, exercise='elu'",
    ),
    Behaviour(
        "renamed after it was run",
        RIGHT["elu"].replace("elu", "my_elu"),
        "no function called elu",
        earlier=RIGHT["elu"],
    ),
    does(
        "a helper that was renamed",
        "    return helper(z, alpha)",
        "name 'helper' is not defined",
        earlier=f"def helper(z, alpha):\n{RETURN}",
    ),
    passes("a lambda", "elu = lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))"),
    passes(
        "a partial",
        f"import functools\ndef my(alpha, z):\n{RETURN}\n{HEAD}    return functools.partial(my, alpha)(z)",
    ),
    passes("an object", f"class Elu:\n    def __call__(self, z, alpha=1.0):\n    {RETURN}\nelu = Elu()"),
    # what a notebook has
    Behaviour("a coroutine", f"async {HEAD}{RETURN}", "object of type coroutine"),
    passes("await in the cell", f"import asyncio\nawait asyncio.sleep(0)\n{HEAD}{RETURN}"),
    does("input", f"    alpha = float(input('alpha? '))\n{RETURN}", re.escape(NO_INPUT)),
    Behaviour(
        "input in the cell", f"a = float(input('alpha? '))\n{HEAD}    alpha = alpha * a\n{RETURN}", re.escape(NO_INPUT)
    ),
    passes("%%time", f"%%time\n{HEAD}{RETURN}"),
    does("%%time and torch", "    return torch.tensor(z)", NO_TORCH, before="%%time\nimport torch"),
    passes("a magic", f"%precision 3\n{HEAD}{RETURN}"),
    passes("prints", f"{HEAD}    print(z)\n{RETURN}"),
    does(
        "a cell by its number",
        f"    alpha = alpha * Out[2]\n{RETURN}",
        "Out is not available while grading, where cells have other numbers",
        before="1.0",
    ),
    does("a cell by its name", f"    alpha = alpha * _2\n{RETURN}", "_2 is not available while grading", before="1.0"),
    Behaviour(
        "a cell by its number in the cell",
        f"one = Out[2]\n{HEAD}    alpha = alpha * one\n{RETURN}",
        "Out is not available while grading, where cells have other numbers",
        before="1.0",
    ),
    passes("the last value", f"one = _\n{HEAD}    alpha = alpha * one\n{RETURN}", before="x = 2.0\nx / 2"),
    passes("a name like that of a cell", f"_1 = 1.0\n{HEAD}    alpha = alpha * _1\n{RETURN}"),
    passes(
        "pickles",
        f"import pickle, copy\nclass Elu:\n    def __call__(self, z, alpha):\n    {RETURN}\n{HEAD}"
        "    return pickle.loads(pickle.dumps(copy.deepcopy(Elu())))(z, alpha)",
    ),
    passes(
        "a pool of threads of an earlier cell",
        f"{HEAD}    return pool.submit(work, z, alpha).result()",
        before="from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\n"
        f"def work(z, alpha):\n{RETURN}\npool.submit(work, np.ones(2), 1.0).result()",
    ),
    does(
        "a thread of an earlier cell",
        "    todo.put((z, alpha))\n    return done.get()",
        "a thread that another cell started is not available while grading",
        before="import queue, threading\ntodo, done = queue.Queue(), queue.Queue()\ndef loop():\n    while True:\n"
        "        z, alpha = todo.get()\n        done.put(np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))))\n"
        "threading.Thread(target=loop, daemon=True).start()",
    ),
    # what it keeps
    does("random numbers of its own", "    return z * np.random.random(np.shape(z))", ANOTHER_ANSWER),
    does(
        "a generator of its own",
        "    return z * rng.random(np.shape(z))",
        ANOTHER_ANSWER,
        before="rng = np.random.default_rng(1)",
    ),
    does(
        "right on its first call only",
        f"    global n\n    n += 1\n    if n > 1:\n        return z\n{RETURN}",
        ANOTHER_ANSWER,
        before="n = 0",
    ),
    passes("counts its calls", f"n = 0\n{HEAD}    global n\n    n += 1\n{RETURN}"),
    passes(
        "keeps its first answer",
        f"def elu(z, alpha=1.0, kept=[]):\n    if not kept:\n        kept.append({RETURN[11:]})\n    return kept[0]",
    ),
    passes(
        "keeps its first answer in a global",
        f"kept = {{}}\n{HEAD}    if 0 not in kept:\n        kept[0] = {RETURN[11:]}\n    return kept[0]",
    ),
    passes(
        "keeps its first answer as an attribute",
        f"{HEAD}    if not hasattr(elu, 'kept'):\n        elu.kept = {RETURN[11:]}\n    return elu.kept",
    ),
    does(
        "changes its input",
        "    z[...] = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))\n    return z",
        "written into z",
    ),
    # errors
    does("an exception", "    return z / (alpha - alpha + 1 - 1) + 1 // 0", "ZeroDivisionError"),
    does("exits", "    import sys\n    sys.exit()", "SystemExit"),
    does("nothing returned", "    z + 1", "is the return statement missing"),
    does("not written", "    raise NotImplementedError", "elu is not written yet"),
    Behaviour("other parameters", "def elu(z):\n    return z", "parameters of the exercise"),
    # no end: last, as one of them runs on at home for as long as its process
    does("no end", LOOP, NO_END.format("[23]: ")),
    does("no end, and nothing stops it", SWALLOWS, NO_END.format("[2-6]: ")),
    does("sleeps", f"    import time\n    time.sleep(3600)\n{RETURN}", NO_END.format(r"3: time\.sleep\(3600\)")),
]
each_behaviour = pytest.mark.parametrize("behaviour", TABLE, ids=lambda one: one.name)

AT_HOME = """
import builtins, contextlib, io, json, sys
from unittest import mock
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

rows, seconds = json.loads(sys.stdin.read())
builtins.input = lambda *prompt: "1.0"
shell = InteractiveShell.instance(colors="nocolor")
from autograder import student_check
from autograder.as_in_grading import Settings, history

student_check.find_repair = lambda *arguments, **options: None

found = {}
for name, cells in rows.items():
    shell.reset(new_session=True)
    history._ids.clear()
    with mock.patch.object(student_check, "read_settings", lambda: Settings(seconds)), capture_output() as captured:
        for cell_id, source in cells:
            result = shell.run_cell(source, store_history=True, cell_id=cell_id)
    reports = [output.data.get("text/plain", "") for output in captured.outputs]
    found[name] = {"text": captured.stdout + "\\n".join(reports), "passed": result.success}
print(json.dumps(found), file=sys.__stdout__)
"""


def cells_at_home(one: Behaviour) -> list[tuple[str, str]]:
    """The cells that a student runs, in order, each with its id."""
    setup = ("setup", SETUP)
    before = [("before", one.before)] if one.before else []
    earlier = [("elu", one.earlier)] if one.earlier else []
    return [setup, *before, *earlier, ("elu", one.answer), ("elu_test", f"check({one.function})")]


@pytest.fixture(scope="module")
def at_home(tmp_path_factory) -> dict[str, dict[str, Any]]:
    """What `check` says to each behaviour, in IPython."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "helpers.py").write_text("")
    rows = {one.name: cells_at_home(one) for one in TABLE}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{AT_HOME}"],
        input=json.dumps([rows, scaled(CALL_SECONDS)]),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def in_class(tmp_path_factory) -> dict[str, NotebookResult]:
    """What grading makes of each behaviour."""
    course = make_course(tmp_path_factory.mktemp("class") / "course")
    for section in SECTIONS:
        (course.source / CHAPTER / f"{section}.ipynb").unlink()
    setup = cell("code", "setup", SETUP)
    write(course.source_of(f"{CHAPTER}/{UNITS}"), notebook(setup, *exercise("elu")))
    make_release(Chapter(course, CHAPTER))
    configuration = course.root / "nbgrader_config.py"
    lines = f"\nget_config().Limits.call_seconds = {scaled(CALL_SECONDS)}\n"
    configuration.write_text(configuration.read_text(encoding="utf-8") + lines, encoding="utf-8")
    students = {f"student {number:02}": one for number, one in enumerate(TABLE)}
    for student, one in students.items():
        found = answered(course, UNITS, {"elu": one.answer})
        at = [text_of(each) for each in found["cells"]].index(one.answer)
        found["cells"][at:at] = [cell("code", "before", one.before)] if one.before else []
        write(folder_of(course, student) / f"{UNITS}.ipynb", found)
    grade_chapter(Chapter(course, CHAPTER), devices=("cpu",))
    results = Results(Chapter(course, CHAPTER))
    return {one.name: results.find(student, UNITS) for student, one in students.items()}


def text_in_class(result: NotebookResult) -> str:
    """All that the judged notebook shows up to the report on elu."""
    shown = []
    for one in result.notebook["cells"]:
        for output in one.get("outputs", []):
            shown += [
                output.get("text", ""),
                *output.get("traceback", []),
                output.get("data", {}).get("text/plain", ""),
            ]
        if one.get("metadata", {}).get("nbgrader", {}).get("grade_id") == "elu_test":
            break
    return "\n".join(shown)


@each_behaviour
def test_check_says_the_words_at_home(at_home, behaviour):
    found = at_home[behaviour.name]
    assert re.search(behaviour.words, found["text"]), found["text"]
    assert found["passed"] == behaviour.passes


@each_behaviour
def test_grading_says_the_same_words_in_class(in_class, behaviour):
    result = in_class[behaviour.name]
    assert re.search(behaviour.words, text_in_class(result)), text_in_class(result)
    assert (result.cells["elu_test"].score == POINTS["elu"]) == behaviour.passes


POINTS_LINE = re.compile(r"^elu: (\S+) of (\S+) points", re.MULTILINE)


@each_behaviour
def test_the_points_are_the_same_in_both_places(at_home, in_class, behaviour):
    reported = POINTS_LINE.search(at_home[behaviour.name]["text"])
    assert in_class[behaviour.name].cells["elu_test"].score == (float(reported.group(1)) if reported else 0.0)
