"""Running the cells of a rebuilt notebook, up to four times, one process after the other.

1. With the cases and tests that students may see.
2. With the tests of the instructor's that are hidden.
3. With the judge's hidden cases.
4. Where a function fails in hidden cases alone: with cases like those, from a seed that everybody may know.

No two of them are alive at the same time, they share no file, and nothing but right or wrong is taken from the second
and the third. All that a report or a feedback page shows comes from the first and the fourth. So no process whose
output or number is used ever holds a hidden input, wherever a function may have stored it: in a global, a file, a
thread, a pipe. What a function could still tell others, by the length of its run say, is worth nothing: any other
submission has other hidden cases.

The calls of an exercise are made in one copy of the process, one after the other. What a function keeps from one to the
next are inputs, which it sees anyway, and answers of its own; no expected answer enters the process. So it can gain
nothing by that. It could lose: the first failure of each requirement counts only where a call in a fresh copy fails,
too.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import functools
import math
import platform
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.course import checked_names, grading_of, is_check_cell
from autograder.exercises import catalogue
from autograder.grading.intake.definitions import functions_defined, may_define, names_defined
from autograder.grading.intake.matching import without_hidden_tests
from autograder.grading.intake.rebuild import Rebuilt
from autograder.grading.scoring.given_files import lay_out
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.printed import BoundedProcess
from autograder.grading.scoring.results import JUDGE, PERSON, PROCESS, CellResult
from autograder.judge import JudgeSession, Verdict
from autograder.judge.formatting import quoted
from autograder.judge.report import as_html, as_text
from autograder.plaindata.call import FINAL_PROBLEMS, Outcome, Problem
from autograder.plaindata.stand_ins import NOT_AVAILABLE
from autograder.sandbox import CellOutcome, StudentProcess

CREDIT_DECIMALS = 2
"""To how many decimals the number that an instructor's own tests give is a score."""


PASSED_AT_HOME = "has fewer points here than in the student's notebook, where its output says that all cases passed"


def run(
    rebuilt: Rebuilt, config: GradingConfig, seed: int, given: Mapping[str, bytes] | None = None
) -> dict[str, CellResult]:
    """Run a rebuilt notebook's cells in order and judge at its test cells; writes the outputs into the notebook.

    seed: of the hidden cases. given: files that lie beside the notebook.
    """
    cells = [_cell(cell, number, config, seed) for number, cell in enumerate(rebuilt.notebook.cells, start=1)]
    end = time.monotonic() + config.limits.submission_seconds
    with StudentProcess(config.confinement, config.limits, end) as process:
        lay_out(given, process)
        shown = BoundedProcess(process)
        for cell in cells:
            cell.show(shown)
        for cell in cells:
            cell.show_late(shown)
    if with_tests := _up_to_the_last(cells, lambda cell: cell.has_hidden_tests):
        with StudentProcess(config.confinement, config.limits, end) as process:
            lay_out(given, process)
            for cell in with_tests:
                cell.try_hidden_tests(process)
    if with_cases := _up_to_the_last(cells, lambda cell: cell.has_hidden_cases):
        with StudentProcess(config.confinement, config.limits, end) as process:
            lay_out(given, process)
            for cell in with_cases:
                cell.try_hidden_cases(process)
            for cell in with_cases:
                cell.try_late_cases(process)
    if with_lookalikes := _up_to_the_last(cells, lambda cell: cell.has_lookalikes):
        with StudentProcess(config.confinement, config.limits, end) as process:
            lay_out(given, process)
            for cell in with_lookalikes:
                cell.try_lookalikes(process)
            for cell in with_lookalikes:
                cell.try_late_lookalikes(process)
    results = {cell.grade_id: cell.result() for cell in cells if cell.grade_id}
    rebuilt.flags.extend(cell.flag for cell in cells if cell.flag)
    rebuilt.flags.extend(
        f"{name} {PASSED_AT_HOME}"
        for name, result in results.items()
        if name in rebuilt.passed and result.score != result.points
    )
    return results


def _up_to_the_last(cells: Sequence[Cell], wanted: Callable[[Cell], bool]) -> Sequence[Cell]:
    """Return the cells up to the last one that is wanted, all where one is judged at the end; none where none is
    wanted."""
    found = [number for number, cell in enumerate(cells, start=1) if wanted(cell)]
    late = any(cells[number - 1].is_late for number in found)
    return cells[: len(cells) if late else max(found, default=0)]


