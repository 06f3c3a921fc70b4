"""The student's side of the pipe: runs cells, calls functions, knows nothing of cases, references or scores.

Run as a script, `python -I worker.py SETTINGS`. Its standard input and output are the channel to the judge; what the
student prints goes to a bounded buffer instead. NumPy is the only package it needs.

Cells run in this process, one after another. On Linux calls of a function run in a copy of it (a fork), which then
ends: what they change, or break, is gone with it. In the sandbox this process is the first of its own process
namespace: the kernel lets no other process in it send it a signal, and all of them end with it.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import io
import json
import linecache
import mmap
import os
import select
import signal
import sys
import time
import types
import warnings
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
COURSE_MODULES = {
    "autograder.plaindata": "plaindata/__init__.py",
    "autograder.plaindata.values": "plaindata/values.py",
    "autograder.plaindata.stand_ins": "plaindata/stand_ins.py",
    "autograder.plaindata.left_running": "plaindata/left_running.py",
    "autograder.plaindata.function_arguments": "plaindata/function_arguments.py",
    "autograder.plaindata.call": "plaindata/call.py",
    "autograder.sandbox_wire": "sandbox/wire.py",
    "autograder.sandbox_notebook_syntax": "sandbox/notebook_syntax.py",
}
"""The modules of the course that this process loads, in this order, and their files: no others are in the sandbox."""
LONGEST_OUTPUT_CHARACTERS = 20_000
"""How much of what a cell prints is kept."""
FORKS = sys.platform == "linux"
POLL_SECONDS = 0.05
"""How often it is looked at whether a copy of this process takes too long."""
LONGEST_ERROR_CHARACTERS = 1_000
REPORT_SECONDS = 0.5
"""How long a call that took too long has to tell where it was."""
HELD_SECONDS = 0.5
HELD_BYTES = 65_536
"""How long, and how much, answers wait to be sent together with those to the requests that have come already."""
SHORTEST_SECONDS = 0.001
"""The operating system takes a timer of 0 for none."""


def is_given(module):
    """Whether a module lies in the working folder: the course gave it out with the notebooks."""
    return os.path.isfile(f"{module}.py") or os.path.isfile(os.path.join(module, "__init__.py"))


class Imports(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives inert modules for plotting packages, and a clear refusal for what is not there.

    packages: those that are there beside NumPy.
    """

    def __init__(self, packages):
        self.packages = packages

    def find_spec(self, name, path=None, target=None):
        from autograder.plaindata.stand_ins import is_inert, refusal

        if path is None and is_given(name):
            return None
        if reason := refusal(name, self.packages):
            raise ModuleNotFoundError(reason, name=name.partition(".")[0])
        if is_inert(name, self.packages):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        from autograder.plaindata.stand_ins import inert_module

        return inert_module(spec.name)

    def exec_module(self, module):
        module.__path__ = []


def load_course_modules():
    """Load the course's modules that this file needs, and `autograder` as students' code sees it here."""
    sys.modules["autograder"] = bare = types.ModuleType("autograder")
    bare.__path__ = []
    for name, file in COURSE_MODULES.items():
        path = PACKAGE / file
        spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=None)
        assert spec is not None and spec.loader is not None, path
        module = importlib.util.module_from_spec(spec)
        if path.name == "__init__.py":
            module.__path__ = []
        sys.modules[name] = module
        spec.loader.exec_module(module)
    stand_ins = sys.modules["autograder.plaindata.stand_ins"]
    sys.modules["autograder"] = stand_ins.course_module()
    sys.modules["autograder.lab"] = stand_ins.InertModule("autograder.lab")
    builtins.input = stand_ins.no_input


