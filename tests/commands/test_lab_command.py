"""`python3 -m autograder lab`: the student's copy, and what becomes of work in it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import __main__ as command_line
from autograder.commands import lab
from autograder.course import ROOT, CourseError

NOTEBOOK = "1_first/1_one.ipynb"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release of two notebooks."""
    release = tmp_path / "release"
    (release / "1_first").mkdir(parents=True)
    (release / NOTEBOOK).write_text("one")
    (release / "1_first" / "2_two.ipynb").write_text("two")
    return release


@pytest.fixture
def folder(tmp_path: Path, release: Path) -> Path:
    """A student's copy of that release."""
    lab.update(tmp_path / "mine", lab.released(release))
    return tmp_path / "mine"


def again(folder: Path, release: Path) -> dict[str, tuple[str, str]]:
    """What a further run does, by file."""
    return {name: (what, where) for name, what, where in lab.update(folder, lab.released(release))}


def test_everything_is_copied_into_a_new_folder(tmp_path, release):
    done = lab.update(tmp_path / "deep" / "mine", lab.released(release))
    assert done == [(NOTEBOOK, "copied", ""), ("1_first/2_two.ipynb", "copied", "")]
    assert (tmp_path / "deep" / "mine" / NOTEBOOK).read_text() == "one"


def test_work_is_kept_as_it_is(folder, release):
    (folder / NOTEBOOK).write_text("my work")
    assert again(folder, release)[NOTEBOOK] == ("kept", "")
    assert (folder / NOTEBOOK).read_text() == "my work"


def test_a_notebook_that_was_moved_away_is_copied_afresh(folder, release):
    (folder / NOTEBOOK).rename(folder / "1_first" / "first try.ipynb")
    assert again(folder, release)[NOTEBOOK] == ("copied", "")


def test_a_new_notebook_is_added(folder, release):
    (release / "1_first" / "3_three.ipynb").write_text("three")
    assert again(folder, release)["1_first/3_three.ipynb"] == ("copied", "")


def test_a_corrected_notebook_is_put_beside_the_work(folder, release):
    (folder / NOTEBOOK).write_text("my work")
    (release / NOTEBOOK).write_text("one, corrected")
    assert again(folder, release)[NOTEBOOK] == ("changed", "1_first/1_one.new.ipynb")
    assert (folder / NOTEBOOK).read_text() == "my work"
    assert (folder / "1_first" / "1_one.new.ipynb").read_text() == "one, corrected"


def test_a_correction_is_offered_once(folder, release):
    (release / NOTEBOOK).write_text("one, corrected")
    again(folder, release)
    (folder / "1_first" / "1_one.new.ipynb").unlink()
    assert again(folder, release)[NOTEBOOK] == ("kept", "")


def test_a_second_correction_leaves_the_first_one_alone(folder, release):
    (release / NOTEBOOK).write_text("one, corrected")
    again(folder, release)
    (folder / "1_first" / "1_one.new.ipynb").write_text("my work in the corrected one")
    (release / NOTEBOOK).write_text("one, corrected twice")
    assert again(folder, release)[NOTEBOOK] == ("changed", "1_first/1_one.new2.ipynb")
    assert (folder / "1_first" / "1_one.new.ipynb").read_text() == "my work in the corrected one"


def test_files_that_were_there_without_a_manifest_are_kept(folder, release):
    (folder / lab.MANIFEST).write_text("not JSON")
    (folder / NOTEBOOK).write_text("my work")
    assert again(folder, release)[NOTEBOOK] == ("kept", "")


def test_a_copy_that_was_cut_short_is_not_taken_for_a_notebook(monkeypatch, tmp_path, release):
    def cut_short(path, target):
        target.write_text("o")
        raise KeyboardInterrupt

    monkeypatch.setattr(lab.shutil, "copyfile", cut_short)
    with pytest.raises(KeyboardInterrupt):
        lab.update(tmp_path / "mine", lab.released(release))
    assert not (tmp_path / "mine" / NOTEBOOK).exists()


def test_hidden_files_stay_out_of_the_copy(release):
    (release / ".ipynb_checkpoints").mkdir()
    (release / ".ipynb_checkpoints" / "1_one-checkpoint.ipynb").touch()
    assert len(lab.released(release)) == 2


def test_a_course_without_a_release_says_how_to_make_it(tmp_path):
    with pytest.raises(CourseError, match="python3 -m autograder release"):
        lab.released(tmp_path)


@pytest.mark.parametrize("name", [".", "release", "source/1_training_problems", "..", "tests/x"])
def test_the_course_itself_is_no_place_for_a_copy(name):
    with pytest.raises(CourseError, match="holds the course itself"):
        lab.require_place((ROOT / name).resolve())


def test_a_folder_in_the_repository_that_git_ignores_is_a_place_for_a_copy():
    lab.require_place(ROOT / "my-course")


def test_a_file_is_no_place_for_a_copy(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match="is a file"):
        lab.require_place(tmp_path / "file")


def test_the_table_says_where_a_correction_is():
    table = lab.table([("a.ipynb", "changed", "a.new.ipynb"), ("bb.ipynb", "kept", ""), ("c.ipynb", "copied", "")])
    assert table.splitlines() == [
        "  a.ipynb   kept as it is; corrected since, see a.new.ipynb",
        "  bb.ipynb  kept as it is",
        "  c.ipynb   copied",
    ]


def test_the_table_is_one_line_when_nothing_happened():
    assert lab.table([("a", "kept", ""), ("b", "kept", "")]) == "  all 2 files are there; nothing was changed"


@pytest.fixture
def started(monkeypatch, release, tmp_path):
    """Run the command with some words; the program that it becomes, and that program's environment."""

    def start(*words: str) -> tuple[list[str], dict[str, str]]:
        programs = []
        monkeypatch.setattr(lab, "hand_over", lambda command, environment: programs.append((command, environment)))
        monkeypatch.setattr(lab, "released", lambda original=lab.released: original(release))
        arguments = command_line.read_arguments(lab, "lab", ["--folder", str(tmp_path / "mine"), *words])
        assert lab.run(arguments) == 0
        return programs[0] if programs else ([], {})

    return start


def test_jupyterlab_opens_the_first_notebook_in_the_copy(started, tmp_path):
    command, _ = started()
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'mine'}" in command
    assert command[-1] == str(tmp_path / "mine" / NOTEBOOK)


def test_a_notebook_in_the_copy_can_import_the_course(started, tmp_path):
    _, environment = started()
    subprocess.run([sys.executable, "-c", "import autograder"], cwd=tmp_path / "mine", env=environment, check=True)
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)


def test_no_open_only_makes_the_copy(started, tmp_path):
    assert started("--no-open") == ([], {})
    assert (tmp_path / "mine" / NOTEBOOK).exists()


def test_no_browser_starts_jupyterlab_alone(started):
    assert "--no-browser" in started("--no-browser")[0]


def test_the_default_folder_is_in_the_home_folder():
    parser = argparse.ArgumentParser()
    lab.add_arguments(parser)
    assert parser.parse_args([]).folder == "~/training-deep-networks"
