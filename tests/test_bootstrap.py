"""The bootstrap: with a small course, a real virtual environment, and a pip that only pretends."""

from __future__ import annotations

import errno
import fcntl
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from autograder import bootstrap
from autograder.course import ROOT, CourseError
from tests.support.speed import scaled

PYPROJECT = """
[project]
dependencies = ["imaginary>=1.0"]
[project.optional-dependencies]
torch = []
lab = []
class = []
site = []
lint = []
test = []
"""

HELLO = """
import sys
SUMMARY = "say where it runs"
def add_arguments(parser):
    parser.add_argument("word", nargs="?")
def run(arguments):
    print("hello", arguments.word, sys.prefix)
    return 7
"""

PIP = """
import os, pathlib, sys, time
if "--version" in sys.argv:
    raise SystemExit
what = os.environ.get("FAKE_PIP", "installs")
if what == "leaves it out":
    raise SystemExit
print("Collecting imaginary>=1.0", flush=True)
if what == "hangs":
    time.sleep(60)
if what != "installs":
    print(what)
    raise SystemExit(1)
packages = pathlib.Path(__file__).parent.parent
(packages / "imaginary.py").touch()
record = packages / "imaginary-1.2.dist-info"
record.mkdir(exist_ok=True)
(record / "METADATA").write_text("Metadata-Version: 2.1\\nName: imaginary\\nVersion: 1.2\\n")
(record / "RECORD").touch()
print("Installing collected packages: imaginary")
"""


