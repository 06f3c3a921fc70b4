"""Submissions' processes are copies of a template: each as alone as if it had been started by itself."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox import StudentProcess, bubblewrap, chosen
from autograder.sandbox.template_process import Copy, Template, Templates
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.speed import PATIENT, wait_until

pytestmark = pytest.mark.skipif(bool(why_there_is_no_sandbox()), reason=why_there_is_no_sandbox() or "there is one")


@pytest.fixture
def templates(monkeypatch) -> Templates:
    """Templates of this test alone, ended after it."""
    own = Templates()
    monkeypatch.setattr(bubblewrap, "templates", own)
    yield own
    own.end()


@pytest.fixture
def started(templates):
    """Starts processes that end with the test."""
    processes = []

    def start(limits=PATIENT) -> StudentProcess:
        processes.append(StudentProcess(chosen("bubblewrap"), limits))
        assert processes[-1].run("cell", "import numpy as np, os, time").error is None
        return processes[-1]

    yield start
    for process in processes:
        process.close()


def one_template(templates: Templates) -> Template:
    (found,) = templates._running.values()
    return found


def namespaces(number: int) -> dict[str, str]:
    """The namespaces of a process, by name."""
    return {one.name: os.readlink(one) for one in Path(f"/proc/{number}/ns").iterdir()}


def value(process: StudentProcess, source: str) -> float | None:
    outcome = process.run("cell", source)
    assert outcome.error is None, outcome
    return outcome.value


def test_processes_are_copies_of_one_template(started, templates):
    one, other = started(), started()
    assert isinstance(one._running, Copy) and isinstance(other._running, Copy)
    assert one_template(templates)


@pytest.mark.parametrize("kind", ["pid", "mnt", "ipc", "uts", "net"])
def test_two_processes_share_no_namespace(started, kind):
    one, other = (namespaces(process.first_process)[kind] for process in (started(), started()))
    assert len({one, other, namespaces(os.getpid())[kind]}) == 3


def test_no_file_of_one_is_there_for_the_next(started):
    leave = "for folder in ('/tmp', '/dev/shm'): open(folder + '/note', 'w').close()"
    assert started().run("cell", leave).error is None
    assert value(started(), "len(os.listdir('/tmp')) + len(os.listdir('/dev/shm'))") == 0


def test_two_processes_draw_other_random_numbers(started):
    for source in ("np.random.random()", "__import__('random').random()", "np.random.default_rng().random()"):
        assert value(started(), source) != value(started(), source)


def test_it_is_the_first_process_of_its_namespace_and_sees_no_other(started):
    process = started()
    assert value(process, "os.getpid()") == 1
    assert value(process, "os.getppid()") == 0
    assert process.run("cell", "os.kill(2, 0)").error.startswith("ProcessLookupError")


def test_nothing_of_the_template_is_open_in_it(started):
    """Beside the two ends of its channel, and where its standard streams went."""
    opened = "def is_open(n):\n    try: os.fstat(n)\n    except OSError: return False\n    return True"
    process = started()
    process.run("cell", opened)
    assert value(process, "sum(map(is_open, range(3, 256)))") == 3


@pytest.mark.parametrize(
    "attempt",
    [
        "ctypes.CDLL(None, use_errno=True).mount(b'x', b'/tmp', b'tmpfs', 0, None)",
        "ctypes.CDLL(None, use_errno=True).umount(b'/tmp')",
        "ctypes.CDLL(None, use_errno=True).unshare(0x20000)",
        "ctypes.CDLL(None, use_errno=True).setns(0, 0)",
    ],
)
def test_it_can_make_no_mounts_and_no_namespaces(started, attempt):
    assert value(started(), f"import ctypes\n{attempt}") == -1


def test_how_a_process_ended_is_told(started):
    process = started()
    assert process.run("cell", "os._exit(7)").error.startswith("it ended itself with status 7")
    assert process.run("cell", "import ctypes; ctypes.string_at(0)").error.startswith(
        "it was ended by the signal SIGSEGV"
    )


def test_where_the_template_has_ended_another_one_is_started(started, templates):
    started()
    first = one_template(templates)
    os.killpg(first._process.pid, signal.SIGKILL)
    first._process.wait()
    assert isinstance(started()._running, Copy)
    assert one_template(templates) is not first


def test_where_no_template_can_be_submissions_are_started_without(started, templates, monkeypatch):
    def fails(*arguments):
        raise OSError("not on this system")

    monkeypatch.setattr("autograder.sandbox.template_process.Template", fails)
    process = started()
    assert not isinstance(process._running, Copy)
    assert process.run("cell", "def f(x): return 2 * x").error is None
    assert process.call("f", [np.ones(1)]).returned.tolist() == [2.0]


def test_the_template_ends_with_its_processes(started, templates):
    process = started()
    number, first = process.first_process, one_template(templates)
    templates.end()
    assert first._process.poll() is not None
    assert wait_until(lambda: not Path(f"/proc/{number}").exists())
