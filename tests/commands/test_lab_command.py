"""`python3 -m autograder lab`: the student's copy, and what becomes of work in it."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import __main__ as command_line
from autograder.commands import lab
from autograder.course import FIRST_PAGE, ROOT, CourseError
from tests.grading.small_course import cell, notebook

NOTEBOOK = "1_first/1_one.ipynb"
SHEET = "1_first/data.csv"
STUB = "def f(x):\n    raise NotImplementedError"
ANSWER = "def f(x):\n    return 2 * x"


def one(title: str, answer: str = STUB) -> str:
    """A notebook with a text and an answer cell, as its file."""
    cells = [cell("markdown", "title", title), cell("code", "f-solution", answer, solution=True)]
    return json.dumps(notebook(*cells), indent=1, ensure_ascii=False) + "\n"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release of two notebooks and a file."""
    release = tmp_path / "release"
    (release / "1_first").mkdir(parents=True)
    (release / NOTEBOOK).write_text(one("one"))
    (release / "1_first" / "2_two.ipynb").write_text(one("two"))
    (release / SHEET).write_text("1,2")
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
    assert done == [(name, "copied", "") for name in (NOTEBOOK, "1_first/2_two.ipynb", SHEET)]
    assert (tmp_path / "deep" / "mine" / NOTEBOOK).read_text() == one("one")


def test_work_is_kept_as_it_is(folder, release):
    (folder / NOTEBOOK).write_text(one("one", ANSWER))
    assert again(folder, release)[NOTEBOOK] == ("kept", "")
    assert (folder / NOTEBOOK).read_text() == one("one", ANSWER)


def test_a_notebook_that_was_moved_away_is_copied_afresh(folder, release):
    (folder / NOTEBOOK).rename(folder / "1_first" / "first try.ipynb")
    assert again(folder, release)[NOTEBOOK] == ("copied", "")


def test_a_new_notebook_is_added(folder, release):
    (release / "1_first" / "3_three.ipynb").write_text(one("three"))
    assert again(folder, release)["1_first/3_three.ipynb"] == ("copied", "")


@pytest.mark.parametrize("name", [NOTEBOOK, SHEET])
def test_what_was_not_touched_is_replaced_by_the_corrected_one(folder, release, name):
    (release / name).write_text(one("corrected"))
    assert again(folder, release)[name] == ("updated", "")
    assert (folder / name).read_text() == one("corrected")
    assert again(folder, release)[name] == ("kept", "")


def test_a_begun_notebook_is_corrected_around_the_work(folder, release):
    (folder / NOTEBOOK).write_text(one("one", ANSWER))
    (release / NOTEBOOK).write_text(one("corrected"))
    assert again(folder, release)[NOTEBOOK] == ("merged", "earlier_versions/1_first/1_one.1.ipynb")
    assert (folder / NOTEBOOK).read_text() == one("corrected", ANSWER)
    assert (folder / "earlier_versions" / "1_first" / "1_one.1.ipynb").read_text() == one("one", ANSWER)
    assert sorted(path.name for path in (folder / "1_first").iterdir()) == ["1_one.ipynb", "2_two.ipynb", "data.csv"]


def test_a_second_correction_keeps_both_earlier_files(folder, release):
    (folder / NOTEBOOK).write_text(one("one", ANSWER))
    for number, title in enumerate(["corrected", "corrected twice"], 1):
        (release / NOTEBOOK).write_text(one(title))
        assert again(folder, release)[NOTEBOOK] == ("merged", f"earlier_versions/1_first/1_one.{number}.ipynb")
    assert (folder / NOTEBOOK).read_text() == one("corrected twice", ANSWER)


def test_a_notebook_that_is_already_as_corrected_is_kept(folder, release):
    (folder / NOTEBOOK).write_text(one("corrected", ANSWER))
    (release / NOTEBOOK).write_text(one("corrected"))
    assert again(folder, release)[NOTEBOOK] == ("kept", "")
    assert not (folder / "earlier_versions").exists()


@pytest.mark.parametrize("mine", ["not JSON", '{"cells": 3}', "[]", json.dumps(notebook())])
def test_a_file_that_cannot_be_understood_is_kept_with_the_new_one_beside(folder, release, mine):
    (folder / NOTEBOOK).write_text(mine)
    (release / NOTEBOOK).write_text(one("corrected"))
    assert again(folder, release)[NOTEBOOK] == ("changed", "1_first/1_one.new.ipynb")
    assert (folder / NOTEBOOK).read_text() == mine
    assert (folder / "1_first" / "1_one.new.ipynb").read_text() == one("corrected")
    assert again(folder, release)[NOTEBOOK] == ("kept", ""), "it is offered once"


def test_a_file_of_another_kind_that_was_changed_gets_the_new_one_beside(folder, release):
    (folder / SHEET).write_text("mine")
    (release / SHEET).write_text("1,3")
    assert again(folder, release)[SHEET] == ("changed", "1_first/data.new.csv")
    (folder / "1_first" / "data.new.csv").write_text("my work in it")
    (release / SHEET).write_text("1,4")
    assert again(folder, release)[SHEET] == ("changed", "1_first/data.new2.csv")
    assert (folder / SHEET).read_text() == "mine"


def test_a_manifest_of_an_earlier_version_is_understood(folder, release):
    """It knew no cells."""
    manifest = {name: lab.digest(path) for name, path in lab.released(release).items()}
    (folder / lab.MANIFEST).write_text(json.dumps(manifest))
    (folder / NOTEBOOK).write_text(one("one", ANSWER))
    for name in (NOTEBOOK, "1_first/2_two.ipynb"):
        (release / name).write_text(one("corrected"))
    done = again(folder, release)
    assert [done[name][0] for name in (NOTEBOOK, "1_first/2_two.ipynb")] == ["merged", "updated"]
    assert (folder / NOTEBOOK).read_text() == one("corrected", ANSWER)