@dataclass
class Cell:
    """A cell that is neither run nor graded: text of the course or of the student. number: counted from 1."""

    cell: NotebookNode
    number: int
    flag: str = ""
    is_late = False
    """Whether something is judged at the end of the notebook, as what it needs stands below its test cell."""

    @property
    def has_hidden_tests(self) -> bool:
        """Whether a part of an instructor's own tests is hidden."""
        return False

    @property
    def has_hidden_cases(self) -> bool:
        """Whether there are hidden cases to try."""
        return False

    @property
    def has_lookalikes(self) -> bool:
        """Whether there are cases like hidden ones that failed to try."""
        return False

    @property
    def grade_id(self) -> str:
        """nbgrader's name of a graded cell, "" for any other."""
        marks = grading_of(self.cell)
        return marks["grade_id"] if marks.get("grade") else ""

    @property
    def points(self) -> float:
        """The points of a graded cell."""
        return float(grading_of(self.cell)["points"])

    @property
    def name(self) -> str:
        """What error messages call it."""
        return f"cell {self.number}"

    def show(self, process: BoundedProcess) -> None:
        """Run what students may see, and keep its outputs."""

    def show_late(self, process: BoundedProcess) -> None:
        """Try again, after all cells, what may have lacked something that a cell below defines."""

    def try_late_cases(self, process: StudentProcess) -> None:
        """Try the judge's hidden cases of what was judged at the end."""

    def try_hidden_tests(self, process: StudentProcess) -> None:
        """Run the instructor's own tests with what is hidden of them."""

    def try_hidden_cases(self, process: StudentProcess) -> None:
        """Try the judge's hidden cases."""

    def try_lookalikes(self, process: StudentProcess) -> None:
        """Try cases like the hidden ones that failed."""

    def try_late_lookalikes(self, process: StudentProcess) -> None:
        """Try those of what was judged at the end."""

    def result(self) -> CellResult:
        """The score of a written answer: a person's to grade, unless nothing was written."""
        from nbgrader.utils import determine_grade

        score, points = determine_grade(self.cell)
        note = "no answer was given" if score == 0 else ""
        return CellResult(None if score is None else float(score), float(points), PERSON, note=note)


class Code(Cell):
    """Code of the student's or of the course: run every time, unless it ended the first process."""

    def show(self, process: BoundedProcess) -> None:
        """Run it, keep what it prints or raises, and flag an error that could matter to what is graded."""
        self.outcome = process.run(self.name, self.cell.source)
        self.cell.outputs = _outputs_of(self.outcome)
        if self.outcome.error and (self.outcome.ended or self._may_matter):
            self.flag = f"{self._called} {_failed(self.outcome)}"

    @property
    def _called(self) -> str:
        answer = grading_of(self.cell).get("grade_id")
        return f"{self.name} ({answer})" if answer else self.name

    @property
    def _may_matter(self) -> bool:
        """Whether a failure of it could be why something that is graded fails.

        Of the course's own cells only those count that fail for what grading lacks: others show what is not written.
        """
        marks = grading_of(self.cell)
        if marks.get("solution"):
            return marks.get("checksum") != compute_checksum(self.cell)
        if self.cell.get("id", "").startswith("added-"):
            return bool(names_defined(self.cell.source))
        return _comes_from_grading(self.outcome.error or "")

    def _again(self, process: StudentProcess) -> None:
        if not self.outcome.ended:
            process.run(self.name, self.cell.source)

    try_hidden_tests = try_hidden_cases = try_lookalikes = _again


class Experiment(Code):
    """An experiment of the course, with a `lab` that does nothing: run where it defines something; nothing is shown."""

    def show(self, process: BoundedProcess) -> None:
        """Run what could define a function that an answer uses, and drop the outputs of another run."""
        self.outcome = CellOutcome(ended=True)
        if names_defined(self.cell.source):
            super().show(process)
        self.cell.outputs = []

    try_hidden_tests = try_hidden_cases = try_lookalikes = Code._again


