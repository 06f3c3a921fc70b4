"""A run of the tests ends in the time it is given, and says what it left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from autograder.course import ROOT

TWO_TESTS = "import time\n\ndef test_first():\n    time.sleep(1.0)\n\ndef test_second():\n    pass\n"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """Run two tests that lie in a folder, with the course's conftest."""
    (folder / "test_two.py").write_text(TWO_TESTS)
    conftest = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command = [sys.executable, "-m", "autograder", "test", *words, str(folder), *conftest]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_test_begins_after_the_minutes_and_the_last_lines_count_them(tmp_path):
    result = run(tmp_path, "--minutes", "0")
    assert result.returncode == 0
    assert "2 skipped" in result.stdout
    assert "TIME WAS UP: 2 tests were not begun" in result.stdout


def test_a_run_with_time_enough_leaves_nothing_out(tmp_path):
    result = run(tmp_path, "--minutes", "60")
    assert "2 passed" in result.stdout
    assert "TIME WAS UP" not in result.stdout
