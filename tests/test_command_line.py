"""`python3 -m autograder`: what it says, and with which status it ends."""

from __future__ import annotations

import ast
import errno
import io
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from autograder import __main__ as command_line
from autograder import bootstrap
from autograder.course import ROOT, CourseError
from tests.support.speed import scaled

BARE = [sys.executable, "-S", "-E", "-m", "autograder"]


def bare(*words: str) -> subprocess.CompletedProcess:
    """The command line in a Python that has the standard library alone."""
    return subprocess.run([*BARE, *words], cwd=ROOT, capture_output=True, text=True, timeout=scaled(60), check=False)


@pytest.fixture
def command(monkeypatch):
    """A command `try` whose `run` a test sets."""
    module = types.SimpleNamespace(SUMMARY="try something", add_arguments=lambda parser: None, run=lambda arguments: 0)
    monkeypatch.setattr(command_line, "commands", lambda: ["try"])
    monkeypatch.setattr(command_line, "load", lambda name: module)
    monkeypatch.setattr(bootstrap, "ensure", lambda name: None)
    monkeypatch.delenv("AUTOGRADER_DEBUG", raising=False)
    return module


def raising(error: BaseException):
    """A function that raises."""

    def run(arguments):
        raise error

    return run


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_the_modules_that_tell_it_so(name):
    ast.parse((ROOT / "autograder" / name).read_text(), feature_version=(3, 6))


def test_an_old_python_gets_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    assert command_line.main(["demo"]) == 1
    assert "The course needs Python 3.11 or newer; this is Python 3.8" in capsys.readouterr().err


def test_an_old_python_names_a_newer_one_that_starts(monkeypatch, tmp_path):
    for name, status in (("python3.12", 1), ("python3.13", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "python3.13 -m autograder" in command_line.too_old()


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_the_overview_names_every_command_and_needs_no_package(words):
    result = bare(*words)
    assert result.returncode == 0, result.stderr
    assert all(f"\n    {name} " in result.stdout for name in command_line.commands())


@pytest.mark.parametrize("name", command_line.commands())
def test_a_command_explains_itself_without_any_package(name):
    result = bare(name, "--help")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"usage: python3 -m autograder {name}")


@pytest.mark.parametrize("name", command_line.commands())
def test_the_summary_of_a_command_fits_its_line(name):
    assert len(command_line.load(name).SUMMARY) < 100


def test_help_for_a_command_is_the_command_with_help():
    assert bare("help", "test").stdout == bare("test", "--help").stdout


def test_an_unknown_command_is_answered_with_a_near_one():
    result = bare("tset")
    assert result.returncode == 2
    assert "There is no command `tset`. Did you mean `test`?" in result.stderr


def test_an_unknown_option_is_an_error(command, capsys):
    with pytest.raises(SystemExit) as stop:
        command_line.main(["try", "--such"])
    assert stop.value.code == 2
    assert "--such" in capsys.readouterr().err


def test_a_command_that_passes_words_on_gets_those_it_does_not_know(command):
    command.PASSES_ON = True
    command.run = lambda arguments: arguments.rest == ["tests/judge", "-k", "x", "--lf"]
    assert command_line.main(["try", "tests/judge", "-k", "x", "--lf"])


def test_words_after_two_dashes_are_passed_on_as_they_are(command):
    command.PASSES_ON = True
    command.run = lambda arguments: arguments.rest == ["--help"]
    assert command_line.main(["try", "--", "--help"])


def test_the_status_is_that_of_the_command(command):
    command.run = lambda arguments: 5
    assert command_line.main(["try"]) == 5


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (CourseError("There is no chapter '9'."), 1, "There is no chapter '9'."),
        (KeyboardInterrupt(), 130, "Stopped."),
        (KeyboardInterrupt("Stopped after 3."), 130, "Stopped after 3."),
        (PermissionError(errno.EACCES, "Permission denied", "/a/b"), 1, "/a/b may not be read or written by this user"),
        (OSError(errno.EROFS, "Read-only file system", "/a/b"), 1, "/a/b is on a read-only disk"),
        (OSError(errno.ENOSPC, "No space left on device", "/a/b"), 1, "The disk is full: /a/b could not be written."),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/a/b"), 1, "/a/b: No such file or directory."),
    ],
)
def test_what_can_be_foreseen_ends_in_a_sentence(command, capsys, error, status, sentence):
    command.run = raising(error)
    assert command_line.main(["try"]) == status
    assert capsys.readouterr().err.startswith(sentence)


def test_a_variable_shows_where_an_error_happened(command, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_DEBUG", "1")
    command.run = raising(CourseError("no"))
    with pytest.raises(CourseError):
        command_line.main(["try"])


def test_an_error_that_nobody_foresaw_keeps_its_traceback(command):
    command.run = raising(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        command_line.main(["try"])


def test_a_reader_that_goes_away_is_no_error(command):
    script = (
        "import sys, types\n"
        "from autograder import __main__ as c, bootstrap\n"
        "c.commands = lambda: ['try']\n"
        "bootstrap.ensure = lambda name: None\n"
        "c.load = lambda name: types.SimpleNamespace(\n"
        "    SUMMARY='', add_arguments=lambda p: None, run=lambda a: print('line\\n' * 100000) or 0)\n"
        "sys.exit(c.main(['try']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=scaled(30)) == 1


def test_importing_the_package_imports_nothing_heavy():
    heavy = "{'torch', 'matplotlib', 'nbgrader', 'IPython', 'numpy'}"
    script = f"import autograder, sys; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_a_package_in_the_course_says_which_name_it_lacks():
    import autograder

    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        autograder.chekc  # noqa: B018


def test_test_runs_pytest_in_the_root_and_passes_its_status_on(tmp_path: Path):
    (tmp_path / "test_fails.py").write_text("def test_it():\n    assert False\n")
    result = subprocess.run(
        [sys.executable, "-m", "autograder", "test", str(tmp_path), "-p", "no:cacheprovider", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "1 failed" in result.stdout


def test_the_bootstrap_runs_anything_with_the_python_that_has_the_packages():
    words = [sys.executable, "-m", "autograder.bootstrap", "-c", "import sys; print(sys.prefix); sys.exit(3)"]
    result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip()) == (3, sys.prefix)


def test_a_sentence_goes_to_stderr_after_what_was_printed(monkeypatch):
    together = io.StringIO()
    monkeypatch.setattr(sys, "stdout", together)
    monkeypatch.setattr(sys, "stderr", together)
    print("first")
    command_line.complain("second")
    assert together.getvalue().split() == ["first", "second"]


def test_an_error_without_a_file_still_reads_as_a_sentence():
    assert command_line.trouble(OSError("strange")).startswith("The operating system refused: strange.")
    assert os.strerror(errno.EIO) in command_line.trouble(OSError(errno.EIO, os.strerror(errno.EIO)))
