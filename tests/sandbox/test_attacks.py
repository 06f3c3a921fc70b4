"""What a submission may try in the sandbox: each attempt fails, is told in words, and leaves nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
import pytest

from autograder.course import ROOT
from autograder.sandbox import Limits, StudentProcess, chosen, system_calls, watchdog
from autograder.sandbox.bubblewrap import LAUNCHER
from autograder.sandbox.mounts import PACKAGES, PYTHON, library_folders, needed_files
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.speed import PATIENT, scaled, wait_until

pytestmark = pytest.mark.skipif(bool(why_there_is_no_sandbox()), reason=why_there_is_no_sandbox() or "there is one")

LIMITS = dataclasses.replace(PATIENT, memory=2**30, processes=10, files=500, scratch=32 * 2**20)
ANSWER = "import numpy as np, os, sys, time\ndef f(x):\n    return 2 * x"


def namespace_of(number: int) -> str:
    """The process namespace of a process, by name; "" for one that is gone."""
    try:
        return os.readlink(f"/proc/{number}/ns/pid")
    except OSError:
        return ""


def inhabitants(namespace: str) -> list[int]:
    """The processes of a process namespace."""
    numbers = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [number for number in numbers if namespace_of(number) == namespace]


@contextlib.contextmanager
def sandbox(limits: Limits = LIMITS):
    """A student's process with an answer in it; afterwards no process of any of its sandboxes may be there."""
    with contextlib.ExitStack() as pinned:
        seen = set()
        with StudentProcess(chosen("bubblewrap"), limits) as process:
            process.run("cell 1", ANSWER)
            seen.add(pin_namespace_of(process.first_process, pinned))
            yield process
            if process.first_process:
                seen.add(pin_namespace_of(process.first_process, pinned))
        assert "" not in seen
        assert not [number for namespace in seen for number in inhabitants(namespace)]


def pin_namespace_of(number: int, pinned: contextlib.ExitStack) -> str:
    """The name of a process namespace, which no other one gets while the stack is open."""
    pinned.callback(os.close, os.open(f"/proc/{number}/ns/pid", os.O_RDONLY))
    return namespace_of(number)


@pytest.fixture
def process():
    with sandbox() as found:
        yield found


def works(process: StudentProcess) -> bool:
    """Whether the answer can still be judged."""
    outcome = process.call("f", [np.array([1.0, 2.0])])
    return outcome.problem is None and np.array_equal(outcome.returned, [2.0, 4.0])


def value(process: StudentProcess, expression: str) -> float | None:
    return process.run("cell", expression).value


# ---------------------------------------------------------------- what is there to be seen


@pytest.mark.parametrize(
    "path",
    [
        "/etc/shadow",
        "/etc/passwd",
        "/proc/self/status",
        "/proc/1/environ",
        "/sys/kernel",
        "/root/.bashrc",
        os.path.expanduser("~/.ssh"),
        str(ROOT / "README.md"),
        str(ROOT / "source"),
        str(ROOT / "autograder" / "exercises"),
        "/course/exercises",
        "/course/judge",
        os.path.dirname(os.__file__),
        "/bin/sh",
        "/usr",
        "/dev/mem",
        "/dev/kmsg",
        "/dev/tty",
        "/dev/ptmx",
        "/dev/nvidia0",
        "/dev/nvidiactl",
        "/dev/dri",
        "/dev/kvm",
    ],
)
def test_a_file_of_this_machine_is_not_there(process, path):
    assert value(process, f"float(os.path.lexists({path!r}))") == 0.0
    error = process.run("cell", f"open({path!r})").error
    assert error.startswith("FileNotFoundError")


def test_the_whole_file_system_is_python_numpy_and_an_empty_folder(process):
    printed = process.run(
        "cell", "print(sorted(os.listdir('/')), sorted(os.listdir('/packages')), os.listdir('.'))"
    ).printed
    folders, packages, here = eval(printed.strip().replace("] [", "], ["))
    assert set(folders) <= {"course", "dev", "lib", "lib64", "packages", "python", "tmp", "usr", "nix"}
    assert set(packages) <= {"numpy", "numpy.libs"}
    assert here == []


