"""A submission's code in a process of its own: it runs like a notebook, and nothing it does reaches the judge.

Every test runs twice: in a plain process and in the sandbox.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.course import ROOT
from autograder.plaindata.call import Outcome
from autograder.sandbox import (
    CannotStart,
    Confinement,
    Limits,
    StudentProcess,
    Unconfined,
    chosen,
    student_process,
    watchdog,
)
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.ordinary_user import heed_permissions
from tests.support.speed import PATIENT, scaled, wait_until

SMALL = dataclasses.replace(PATIENT, memory=2**30, file_size=2**20)

ANSWER = "import numpy as np\ndef f(x):\n    return 2 * x"


@pytest.fixture
def scratch(tmp_path, monkeypatch) -> Path:
    """Where the scratch folders of this test's processes are made; nothing may be left in it."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(params=["none", "bubblewrap"])
def confinement(request) -> Confinement:
    """Both kinds, one after the other."""
    if request.param == "bubblewrap" and why_there_is_no_sandbox():
        pytest.skip(why_there_is_no_sandbox())
    return chosen(request.param)


@pytest.fixture
def start(confinement, scratch):
    """Starts student's processes; afterwards each of them, and its scratch folder, must be gone."""
    started: list[StudentProcess] = []
    seen: list[int] = []

    def start_one(limits: Limits = PATIENT) -> StudentProcess:
        process = StudentProcess(confinement, limits)
        started.append(process)
        return process

    yield start_one
    for process in started:
        if process.first_process is not None:
            seen.append(process.first_process)
        process.close()
    assert not list(scratch.iterdir())
    assert not any(alive(number) for number in seen)