def limit_resources(memory, cpu_seconds, file_size, open_files, processes=0):
    """Set the operating system's hard limits, where it has them. memory and file_size in bytes.

    processes: with their threads; 0 where they are not counted for this sandbox alone.
    """
    try:
        import resource
    except ImportError:
        return
    wanted = {
        "RLIMIT_AS": memory,
        "RLIMIT_CPU": cpu_seconds,
        "RLIMIT_FSIZE": file_size,
        "RLIMIT_NOFILE": open_files,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, value in wanted.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
    if processes:
        limit_processes(resource, processes)


def limit_processes(resource, most):
    """Limit the processes of this user. Before Linux 5.14 those outside the sandbox count as well: where that leaves no
    room for any, the limit is lifted, and the judge alone counts them, from outside."""
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, before[1]))
    try:
        child = os.fork()
    except OSError:
        resource.setrlimit(resource.RLIMIT_NPROC, before)
        return
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def end_with_judge():
    """Ask Linux to end this process when the one that started it ends; elsewhere the closed channel ends it at the next
    read."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class BoundedOutput(io.TextIOBase):
    """Keeps the first characters that are printed and forgets the rest."""

    def __init__(self):
        self.text = ""

    def writable(self):
        return True

    def write(self, text):
        room = LONGEST_OUTPUT_CHARACTERS - len(self.text)
        if room > 0:
            self.text += text[:room]
        return len(text)


def single_imports(statements):
    """Split `import a, b` into `import a` and `import b`: where one fails, the other does not."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield ast.copy_location(ast.Import([alias]), statement)
        else:
            yield statement


def names_bound_by(statement):
    """Find the names that a statement binds, also within others."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias) and node.name != "*":
            yield node.asname or node.name.split(".")[0]


def future_flags(statements):
    """Return the compiler's flags for the `from __future__ import ...` among statements."""
    flags = 0
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                flags |= getattr(__future__, alias.name).compiler_flag
    return flags


def comes_from_grading(error):
    """Whether an error comes from what grading lacks: packages, files, a network, somebody who types, plots, numbers of
    cells, threads of other cells."""
    from autograder.plaindata.stand_ins import NOT_AVAILABLE

    if isinstance(error, (ImportError, OSError, EOFError)):
        return True
    if type(error) in (NameError, RuntimeError):
        return NOT_AVAILABLE in str(error)
    return isinstance(error, (TypeError, ValueError)) and "Inert" in str(error)


def awaited(coroutine):
    """Run a coroutine to its end, as a notebook does for `await` in a cell. The sandbox has no sockets, which asyncio's
    own loops need: this one waits with the clock alone."""
    import asyncio

    class Loop(asyncio.BaseEventLoop):
        """A loop that knows of no files."""

        def __init__(self):
            super().__init__()
            self._selector = types.SimpleNamespace(select=lambda timeout: time.sleep(min(timeout or 0.0, POLL_SECONDS)))

        def _process_events(self, events):
            pass

        def _write_to_self(self):
            pass

    loop = Loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(coroutine)