class Tests(Cell):
    """An instructor's own tests, parts of which may be hidden: scored as nbgrader would, in the student's process.

    A number that they end with is a score where it comes from the process of what students may see. Where the hidden
    part gives another one, a person decides.
    """

    hidden: CellOutcome | None = None

    @property
    def has_hidden_tests(self) -> bool:
        """Whether a part of it is hidden."""
        return self._visible.strip() != self.cell.source.strip()

    @functools.cached_property
    def _visible(self) -> str:
        return without_hidden_tests(self.cell.source)

    def show(self, process: BoundedProcess) -> None:
        """Run what students may see of it."""
        self.shown = process.run(self.name, self._visible)
        if _comes_from_grading(self.shown.error or ""):
            self.flag = f"{self.grade_id} {_failed(self.shown)}"

    def try_hidden_tests(self, process: StudentProcess) -> None:
        """Run all of it."""
        if not self.shown.ended:
            outcome = process.run(self.name, self.cell.source)
            self.hidden = outcome if self.has_hidden_tests else None

    def try_hidden_cases(self, process: StudentProcess) -> None:
        """Run as the first time: cells that follow may use its names."""
        if not self.shown.ended:
            process.run(self.name, self._visible)

    try_lookalikes = try_hidden_cases

    @property
    def failed(self) -> bool:
        """Whether a test failed."""
        return self.shown.error is not None or (self.hidden is not None and self.hidden.error is not None)

    def _credit(self, source: str, outcome: CellOutcome) -> float:
        """The points that a run without an error gives: those that it ends with, or all."""
        if outcome.value is None or not _ends_with_an_expression(source):
            return self.points
        if not math.isfinite(outcome.value):
            return 0.0
        return min(max(round(outcome.value, CREDIT_DECIMALS), 0.0), self.points)

    def result(self) -> CellResult:
        """The score that its last expression gives, else all points or none."""
        score: float | None = 0.0 if self.failed else self._credit(self._visible, self.shown)
        note = "this score came from the student's own process"
        if self.failed and not self.shown.error:
            note = f"a hidden test failed; {note}"
        if not self.failed and self.hidden is not None and self._credit(self.cell.source, self.hidden) != score:
            score, note = None, "with their hidden part these tests give other points: a person decides how many"
        scored = [] if score is None else [score_output(score)]
        self.cell.outputs = [*_outputs_of(self.shown), *_note_output(note), *scored]
        return CellResult(score, self.points, PROCESS if scored else PERSON, note=note)


