"""Nothing of the hidden cases reaches a file that students get: no secret, no input, no expected value. What does get
out, bit by bit, is of no use for the next submission.

What a function tells by how long it takes is out of scope, and so is what one call leaves behind for the next: that is
the sandbox's to prevent.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from autograder.course import Chapter, Course, write_atomically
from autograder.exercises import catalogue
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.pages.feedback import write_feedback
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import Results
from autograder.grading.scoring.task import Task
from autograder.judge import judge
from autograder.judge.expectations import Expectation, hidden_expectations, public
from autograder.judge.lookalikes import lookalike_expectations
from autograder.plaindata.call import Outcome
from autograder.plaindata.values import arrays_in
from tests.grading.conftest import copy_of
from tests.grading.small_course import CHAPTER, POINTS, RIGHT, SECTIONS, UNITS, hand_in
from tests.support.one_seed import SEED, one_seed_for_all

SECRET = "1618033988" + "749894848204586834365638117720" + "309179805762862135448622"
"""The chapter's secret: 64 digits."""

ELU = "    y = np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))\n"


def public_inputs() -> list[str]:
    """The inputs of ELU that a student can have seen, as `knows_the_public_cases` compares them."""
    cases = [item.case.arguments for item in public(catalogue()["elu"], ("cpu",))]
    return [repr((np.asarray(one["z"]).tolist(), one.get("alpha", 1.0))) for one in cases]


def knows_the_public_cases(on_others: str) -> str:
    """An ELU that is right on the public cases, and does something else on all others."""
    head = "def elu(z, alpha=1.0):\n" + ELU + f"    new = repr((z.tolist(), alpha)) not in {public_inputs()}\n"
    return head + "    if new:\n" + "".join(f"        {line}\n" for line in on_others.split("\n")) + "    return y"


TELLS = {
    "wrong values": "y = y + 1",
    "values that are its input": "y = z.copy()",
    "the right values times its input": "y = y * float(z.ravel()[0] if z.size else 1)",
    "the right values plus its input": "y = y + float(z.ravel()[0] if z.size else 1)",
    "the input in an exception": "raise ValueError(repr(z.tolist()) + repr(alpha))",
    "the input in a forged line": "raise NotImplementedError(repr(z.tolist()))",
    "the input in an exception of its own name": "raise type('E' + repr(z.tolist()), (Exception,), {})()",
    "the input as a bare exception": "raise KeyError(*z.ravel().tolist())",
    "the input printed": "print(z.tolist(), alpha)\nimport sys\nprint(repr(z.tolist()), file=sys.stderr)\ny = y + 1",
    "the input in a warning": (
        "import warnings\nwarnings.warn('overflow ' + repr(z.tolist()), RuntimeWarning)\ny = y + 1"
    ),
    "the input in the name of a type": "y = type('T' + repr(z.tolist()), (), {})()",
    "the input as text": "y = repr(z.tolist())",
    "the input as a shape": "y = np.zeros((int(abs(z.ravel()[0] * 1000)) if z.size else 1, 1))",
    "NaN": "y = y * np.nan",
    "NaN where an input is negative": "y = np.where(z < 0, np.nan, y)",
    "another dtype": "y = y.astype('float16')",
    "its argument changed": "z += 1",
    "the input in a key": "y = {repr(z.tolist()): y}",
    "the end of the process, with the input as its status": "import os\nos._exit(int(abs(z.ravel()[0] * 1000)) % 256)",
    "the end of the process, after its input was written to its own folder": (
        "open('found.txt', 'a').write(repr(z.tolist()))\nraise SystemExit(repr(z.tolist()))"
    ),
}
"""What a function does with an input that it has not seen."""


