"""Students work on any system: what they use, and its tests, get along without what only Unix has."""

from __future__ import annotations

import os
import subprocess
import sys

import yaml

from autograder.course import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8"))
STUDENTS_SIDE = WORKFLOW["env"]["STUDENTS_SIDE"].split()
WITHOUT_UNIX = """
import sys
import IPython, jupyter_client, matplotlib.figure, nbclient, nbformat, numpy, pytest, torch, traitlets
import multiprocessing.pool, os, signal, subprocess

for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("fork", "geteuid", "getuid", "killpg", "sched_getaffinity", "setsid", "waitid"):
    delattr(os, name)
for name in ("SIGCHLD", "SIGHUP", "SIGKILL"):
    delattr(signal, name)
"""


def without_unix(source: str) -> subprocess.CompletedProcess:
    """Run some code where the modules and functions that only Unix has are missing."""
    environment = {**os.environ, "AUTOGRADER_SANDBOX": "none"}
    command = [sys.executable, "-c", WITHOUT_UNIX + source]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def test_its_tests_are_collected_there():
    done = without_unix(
        f"raise SystemExit(pytest.main(['--collect-only', '-qq', '-p', 'no:xdist', *{STUDENTS_SIDE!r}]))"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert all(part in done.stdout for part in STUDENTS_SIDE)


def test_a_right_function_and_a_wrong_one_are_told_apart_there():
    done = without_unix(
        "from autograder import check, lab\n"
        "check(lambda z: numpy.maximum(0, z), exercise='relu')\n"
        "print('so far')\n"
        "check(lambda z: z, exercise='relu')\n"
    )
    assert "so far" in done.stdout, done.stderr
    assert "NotYet: relu" in done.stderr