class Check(Cell):
    """A test cell that calls `check`, scored by the judge. The instructor's own tests in it have to pass, too."""

    def __init__(self, cell: NotebookNode, number: int, config: GradingConfig, seed: int) -> None:
        super().__init__(cell, number)
        names = checked_names(cell.source)
        self.unknown = [name for name in names if name not in catalogue()]
        self._judging = functools.partial(_judging, config=config, seed=seed)
        self.judgings = [self._judging(name) for name in names] if not self.unknown else []
        self._flags: dict[str, str] = {}
        self._lacking: set[str] = set()
        self._late: set[str] = set()
        self.tests = Tests(cell, number) if self.judgings and not _only_checks(cell.source) else None

    @property
    def has_hidden_tests(self) -> bool:
        """Whether a part of the instructor's own tests in it is hidden."""
        return self.tests is not None and self.tests.has_hidden_tests

    @property
    def has_hidden_cases(self) -> bool:
        """Whether there is a point in trying hidden cases."""
        return any(one.has_hidden for one in self.judgings)

    def show(self, process: BoundedProcess) -> None:
        """Try the public cases, and flag a failure that the function may not have had at home."""
        for one in self.judgings:
            self._flags[one.exercise.name] = self._flag_of(one, process)
        if self.tests:
            self.tests.show(process)
            self._flags["tests"] = self.tests.flag
        self.flag = "; ".join(filter(None, self._flags.values()))

    @property
    def is_late(self) -> bool:  # type: ignore[override]
        """Whether a function is judged at the end of the notebook."""
        return bool(self._late)

    def show_late(self, process: BoundedProcess) -> None:
        """Try functions again that were not there, or lacked a name; where they lack nothing now, that counts."""
        for place, one in enumerate(self.judgings):
            name = one.exercise.name
            is_missing = bool(one.problem) and not any(may_define(text, [name]) for _, text, _ in process.outcomes)
            if name in self._lacking and not is_missing and not self._flag_of(again := self._judging(name), process):
                self.judgings[place] = again
                self._late.add(name)
                self._flags[name] = f"{name} needs what stands below its test cell: it was judged at the notebook's end"
        self.flag = "; ".join(filter(None, self._flags.values()))

    def _flag_of(self, judging: JudgeSession, process: BoundedProcess) -> str:
        """Try the public cases of one function. Returns a sentence for the instructor, or ""."""
        name = judging.exercise.name
        problems: list[Problem] = []

        def call(arguments: list) -> Outcome:
            outcome = process.call(name, arguments)
            problems.extend([outcome.problem] if outcome.problem else [])
            return outcome

        def call_all(calls: list[list]) -> list[Outcome]:
            outcomes = process.call_all(name, calls)
            problems.extend(outcome.problem for outcome in outcomes if outcome.problem)
            return outcomes

        with process.one_copy():
            judging.try_public(call, functools.partial(process.call_apart, name), call_all)
        if judging.problem and judging.problem["kind"] == "missing":
            judging.problem["message"] = _told_of_missing(judging.problem["message"], name)
            why = _why_missing(name, process)
            judging.problem["message"] += f": {why}" if why else ""
            self._lacking.add(name)
        if judging.problem and judging.problem["kind"] in ("missing", *FINAL_PROBLEMS):
            return f"{name}: {judging.problem['message']}"
        told = next((problem.message for problem in problems if _comes_from_grading(problem.message)), "")
        if told.startswith("NameError"):
            self._lacking.add(name)
        return f"{name} failed: {quoted(told, LONGEST_REASON_CHARACTERS)}" if told else ""

    def try_hidden_tests(self, process: StudentProcess) -> None:
        """Run the instructor's own tests in it with what is hidden of them."""
        if self.tests:
            self.tests.try_hidden_tests(process)

    def try_hidden_cases(self, process: StudentProcess) -> None:
        """Try the hidden cases."""
        self._try_hidden(process, late=False)
        if self.tests:
            self.tests.try_hidden_cases(process)

    def try_late_cases(self, process: StudentProcess) -> None:
        """Try the hidden cases of the functions that are judged at the end."""
        self._try_hidden(process, late=True)

    def _try_hidden(self, process: StudentProcess, *, late: bool) -> None:
        for one in self._judged(late):
            name = one.exercise.name
            call, apart = functools.partial(process.call, name), functools.partial(process.call_apart, name)
            with process.one_copy():
                one.try_hidden(call, apart, functools.partial(process.call_all, name))

    @property
    def has_lookalikes(self) -> bool:
        """Whether a function fails in hidden cases alone."""
        return any(one.has_lookalikes for one in self.judgings)

    def try_lookalikes(self, process: StudentProcess) -> None:
        """Try cases like the hidden ones that failed."""
        self._try_lookalikes(process, late=False)
        if self.tests:
            self.tests.try_lookalikes(process)

    def try_late_lookalikes(self, process: StudentProcess) -> None:
        """Try those of the functions that are judged at the end."""
        self._try_lookalikes(process, late=True)

    def _try_lookalikes(self, process: StudentProcess, *, late: bool) -> None:
        for one in self._judged(late):
            with process.one_copy():
                one.try_lookalikes(functools.partial(process.call, one.exercise.name))

    def _judged(self, late: bool) -> list[JudgeSession]:
        """Return the judgings of functions that are judged at the end, or of the others."""
        return [one for one in self.judgings if (one.exercise.name in self._late) == late]

    def result(self) -> CellResult:
        """The share of its points that the judge gives."""
        if self.unknown:
            note = f"there is no exercise {self.unknown[0]!r}: the test cell could not be judged"
            return CellResult(None, self.points, PERSON, note=note)
        verdicts = [one.verdict() for one in self.judgings]
        share = sum(verdict.points for verdict in verdicts) / sum(verdict.max_points for verdict in verdicts)
        score, note = round(self.points * share, 4), ""
        if self.tests and self.tests.failed:
            told = f": {quoted(self.tests.shown.error)}" if self.tests.shown.error else ", one that is hidden"
            score, note = 0.0, f"the instructor's own tests in this cell failed{told}"
        shown = [_display(verdict) for verdict in verdicts]
        self.cell.outputs = [*shown, *_note_output(note), score_output(score)]
        return CellResult(score, self.points, JUDGE, verdicts, note)


def _cell(cell: NotebookNode, number: int, config: GradingConfig, seed: int) -> Cell:
    marks = grading_of(cell)
    if cell.cell_type != "code":
        return Cell(cell, number)
    if is_experiment(cell):
        return Experiment(cell, number)
    if is_check_cell(cell):
        return Check(cell, number, config, seed)
    return (Tests if marks.get("grade") and not marks.get("solution") else Code)(cell, number)


def _judging(name: str, config: GradingConfig, seed: int) -> JudgeSession:
    return JudgeSession(
        catalogue()[name],
        cases="all",
        seed=seed,
        devices=config.devices,
        sandbox=config.confinement.name,
    )