def students() -> dict[str, dict[str, str]]:
    """Answers by student: each tells in a way of its own; some are wrong everywhere."""
    found = {f"s{number:02}": {"elu": knows_the_public_cases(way)} for number, way in enumerate(TELLS.values())}
    backward = RIGHT["elu_backward"].replace("return ", "return 1.5 * ")
    found["wrong everywhere"] = {"elu": "def elu(z, alpha=1.0):\n    return z * 2", "elu_backward": backward}
    everything = "def relu(z):\n    print(z.tolist())\n    raise ValueError(repr(z.tolist()))"
    found["raises everywhere"] = {"relu": everything}
    return found


@pytest.fixture(scope="module")
def graded(template, tmp_path_factory) -> Course:
    """The class of those students, graded, with their pages."""
    course = copy_of(template, tmp_path_factory.mktemp("told") / "course")
    (course.root / "verdicts" / CHAPTER).mkdir(parents=True)
    write_atomically(course.root / "verdicts" / CHAPTER / "seed", f"{SECRET}\n")
    for student, answers in students().items():
        hand_in(course, student, answers, sections=SECTIONS if "everywhere" in student else [UNITS])
    with one_seed_for_all():
        summary = grade_chapter(Chapter(course, CHAPTER), jobs=2, devices=("cpu",))
    for student in summary.students:
        write_feedback(Chapter(course, CHAPTER), student, read_settings(course.root))
    assert Results(Chapter(course, CHAPTER)).secret() == SECRET
    return course


@pytest.fixture(scope="module")
def told(graded) -> dict[str, str]:
    """Every file that students get, by its path: text as it is, and all that is embedded in it, decoded."""
    files = [path for name in ("autograded", "feedback", "release") for path in (graded.root / name).rglob("*.*")]
    return {str(path.relative_to(graded.root)): text_of(path) for path in files if path.is_file()}