class Program:
    """Runs cells in the student's namespace and calls functions of it."""

    def __init__(self):
        from autograder.plaindata.stand_ins import Inert

        self.module = types.ModuleType("__main__")
        self.namespace: dict = vars(self.module)
        self.namespace.update(__builtins__=__builtins__, get_ipython=lambda: Inert(), display=Inert())
        self._last = dict.fromkeys(("_", "__", "___"), "")
        self.namespace.update(self._last)
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._threads_run = False

    def run(self, name, source):
        """Run one cell. name: what tracebacks call it. Returns the printed text, and the last value or the error."""
        from autograder.plaindata.left_running import threads_run

        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        output = BoundedOutput()
        answer: dict = {"error": None, "line": 0, "value": None}
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                answer["value"] = self._run(name, source)
            except BaseException as error:
                answer.update(self._error(name, error))
            self._threads_run = threads_run(self.namespace)
        answer["printed"] = output.text
        return answer

    def _run(self, name, source):
        """Run a cell's statements. One that fails for what grading lacks does not keep those below it from running, as
        they did at home; its error is raised at the end."""
        from autograder.plaindata.stand_ins import NUMBERED, Absent, not_numbered
        from autograder.sandbox_notebook_syntax import as_python

        for numbered in NUMBERED.findall(source):
            self.namespace.setdefault(numbered, Absent(not_numbered(numbered)))
        tree = compile(as_python(source), name, "exec", self._flags | ast.PyCF_ONLY_AST)
        compile(tree, name, "exec", self._flags)
        self._flags |= future_flags(tree.body)
        problem: Exception | None = None
        value: object = None
        for statement in single_imports(tree.body):
            try:
                value = self._execute(name, statement)
            except Exception as error:
                problem = problem or error
                if not comes_from_grading(error):
                    raise problem from None
                for bound in names_bound_by(statement):
                    self.namespace.setdefault(bound, Absent(error))
        if problem is not None:
            raise problem
        if value is not None and not source.rstrip().endswith(";"):
            self._remember(value)
        return float(value) if isinstance(value, (int, float)) and type(value) in (int, float) else None

    def _remember(self, value):
        """Bind the last values that cells ended with, as IPython does, unless the student has given the names away."""
        if all(self.namespace.get(name) is last for name, last in self._last.items()):
            self._last = {"_": value, "__": self._last["_"], "___": self._last["__"]}
            self.namespace.update(self._last)

    def _execute(self, name, statement):
        """Run one statement. Returns the value of an expression, None for any other."""
        is_value = isinstance(statement, ast.Expr)
        tree = ast.Expression(statement.value) if is_value else ast.Module([statement], [])
        code = compile(tree, name, "eval" if is_value else "exec", self._flags)
        value = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            value = awaited(value)
        return value if is_value else None

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
        return {"error": text[:LONGEST_ERROR_CHARACTERS], "line": line}

    def call(self, name, arguments):
        """Call a function of the student's. Returns what `autograder.plaindata.call` finds out."""
        from autograder.plaindata.call import Outcome, Problem, call_repeatedly
        from autograder.plaindata.function_arguments import known_from
        from autograder.plaindata.left_running import refused, renewed_pools

        if FORKS:
            self.namespace.update(renewed_pools(self.namespace))
            self.namespace.update(refused(self.namespace) if self._threads_run else {})
        if name not in self.namespace:
            outcome = Outcome(problem=Problem("missing", f"there is no function called {name}"))
        else:
            with known_from(arguments) as given:
                outcome = call_repeatedly(self.namespace[name], given)
        answer = dict(vars(outcome))
        answer["problem"] = vars(outcome.problem) if outcome.problem else None
        if outcome.problem:
            answer["arguments_after"] = []
        return answer