def is_experiment(cell: NotebookNode) -> bool:
    """Whether a cell is one of the course's experiments."""
    ours = not grading_of(cell) and not cell.get("id", "").startswith("added-")
    return ours and re.search(r"\blab\.", cell.source) is not None


LONGEST_REASON_CHARACTERS = 200
FROM_GRADING = frozenset(
    name
    for name, error in vars(builtins).items()
    if isinstance(error, type) and issubclass(error, (ImportError, OSError, EOFError))
) | {"NameError", "URLError", "HTTPError", "gaierror"}
"""Errors that code which ran at home can have in grading. A NameError: what defined the name may have failed."""


def _comes_from_grading(error: str) -> bool:
    """Whether an error could be one that the student's notebook did not have at home."""
    told = NOT_AVAILABLE in error or re.search(r"\b(Inert|Absent)\b", error)
    return bool(told) or error.partition(":")[0] in FROM_GRADING


def _failed(outcome: CellOutcome) -> str:
    """Say how a cell failed: "failed: ValueError: no (line 3)"."""
    error = outcome.error or ""
    where = f" (line {outcome.line})" if outcome.line else ""
    python = ".".join(platform.python_version_tuple()[:2])
    read = f"; grading reads it as Python {python}" if error.startswith("SyntaxError") else ""
    return f"failed: {quoted(error, LONGEST_REASON_CHARACTERS)}{where}{read}"


def _told_of_missing(message: str, name: str) -> str:
    """Return what a process says of a missing function where these are the course's own words: it can say anything."""
    ours = re.fullmatch(r"there is no function called \w+|this is no function but an object of type \w+", message)
    return message if ours else f"there is no function called {name}"


def _why_missing(name: str, process: BoundedProcess) -> str:
    """Say why a function may be missing: its cell failed, or it has another name. "" where neither is so."""
    for cell, source, outcome in reversed(process.outcomes):
        if outcome.error and name in names_defined(source):
            return f"{cell}, which should define it, {_failed(outcome)}"
    defined = {one for _, source, _ in process.outcomes for one in functions_defined(source)}
    alike = [one for one in sorted(defined - set(catalogue())) if _is_similar(one, name)]
    return f"there is one called {alike[0]}: it has to be called {name}" if alike else ""


def _is_similar(one: str, name: str) -> bool:
    """Whether a student may have meant `name` by another one: Relu, relu_, my_relu, relu2, leru."""
    words = re.split(r"[_\d]+", one.casefold())
    bare, wanted = "".join(word for word in words if word not in FILLERS), name.casefold().replace("_", "")
    if len(bare) > 2 * len(wanted):
        return False
    return bare == wanted or difflib.SequenceMatcher(None, bare, wanted).ratio() > SIMILAR


SIMILAR = 0.8
"""How much of two names has to agree, from 0 to 1."""
FILLERS = ("my", "our", "own", "student", "new", "old", "final", "fixed", "function", "func", "v", "version", "np")
"""Words that people put before or behind a name."""


def _ends_with_an_expression(source: str) -> bool:
    """Whether the last statement of an instructor's test cell has a value."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return False
    return bool(body) and isinstance(body[-1], ast.Expr)


def _only_checks(source: str) -> bool:
    """Whether a test cell holds nothing but calls of `check`."""
    return all(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and getattr(statement.value.func, "id", "") == "check"
        for statement in ast.parse(source).body
    )


# ---------------------------------------------------------------- outputs of the autograded notebook


def _outputs_of(outcome: CellOutcome) -> list[NotebookNode]:
    """Turn what a cell printed and raised into outputs."""
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=outcome.printed)] if outcome.printed else []
    if outcome.error:
        where = f" (line {outcome.line})" if outcome.line else ""
        name, _, rest = outcome.error.partition(":")
        trace = [f"{outcome.error}{where}"]
        outputs.append(nbformat.v4.new_output("error", ename=name, evalue=f"{rest.strip()}{where}", traceback=trace))
    return outputs


def _display(verdict: Verdict) -> NotebookNode:
    data = {"text/html": as_html(verdict), "text/plain": as_text(verdict)}
    return nbformat.v4.new_output("display_data", data=data)


def _note_output(note: str) -> list[NotebookNode]:
    return [nbformat.v4.new_output("stream", name="stdout", text=f"{note}\n")] if note else []


def score_output(score: float) -> NotebookNode:
    """Make the output that nbgrader reads a score from: the cell's last result."""
    return nbformat.v4.new_output("execute_result", data={"text/plain": repr(float(score))}, execution_count=None)