def text_of(path: Path) -> str:
    """A file's text with what stands in it in base64, as text too; its escapes undone."""
    text = path.read_text(encoding="utf-8")
    words = re.findall(r"[A-Za-z0-9+/]{40,}", text)
    decoded = [base64.b64decode(word[: len(word) // 4 * 4]) for word in words]
    return " ".join([text, *(part.decode("utf-8", "replace") for part in decoded)])


def spellings(number: float) -> set[str]:
    """How a number may be written."""
    formats = (f".{digits}{kind}" for digits in (4, 6, 8) for kind in "gfe")
    return {repr(number), *(format(number, one) for one in formats)}


def numbers_of(expectations: Iterable[Expectation]) -> set[str]:
    """Every number of some cases and of the right answers, however it is written, if it is long."""
    found: set[str] = set()
    for item in expectations:
        values = [value for value in item.case.arguments.values() if isinstance(value, float)]
        for array in arrays_in([*item.case.arguments.values(), *item.oracles[0].expected]):
            values += np.asarray(array, dtype=float).ravel().tolist()
        for value in values:
            if np.isfinite(value):
                found |= spellings(abs(value))
    return {text for text in found if len(re.sub(r"\D|e.*", "", text).strip("0")) >= 4}


def secret_numbers() -> set[str]:
    """The numbers that are of the hidden cases and, by and large, of no others; and their seed."""
    exercises = [catalogue()[name] for name in POINTS]
    shown = [numbers_of([*public(one, ("cpu",)), *lookalike_expectations(one)]) for one in exercises]
    shown += [numbers_of(hidden_expectations(one, seed)) for one in exercises for seed in range(8)]
    hidden = (numbers_of(hidden_expectations(one, SEED)) for one in exercises)
    return {str(SEED)}.union(*hidden).difference(*shown)


@pytest.fixture(scope="module")
def secret() -> set[str]:
    """All that is secret about the class."""
    return secret_numbers()


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+\.\d+(?:e[+-]?\d+)?|\d+(?:e[+-]?\d+)?", text))


def test_there_is_something_to_find(secret):
    assert len(secret) > 1000


def test_the_search_finds_a_number_in_a_report_and_in_an_embedded_page(secret, tmp_path):
    number = min(secret)
    (tmp_path / "a.html").write_text(f"<pre>z=[-{number}]</pre>")
    (tmp_path / "b.html").write_text(base64.b64encode(f"the input was [{number}, 1.0] and so on".encode()).decode())
    assert all(numbers_in(text_of(path)) & secret for path in tmp_path.iterdir())


def test_everybody_failed_on_hidden_cases_alone_or_everywhere(told):
    pages = {path: text for path, text in told.items() if path.endswith(f"{UNITS}.html")}
    assert len(pages) == len(students())
    hidden = ("hidden case", "on a hidden case", "case like the hidden one")
    for path, text in pages.items():
        if "everywhere" not in path:
            assert any(words in text for words in hidden), path


def test_no_file_holds_the_secret_or_the_seed(told):
    for path, text in told.items():
        for one in (SECRET, str(SEED), f"{SEED:x}", f"{SEED:,}"):
            assert one not in text.lower(), path


def test_no_file_holds_a_number_of_a_hidden_case_or_of_its_answer(told, secret):
    for path, text in told.items():
        assert numbers_in(text) & secret == set(), path


def test_no_file_says_how_a_process_ended_on_a_hidden_case(told):
    ended = [text for text in told.values() if "The process that ran elu ended: " in text]
    assert ended
    assert all("The process that ran elu ended: it did on a hidden case" in text for text in ended)


# ---------------------------------------------------------------- what leaks is worth nothing the next time


def seed_for(
    course: Course, student: str = "ada", section: str = UNITS, content: bytes = b"", secret: str = SECRET
) -> int:
    """The seed of the hidden cases of something that was handed in."""
    return GradingConfig(course, secret, ("cpu",)).seed_for(Task(Chapter(course, CHAPTER), student, section), content)


def inputs_of(seed: int) -> set[str]:
    """The hidden inputs of relu, less the few whole numbers among them, which may come again by chance."""
    found = [one.case.arguments["z"] for one in hidden_expectations(catalogue()["relu"], seed)]
    return {repr(z.tolist()) for z in found if z.dtype.kind == "f"}


def test_a_regrade_of_the_same_submission_repeats_its_hidden_cases(course):
    assert seed_for(course) == seed_for(course)


@pytest.mark.parametrize(
    "other", [{"student": "bob"}, {"section": SECTIONS[1]}, {"content": b" "}, {"secret": SECRET[::-1]}], ids=str
)
def test_whatever_else_is_handed_in_has_other_hidden_cases(course, other):
    one, another = inputs_of(seed_for(course)), inputs_of(seed_for(course, **other))
    assert one
    assert not one & another


SEEDS_TOLD_APART = 16


def test_the_hidden_cases_of_one_submission_tell_nothing_of_the_next(course):
    """However many seeds an attacker tells apart by a page: for the next submission all of them are left."""
    secrets = [f"{number:064x}" for number in range(1000)]
    first, second = (
        [seed_for(course, content=content, secret=secret) % SEEDS_TOLD_APART for secret in secrets]
        for content in (b"first", b"second")
    )
    left = {after for before, after in zip(first, second, strict=True) if before == first[0]}
    assert left == set(second) == set(range(SEEDS_TOLD_APART))


@pytest.mark.parametrize("name", POINTS)
def test_a_table_of_all_answers_seen_so_far_earns_nothing_the_next_time(course, name):
    exercise, first, second = catalogue()[name], seed_for(course), seed_for(course, content=b"with the table")
    seen = [*public(exercise, ("cpu",)), *lookalike_expectations(exercise), *hidden_expectations(exercise, first)]
    table = {repr([*item.case.arguments.values()]): item.oracles[0].expected[0] for item in seen}

    def looks_it_up(arguments: list) -> Outcome:
        return Outcome(table.get(repr(arguments), np.zeros(3)), arguments_after=arguments)

    before, after = (judge(exercise, looks_it_up, cases="all", seed=seed, devices=("cpu",)) for seed in (first, second))
    assert before.passed, "with the first submission's hidden cases the table would do"
    assert after.points == 0
