"""`grade --scheduler`: a cluster of separate processes judges what one machine would, whichever of them dies."""

from __future__ import annotations

import importlib.util
import os

import pytest

from autograder.course import Chapter, CourseError
from autograder.grading.grade_chapter import grade_chapter
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
    with local_cluster(2) as cluster:

        def kill_one(progress) -> None:
            seen.append(progress.done)
            if progress.done >= 2:
                cluster.workers[0].kill()

        chapter = Chapter(course, CHAPTER)
        summary = grade_chapter(chapter, sandbox="none", scheduler=cluster.address, show=kill_one)
        assert cluster.workers[0].wait() == -9
        again = grade_chapter(chapter, sandbox="none", scheduler=cluster.address)
    assert seen[-1] == 2 * STUDENTS and sorted(set(seen)) == list(range(2 * STUDENTS + 1))
    assert list(summary.students) == list(again.students) == names
    scores = [summary.students[name][UNITS].cells["elu_test"].score for name in names]
    assert all((score == POINTS["elu"]) == (number % 2 == 0) for number, score in enumerate(scores))
    assert len(gradebook(course).assignment_submissions(CHAPTER)) == STUDENTS


@pytest.mark.skipif(not HAVE_DASK, reason="dask.distributed is not installed")
def test_an_address_where_no_scheduler_answers_is_a_sentence(course, monkeypatch):
    from autograder.grading.scoring import cluster

    hand_in(course, "ada", {})
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(CourseError, match="No scheduler of dask answers at tcp"):
        grade_chapter(Chapter(course, CHAPTER), scheduler="tcp://127.0.0.1:9")
