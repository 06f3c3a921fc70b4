"""`python3 -m autograder grade` and `report`, as an instructor runs them: also wrongly, and stopped in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import ROOT, Chapter, Course
from autograder.grading.scoring.results import Results
from autograder.sandbox import available
from autograder.sandbox.available import VARIABLE
from tests.grading.small_course import (
    ALPHA_FORGOTTEN,
    CHAPTER,
    FULL,
    SECTIONS,
    WHY_POINTS,
    autograded,
    gradebook,
    hand_in,
    released_course,
)
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.ordinary_user import heed_permissions
from tests.support.speed import scaled, wait_until

STUDENTS = ("ada", "bob")


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Course:
    """A released course with two submissions."""
    course = released_course(tmp_path_factory.mktemp("template") / "course")
    hand_in(course, "ada", {})
    hand_in(course, "bob", {"elu": ALPHA_FORGOTTEN})
    return course


@pytest.fixture
def course(template, tmp_path) -> Course:
    shutil.copytree(template.root, tmp_path / "course")
    return Course(tmp_path / "course")


def command(course: Course, *words: str) -> list[str]:
    return [sys.executable, "-m", "autograder", *words, "--course", str(course.root)]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def run(course: Course, *words: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(course, *words),
        env=environment(),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=scaled(600),
        **options,
    )


def run_here(course: Course, capsys, *words: str) -> subprocess.CompletedProcess:
    """The same in this process, where that is as good."""
    status = main([*words, "--course", str(course.root)])
    return subprocess.CompletedProcess(words, status, *capsys.readouterr())


def assert_told(done: subprocess.CompletedProcess, *texts: str) -> None:
    """It failed with one or two sentences."""
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.replace("\r", "\n").split("\n") if line.strip() and "Judging" not in line]
    assert 1 <= len(lines) <= 3, done.stderr
    for text in texts:
        assert text in done.stderr


def everything(course: Course) -> dict[str, bytes]:
    return {str(path.relative_to(course.root)): path.read_bytes() for path in course.root.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- done well


@pytest.fixture(scope="module")
def done(template, tmp_path_factory) -> tuple[Course, subprocess.CompletedProcess, subprocess.CompletedProcess]:
    """A course after `grade` and `report`."""
    folder = tmp_path_factory.mktemp("done") / "course"
    shutil.copytree(template.root, folder)
    course = Course(folder)
    return course, run(course, "grade", CHAPTER, "--jobs", "1", "--devices", "cpu"), run(course, "report", CHAPTER)


def test_there_is_a_row_for_each_student_and_the_pages_are_written(done):
    course, graded, _ = done
    assert graded.returncode == 0, graded.stderr
    rows = {line.split()[0]: line for line in graded.stdout.split("\n") if line.split()}
    assert f" {FULL:g}  {FULL:g}/{FULL + WHY_POINTS:g} so far" in rows["ada"]
    assert set(STUDENTS) <= set(rows)
    assert len(list((course.root / "feedback").rglob("*.html"))) == len(STUDENTS) * (len(SECTIONS) + 1)


def test_the_report_is_written_and_named(done):
    course, _, reported = done
    assert reported.returncode == 0, reported.stderr
    assert reported.stdout == f"Class report: {course.root / 'reports' / CHAPTER}.html\n"
    assert "alpha forgotten" in (course.root / "reports" / f"{CHAPTER}.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------- wrongly

WRONG = {
    ("grade", "2_small"): "There is no chapter '2_small'. Did you mean '1_small'? The chapters are: 1_small.",
    ("grade", "../.."): "There is no chapter '../..'.",
    ("grade", CHAPTER, "--jobs", "0"): "--jobs must be 1 or more.",
    ("grade", CHAPTER, "--jobs", "-3"): "--jobs must be 1 or more.",
    ("grade", CHAPTER, "--devices", "tpu"): "There is no device called 'tpu': choose from cpu, cuda, mps.",
    ("grade", CHAPTER, "--devices", ""): "There is no device called ''",
    ("grade", CHAPTER, "--student", "zoe"): "There is no submission of 'zoe'",
    ("report", "2_small"): "There is no chapter '2_small'.",
    ("report", CHAPTER): "Nothing of 1_small has been graded yet",
}


@pytest.mark.parametrize(("words", "text"), WRONG.items(), ids=[" ".join(words) for words in WRONG])
def test_a_mistyped_command_is_told_and_changes_nothing(template, capsys, words, text):
    before = everything(template)
    assert_told(run_here(template, capsys, *words), text)
    assert {name for name in everything(template) if name not in before} <= {f"verdicts/{CHAPTER}/seed"}
    assert {name: everything(template)[name] for name in before} == before


def test_no_submissions_is_told(course, capsys):
    shutil.rmtree(course.root / "submitted")
    assert_told(
        run_here(course, capsys, "grade", CHAPTER), "There are no submissions for 1_small", "<student>/1_small/"
    )


def test_a_course_folder_that_does_not_exist_is_told(tmp_path, capsys):
    assert_told(run_here(Course(tmp_path / "nowhere"), capsys, "grade", CHAPTER), "There is no course in ")
    assert not (tmp_path / "nowhere").exists()


def test_a_gradebook_that_is_a_text_file_is_told_and_not_overwritten(course):
    (course.root / "gradebook.db").write_text("ada: 5\n" * 500)
    assert_told(run(course, "grade", CHAPTER), "gradebook.db", "move it away")
    assert (course.root / "gradebook.db").read_text() == "ada: 5\n" * 500


@pytest.mark.parametrize("target", [".", "gradebook.db"])
def test_a_read_only_course_is_told_and_stays_as_it_is(course, target):
    before = everything(course)
    path = course.root / target
    mode = path.stat().st_mode
    path.chmod(mode & ~0o222)
    try:
        done = run(course, "grade", CHAPTER, preexec_fn=heed_permissions())
    finally:
        path.chmod(mode)
    assert_told(done)
    after = everything(course)
    after.pop(f"verdicts/{CHAPTER}/seed", None)
    assert after == before


# ---------------------------------------------------------------- the sandbox


def sandboxes(course: Course) -> set[str]:
    """What the kept verdicts were judged in."""
    results = Results(Chapter(course, CHAPTER))
    found = [results.find(student, section) for student in STUDENTS for section in SECTIONS]
    return {verdict.sandbox for result in found if result for verdict in result.verdicts}


def without_bubblewrap(tmp_path, monkeypatch) -> None:
    """A machine on which bubblewrap cannot be found."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "defpath", str(tmp_path))
    available._tested.cache_clear()


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """Without bubblewrap, for one test."""
    without_bubblewrap(tmp_path, monkeypatch)
    yield
    available._tested.cache_clear()