class Channel:
    """The two ends of the pipe to the judge. Nothing is read ahead: a copy of this process goes on where it stopped."""

    def __init__(self, reading, writing):
        self.reading, self.writing = reading, writing

    def read(self, count):
        """Read so many bytes. Raises EOFError when the judge has closed the channel."""
        parts, missing = [], count
        while missing:
            part = os.read(self.reading, missing)
            if not part:
                raise EOFError
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def write(self, data):
        """Send bytes at once."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.writing, view) :]


def frame_of(answer):
    """Make a frame of an answer; if it is too large, one that says so."""
    from autograder.plaindata.values import NotPlain, plain
    from autograder.sandbox_wire import WireError, encode

    try:
        return encode(plain(answer))
    except (WireError, NotPlain):
        problem = {"kind": "type", "message": "your function returned too much data", "line": "", "line_number": 0}
        return encode({**answer, "returned": None, "arguments_after": [], "problem": problem, "error": None})


class Answers:
    """Answers on their way to the judge: while further requests are there already, they wait to be sent together."""

    def __init__(self, channel):
        self._channel = channel
        self._waiting = []
        self._bytes = 0
        self._sent = time.monotonic()

    def add(self, answer, more):
        """Add an answer. more: whether the next request has been sent already."""
        frame = frame_of(answer)
        self._waiting.append(frame)
        self._bytes += len(frame)
        if not more or self._bytes > HELD_BYTES or time.monotonic() > self._sent + HELD_SECONDS:
            self.send()

    def send(self):
        """Send what waits."""
        data = b"".join(self._waiting)
        self._waiting, self._bytes, self._sent = [], 0, time.monotonic()
        self._channel.write(data)


class Deadline:
    """When the call that a copy of this process is in has to end, for the process that waits for the copy: a number in
    memory that both share, 0 while no call is under way."""

    def __init__(self):
        self._shared = memoryview(mmap.mmap(-1, 8)).cast("d")

    def set(self, seconds):
        """Let it be so many seconds from now."""
        self._shared[0] = time.monotonic() + seconds

    def clear(self):
        """Let there be none."""
        self._shared[0] = 0.0

    @property
    def has_passed(self):
        """Whether a call is under way that should have ended."""
        return 0.0 < self._shared[0] < time.monotonic()


def converse(program, number, channel):
    """Let a copy of this process make the calls that the judge asks for, until the judge has no more of them. Tells the
    judge then how the copy ended.

    number: that of the request for a copy; every frame about the copy as a whole has it.
    """
    from autograder.sandbox_wire import encode

    ended, alive = os.pipe()
    deadline = Deadline()
    gc.freeze()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setpgid(0, 0)
            os.close(ended)
            answer_calls(program, number, channel, deadline)
            status = 0
        finally:
            os._exit(status)
    os.close(alive)
    try:
        how = wait_for(child, ended, deadline)
    finally:
        os.close(ended)
        end_all(child)
        gc.unfreeze()
    channel.write(encode({"ended": how, "number": number}))


def answer_calls(program, number, channel, deadline):
    """Make calls until the judge closes the copy, or the channel."""
    from autograder.sandbox_wire import read_frame

    answers = Answers(channel)
    while True:
        try:
            request = read_frame(channel.read)
        except EOFError:
            return
        if request["do"] != "call":
            return
        end_in_time(program, request, answers)
        deadline.set(request["seconds"] + REPORT_SECONDS)
        answer = program.call(request["function"], request["arguments"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        deadline.clear()
        answers.add({**answer, "number": request["number"]}, request["more"])


def end_in_time(program, request, answers):
    """Let a call that takes too long tell which line it was in and end its process. One that does not is ended from
    outside."""
    from autograder.plaindata.call import line_of_frame

    def end(number, frame):
        line_number, line = line_of_frame(program.namespace.get(request["function"]), frame)
        problem = {"kind": "time", "message": "", "line": line, "line_number": line_number}
        answers.add({"problem": problem, "arguments_after": [], "number": request["number"]}, more=False)
        os._exit(0)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, max(request["seconds"], SHORTEST_SECONDS))


def wait_for(child, ended, deadline):
    """Wait until a copy ends, or has to. Returns how it ended: {"time": True}, {"signal": 11} or {"status": 3}.

    ended: a descriptor that is at its end once no process has the other one.
    """
    while True:
        found = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is not None:
            return {"status" if found.si_code == os.CLD_EXITED else "signal": found.si_status}
        if deadline.has_passed:
            return {"time": True}
        if select.select([ended], [], [], POLL_SECONDS)[0]:
            time.sleep(SHORTEST_SECONDS)


def end_all(child):
    """End a copy and what it started; in the sandbox, where nothing else is, every other process."""
    targets = [(os.killpg, child), (os.kill, child)]
    if os.getpid() == 1:
        targets = [(os.kill, -1)]
    for kill, number in targets:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(number, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1 if os.getpid() == 1 else child, 0)


def serve(channel):
    """Answer requests until the channel closes. What is asked of a copy that has ended meanwhile is not answered."""
    from autograder.sandbox_wire import encode, read_frame

    program = Program()
    sys.modules["__main__"] = program.module
    while True:
        try:
            request = read_frame(channel.read)
        except EOFError:
            return
        if request["do"] == "run":
            answer = program.run(request["name"], request["source"])
            channel.write(frame_of({**answer, "number": request["number"]}))
        elif FORKS:
            if request["do"] == "copy":
                converse(program, request["number"], channel)
        elif request["do"] == "call":
            answer = program.call(request["function"], request["arguments"])
            channel.write(frame_of({**answer, "number": request["number"]}))
        elif request["do"] == "end":
            channel.write(encode({"ended": {"status": 0}, "number": request["copy"]}))


def prepare(folder, packages):
    """Load what every submission needs. folder: where NumPy is, if not where Python looks; packages: what may be
    imported beside it."""
    if folder:
        sys.path.append(folder)
    load_course_modules()
    import numpy  # noqa: F401

    sys.meta_path.insert(0, Imports(packages))


def begin(channel, limits):
    """Set the limits, say that everything is ready, and serve. Nothing else is left of the standard streams."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    limit_resources(**limits)
    if os.getpid() == 1:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    channel.write(b"ready")
    serve(channel)


def main():
    """Take over the channel and the settings that the command line gives, and serve."""
    end_with_judge()
    settings = json.loads(sys.argv[1])
    channel = Channel(os.dup(0), os.dup(1))
    prepare(settings.pop("folder", None), settings.pop("packages"))
    begin(channel, settings)


if __name__ == "__main__":
    main()
