"""Copies of Python's and NumPy's files in memory: what of a disk's files one sandbox could tell another one by."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import in_memory as copies
from autograder.sandbox.bubblewrap import Bubblewrap
from tests.support.confinement import why_there_is_no_sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are no such files elsewhere")

HOLDS = """
import sys
from pathlib import Path
from autograder.sandbox import in_memory as copies
copies.MEMORY, copies._has_room = Path(sys.argv[1]), lambda: True
print(copies.in_memory(((sys.argv[2], "/python"),))[0][0], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def memory(tmp_path, monkeypatch) -> Path:
    """A folder in place of the one in memory."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(copies, "MEMORY", folder)
    monkeypatch.setattr(copies, "_has_room", lambda: True)
    return folder


@pytest.fixture
def source(tmp_path) -> Path:
    """A small Python."""
    folder = tmp_path / "python"
    for name in ("os.py", "test/huge.py", "site-packages/other.py", "json/__init__.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def copied(source: Path) -> Path:
    """Where the copy of a folder is."""
    return Path(copies.in_memory.__wrapped__(((str(source), "/python"),))[0][0])


def holding(memory: Path, source: Path) -> subprocess.Popen:
    """A process that has made a copy and keeps it."""
    command = [sys.executable, "-c", HOLDS, str(memory), str(source)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_what_is_needed_is_copied_and_other_packages_are_not(memory, source):
    copy = copied(source)
    assert copy.is_relative_to(memory)
    assert (copy / "json/__init__.py").read_text() == "json/__init__.py"
    assert not (copy / "test").exists()
    assert list((copy / "site-packages").iterdir()) == []


def test_where_there_is_no_room_the_files_stay_where_they_are(memory, source, monkeypatch):
    monkeypatch.setattr(copies, "_has_room", lambda: False)
    assert copied(source) == source
    assert list(memory.iterdir()) == []


def test_where_the_room_ends_half_way_nothing_is_left(memory, source, monkeypatch):
    def full(source, target):
        target.mkdir()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies, "_copy", full)
    assert copied(source) == source
    assert list(memory.iterdir()) == []


def test_a_folder_that_others_may_have_written_to_is_not_used(memory, source):
    found = copied(source).parent
    found.chmod(0o777)
    assert copied(source) == source


def test_two_processes_share_the_copies_and_the_last_one_removes_them(memory, source):
    first, second = holding(memory, source), holding(memory, source)
    folders = {Path(one.stdout.readline().strip()).parent for one in (first, second)}
    assert len(folders) == 1
    for process, left in ((first, 1), (second, 0)):
        process.communicate()
        assert len(list(memory.iterdir())) == left


def test_what_a_killed_process_left_is_used_and_removed_by_the_next(memory, source):
    killed = holding(memory, source)
    folder = Path(killed.stdout.readline().strip()).parent
    killed.kill()
    killed.communicate()
    assert folder.exists()
    following = holding(memory, source)
    assert Path(following.stdout.readline().strip()).parent == folder
    following.communicate()
    assert list(memory.iterdir()) == []


def test_what_a_killed_process_left_of_other_files_is_removed(memory, source):
    killed = holding(memory, source)
    folder = Path(killed.stdout.readline().strip()).parent
    other = copied(source / "json").parent
    assert folder.exists(), "it lives"
    killed.kill()
    killed.communicate()
    another = copied(source / "test").parent
    assert sorted(memory.iterdir()) == sorted([other, another])


@pytest.mark.skipif(bool(why_there_is_no_sandbox()), reason=f"there is no sandbox. {why_there_is_no_sandbox()}")
def test_all_files_of_the_sandbox_lie_in_memory_where_there_is_room():
    sources = {os.path.dirname(source) for source, _ in Bubblewrap().binds}
    if not copies._has_room():
        pytest.skip("there is no room in memory here: less than 1 GB, or files that may not be executed")
    assert len(sources) == 1
    assert sources.pop().startswith(f"{copies.MEMORY}/{copies.PREFIX}")