def alive(number: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until_gone(number: int) -> bool:
    """Whether a process ends in reasonable time."""
    return wait_until(lambda: not alive(number))


@contextlib.contextmanager
def haste(process: StudentProcess, seconds: float = 0.3) -> Iterator[None]:
    """Give cells and calls without an end little time. Those that have to succeed stand outside, with all they need."""
    patient = process.limits
    process.limits = dataclasses.replace(patient, cell_seconds=seconds, call_seconds=seconds)
    yield
    process.limits = patient


def number_of(process: StudentProcess) -> int:
    """The process's id on this side, once it has run a cell."""
    assert process.run("cell", "1").value == 1.0
    return process.first_process


def doubles(process: StudentProcess) -> bool:
    """Whether the process can still call f."""
    outcome = process.call("f", [np.array([1.0, 2.0])])
    return outcome.problem is None and np.array_equal(outcome.returned, [2.0, 4.0])


# ---------------------------------------------------------------- like a notebook


def test_names_flow_from_cell_to_cell_and_into_calls(start):
    process = start()
    assert process.run("cell 1", "import numpy as np\nfactor = 3").error is None
    assert process.run("cell 2", "def f(x):\n    return factor * x").error is None
    assert process.run("cell 3", "factor = 5").error is None
    assert np.array_equal(process.call("f", [np.ones(2)]).returned, [5.0, 5.0])


@pytest.mark.parametrize(
    ("source", "value"), [("2 + 2", 4.0), ("x = 4", None), ("2.5", 2.5), ("'text'", None), ("True", None), ("", None)]
)
def test_the_value_of_a_cell_is_its_last_expression_where_that_is_a_number(start, source, value):
    assert start().run("cell", source).value == value


def test_a_raising_cell_is_told_with_its_line_and_leaves_the_rest_running(start):
    process = start()
    outcome = process.run("cell 1", "a = 1\nb = 1 / 0\nc = 3")
    assert (outcome.error, outcome.line, outcome.ended) == ("ZeroDivisionError: division by zero", 2, False)
    assert process.run("cell 2", "a + 1").value == 2.0
    assert process.run("cell 3", ANSWER).error is None
    assert doubles(process)


def test_a_syntax_error_costs_its_own_cell_alone(start):
    process = start()
    process.run("cell 1", ANSWER)
    outcome = process.run("cell 2", "def g(:\n    pass")
    assert outcome.error.startswith("SyntaxError")
    assert outcome.line == 1
    assert doubles(process)


def test_what_is_printed_comes_back_shortened(start):
    process = start()
    assert process.run("cell 1", "print('hello')").printed == "hello\n"
    outcome = process.run(
        "cell 2", "import sys\nfor _ in range(300): print('x' * 10_000)\nprint('y' * 10**6, file=sys.stderr)"
    )
    assert outcome.error is None
    assert len(outcome.printed) == 20_000


@pytest.mark.parametrize(
    "source",
    [
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(1, 2)\naxes[0].plot([1], [2])\nplt.show()",
        "from matplotlib.colors import LogNorm\nimport matplotlib\nmatplotlib.rcParams['a'] = 1",
        "import seaborn as sns\nsns.heatmap([[1]]).set_title('a')",
        "from tqdm import tqdm\nassert [n for n in tqdm([1, 2], desc='a')] == [1, 2]",
        "import tqdm\nassert list(tqdm.notebook.trange(2, 4)) == [2, 3] and len(tqdm.auto.tqdm([1])) == 1",
        "from tqdm.contrib.concurrent import thread_map\nassert thread_map(abs, [-1], max_workers=2) == [1]",
        "from tqdm.contrib import tenumerate, tzip\nassert list(tenumerate('a')) == [(0, 'a')] == list(tzip([0], 'a'))",
        "from tqdm.auto import tqdm\nwith tqdm(total=2) as bar:\n    bar.update(1)\ntqdm.write('x')\ntqdm.pandas()",
        "from IPython.display import display, Markdown\ndisplay(Markdown('x'))",
        "from autograder import check, lab\ncheck(f)\ncheck(f, cases='hidden')\nlab.plot(f)\nlab.data().x[0] + 1",
        "import autograder.lab\nfrom autograder.lab import anything\nanything()",
        "%matplotlib inline\n%timeit f(1)\n!ls\nf?\n%%time",
        "%%timeit\nf(2)",
        "files = !ls\nfor name in files: print(name)",
    ],
)
def test_plots_magics_and_the_courses_own_names_do_nothing(start, source):
    process = start()
    process.run("cell 1", ANSWER)
    assert process.run("cell 2", source).error is None
    assert doubles(process)


@pytest.mark.parametrize("name", ["torch", "torch.nn.functional", "cupy", "jax.numpy", "tensorflow", "keras"])
def test_a_deep_learning_framework_is_refused_with_a_sentence(start, name):
    top = name.split(".")[0]
    expected = f"ModuleNotFoundError: {top} is not available while grading: the exercises are in NumPy"
    assert start().run("cell", f"import {name}").error == expected


def test_the_environment_holds_nothing_of_the_instructors(start, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "barnacle")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    process = start()
    printed = process.run("cell", "import os, sys\nprint(dict(os.environ), sys.argv, sys.path)").printed
    assert "barnacle" not in printed
    assert "PYTHONPATH" not in printed
    home = process.run("cell", "print(os.path.samefile(os.environ['HOME'], os.getcwd()), os.listdir('.'))").printed
    assert home.strip() == "True []"


def test_two_processes_share_nothing(start):
    one, other = start(), start()
    one.run("cell", "x = 1\nimport numpy as np\nnp.maximum = None\nopen('note', 'w').write('x')")
    assert other.run("cell", "x").error.startswith("NameError")
    assert other.run("cell", "import numpy as np, os\nfloat(np.maximum(1, 2)) + len(os.listdir('.'))").value == 2.0


# ---------------------------------------------------------------- calls


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("pass", "missing", "no function called f"),
        ("f = 5", "missing", "no function"),
        ("def f(): pass", "arguments", "with 1 argument"),
        ("def f(x): raise NotImplementedError", "not implemented", "not written yet"),
        ("def f(x): return 1 / 0", "exception", "ZeroDivisionError"),
        ("def f(x): raise ValueError('\\ud800')", "exception", "ValueError: ?"),
        ("def f(x): yield x", "type", "generator"),
        ("def f(x): return object()", "type", "object"),
        ("def f(x): return 1j", "type", "complex"),
        ("def f(x): return f(x)", "exception", "RecursionError"),
        ("import sys\ndef f(x): sys.exit(0)", "exception", "SystemExit"),
        ("def f(x):\n    class E(Exception):\n        def __str__(self): 1 / 0\n    raise E", "exception", "E"),
        ("class A(list): pass\ndef f(x): return A([1])", "type", "type A"),
        ("def f(x): return 10 ** 30", "type", "64 bits"),
        ("def f(x):\n    l = []\n    l.append(l)\n    return l", "type", "nested"),
    ],
)
def test_a_call_that_gives_no_numbers_is_told_in_words(start, source, kind, text):
    process = start()
    assert process.run("cell 1", source).error is None
    outcome = process.call("f", [np.ones(2)])
    assert outcome.problem.kind == kind, outcome.problem
    assert text in outcome.problem.message
    assert process.run("cell 2", "1").value == 1.0