class SmallCourse:
    """A copy of the command line with one command, one imaginary dependency, and an environment with a fake pip."""

    def __init__(self, root: Path):
        self.root = root
        self.folder = root / ".venv"
        (root / "autograder" / "commands").mkdir(parents=True)
        for name in ("__init__.py", "__main__.py", "course.py", "bootstrap.py", "commands/__init__.py"):
            shutil.copy(ROOT / "autograder" / name, root / "autograder" / name)
        (root / "autograder" / "commands" / "hello.py").write_text(HELLO)
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "constraints.txt").write_text("imaginary==1.2\n")

    def make_environment(self, folder: Path | None = None, ours: bool = True) -> Path:
        """A virtual environment whose pip is the fake one; its folder of packages."""
        folder = folder or self.folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        if ours:
            (folder / bootstrap.MARK).write_text(json.dumps({"place": str(folder.resolve())}))
        packages = next(folder.glob("lib/python3*/site-packages"))
        (packages / "pip").mkdir()
        (packages / "pip" / "__main__.py").write_text(PIP)
        return packages

    def start(self, *words: str, **settings: str) -> subprocess.Popen:
        """`python3 -m autograder <words>`, started."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOGRADER_")}
        return subprocess.Popen(
            [sys.executable, "-m", "autograder", *words],
            cwd=self.root,
            env={**environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **settings: str) -> tuple[int, str, str]:
        """`python3 -m autograder <words>`: its status, stdout and stderr."""
        process = self.start(*words, **settings)
        out, err = process.communicate(timeout=scaled(60))
        return process.returncode, out, err


@pytest.fixture
def course(tmp_path: Path) -> SmallCourse:
    """A small course without an environment."""
    return SmallCourse(tmp_path.resolve())


@pytest.fixture
def ready(course: SmallCourse) -> SmallCourse:
    """A small course whose environment is there, but empty: as after an installation that was cut off early."""
    course.make_environment()
    return course


def test_a_command_runs_in_the_environment_once_its_packages_are_installed(ready):
    status, out, _ = ready.run("hello", "world")
    assert (status, out) == (7, f"hello world {ready.folder}\n")


def test_a_python_that_has_the_packages_is_used_as_it_is(course):
    (course.root / "pyproject.toml").write_text(PYPROJECT.replace("imaginary>=1.0", "pytest>=1.0"))
    assert course.run("hello") == (7, f"hello None {sys.prefix}\n", "")


def test_a_package_that_is_too_old_is_missing():
    assert bootstrap.missing(["pytest>=1.0", "pytest>=999", "no-such-package"]) == ["pytest>=999", "no-such-package"]


def test_a_complete_environment_is_used_without_calling_pip(ready):
    ready.run("hello")
    assert ready.run("hello", FAKE_PIP="pip was called") == (7, f"hello None {ready.folder}\n", "")


def test_other_versions_in_the_constraints_are_installed(ready):
    ready.run("hello")
    (ready.root / "constraints.txt").write_text("imaginary==1.3\n")
    status, _, err = ready.run("hello", FAKE_PIP="pip was called")
    assert status == 1
    assert "pip was called" in err


def test_the_environment_finds_the_course_from_anywhere(ready):
    ready.run("hello")
    found = subprocess.check_output(
        [bootstrap.python_of(ready.folder), "-c", "import autograder; print(autograder.__file__)"], cwd="/", text=True
    )
    assert found.strip() == str(ready.root / "autograder" / "__init__.py")


def test_progress_goes_to_stderr_and_says_what_is_missing(ready):
    _, out, err = ready.run("hello")
    assert out.count("\n") == 1
    assert "lacks imaginary" in err
    assert "Installed in" in err


def test_an_interrupted_installation_is_finished_by_the_next_command(ready):
    """It says so."""
    process = ready.start("hello", FAKE_PIP="hangs")
    wait_for(lambda: "Collecting" in read(ready.folder / bootstrap.LOG))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=scaled(10))
    assert process.returncode == 130
    assert err.endswith("Stopped. The next command finishes the installation.\n")
    assert ready.run("hello")[0] == 7


def test_a_package_cut_off_while_being_installed_is_installed_again(ready):
    record = next(ready.folder.glob("lib/python3*/site-packages")) / "imaginary-1.2.dist-info"
    record.mkdir()
    (record / "METADATA").touch()
    (record / "left_over").touch()
    ready.run("hello")
    assert sorted(path.name for path in record.iterdir()) == ["METADATA", "RECORD"]


def test_a_second_command_waits_for_the_one_that_installs(ready):
    with (ready.folder / bootstrap.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = ready.start("hello")
        assert "waits for it" in process.stderr.readline()
        assert process.poll() is None
    process.communicate(timeout=scaled(30))
    assert process.returncode == 7


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("WARNING: Retrying ... NewConnectionError('Temporary failure in name resolution')", "Connect to the network"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: No matching distribution found for torch==2.13.0", "There is no ready-made torch==2.13.0 for Python"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT="),
        ("something that nobody foresaw", "It said:  something that nobody foresaw"),
    ],
)
def test_a_failure_of_pip_ends_in_a_sentence_that_names_the_log(ready, said, sentence):
    status, _, err = ready.run("hello", FAKE_PIP=said)
    assert status == 1
    assert sentence in err
    assert str(ready.folder / bootstrap.LOG) in err
    assert "Traceback" not in err
    assert said in read(ready.folder / bootstrap.LOG)


def test_a_failed_installation_is_not_taken_for_a_complete_one(ready):
    ready.run("hello", FAKE_PIP="fails")
    assert not (ready.folder / bootstrap.DONE).exists()


def test_an_installation_that_leaves_a_package_out_ends_in_a_sentence(ready):
    status, _, err = ready.run("hello", FAKE_PIP="leaves it out")
    assert status == 1
    assert f"{ready.folder} lacks imaginary even after installing. Remove that folder" in err


def test_what_is_missing_is_installed_also_when_the_environment_is_active(ready):
    words = [bootstrap.python_of(ready.folder), "-m", "autograder", "hello"]
    assert subprocess.run(words, cwd=ready.root, capture_output=True, check=False).returncode == 7


def test_a_package_that_was_removed_from_the_environment_comes_back(ready):
    ready.run("hello")
    next(ready.folder.glob("lib/*/site-packages/imaginary.py")).unlink()
    assert ready.run("hello")[0] == 7


def test_a_variable_names_another_place(course, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere").resolve() / "environment"
    course.make_environment(elsewhere)
    assert course.run("hello", AUTOGRADER_VENV=str(elsewhere))[:2] == (7, f"hello None {elsewhere}\n")
    assert not course.folder.exists()


def test_an_environment_of_somebody_else_is_left_as_it_is(course):
    packages = course.make_environment(ours=False)
    before = sorted(course.folder.rglob("*"))
    status, _, err = course.run("hello")
    assert status == 1
    assert "was not made by this program" in err
    assert sorted(path for path in course.folder.rglob("*") if "__pycache__" not in path.parts) == before
    assert not (packages / "imaginary.py").exists()


def test_an_environment_of_somebody_else_that_has_the_packages_is_used(course):
    packages = course.make_environment(ours=False)
    (packages / "imaginary.py").touch()
    (packages / "imaginary-1.2.dist-info").mkdir()
    (packages / "imaginary-1.2.dist-info" / "METADATA").write_text("Name: imaginary\nVersion: 1.2\n")
    assert course.run("hello")[:2] == (7, f"hello None {course.folder}\n")


def test_where_it_may_not_write_it_names_the_variable_for_another_place(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "mkdir", refuse_with(errno.EROFS))
    with pytest.raises(CourseError, match="AUTOGRADER_VENV="):
        bootstrap.install(tmp_path / ".venv", (), [])


def test_too_little_room_is_said_before_anything_is_downloaded(monkeypatch, ready):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12, 10**9))
    monkeypatch.setattr(bootstrap, "_follow", refuse_with(errno.EIO))
    with pytest.raises(CourseError, match=r"has 1\.0 GB left"):
        bootstrap.install(ready.folder, (), [])


def test_a_python_without_ensurepip_names_the_package_to_install(monkeypatch, tmp_path):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(CourseError, match=f"sudo apt install python{version}-venv"):
        bootstrap.install(tmp_path / ".venv", (), [])


@pytest.mark.parametrize("damage", ["python is gone", "pip is gone", "the folder was moved"])
def test_an_environment_that_does_not_work_is_made_anew(monkeypatch, ready, damage):
    if damage == "python is gone":
        bootstrap.python_of(ready.folder).unlink()
        bootstrap.python_of(ready.folder).symlink_to("/no/such/python")
    elif damage == "pip is gone":
        shutil.rmtree(next(ready.folder.glob("lib/*/site-packages/pip")))
    else:
        (ready.folder / bootstrap.MARK).write_text(json.dumps({"place": "/somewhere/else"}))
    commands = []
    monkeypatch.setattr(bootstrap, "_follow", lambda command, *_: commands.append(command) or (0, ""))
    bootstrap._make(ready.folder, bootstrap.Progress(io.StringIO()))
    assert commands[0][2:4] == ["-m", "venv"]
    assert not (ready.folder / "bin").exists()
    assert json.loads(read(ready.folder / bootstrap.MARK)) == {"place": str(ready.folder)}


def test_pip_is_kept_from_installing_somewhere_else(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    environment = bootstrap._pip_environment(tmp_path)
    assert "PIP_TARGET" not in environment
    assert environment["PIP_USER"] == "0"


def test_pip_installs_the_tested_versions_and_builds_nothing(tmp_path):
    command = bootstrap.pip_command(tmp_path, ["numpy>=2.0"])
    assert command[command.index("--constraint") + 1] == str(ROOT / "constraints.txt")
    assert command[command.index("--only-binary") + 1] == ":all:"
    assert command[-1] == "numpy>=2.0"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Collecting numpy>=2.0 (from x)", "finding packages: numpy (1 so far)"),
        ("  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl.metadata (6.6 kB)", "starting pip"),
        (
            "Downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl (16.9 MB)",
            "downloading numpy 2.4.6: 3.0 of 16.9 MB (1 packages so far)",
        ),
        ("  Using cached numpy-2.4.6-cp311-cp311-win_amd64.whl (16.9 MB)", "using cached numpy 2.4.6"),
        ("Processing /a/b/torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl", "processing torch 2.13.0+cpu"),
        ("Installing collected packages: a, b, c", "installing 1 of 3 packages"),
        ("WARNING: Retrying (Retry(total=4)) after ...", "the package index does not answer; trying again"),
    ],
)
def test_what_pip_is_at_is_read_from_its_output(tmp_path, line, text):
    (tmp_path / "unpack").mkdir()
    (tmp_path / "unpack" / "numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl").write_bytes(bytes(3_000_000))
    work = bootstrap.Work(tmp_path, tmp_path)
    work.read(line)
    assert work.text() == text


def test_progress_on_a_terminal_is_one_line_that_fits_and_disappears(monkeypatch):
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((30, 20)))
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    progress = bootstrap.Progress(terminal)
    progress.show("something " * 10)
    progress.end()
    assert "\n" not in terminal.getvalue()
    assert {len(part) for part in terminal.getvalue().split("\r")} <= {0, 29}
    assert not terminal.getvalue().rsplit("\r", 2)[1].strip()


def test_progress_elsewhere_is_a_line_now_and_then():
    stream = io.StringIO()
    progress = bootstrap.Progress(stream)
    for _ in range(100):
        progress.show("downloading")
    assert stream.getvalue() == "         0 s  downloading\n"


numbers = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(version=numbers, operator=st.sampled_from([">=", "<=", "==", "!=", ">", "<"]), bound=numbers)
def test_ranges_mean_what_they_mean_to_pip(version, operator, bound):
    assert bootstrap.satisfies(version, operator + bound) == SpecifierSet(operator + bound).contains(version)


def test_a_local_build_satisfies_the_range_of_its_release():
    assert bootstrap.satisfies("2.13.0+cpu", ">=2.6,<3")


def read(path: Path) -> str:
    """A file's text; empty while it is not there."""
    return path.read_text() if path.exists() else ""


def wait_for(condition, seconds: float = 20.0) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def refuse_with(number: int):
    """A function that fails with an error of the operating system."""

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    return refuse
