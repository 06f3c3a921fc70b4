"""`grade --scheduler`: a cluster of separate processes judges what one machine would, whichever of them dies."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import replace

import pytest

from autograder.course import Chapter, CourseError
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.scoring import cluster
from tests.grading.small_course import ALPHA_FORGOTTEN, CHAPTER, POINTS, UNITS, gradebook, hand_in

STUDENTS = 200 if os.environ.get("AUTOGRADER_THOROUGH") else 6
HAVE_DASK = importlib.util.find_spec("distributed") is not None


@pytest.mark.skipif(not HAVE_DASK, reason="dask.distributed is not installed")
def test_a_cluster_that_loses_a_worker_loses_and_doubles_nothing(course):
    from autograder.grading.scoring.local_cluster import local_cluster

    names = [f"student {number:03}" for number in range(STUDENTS)]
    for number, name in enumerate(names):
        hand_in(course, name, {"elu": ALPHA_FORGOTTEN} if number % 2 else {}, sections=[UNITS])
    seen: list[int] = []
    with local_cluster(2) as local:

        def kill_one(progress) -> None:
            seen.append(progress.done)
            if progress.done >= 2:
                local.workers[0].kill()

        chapter = Chapter(course, CHAPTER)
        summary = grade_chapter(chapter, sandbox="none", scheduler=local.address, show=kill_one)
        assert local.workers[0].wait() == -9
        again = grade_chapter(chapter, sandbox="none", scheduler=local.address)
    assert seen[-1] == 2 * STUDENTS and sorted(set(seen)) == list(range(2 * STUDENTS + 1))
    assert list(summary.students) == list(again.students) == names
    recorded = {who: row[0] for (who, section, cell), row in gradebook(course).items() if cell == "elu_test"}
    assert [recorded[name] == POINTS["elu"] for name in names] == [number % 2 == 0 for number in range(STUDENTS)]


@pytest.mark.skipif(not HAVE_DASK, reason="dask.distributed is not installed")
def test_a_scheduler_that_goes_away_is_told_and_grades_are_kept(course):
    from autograder.grading.scoring.local_cluster import local_cluster

    for number in range(6):
        hand_in(course, f"student {number}", {}, sections=[UNITS])
    with local_cluster(1) as local:

        def kill_the_scheduler(progress) -> None:
            if progress.done >= 2:
                local.scheduler.kill()

        with pytest.raises(CourseError, match=r"has gone away\. What was graded until then is kept"):
            grade_chapter(Chapter(course, CHAPTER), sandbox="none", scheduler=local.address, show=kill_the_scheduler)
    kept: list[int] = []
    grade_chapter(
        Chapter(course, CHAPTER), sandbox="none", devices=("cpu",), show=lambda found: kept.append(found.kept)
    )
    assert kept[-1] >= 2
    assert gradebook(course)


class Workers:
    """In the place of a client of dask's: workers that say this of themselves."""

    def __init__(self, **differences: object) -> None:
        self.differences = differences

    def run(self, function, sandbox, notebooks) -> dict[str, cluster.WorkerReport]:
        own = function(sandbox, notebooks)
        return {"tcp://10.0.0.5:1": own, "tcp://10.0.0.6:1": replace(own, **self.differences)}


@pytest.mark.parametrize(
    ("differences", "sentence"),
    [
        ({"sandbox": "", "reason": "There is no sandbox here."}, "10.0.0.6:1 cannot grade: There is no sandbox here"),
        ({"threads": 4}, "10.0.0.6:1 has 4 threads; start it with --nthreads 1"),
        ({"code": "another"}, "10.0.0.6:1 has another version of the course"),
        ({"versions": ("3.11.7", "1.26.0", "2.6.0")}, "10.0.0.6:1 has NumPy 1.26.0 and PyTorch 2.6.0, this machine"),
        ({"sandbox": "another"}, "different sandboxes .*: name one with --sandbox"),
    ],
    ids=["no sandbox", "threads", "another course", "another PyTorch", "two sandboxes"],
)
def test_a_worker_that_would_grade_otherwise_is_named(differences, sentence):
    with pytest.raises(CourseError, match=sentence):
        cluster._sandbox_of_all(Workers(**differences), "none")


def test_workers_like_this_machine_may_grade():
    assert cluster._sandbox_of_all(Workers(), "none") == "none"


@pytest.mark.skipif(not HAVE_DASK, reason="dask.distributed is not installed")
def test_an_address_where_no_scheduler_answers_is_a_sentence(course, monkeypatch):
    hand_in(course, "ada", {})
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(CourseError, match="No scheduler of dask answers at tcp"):
        grade_chapter(Chapter(course, CHAPTER), scheduler="tcp://127.0.0.1:9")


def test_without_dask_the_command_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"-m pip install -e .*\[cluster\]"):
        cluster.confinement_of_the_cluster("tcp://127.0.0.1:8786")