def test_a_list_of_ten_million_numbers_is_told_in_words(start):
    process = start()
    process.run("cell", "import numpy as np\ndef f(x): return np.zeros(10**7)")
    assert process.call("f", [1.0]).problem.kind == "type"
    process.run("cell", "def f(x): return [np.zeros(10**6) for _ in range(20)]")
    assert process.call("f", [1.0]).problem.kind == "type"
    process.run("cell", ANSWER)
    assert doubles(process)


def test_the_arguments_come_back_as_the_function_left_them(start):
    process = start()
    process.run("cell", "def f(x, s):\n    x[0] = 7.0\n    s['m'] = 1\n    return x")
    given = [np.zeros(2), {"m": 0}]
    outcome = process.call("f", given)
    assert np.array_equal(outcome.arguments_after[0], [7.0, 0.0])
    assert outcome.arguments_after[1] == {"m": 1}
    assert not given[0].any()
    assert given[1] == {"m": 0}


# ---------------------------------------------------------------- ends and restarts

FATAL = {
    "os._exit": ("import os\nos._exit(3)", "it ended itself with status 3"),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", "signal SIGSEGV"),
    "closed descriptors": ("import os\nos.closerange(0, 100)", "ended itself|closed the judge"),
    "garbage on the channel": (
        "import os\nfor n in range(3, 50):\n    try: os.write(n, b'garbage' * 100)\n    except OSError: pass",
        "wrote to the judge's channel",
    ),
    "a forged answer": (
        "import os, struct\nheader = b'[1]'\nframe = struct.pack('>4sIQ', b'TDN1', 3, 0) + header\n"
        "for n in range(3, 50):\n    try: os.write(n, frame)\n    except OSError: pass",
        "wrote to the judge's channel",
    ),
    "a frame that never ends": (
        "import os, struct\nfor n in range(3, 50):\n    try: os.write(n, struct.pack('>4sIQ', b'TDN1', 10**6, 10**7))\n"
        "    except OSError: pass\nos._exit(0)",
        "ended itself",
    ),
}


@pytest.mark.parametrize(("source", "message"), FATAL.values(), ids=FATAL)
def test_a_cell_that_ends_the_process_is_left_out(start, source, message):
    """The earlier ones are run again."""
    process = start(SMALL)
    process.run("cell 1", ANSWER)
    first = number_of(process)
    outcome = process.run("cell 2", source)
    assert outcome.ended, outcome
    assert re.search(message, outcome.error), outcome
    assert outcome.error.endswith("the cell was left out")
    assert doubles(process)
    assert number_of(process) != first
    assert wait_until_gone(first)


SIGNALS = {
    "a signal": ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", "signal SIGTERM"),
    "a signal without a name": ("import os\nos.kill(os.getpid(), 40)", "signal 40"),
}