def test_without_a_sandbox_grading_is_refused_and_told_how_to_get_one(course, capsys, bare):
    assert_told(
        run_here(course, capsys, "grade", CHAPTER),
        "bubblewrap is not installed",
        "apt install bubblewrap",
        "--sandbox none",
    )
    assert not verdicts(course)
    assert not (course.root / "autograded").exists()


def test_without_a_sandbox_one_can_grade_if_one_says_so(course, capsys, bare):
    """The verdicts record it."""
    done = run_here(course, capsys, "grade", CHAPTER, "--sandbox", "none", "--devices", "cpu", "--no-feedback")
    assert done.returncode == 0, done.stderr
    assert sandboxes(course) == {"none"}


def test_the_environment_may_say_so_too_but_the_option_has_the_last_word(course, capsys, bare, monkeypatch):
    monkeypatch.setenv(VARIABLE, "none")
    assert_told(run_here(course, capsys, "grade", CHAPTER, "--sandbox", "bubblewrap"), "bubblewrap is not installed")
    monkeypatch.setenv(VARIABLE, "chroot")
    assert_told(run_here(course, capsys, "grade", CHAPTER), "There is no sandbox called 'chroot'", "bubblewrap, none")


@pytest.mark.skipif(bool(why_there_is_no_sandbox()), reason=why_there_is_no_sandbox() or "there is one")
def test_what_was_judged_in_another_sandbox_is_judged_again(done, tmp_path, capsys):
    shutil.copytree(done[0].root, tmp_path / "course")
    course = Course(tmp_path / "course")
    for sandbox in ("none", "bubblewrap"):
        run_here(course, capsys, "grade", CHAPTER, "--sandbox", sandbox, "--devices", "cpu", "--no-feedback")
        assert sandboxes(course) == {sandbox}
    assert gradebook(course) == gradebook(done[0])


# ---------------------------------------------------------------- stopped


def offspring_in(folder: Path) -> list[int]:
    """The processes whose temporary files are in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state not in "ZX" and str(folder).encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_for(condition) -> None:
    """Wait until a condition is true."""
    assert wait_until(condition, 300.0), "it did not happen"


def start(course: Course, scratch: Path) -> subprocess.Popen:
    """Grade in a process group of its own."""
    scratch.mkdir(exist_ok=True)
    return subprocess.Popen(
        command(course, "grade", CHAPTER, "--devices", "cpu", "--jobs", "1"),
        env=environment(TMPDIR=str(scratch)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def verdicts(course: Course) -> list[Path]:
    return list((course.root / "verdicts").rglob("*.json"))


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at /proc")
def test_stopped_again_and_again_it_goes_on_and_ends_where_it_would_have(done, course, tmp_path):
    scratch = tmp_path / "scratch"
    (course.root / "verdicts" / CHAPTER).mkdir(parents=True)
    shutil.copy(done[0].root / "verdicts" / CHAPTER / "seed", course.root / "verdicts" / CHAPTER / "seed")

    interrupted = start(course, scratch)
    wait_for(lambda: len(offspring_in(scratch)) > 2)
    os.killpg(interrupted.pid, signal.SIGINT)
    _, told = interrupted.communicate(timeout=scaled(120))
    assert interrupted.returncode == 130
    assert "Traceback" not in told
    assert "run the same command again" in told
    wait_for(lambda: not offspring_in(scratch))

    terminated = start(course, scratch)
    wait_for(lambda: verdicts(course))
    os.killpg(terminated.pid, signal.SIGTERM)
    terminated.communicate(timeout=scaled(120))
    assert terminated.returncode != 0
    wait_for(lambda: not offspring_in(scratch))
    assert not list(scratch.glob("submission-*"))
    kept = {path: path.stat().st_mtime_ns for path in verdicts(course)}

    killed = start(course, scratch)
    wait_for(lambda: len(verdicts(course)) > len(kept) or killed.poll() is not None)
    killed.kill()
    killed.communicate(timeout=scaled(120))
    wait_for(lambda: not offspring_in(scratch))

    finished = start(course, scratch)
    _, told = finished.communicate(timeout=scaled(600))
    assert finished.returncode == 0, told
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert gradebook(course) == gradebook(done[0])
    assert without_seconds(course) == without_seconds(done[0])
    assert not list(scratch.glob("submission-*"))


def without_seconds(course: Course) -> dict[str, bytes]:
    return {name: content for name, content in autograded(course).items() if ".writing-" not in name}