def test_no_package_but_numpy_can_be_imported(process):
    for name in ("scipy", "pytest", "nbgrader", "pip", "setuptools"):
        assert process.run("cell", f"import {name}").error.startswith("ModuleNotFoundError")


def test_nothing_says_who_and_where_the_instructor_is(process):
    printed = process.run(
        "cell", "import socket\nprint(dict(os.environ), sys.argv, sys.path, sys.flags, os.uname())"
    ).printed
    for secret in (str(ROOT), os.path.expanduser("~"), f"'{socket.gethostname()}'", sys.prefix):
        assert secret not in printed


def test_the_process_is_an_ordinary_user_with_no_privileges_for_the_kernel(process):
    text = Path(f"/proc/{process.first_process}/status").read_text()
    state = {name: rest.split() for name, _, rest in (line.partition(":") for line in text.splitlines())}
    assert "0" not in state["Uid"] + state["Gid"]
    assert set(state["Groups"]) <= {"65534", *map(str, os.getgroups())} - {"0"}
    assert {int(state[name][0], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (state["NoNewPrivs"], state["Seccomp"]) == (["1"], ["2"])
    for kind in ("user", "mnt", "pid", "net", "ipc", "uts"):
        assert os.readlink(f"/proc/{process.first_process}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")


AS_ORDINARY_USER = """
import os, sys
from autograder.sandbox import Limits, StudentProcess, chosen
print(os.getuid())
limits = Limits(600.0, 600.0, 600.0, 3600.0, memory=2**30, processes=10, files=500)  # seconds that do not run out
with StudentProcess(chosen("bubblewrap"), limits) as process:
    process.run("cell 1", "import numpy as np, os, time\\ndef f(x): return 2 * x")
    for source in sys.argv[1:]:
        print(process.run("cell 2", source).error)
    print(process.call("f", [3.0]).returned)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests are run by an ordinary user already")
def test_an_ordinary_user_has_the_same_sandbox_as_root():
    user, staged = 12345, "/tmp/stage"
    binds = (*needed_files(), (str(ROOT / "autograder"), "/judge/autograder"))
    settings = json.dumps({"judge": os.getpid(), "user": user, "stage": staged, "binds": binds})
    command = [sys.executable, "-I", "-S", str(LAUNCHER), settings, staged + PYTHON, "-c", AS_ORDINARY_USER]
    search = ":".join(staged + folder for folder in library_folders(binds))
    environment = {"PATH": os.defpath, "PYTHONPATH": f"{staged}/judge:{staged}{PACKAGES}", "LD_LIBRARY_PATH": search}
    memory, message = BOMBS["many processes, each with much memory"]
    cells = [memory, "for n in range(10**6): open(f'{n}', 'w').close()", "import socket\nsocket.socket()"]
    done = subprocess.run(
        [*command, *cells], capture_output=True, text=True, timeout=scaled(600), env=environment, cwd="/"
    )
    assert done.stdout.splitlines() == [
        str(user),
        f"{message}; the cell was left out",
        "it made more than 500 files; the cell was left out",
        "OSError: [Errno 100] Network is down (there is no network while grading)",
        "6.0",
    ], done.stderr


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize(
    "path", ["/note", "/python/note", "/packages/numpy/note.py", "/course/sandbox/worker.py", "/dev/x"]
)
def test_nothing_but_the_scratch_folders_can_be_written_to(process, path):
    error = process.run("cell", f"open({path!r}, 'w')").error
    assert error.startswith("OSError: [Errno 30] Read-only file system") or error.startswith("PermissionError")
    assert works(process)


def test_a_read_only_file_system_is_explained(process):
    error = process.run("cell", "open('/note', 'w')").error
    assert error.endswith("(while grading, files can be written in the working folder alone)")


def test_a_disk_bomb_fills_its_own_small_folder(process):
    source = "for n in range(1000):\n    with open(f'/dev/shm/{n}', 'wb') as file: file.write(bytes(10**7))"
    error = process.run("cell", source).error
    assert error.startswith("OSError: [Errno 28]")
    assert works(process)


def test_a_million_small_files_are_too_many(process):
    outcome = process.run("cell", "for n in range(10**9): open(f'{n}', 'w').close()")
    assert outcome.error == "it made more than 500 files; the cell was left out"
    assert works(process)


def test_links_in_the_scratch_folder_lead_nowhere(process):
    target = str(ROOT / "README.md")
    assert process.run("cell", f"os.symlink({target!r}, 'link'); os.symlink('/', 'root')").error is None
    assert process.run("cell", "open('link')").error.startswith("FileNotFoundError")
    assert process.run("cell", "open('root/etc/passwd')").error.startswith("FileNotFoundError")


def test_the_machines_own_devices_keep_their_times(process):
    before = os.stat("/dev/null")
    assert process.run("cell", "os.utime('/dev/null', (1, 1))").error
    assert process.run("cell", "os.utime('/dev/null')").error
    assert os.stat("/dev/null").st_mtime_ns == before.st_mtime_ns


def test_a_lock_on_a_file_that_two_sandboxes_have_tells_the_other_nothing():
    lock = "import fcntl, json; file = open(json.__file__); fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with sandbox() as one, sandbox() as other:
        assert one.run("cell", lock).error == other.run("cell", lock).error


def test_threads_wait_for_each_other_as_ever(process):
    process.run(
        "cell",
        "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "def f(x):\n    done = threading.Event()\n    threading.Timer(0.05, done.set).start()\n    done.wait()\n"
        "    with ThreadPoolExecutor(3) as pool:\n        return sum(pool.map(lambda y: y * x, range(4)))\n",
    )
    assert process.call("f", [2]).returned == 12


def test_two_submissions_have_different_scratch_folders():
    with sandbox() as one, sandbox() as other:
        one.run("cell", "open('note', 'w').write('x'); open('/dev/shm/note', 'w').write('x')")
        assert value(other, "len(os.listdir('.')) + len(os.listdir('/dev/shm'))") == 0.0


# ---------------------------------------------------------------- the network


@pytest.mark.parametrize(
    "source",
    [
        "socket.create_connection(('127.0.0.1', 22))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_INET6)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
        "socket.socket(38)",
        "socket.socket(40)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    ],
)
def test_a_socket_is_refused_and_that_is_explained(process, source):
    error = process.run("cell", f"import socket\n{source}").error
    assert error == "OSError: [Errno 100] Network is down (there is no network while grading)"


def test_a_kernel_that_wants_the_network_is_told_so(process):
    process.run("cell", "def g(x):\n    import socket\n    socket.create_connection(('10.0.0.1', 80))")
    assert "there is no network while grading" in process.call("g", [1.0]).problem.message


# ---------------------------------------------------------------- too much of something


BOMBS = {
    "forks": ("while True:\n    try: os.fork()\n    except OSError: pass", "processes and threads"),
    "forks in a call": (
        "def g(x):\n    while True:\n        try: os.fork()\n        except OSError: pass",
        "processes and threads",
    ),
    "threads": (
        "import threading\nwhile True:\n    try: threading.Thread(target=time.sleep, args=(99,)).start()\n"
        "    except (RuntimeError, MemoryError): pass",
        "it started more than 10 processes and threads",
    ),
    "many processes, each with much memory": (
        "for n in range(7):\n    if os.fork() == 0:\n        held = np.ones(2**25); time.sleep(99)\ntime.sleep(99)",
        "it used more than 1 GB of memory",
    ),
    "many processes, each with memory that is no array": (
        "import mmap\nheld = []\nfor n in range(7):\n    if os.fork() == 0:\n"
        "        m = mmap.mmap(-1, 2**28)\n        for k in range(0, 2**28, 4096): m[k] = 1\n        time.sleep(99)\n"
        "time.sleep(99)",
        "it used more than 1 GB of memory",
    ),
}


@pytest.mark.parametrize(("source", "message"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_ended_from_outside_and_named(process, source, message):
    outcome = process.run("cell", source)
    error = outcome.error or process.call("g", [1.0]).problem.message
    assert re.search(message, error), error
    assert works(process)


def test_one_process_cannot_hold_more_than_its_memory(process):
    assert process.run("cell", "held = np.ones(10**9)").error.startswith(("MemoryError", "numpy"))
    process.run("cell", "def g(x): return np.ones(10**9)")
    assert "Unable to allocate" in process.call("g", [1.0]).problem.message
    assert works(process)


def test_files_cannot_be_opened_without_end(process):
    error = process.run("cell", "held = [open('/dev/null') for _ in range(10**6)]").error
    assert error.startswith("OSError: [Errno 24] Too many open files")
    process.run("cell", "held = None")
    assert works(process)


@pytest.mark.parametrize(
    "limit", ["RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_CORE"]
)
def test_no_limit_can_be_raised_again(process, limit):
    source = f"import resource\nlimit = resource.{limit}\nhard = resource.getrlimit(limit)[1]"
    error = process.run("cell", f"{source}\nresource.setrlimit(limit, (-1, -1))").error
    assert error.startswith(("ValueError: not allowed", "PermissionError"))
    assert value(process, "float(hard >= 0)") == 1.0


# ---------------------------------------------------------------- other processes


def test_every_process_outside_is_out_of_reach(process):
    """Inside, a number may be that of the process itself: 1, which outside is the parent of who was left alone."""
    source = f"""
    import os, signal
    reached = 0
    for number in {{*range(2, 70000, 7), {os.getpid()}, {os.getppid()}, {process.first_process}}} - {{os.getpid()}}:
        try:
            os.kill(number, 0)
            reached += 1
        except ProcessLookupError:
            pass
    reached
    """
    assert value(process, textwrap.dedent(source)) == 0.0


@pytest.mark.parametrize(
    "source", ["os.kill(-1, 9)", "os.kill(0, 9)", "os.kill(1, 9)", "os.kill(1, 19)", "os.kill(os.getppid(), 2)"]
)
def test_a_call_cannot_end_or_stop_the_process_it_is_a_copy_of(process, source):
    process.run("cell", f"def g(x):\n    {source}\n    return x")
    first = process.first_process
    process.call("g", [1.0])
    assert process.first_process == first
    assert works(process)


def test_a_call_cannot_change_the_limits_of_the_process_it_is_a_copy_of(process):
    process.run("cell", "import resource\ndef g(x): resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))")
    assert process.call("g", [1.0]).problem.message.startswith("PermissionError")
    assert works(process)


DAEMON = """
def g(x):
    import signal
    if os.fork() == 0:
        os.setsid()
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        if os.fork() == 0:
            while True: time.sleep(1)
        os._exit(0)
    return x
"""


def test_a_daemon_that_a_call_leaves_behind_ends_with_the_call(process):
    process.run("cell", DAEMON)
    assert process.call("g", [np.ones(1)]).problem is None
    assert works(process)
    assert wait_until(lambda: inhabitants(namespace_of(process.first_process)) == [process.first_process])


def test_a_daemon_that_a_cell_leaves_behind_ends_with_the_submission():
    with sandbox() as process:
        process.run("cell", f"{DAEMON}\ng(1)\nfor _ in range(3): g(1)")
        assert len(inhabitants(namespace_of(process.first_process))) > 1


def test_it_ends_when_the_judge_is_killed_also_when_it_is_busy():
    judge = (
        "from autograder.sandbox import StudentProcess, chosen\nprocess = StudentProcess(chosen('bubblewrap'))\n"
        "process.run('cell', 'import os, time\\nif os.fork() == 0: time.sleep(1000)')\n"
        "print(process.first_process, flush=True)\nprocess.run('cell', 'while True: pass')"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", judge], stdout=subprocess.PIPE, env=environment, text=True) as running:
        namespace = namespace_of(int(running.stdout.readline()))
        assert len(inhabitants(namespace)) == 2
        running.kill()
    assert wait_until(lambda: not inhabitants(namespace))


STARTING = """
import os, signal, sys, threading
from autograder.sandbox import Limits
from autograder.sandbox.bubblewrap import Bubblewrap
sandbox = Bubblewrap()
print("ready", flush=True)
threading.Timer(float(sys.argv[1]), os.kill, [os.getpid(), signal.SIGKILL]).start()
while True: sandbox.start(Limits())
"""


@pytest.mark.parametrize("after", [0.002, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.3])
def test_it_ends_when_the_judge_is_killed_at_any_moment_of_its_start(tmp_path, after):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", STARTING, str(after)]
    assert subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=scaled(120)).returncode == -9
    assert wait_until(lambda: not started_with(tmp_path))


def started_with(folder: Path) -> list[int]:
    """The processes that have a folder in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
    return found


# ---------------------------------------------------------------- no state between calls


def test_a_call_leaves_nothing_for_the_next(process):
    process.run(
        "cell",
        "calls, seen = 0, []\ndef g(x, memory=[]):\n    global calls\n    calls += 1\n"
        "    for kept in (seen, memory):\n        kept.append(os.getpid())\n"
        "    np.maximum = None\n    np.random.seed(calls)\n    os.environ['X'] = 'x'\n"
        "    return len([number for number in seen + memory if number != os.getpid()])",
    )
    assert [process.call("g", [1.0]).returned for _ in range(3)] == [0, 0, 0]
    assert value(process, "float(calls + len(seen) + (np.maximum is None) + ('X' in os.environ))") == 0.0


def test_a_function_that_remembers_what_it_has_computed_works(process):
    process.run("cell", "import functools\n@functools.cache\ndef g(x): return x * 2")
    assert [process.call("g", [n]).returned for n in (1.0, 2.0, 1.0)] == [2.0, 4.0, 2.0]


# ---------------------------------------------------------------- system calls


@pytest.fixture(scope="module")
def asked():
    """The errno of a raw system call made in the sandbox (0 where it succeeded)."""
    with sandbox() as process:
        process.run(
            "cell",
            "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            "def raw(number, arguments):\n    ctypes.set_errno(0)\n"
            "    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) for a in arguments))\n"
            "    return ctypes.get_errno() if result == -1 else 0",
        )
        yield lambda number, *arguments: process.call("raw", [number, list(arguments)]).returned


MACHINE = os.uname().machine
NULLS = (0, 0, 0, 0, 0, 0)


def numbers(table: str) -> dict[str, int]:
    return system_calls.numbers(table, MACHINE) if system_calls.has_table() else {}


@pytest.mark.parametrize("name", numbers(system_calls.REFUSED))
def test_a_dangerous_system_call_is_not_permitted(asked, name):
    assert asked(numbers(system_calls.REFUSED)[name], *NULLS) == 1


@pytest.mark.parametrize("name", numbers(system_calls.NETWORK))
def test_a_system_call_of_the_network_finds_it_down(asked, name):
    assert asked(numbers(system_calls.NETWORK)[name], *NULLS) == 100


UNKNOWN = {"clone3": 435, "openat2": 437, "one of the future": 1000}


@pytest.mark.parametrize("number", UNKNOWN.values(), ids=UNKNOWN)
def test_a_system_call_in_no_table_does_not_exist(asked, number):
    assert asked(number, *NULLS) == 38


@pytest.mark.skipif(MACHINE != "x86_64", reason="only x86_64 has a second set of calls")
def test_the_second_set_of_calls_of_x86_does_not_exist(asked):
    assert asked(system_calls.X32 + 39) == 38


@pytest.mark.parametrize("flag", [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000])
def test_no_namespace_can_be_made(asked, flag):
    assert asked(numbers(system_calls.PARTLY_ALLOWED)["clone"], flag | 17, 0, 0, 0, 0) == 1


PARTLY = {
    "input put into a terminal": ("ioctl", (0, 0x5412, 0), 25),
    "a terminal of Linux": ("ioctl", (0, 0x541C, 0), 25),
    "hiding from who watches": ("prctl", (4, 0, 0, 0, 0), 22),
    "a filter of one's own": ("prctl", (22, 2, 0, 0, 0), 22),
    "a capability kept": ("prctl", (47, 2, 0, 0, 0), 22),
    "a lock on a file": ("fcntl", (0, 6, 0), 22),
    "a look at another's lock": ("fcntl", (0, 5, 0), 22),
    "a lock of an open file": ("fcntl", (0, 37, 0), 22),
    "a lease": ("fcntl", (0, 1024, 0), 22),
    "word of what changes in a folder": ("fcntl", (0, 1026, 0), 22),
    "waiting where another sandbox could wake": ("futex", (0, 0, 0, 0, 0, 0), 11),
    "the same for some bits": ("futex", (0, 9, 0, 0, 0, 1), 11),
    "waking nobody in another sandbox": ("futex", (0, 1, 1, 0, 0, 0), 0),
    "dropping pages of a file from memory": ("madvise", (0, 0, 21), 22),
    "letting pages of a file go cold": ("madvise", (0, 0, 20), 22),
    "giving back memory of one's own": ("madvise", (0, 0, 4), 0),
}


@pytest.mark.parametrize(("name", "arguments", "error"), PARTLY.values(), ids=PARTLY)
def test_a_call_is_allowed_for_what_is_needed_alone(asked, name, arguments, error):
    assert asked(numbers(system_calls.PARTLY_ALLOWED)[name], *arguments) == error


HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_are_those_of_the_kernels_headers(machine):
    header = Path(HEADERS[machine])
    if not header.is_file():
        pytest.skip(f"the kernel's header {header} is not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    official = {name: int(number) for name, number in found}
    official.setdefault("newfstatat", official.get("fstatat"))
    for table in (system_calls.ALLOWED, system_calls.PARTLY_ALLOWED, system_calls.REFUSED, system_calls.NETWORK):
        for name, number in system_calls.numbers(table, machine).items():
            assert official[name] == number, name


@pytest.mark.parametrize("machine", HEADERS)
def test_no_call_stands_in_two_tables(machine):
    tables = (system_calls.ALLOWED, system_calls.PARTLY_ALLOWED, system_calls.REFUSED, system_calls.NETWORK)
    every = [number for table in tables for number in system_calls.numbers(table, machine).values()]
    assert len(every) == len(set(every))


def test_a_filter_fits_into_what_the_kernel_takes():
    for machine in system_calls.ARCHITECTURES:
        assert len(system_calls.system_call_filter(machine)) // 8 < 4096


def test_there_is_no_filter_for_a_machine_without_a_table():
    assert not system_calls.has_table("riscv64")
    with pytest.raises(KeyError):
        system_calls.system_call_filter("riscv64")


# ---------------------------------------------------------------- the watch


def test_the_watch_counts_every_process_and_thread(process):
    process.run(
        "cell",
        "import threading\nfor _ in range(3): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
    )
    process.run("cell", "for _ in range(2):\n    if os.fork() == 0: time.sleep(99)")
    family = watchdog.family(process.first_process)
    assert len(family) == 3
    assert sum(one.threads for one in family) == 6


def test_nothing_of_the_sandbox_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with sandbox() as process:
        process.run("cell", "open('note', 'w').write('x')")
        assert not list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
