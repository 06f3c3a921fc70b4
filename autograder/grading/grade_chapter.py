"""Grading a chapter: every submission judged in parallel, recorded by one writer, resumed where it was stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace

from autograder.course import Chapter
from autograder.grading.gradebook.nbgrader_config import limits_in, read_settings, shortest_hidden_run_in
from autograder.grading.gradebook.record import Recorder, open_gradebook, timestamp_of
from autograder.grading.gradebook.release import register
from autograder.grading.intake.submitted_folder import other_files, passed_over, submitted
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

    students: each student's results by section, without the notebooks, which would fill the memory. ignored: files that
    belong to no notebook. passed_over: folders that cannot be graded at all, with the reason.
    """

    chapter: Chapter
    students: dict[str, dict[str, NotebookResult]] = field(default_factory=dict)
    ignored: dict[str, list[str]] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)


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
    students = submitted(chapter, student)
    confinement = confinement_called(sandbox)
    results = Results(chapter)
    seed = results.seed()
    settings = read_settings(chapter.course.root)
    config = GradingConfig(
        chapter.course, seed, devices, confinement, limits_in(settings), shortest_hidden_run_in(settings)
    )
    with contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
        register(chapter, settings)
        summary = Summary(chapter, {name: {} for name in students}, passed_over=passed_over(chapter))
        tasks = [Task(chapter, name, section) for name in students for section in sections]
        progress = Progress(len(tasks))
        show(progress)
        recorder = Recorder(chapter, gradebook)
        with contextlib.closing(_results(tasks, config, results, jobs or cores() + 1)) as found:
            for result, kept in found:
                of_student = summary.students[result.student]
                of_student[result.section] = result
                progress.done += 1
                progress.kept += kept
                if len(of_student) == len(sections):
                    _record(result.student, [of_student[section] for section in sections], results, recorder)
                    for recorded in of_student.values():
                        recorded.notebook = {}
                show(progress)
    summary.ignored = {name: files for name in students if (files := other_files(chapter, name))}
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


def _record(student: str, of_student: list[NotebookResult], results: Results, recorder: Recorder) -> None:
    """Record all notebooks of a student. A submission of which no notebook was found gets no zeros: a person looks at
    it."""
    if all(result.missing for result in of_student):
        for result in (result for result in of_student if not result.set_aside):
            result.set_aside = "the submission holds no notebook of this chapter"
            for cell in result.cells.values():
                cell.score = None
            results.keep(result)
    recorder.record(student, of_student, timestamp_of(recorder.chapter.folder_of(student, "submitted")))