@pytest.mark.parametrize(("source", "message"), SIGNALS.values(), ids=SIGNALS)
def test_a_cell_that_sends_itself_a_signal_is_left_out(start, source, message):
    """Or the signal is not heard."""
    process = start(SMALL)
    process.run("cell 1", ANSWER)
    outcome = process.run("cell 2", source)
    if process.confinement.name == "none":
        assert message in outcome.error
    else:
        assert outcome.error is None
    assert doubles(process)


ENDING = {
    **{what: FATAL[what] for what in ("os._exit", "a segmentation fault")},
    **SIGNALS,
    "closed descriptors": (FATAL["closed descriptors"][0], "ended itself"),
}


def function_of(source: str) -> str:
    """A cell with a function g of one argument whose body is some source."""
    return "def g(x):\n" + "".join(f"    {line}\n" for line in source.split("\n"))


@pytest.mark.parametrize(("source", "message"), ENDING.values(), ids=ENDING)
def test_a_call_that_ends_its_process_costs_that_call_alone(start, source, message):
    process = start(SMALL)
    process.run("cell 1", ANSWER)
    process.run("cell 2", function_of(source))
    first = number_of(process)
    outcome = process.call("g", [1.0])
    assert outcome.problem.kind == "gone", outcome.problem
    assert re.search(message, outcome.problem.message), outcome.problem
    assert doubles(process)
    assert process.first_process == first


@pytest.mark.parametrize("what", ["garbage on the channel", "a forged answer", "a frame that never ends"])
def test_a_call_that_writes_to_the_channel_costs_that_call_alone(start, what):
    """The process is started again, with the cells that ran."""
    process = start(SMALL)
    process.run("cell 1", ANSWER)
    process.run("cell 2", function_of(FATAL[what][0]))
    with haste(process):
        outcome = process.call("g", [1.0])
    assert outcome.problem.kind in ("gone", "time"), outcome.problem
    assert re.search("wrote to the judge's channel|no answer within", outcome.problem.message), outcome.problem
    assert doubles(process)


