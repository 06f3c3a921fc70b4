"""Grading a chapter: every submission judged in parallel, recorded by one writer, resumed where it was stopped."""

from __future__ import annotations

import contextlib
import time
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
from autograder.grading.scoring.cluster import confinement_of_the_cluster, grade_on_cluster
from autograder.grading.scoring.grading_config import GradingConfig, confinement_called
from autograder.grading.scoring.in_parallel import grade_in_parallel
from autograder.grading.scoring.result_key import key_of
from autograder.grading.scoring.results import NotebookResult, Results
from autograder.grading.scoring.task import Task
from autograder.grading.scoring.workers import cores


@dataclass
class Progress:
    """How far a run has come, for whoever shows it.

    total, done: notebooks. kept: results that were there already. running, set_aside: notebooks by name, the last ones
    last.
    """

    total: int
    done: int = 0
    kept: int = 0
    running: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)


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


STUDENTS_TOGETHER = 25
SECONDS_TOGETHER = 5.0
"""How many students are recorded in one transaction, and how long the first of them waits for the others."""

Show = Callable[[Progress], None]


def grade_chapter(
    chapter: Chapter,
    *,
    jobs: int | None = None,
    devices: tuple[str, ...] | None = None,
    student: str | None = None,
    sandbox: str | None = None,
    scheduler: str | None = None,
    show: Show = lambda progress: None,
) -> Summary:
    """Judge and record all submissions of a chapter (or one student's).

    jobs: notebooks at a time; one more than there are cores if None, as each waits for a part of its time.
    sandbox: what the students' code runs in, by name; as `autograder.sandbox.chosen` decides if None.
    scheduler: the address of a dask.distributed cluster's scheduler, whose workers judge then in place of `jobs`; on
    the CPU, unless devices are named.

    It may be stopped at any moment: what was judged is kept, and the next run goes on from there with the same result.

    Raises CourseError for a chapter that does not exist, no submissions, no sandbox, or a gradebook that cannot be
    used.
    """
    sections = chapter.sections()
    settings = read_settings(chapter.course.root)
    chapter = replace(chapter, course=configured(settings))
    students = submitted(chapter, student)
    if scheduler is not None:
        devices = devices or ("cpu",)
    confinement = confinement_called(sandbox) if scheduler is None else confinement_of_the_cluster(scheduler, sandbox)
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
        batch = _Batch(Recorder(chapter, gradebook, settings), summary)

        def running(under_way: list[Task]) -> None:
            progress.running = [f"{task.student}/{task.section}" for task in under_way]
            show(progress)

        def judged(todo: list[Task]) -> Generator[NotebookResult, None, None]:
            if scheduler is not None:
                return grade_on_cluster(todo, config, scheduler, running)
            return grade_in_parallel(todo, config, jobs or cores() + 1, running)

        with contextlib.closing(_results(tasks, config, results, judged)) as found:
            for result, kept in found:
                of_student = summary.students[result.student]
                of_student[result.section] = result
                progress.done += 1
                progress.kept += kept
                if result.set_aside:
                    progress.set_aside.append(f"{result.student}/{result.section}")
                if len(of_student) == len(sections):
                    batch.add(result.student, [of_student[section] for section in sections])
                show(progress)
            batch.record()
        if student is None:
            summary.remarks = remarks(chapter, gradebook, [*students, *summary.passed_over])
    taken = {name: {shown_file(result.file) for result in summary.students[name].values()} for name in students}
    ignored = {name: [file for file in other_files(chapter, name) if file not in taken[name]] for name in students}
    summary.ignored = {name: files for name, files in ignored.items() if files}
    return summary


def _results(
    tasks: list[Task],
    config: GradingConfig,
    results: Results,
    judged: Callable[[list[Task]], Generator[NotebookResult, None, None]],
) -> Generator[tuple[NotebookResult, bool], None, None]:
    """Yield every task's result, kept ones first, and whether it was kept. judged: gives the results of the others."""
    todo = []
    for task in (replace(task, key=key_of(task, config)) for task in tasks):
        kept = results.kept(task)
        if kept is not None:
            yield kept, True
        else:
            todo.append(task)
    with contextlib.closing(judged(todo)) as graded:
        for result in graded:
            results.keep(result)
            yield result, False


class _Batch:
    """Students whose notebooks have all been judged: they are recorded together, so many at a time."""

    def __init__(self, recorder: Recorder, summary: Summary) -> None:
        self._recorder, self._summary = recorder, summary
        self._students: dict[str, list[NotebookResult]] = {}
        self._since = time.monotonic()

    def add(self, student: str, results: list[NotebookResult]) -> None:
        """Add a student, and record everybody who waits when it is time."""
        self._students[student] = results
        if len(self._students) >= STUDENTS_TOGETHER or time.monotonic() > self._since + SECONDS_TOGETHER:
            self.record()

    def record(self) -> None:
        """Record those who wait, and let go of their notebooks."""
        if not self._students:
            return
        chapter = self._recorder.chapter
        self._summary.standings |= self._recorder.record(self._students)
        for student, results in self._students.items():
            hand_on(chapter.folder_of(student, "submitted"), chapter.folder_of(student, "autograded"))
            for result in results:
                result.notebook = {}
        self._students, self._since = {}, time.monotonic()
