"""The exchange by Formgrader's buttons: released, collected, graded by the judge and by a person, given back; twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.course import Course
from tests.grading.small_course import CHAPTER, POINTS, UNITS, released_course
from tests.grading.test_exchange import RELU, Exchange
from tests.support.jupyter_server import jupyter_server

pytestmark = pytest.mark.browser


class Formgrader:
    """Formgrader in a browser. Every wait is for what the page shows, or for what the server answers."""

    def __init__(self, page, address: str) -> None:
        self.page, self.address = page, f"{address}/formgrader"

    def press(self, place: str, button: str, told: str) -> None:
        """Press a button in the row of the chapter or of the student, and read what is said when it is done."""
        self.page.goto(f"{self.address}/{place}")
        self.page.locator(f"td.{button} a").click()
        dialog = self.page.locator(".modal.in")
        dialog.wait_for()
        assert told in dialog.locator(".modal-body > div > p").inner_text(), dialog.inner_text()
        dialog.get_by_role("button", name="OK").click()
        dialog.wait_for(state="detached")

    def in_chapter(self, button: str, told: str) -> None:
        self.press("manage_assignments", button, told)

    def give(self, points: float, comment: str) -> None:
        """Type points and a comment for the written answer, as the server keeps them."""
        self.page.goto(f"{self.address}/gradebook/{CHAPTER}/{UNITS}")
        self.page.locator("td.name a:visible").click()
        for field in ("input#why_extra_credit", "textarea#why-comment"):
            self.page.locator(f"{field}[placeholder]").wait_for()  # what the server has of it is there
        for field, text, kept in (("input#why", str(points), "grade"), ("textarea#why-comment", comment, "comment")):
            self.page.locator(field).fill(text)
            with self.page.expect_response(lambda answer, kept=kept: f"/api/{kept}/" in answer.url and answer.ok):
                self.page.locator(field).press("Tab")


@pytest.fixture(scope="module")
def exchange(tmp_path_factory) -> Exchange:
    """A released course, whose exchange is in its own folder, and a student."""
    folder = tmp_path_factory.mktemp("exchange")
    course: Course = released_course(folder / "course")
    return Exchange(course, folder / "student")


@pytest.fixture(scope="module")
def formgrader(page, exchange) -> Iterator[Formgrader]:
    with jupyter_server(exchange.course.root) as address:
        yield Formgrader(page, address)


ROUNDS = (("Because.", 1.5, "Why?"), ("Because of the slope.", 2.5, "Well said."))


def test_two_submissions_go_round_and_their_pages_come_back(exchange, formgrader):
    formgrader.in_chapter("release", "Successfully released")
    exchange.at_the_students("fetch_assignment", CHAPTER)
    for number, (answer, points, comment) in enumerate(ROUNDS, start=1):
        exchange.answer(relu=RELU, why=answer)
        formgrader.in_chapter("collect", "Successfully collected")
        formgrader.press(f"manage_submissions/{CHAPTER}", "autograde", "Successfully autograded")
        formgrader.give(points, comment)
        formgrader.in_chapter("generate-feedback", "Successfully generated feedback")
        formgrader.in_chapter("release-feedback", "Successfully released feedback")
        exchange.at_the_students("fetch_feedback", CHAPTER)
        pages = exchange.pages()
        assert len(pages) == number
        for text in (answer, f"{points:g} of 3", comment, f"of {POINTS['relu']}"):
            assert text in pages[-1]