ENDLESS = {
    "a loop": "while True: pass",
    "a nap": "import time\ntime.sleep(1000)",
    "a loop that ignores signals": (
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "while True: pass"
    ),
    "reading the channel": "import os\nfor n in range(3, 50):\n    try: os.read(n, 10**6)\n    except OSError: pass",
    "waiting for a child": "import os\nif os.fork() == 0:\n    while True: pass\nos.wait()",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_cell_is_ended_and_left_out(start, source):
    process = start()
    process.run("cell 1", ANSWER)
    first = number_of(process)
    with haste(process):
        outcome = process.run("cell 2", source)
    assert outcome.ended
    assert "no answer within 0.3 s" in outcome.error
    assert wait_until_gone(first)
    assert doubles(process)


def test_a_cell_that_closes_its_descriptors_is_ended_and_left_out(start):
    process = start()
    process.run("cell 1", ANSWER)
    with haste(process):
        outcome = process.run("cell 2", "import os, time\nos.closerange(0, 100)\ntime.sleep(1000)")
    assert outcome.ended
    assert re.search("closed the judge's channel|no answer within 0.3 s", outcome.error)
    assert doubles(process)


def test_an_endless_call_is_ended(start, monkeypatch):
    monkeypatch.setattr(student_process, "GRACE_SECONDS", 600.0)
    process = start()
    process.run("cell 1", ANSWER + "\ndef g(x):\n    while True: pass")
    first = number_of(process)
    with haste(process):
        outcome = process.call("g", [1.0])
    assert (outcome.problem.kind, outcome.problem.message) == ("time", "no answer within 0.3 s")
    assert doubles(process)
    assert process.first_process == first


def test_a_submission_has_an_end_however_often_it_starts_again(start):
    process = start(dataclasses.replace(PATIENT, cell_seconds=0.4, submission_seconds=1.0))
    outcomes = [process.run(f"cell {number}", "while True: pass") for number in range(5)]
    assert all(outcome.ended for outcome in outcomes)
    assert "the submission took longer than 1 s in all" in outcomes[-1].error
    outcome = process.call("f", [1.0])
    assert outcome.problem.kind == "time"


def test_a_student_who_reads_no_answer_does_not_block_the_judge(start):
    process = start()
    process.run("cell 1", ANSWER)
    process.run("cell 2", "import os, signal\ndef f(x): os.kill(os.getpid(), signal.SIGSTOP)")
    with haste(process):
        assert process.call("f", [1.0]).problem.kind == "time"
    process.run("cell 3", "import threading\nthreading.Timer(0.1, os.kill, [os.getpid(), signal.SIGSTOP]).start()")
    time.sleep(0.5)
    with haste(process):
        outcome = process.call("f", [np.zeros(4_000_000)])
    assert outcome.problem.kind == "time"


@pytest.mark.parametrize(
    "source",
    ["data = [bytes(10**8) for _ in range(100)]", "import numpy as np\nx = np.ones(10**10)", "x = 'y' * 10**10"],
)
def test_too_much_memory_is_an_error_of_the_cell(start, source):
    process = start(SMALL)
    process.run("cell 1", ANSWER)
    outcome = process.run("cell 2", source)
    assert outcome.ended or "MemoryError" in outcome.error
    process.run("cell 3", "data = None")
    assert doubles(process)


def test_recursion_without_a_limit_is_ended_or_told(start):
    process = start(SMALL)
    process.run("cell 1", ANSWER)
    with haste(process):
        outcome = process.run("cell 2", "import sys\nsys.setrecursionlimit(10**9)\ndef g(n): return g(n + 1) + 1\ng(0)")
    assert outcome.error
    assert doubles(process)


def test_a_file_that_grows_too_large_is_an_error_of_the_cell(start):
    process = start(SMALL)
    process.run("cell 1", ANSWER)
    outcome = process.run("cell 2", "with open('big', 'wb') as file: file.write(bytes(10**7))")
    assert outcome.error == "OSError: [Errno 27] File too large" or "SIGXFSZ" in outcome.error
    assert doubles(process)


@pytest.mark.parametrize(
    "what", ["KeyboardInterrupt", "SystemExit(0)", "SystemExit", "GeneratorExit", "BaseException('x')"]
)
def test_an_exception_that_is_no_error_is_one_here(start, what):
    process = start()
    process.run("cell 1", ANSWER)
    outcome = process.run("cell 2", f"raise {what}")
    assert outcome.error.startswith(what.partition("(")[0])
    assert not outcome.ended
    process.run("cell 3", f"def g(x): raise {what}")
    assert process.call("g", [1.0]).problem.kind in ("exception", "gone")
    assert doubles(process)


SABOTAGE = {
    "builtins emptied": "import builtins\nfor n in list(vars(builtins)): vars(builtins)[n] = None",
    "isinstance always true": "import builtins\nbuiltins.isinstance = lambda *a: True",
    "NumPy emptied": "import numpy\nfor n in dir(numpy):\n    if not n.startswith('_'): setattr(numpy, n, None)",
    "modules thrown away": "import sys\nsys.modules.clear()",
    "modules replaced": "import sys\nfor n in list(sys.modules): sys.modules[n] = None",
    "json replaced": (
        "import json\njson.dumps = lambda *a, **k: 'null'\n"
        "json.loads = lambda *a: {'do': 'run', 'name': '', 'source': ''}"
    ),
    "struct replaced": "import sys\nsys.modules['autograder.sandbox_wire'].encode = lambda m: b'TDN1' + bytes(12)",
    "the caller replaced": (
        "import sys\nfrom types import SimpleNamespace\n"
        "sys.modules['autograder.plaindata.call'].call = lambda f, a: SimpleNamespace(problem=None, "
        "returned=[[]] * 10, arguments_after='x', warnings=5, printed='no', seconds='long')"
    ),
    "answers of odd types": "import sys\nsys.stdout.text = ['x']",
    "a printed object": "import sys\nsys.stdout.text = object()",
    "output closed": "import sys\nsys.stdout.close()",
    "tracing": "import sys\nsys.settrace(lambda *a: 1 / 0)",
    "a finalizer that hangs": "import atexit, time\natexit.register(time.sleep, 1000)",
    "a thread that never ends": "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()",
    "the excepthook": "import sys\nsys.excepthook = sys.displayhook = None",
    "the worker's own frames": (
        "import sys\nf = sys._getframe().f_back\nwhile f:\n    f.f_globals.clear()\n    f = f.f_back"
    ),
}


@pytest.mark.parametrize("source", SABOTAGE.values(), ids=SABOTAGE)
def test_whatever_is_replaced_in_the_process_the_judge_gets_plain_answers(start, source):
    process = start()
    process.run("cell 1", ANSWER)
    with haste(process, scaled(1.0)):
        cell = process.run("cell 2", source)
        outcomes = [process.call("f", [np.array([1.0, 2.0])]) for _ in range(2)]
    assert cell.error is None or type(cell.error) is str
    for outcome in outcomes:
        assert isinstance(outcome, Outcome)
        assert outcome.problem is not None or isinstance(outcome.returned, (np.ndarray, list, type(None)))
        assert isinstance(outcome.arguments_after, list)
        assert isinstance(outcome.warnings, list)


FORGED = {
    "a number of a thousand digits": "{'dict': {'returned': 10**1000}}",
    "deep lists": "{'dict': {'returned': json.loads('[' * 200 + ']' * 200)}}",
    "a problem of odd types": "{'dict': {'problem': {'dict': {'kind': ['x'], 'message': 5, 'line_number': 10**50}}}}",
    "a problem that is a number": "{'dict': {'problem': 5}}",
    "arguments that are none": "{'dict': {'arguments_after': {'dict': {}}, 'returned': [1.0]}}",
    "no answer at all": "{'dict': {}}",
    "a score": "{'dict': {'score': 100, 'passed': True, 'points': 100, 'returned': None}}",
}


@pytest.mark.parametrize("message", FORGED.values(), ids=FORGED)
def test_a_forged_answer_to_a_call_is_believed_no_further_than_its_types(start, message):
    process = start()
    forge = (
        f"import os, json, struct\nheader = json.dumps({message}).encode()\n"
        "frame = struct.pack('>4sIQ', b'TDN1', len(header), 0) + header\n"
        "def f(x):\n    for n in range(3, 50):\n        try: os.write(n, frame)\n"
        "        except OSError: pass\n    os._exit(0)"
    )
    assert process.run("cell", forge).error is None
    outcome = process.call("f", [np.zeros(1)])
    assert outcome.returned is None or outcome.returned == [1.0]
    if outcome.problem:
        assert type(outcome.problem.message) is str
        assert 0 <= outcome.problem.line_number < 10**7
    assert outcome.arguments_after == []


class Ended:
    """Stands in for a running worker."""

    def end(self):
        pass


@pytest.fixture
def answering(monkeypatch):
    """Makes a process that answers a request with a dict, whatever that holds."""

    def process_with(answer: dict) -> StudentProcess:
        process = StudentProcess(Unconfined(), PATIENT)
        process._running, process._write = Ended(), lambda data, deadline: None
        monkeypatch.setattr(student_process, "read_frame", lambda read: {"number": OF_THE_CALL, **answer})
        return process

    return process_with


OF_THE_COPY, OF_THE_CALL = 1, 2
"""The numbers of the first requests: for a copy of the process, and for a call in it."""
ANSWER_TO_A_CALL = {"returned": 1.0, "problem": None, "arguments_after": [1.0], "warnings": [], "printed": False}
PROBLEM = {"kind": "type", "message": "no", "line": "x", "line_number": 1}
ANYTHING = [True, 0, 7, 10**30, -1, 1.5, math.nan, "x", [1], (2,), {"a": 1}, np.ones(3), [np.ones(2)]]


@pytest.mark.parametrize("value", ANYTHING, ids=str)
def test_whatever_a_field_of_an_answer_holds_it_is_an_outcome(answering, value):
    answers = [{**ANSWER_TO_A_CALL, field: value} for field in (*ANSWER_TO_A_CALL, "number", "ended", "seconds")]
    answers += [{**ANSWER_TO_A_CALL, "problem": {**PROBLEM, field: value}} for field in PROBLEM]
    answers += [{"ended": {field: value}, "number": OF_THE_COPY} for field in ("time", "signal", "status")]
    answers += [{"ended": value, "number": OF_THE_COPY}]
    for answer in answers:
        outcome = answering(answer).call("f", [1.0])
        assert outcome.problem is None or type(outcome.problem.message) is str
    for field in ("error", "line", "value", "printed", "number"):
        outcome = answering({"number": 1, field: value}).run("cell", "1")
        assert type(outcome.printed) is str and type(outcome.line) is int


@pytest.mark.parametrize("number", [True, 1.0, "1", np.ones(3), np.ones(1), [1], 3, None])
def test_the_number_of_an_answer_is_the_number_of_the_question(answering, number):
    outcome = answering({**ANSWER_TO_A_CALL, "number": number}).call("f", [1.0])
    assert outcome.problem.message.startswith("it wrote to the judge's channel itself")


# ---------------------------------------------------------------- calls in one copy


@pytest.fixture
def counting(start) -> StudentProcess:
    """A process with a function `add`, which keeps a number for the next calls, and `tell`, which says how many it
    keeps."""
    process = start()
    process.run("cell", "kept = set()\ndef add(x):\n    kept.add(x)\ndef tell():\n    return len(kept)")
    return process


def test_each_call_has_a_copy_of_its_own(counting):
    counting.call("add", [1.0])
    assert counting.call("tell", []).returned == 0


def test_calls_in_one_copy_find_what_the_earlier_ones_left(counting):
    with counting.one_copy():
        counting.call("add", [1.0])
        counting.call("add", [2.0])
        assert counting.call("tell", []).returned == 2


def test_nothing_of_a_copy_is_left_after_it(counting):
    with counting.one_copy():
        counting.call("add", [1.0])
    assert counting.call("tell", []).returned == 0
    with counting.one_copy():
        assert counting.call("tell", []).returned == 0


def test_a_call_apart_finds_nothing_of_the_copy_and_ends_it(counting):
    with counting.one_copy():
        counting.call("add", [1.0])
        assert counting.call_apart("tell", []).returned == 0
        assert counting.call("tell", []).returned == 0


def test_after_a_call_that_ends_the_copy_the_next_one_has_another(counting):
    counting.run("cell", "import os\ndef end(): os._exit(4)")
    with counting.one_copy():
        counting.call("add", [1.0])
        assert counting.call("end", []).problem.message == "it ended itself with status 4"
        assert counting.call("tell", []).returned == 0


def test_a_copy_that_ends_between_two_calls_is_told_in_the_next(counting):
    counting.run("cell", "import os, threading\ndef later(): threading.Timer(0.1, os._exit, [5]).start()")
    with counting.one_copy():
        counting.call("later", [])
        problem = wait_until(lambda: counting.call("tell", []).problem)
        assert problem.message == "it ended itself with status 5"
        assert counting.call("tell", []).returned == 0
    assert counting.run("cell", "1").value == 1.0


def test_each_call_in_a_copy_has_the_time_of_one(counting):
    counting.run("cell", "def nap():\n    while True: pass")
    with counting.one_copy():
        counting.call("add", [1.0])
        with haste(counting):
            outcome = counting.call("nap", [])
        assert (outcome.problem.kind, outcome.problem.line) == ("time", "while True: pass")
        assert counting.call("tell", []).returned == 0


def test_a_copy_ends_with_the_processes_that_it_started(counting):
    fork = "import os, time\ndef fork():\n    if os.fork() == 0: time.sleep(1000)\n    return 1.0"
    counting.run("cell", fork)
    with counting.one_copy():
        counting.call("fork", [])
    assert wait_until(lambda: len(watchdog.family(counting.first_process)) == 1)


# ---------------------------------------------------------------- nothing is left


def test_leaving_by_an_exception_ends_the_process_and_removes_its_folder(confinement, scratch):
    class Mishap(Exception):
        pass

    seen = []

    def mishap():
        with StudentProcess(confinement, PATIENT) as process:
            process.run("cell", "open('note', 'w').write('x')")
            seen.append(number_of(process))
            raise Mishap

    with pytest.raises(Mishap):
        mishap()
    assert wait_until_gone(seen[0])
    assert not list(scratch.iterdir())


def test_children_of_the_process_end_with_it(confinement, scratch):
    sleep = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(999)'])"
    source = f"import subprocess, sys\nfor _ in range(2): {sleep}"
    with StudentProcess(confinement, PATIENT) as process:
        assert process.run("cell", source).error is None
        family = [one.number for one in watchdog.family(process.first_process)]
        assert len(family) == 3
    assert all(wait_until_gone(number) for number in family)


def test_a_process_that_was_never_needed_leaves_nothing(confinement, scratch):
    with StudentProcess(confinement):
        pass
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    ("what", "why"),
    [("raise SystemExit(1)", "it ended at once"), ("import time; time.sleep(1000)", "it was not ready within 0.5 s")],
)
def test_a_process_that_cannot_start_is_told_and_leaves_nothing(scratch, what, why):
    class Refusing(Unconfined):
        def start(self, limits):
            return self.start_command([sys.executable, "-c", what])

    patience = 0.5 if "sleep" in what else PATIENT.start_seconds
    with StudentProcess(Refusing(), dataclasses.replace(PATIENT, start_seconds=patience)) as process:
        with pytest.raises(CannotStart, match=why):
            process.run("cell", "1")
        with pytest.raises(CannotStart, match="the process that runs a submission did not start"):
            process.call("f", [])
    assert not list(scratch.iterdir())


