"""Grading a chapter: every submission judged in parallel, recorded by one writer, resumed where it was stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace

from autograder.course import Chapter
from autograder.grading.gradebook.database import place_of
from autograder.grading.gradebook.exchange import hand_on
from autograder.grading.gradebook.nbgrader_config import configured, limits_in, read_settings
from autograder.grading.gradebook.record import Recorder, Standing, open_gradebook
from autograder.grading.gradebook.release import register
from autograder.grading.gradebook.rework import refuse_if_reworked
from autograder.grading.gradebook.roster import compose_students, remarks
from autograder.grading.intake.submitted_folder import other_files, passed_over, shown_file, submitted
from autograder.grading.scoring.grading_config import GradingConfig, confinement_called
from autograder.grading.scoring.in_parallel import grade_in_parallel
from autograder.grading.scoring.result_key import key_of
from autograder.grading.scoring.results import NotebookResult, Results
from autograder.grading.scoring.task import Task
from autograder.grading.scoring.workers import cores


@dataclass
class Progress:
    """How far a run has come, for whoever shows it. total, done: notebooks. kept: results that were there already."""

    total: int
    done: int = 0
    kept: int = 0


@dataclass
class Summary:
    """What a run did.

    students: each student's results by section, without the notebooks, which would fill the memory; standings: where
    each stands in the gradebook; ignored: files that belong to no notebook; passed_over: folders that cannot be graded
    at all, with the reason; remarks: sentences about the class: who is not in the roster, say; gradebook: where the
    scores are.
    """

    chapter: Chapter
    students: dict[str, dict[str, NotebookResult]] = field(default_factory=dict)
    ignored: dict[str, list[str]] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    gradebook: str = ""


Show = Callable[[Progress], None]


def grade_chapter(
    chapter: Chapter,
    *,
    jobs: int | None = None,
    devices: tuple[str, ...] | None = None,
    student: str | None = None,
    sandbox: str | None = None,
    show: Show = lambda progress: None,
) -> Summary:
    """Judge and record all submissions of a chapter (or one student's).

    jobs: notebooks at a time; one more than there are cores if None, as each waits for a part of its time.
    sandbox: what the students' code runs in, by name; as `autograder.sandbox.chosen` decides if None.

    It may be stopped at any moment: what was judged is kept, and the next run goes on from there with the same result.

    Raises CourseError for a chapter that does not exist, no submissions, no sandbox, or a gradebook that cannot be
    used.
    """
    sections = chapter.sections()
    settings = read_settings(chapter.course.root)
    chapter = replace(chapter, course=configured(settings))
    students = submitted(chapter, student)
    confinement = confinement_called(sandbox)
    results = Results(chapter)
    secret = results.secret()
    config = GradingConfig(chapter.course, secret, devices, confinement, limits_in(settings))
    with contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
        refuse_if_reworked(chapter, gradebook)
        register(chapter, settings)
        compose_students(gradebook)
        summary = Summary(chapter, {name: {} for name in students}, passed_over=passed_over(chapter))
        summary.gradebook = place_of(settings.CourseDirectory.db_url)
        tasks = [Task(chapter, name, section) for name in students for section in sections]
        progress = Progress(len(tasks))
        show(progress)
        recorder = Recorder(chapter, gradebook, settings)
        with contextlib.closing(_results(tasks, config, results, jobs or cores() + 1)) as found:
            for result, kept in found:
                of_student = summary.students[result.student]
                of_student[result.section] = result
                progress.done += 1
                progress.kept += kept
                if len(of_student) == len(sections):
                    ordered = [of_student[section] for section in sections]
                    summary.standings[result.student] = _record(result.student, ordered, recorder)
                    for recorded in ordered:
                        recorded.notebook = {}
                show(progress)
        if student is None:
            summary.remarks = remarks(chapter, gradebook, [*students, *summary.passed_over])
    taken = {name: {shown_file(result.file) for result in summary.students[name].values()} for name in students}
    ignored = {name: [file for file in other_files(chapter, name) if file not in taken[name]] for name in students}
    summary.ignored = {name: files for name, files in ignored.items() if files}
    return summary


def _results(
    tasks: list[Task], config: GradingConfig, results: Results, jobs: int
) -> Generator[tuple[NotebookResult, bool], None, None]:
    """Yield every task's result, kept ones first, and whether it was kept."""
    todo = []
    for task in (replace(task, key=key_of(task, config)) for task in tasks):
        kept = results.kept(task)
        if kept is not None:
            yield kept, True
        else:
            todo.append(task)
    with contextlib.closing(grade_in_parallel(todo, config, jobs)) as graded:
        for result in graded:
            results.keep(result)
            yield result, False


def _record(student: str, of_student: list[NotebookResult], recorder: Recorder) -> Standing:
    standing = recorder.record(student, of_student)
    hand_on(recorder.chapter.folder_of(student, "submitted"), recorder.chapter.folder_of(student, "autograded"))
    return standing