@pytest.mark.parametrize("manifest", ["not JSON", "[1]", '{"1_first/1_one.ipynb": {"other": 1}}'])
def test_files_that_were_there_without_a_manifest_are_kept(folder, release, manifest):
    (folder / lab.MANIFEST).write_text(manifest)
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


KILLED_AT = """
import os, sys
from pathlib import Path
from autograder.commands import lab

folder, release, number = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
left = iter(range(number))
def or_killed(step):
    def taken(*arguments, **options):
        if next(left, None) is None:
            os._exit(9)
        return step(*arguments, **options)
    return taken
Path.replace, Path.write_text = or_killed(Path.replace), or_killed(Path.write_text)
lab.shutil.copyfile = or_killed(lab.shutil.copyfile)
lab.update(folder, lab.released(release))
"""


def test_killed_at_any_moment_it_loses_no_work_and_goes_on(tmp_path, release):
    for number in range(100):
        folder = tmp_path / f"mine {number}"
        (release / NOTEBOOK).write_text(one("one"))
        lab.update(folder, lab.released(release))
        (folder / NOTEBOOK).write_text(one("one", ANSWER))
        (release / NOTEBOOK).write_text(one("corrected"))
        command = [sys.executable, "-c", KILLED_AT, str(folder), str(release), str(number)]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        assert (folder / NOTEBOOK).read_text() in (one("one", ANSWER), one("corrected", ANSWER))
        again(folder, release)
        assert (folder / NOTEBOOK).read_text() == one("corrected", ANSWER)
        [kept] = folder.glob("earlier_versions/**/*.ipynb")
        assert kept.read_text() == one("one", ANSWER)
        if status == 0:
            break
    assert 3 < number < 99


def test_hidden_files_stay_out_of_the_copy(release):
    (release / ".ipynb_checkpoints").mkdir()
    (release / ".ipynb_checkpoints" / "1_one-checkpoint.ipynb").touch()
    assert len(lab.released(release)) == 3


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


def _live_in(folder: Path, monkeypatch) -> None:
    """Make a folder the home folder, on any system."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))


def test_a_refusal_names_an_option_that_helps(tmp_path, monkeypatch):
    _live_in(tmp_path, monkeypatch)
    with pytest.raises(CourseError, match=r"lab --folder ~/my-training-deep-networks$"):
        lab.require_place(ROOT)
    (tmp_path / "my-training-deep-networks").touch()
    with pytest.raises(CourseError, match=r"is a file.*lab --folder ~/my-training-deep-networks-2$"):
        lab.require_place(lab.place_of(lab.FOLDER))


@pytest.mark.parametrize("name", ["training-deep-networks", "my-training-deep-networks"])
def test_a_course_in_the_home_folder_leaves_a_place_for_the_copy(tmp_path, monkeypatch, name):
    """Cloned or unpacked there under its own name, or under that of the copy."""
    _live_in(tmp_path, monkeypatch)
    monkeypatch.setattr(lab, "ROOT", tmp_path / name)
    (tmp_path / name).mkdir()
    try:
        lab.require_place(lab.place_of(lab.FOLDER))
    except CourseError as refusal:
        lab.require_place(lab.place_of(str(refusal).rpartition(" ")[2]))
    else:
        assert name != "my-training-deep-networks"


def test_a_copy_where_earlier_versions_made_it_is_used_again(tmp_path, monkeypatch, release):
    _live_in(tmp_path, monkeypatch)
    assert lab.place_of(lab.FOLDER) == tmp_path / "my-training-deep-networks"
    lab.update(tmp_path / "training-deep-networks", lab.released(release))
    assert lab.place_of(lab.FOLDER) == tmp_path / "training-deep-networks"
    assert lab.place_of("~/another") == tmp_path / "another"


def test_the_table_says_what_was_done_and_where_to_look():
    done = [("a.ipynb", "changed", "a.new.ipynb"), ("bb.ipynb", "kept", ""), ("c.ipynb", "copied", "")]
    done += [("d.ipynb", "updated", ""), ("e.ipynb", "merged", "earlier_versions/e.1.ipynb")]
    assert lab.table(done).splitlines() == [
        "  a.ipynb   kept as it is; corrected since, see a.new.ipynb",
        "  bb.ipynb  kept as it is",
        "  c.ipynb   copied",
        "  d.ipynb   replaced by the corrected one: you had not touched it",
        "  e.ipynb   corrected, with your work in it; as it was before: earlier_versions/e.1.ipynb",
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


def test_it_opens_the_first_page_where_there_is_one(started, release, tmp_path):
    (release / FIRST_PAGE).write_text(one("start"))
    command, _ = started()
    assert command[-1] == str(tmp_path / "mine" / FIRST_PAGE)


def test_students_get_none_of_nbgraders_menus_and_no_question_about_news(started):
    command, environment = started()
    settings = Path(environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0])
    servers = json.loads((settings / "jupyter_server_config.d" / "course.json").read_text())
    assert set(servers["ServerApp"]["jpserver_extensions"].values()) == {False}
    assert json.loads((settings / "labconfig" / "page_config.json").read_text())["disabledExtensions"]
    (option,) = [word for word in command if word.startswith("--LabServerApp.app_settings_dir=")]
    overrides = json.loads((Path(option.partition("=")[2]) / "overrides.json").read_text())
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


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
    assert parser.parse_args([]).folder == "~/my-training-deep-networks"