LOCKED_AWAY = """
import os
os.makedirs('a/b/c')
open('a/b/c/file', 'w').close()
os.symlink({outside!r}, 'a/link')
for name in ('a/b/c', 'a/b', 'a', '.'): os.chmod(name, 0)
"""

ORDINARY = """
import os, sys, tempfile
tempfile.tempdir = sys.argv[1]
from autograder.sandbox import StudentProcess, Unconfined
with StudentProcess(Unconfined()) as process:
    print(process.run("cell", sys.argv[2]).error)
print(os.listdir(sys.argv[1]))
"""


def test_a_folder_that_was_locked_is_removed_and_a_link_is_not_followed(tmp_path):
    scratch, outside = tmp_path / "scratch", tmp_path / "outside"
    for folder in (scratch, outside):
        folder.mkdir()
    (outside / "precious").write_text("x")
    before = outside.stat().st_mode
    command = [sys.executable, "-c", ORDINARY, str(scratch), LOCKED_AWAY.format(outside=str(outside))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=scaled(120), env=environment, preexec_fn=heed_permissions()
    )
    assert done.stdout.split("\n")[:2] == ["None", "[]"], done.stderr
    assert (outside / "precious").read_text() == "x"
    assert outside.stat().st_mode == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with the one that started it")
def test_the_process_ends_when_the_judge_is_killed(confinement, scratch):
    judge = (
        "from autograder.sandbox import StudentProcess, chosen\n"
        f"process = StudentProcess(chosen({confinement.name!r}))\n"
        "process.run('cell', '1')\n"
        "print(process.first_process, flush=True)\n"
        "process.run('cell', 'while True: pass')"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    with subprocess.Popen([sys.executable, "-c", judge], stdout=subprocess.PIPE, env=environment, text=True) as running:
        number = int(running.stdout.readline())
        assert alive(number)
        running.kill()
    assert wait_until_gone(number)
