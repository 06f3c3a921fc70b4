"""The student's side of the pipe: runs cells, calls functions, knows nothing of cases, references or scores.

Run as a script, `python -I worker.py`. Its standard input and output are the channel to the judge; what the student
prints
goes to a bounded buffer instead. NumPy is the only package it needs.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import linecache
import opcode
import os
import sys
import types
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST_OUTPUT = 20_000
INERT = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "tqdm", "pandas")
ABSENT = ("torch", "cupy", "jax", "tensorflow", "keras")


class Inert:
    """Stands in for plots and the course's `lab`: takes every call, attribute and operation, and does nothing."""

    def __call__(self, *arguments, **options):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __call__
    __lt__ = __gt__ = __le__ = __ge__ = lambda self, other: True

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter([Inert()] * unpacked_into(sys._getframe(1)))

    def __len__(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        return False

    def __format__(self, spec):
        return "-"

    def __float__(self):
        return 0.0

    def __int__(self):
        return 0


def unpacked_into(frame):
    """How many names the statement that a frame is at unpacks a value into: 2 for `figure, axes = ...`, 0 for a
    loop."""
    code = frame.f_code.co_code
    operation, count = code[frame.f_lasti], code[frame.f_lasti + 1]
    return count if opcode.opname[operation].startswith("UNPACK") else 0


class InertModule(types.ModuleType):
    """A module every name of which is inert."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


class Imports(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives inert modules for plotting packages and a clear refusal for deep-learning frameworks."""

    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top in ABSENT:
            raise ModuleNotFoundError(f"{top} is not available while grading: the exercises are in NumPy", name=name)
        if top in INERT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return InertModule(spec.name)

    def exec_module(self, module):
        module.__path__ = []


def load_course_modules():
    """`autograder` as a student's code sees it here: an inert `check` and `lab`. And, for this file, what calls
    functions."""
    course = types.ModuleType("autograder")
    course.__path__ = []
    course.check = course.lab = Inert()
    sys.modules["autograder"] = course
    sys.modules["autograder.lab"] = InertModule("autograder.lab")
    for name, path in (
        ("autograder.call", HERE.parent / "call" / "__init__.py"),
        ("autograder.call.plain", HERE.parent / "call" / "plain.py"),
        ("autograder.call.functions", HERE.parent / "call" / "functions.py"),
        ("autograder.call.calling", HERE.parent / "call" / "calling.py"),
        ("autograder.sandbox_wire", HERE / "wire.py"),
    ):
        spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=None)
        module = importlib.util.module_from_spec(spec)
        if path.name == "__init__.py":
            module.__path__ = []
        sys.modules[name] = module
        spec.loader.exec_module(module)


def limit_resources(memory, cpu_seconds, file_size):
    """Hard limits of the operating system, where it has them. memory and file_size in bytes."""
    try:
        import resource
    except ImportError:
        return
    wanted = {"RLIMIT_AS": memory, "RLIMIT_CPU": cpu_seconds, "RLIMIT_FSIZE": file_size, "RLIMIT_CORE": 0}
    for name, value in wanted.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))


def end_with_judge():
    """Ask Linux to end this process when the one that started it ends; elsewhere the closed channel does, at the next
    read."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class BoundedOutput(io.TextIOBase):
    """Keeps the first characters that are printed and forgets the rest."""

    def __init__(self):
        self.text = ""

    def writable(self):
        return True

    def write(self, text):
        room = LONGEST_OUTPUT - len(self.text)
        if room > 0:
            self.text += text[:room]
        return len(text)


class Program:
    """The student's namespace and what can be done to it."""

    def __init__(self):
        self.namespace = {"__name__": "__main__", "__builtins__": __builtins__, "get_ipython": lambda: Inert()}

    def run(self, name, source):
        """Run one cell. name: what tracebacks call it. Answers with the printed text, and the last value or the
        error."""
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        output = BoundedOutput()
        answer = {"error": None, "line": 0, "value": None}
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                answer["value"] = self._run(name, source)
            except BaseException as error:
                answer.update(self._error(name, error))
        answer["printed"] = output.text
        return answer

    def _run(self, name, source):
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), self.namespace)
        if last is None:
            return None
        value = eval(compile(ast.Expression(last.value), name, "eval"), self.namespace)
        return float(value) if type(value) in (int, float) else None

    @staticmethod
    def _error(name, error):
        line, trace = getattr(error, "lineno", 0) or 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == name:
                line = trace.tb_lineno
            trace = trace.tb_next
        try:
            text = f"{type(error).__name__}: {error}"
        except Exception:
            text = type(error).__name__
        return {"error": text[:1000], "line": line}

    def call(self, name, arguments):
        """Call a function of the student's. Answers with what `autograder.call.calling.call` finds out."""
        from autograder.call.calling import Outcome, Problem, call

        if name not in self.namespace:
            outcome = Outcome(problem=Problem("missing", f"there is no function called {name}"))
        else:
            outcome = call(self.namespace[name], arguments)
        answer = dict(vars(outcome))
        answer["problem"] = vars(outcome.problem) if outcome.problem else None
        if outcome.problem:
            answer["arguments_after"] = []
        return answer


def serve(channel_in, channel_out):
    """Answer requests until the channel closes."""
    from autograder.call.plain import NotPlain, plain
    from autograder.sandbox_wire import WireError, encode, read_frame

    def read(count):
        data = channel_in.read(count)
        if len(data) < count:
            raise EOFError
        return data

    program = Program()
    while True:
        try:
            request = read_frame(read)
        except EOFError:
            return
        if request["do"] == "run":
            answer = program.run(request["name"], request["source"])
        else:
            answer = program.call(request["function"], request["arguments"])
        try:
            frame = encode(plain(answer))
        except (WireError, NotPlain):
            problem = {"kind": "type", "message": "your function returned too much data", "line": "", "line_number": 0}
            frame = encode({**answer, "returned": None, "arguments_after": [], "problem": problem, "error": None})
        channel_out.write(frame)
        channel_out.flush()


def main():
    """Take over the channel, set the limits given on the command line, serve."""
    end_with_judge()
    memory, cpu_seconds, file_size = map(int, sys.argv[1:4])
    channel_in, channel_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    load_course_modules()
    import numpy  # noqa: F401

    sys.meta_path.insert(0, Imports())
    limit_resources(memory, cpu_seconds, file_size)
    channel_out.write(b"ready")
    channel_out.flush()
    serve(channel_in, channel_out)


if __name__ == "__main__":
    main()
