"""Which of a student's cells is which of the instructor's.

By nbgrader's name, else by the cell's id, else by its text. An answer that is missing, or as released, is looked for in
the student's own cells: a function by its name, words by their place.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.intake.definitions import functions_asked_for, may_define, names_defined
from autograder.grading.intake.released import key_of
from autograder.grading.intake.submission import SubmittedCell

Keys = dict[str, NotebookNode]
"""The instructor's cells by what identifies them."""
MOST_NAMED = 3
"""How many flags of the same kind there are before they become one."""
IN_OWN_CELL = "in a cell of the student's own: it was taken as the answer"
IN_OWN_CELLS = "in cells of the student's own: they were taken as the answers"


def released_forms(source: str) -> set[str]:
    """Return a cell's text as the instructor has it and as students get it: without hidden tests."""
    return {source.strip(), without_hidden_tests(source).strip()}


def without_hidden_tests(source: str) -> str:
    """Return a test cell as students get it, without the lines between the marks of hidden tests."""
    lines, hidden = [], False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            hidden = True
        elif "END HIDDEN TESTS" in line:
            hidden = False
        elif not hidden:
            lines.append(line)
    return "\n".join(lines)


def words_in(cell: SubmittedCell) -> list[str]:
    """Return the words of a cell: of a text without its headings; of code where it is a comment or a text alone."""
    source = cell["source"].strip()
    is_comment = [line.lstrip().startswith("#") for line in source.split("\n")]
    if cell["cell_type"] == "code":
        return source.split() if all(is_comment) or LONG_TEXT.fullmatch(source) else []
    return " ".join(line for line, heading in zip(source.split("\n"), is_comment, strict=True) if not heading).split()


LONG_TEXT = re.compile(r"('{3}|\"{3}|'|\").*\1", re.DOTALL)
"""A cell of code that is nothing but a string, by its looks."""
LEAST_WORDS = 4
"""How many words may be an answer to a question."""


@dataclass
class Matched:
    """What became of a student's cells.

    answers: by the instructor's cell that they are; taken: those that were cells of the student's own; by_text: those
    that had lost both name and id.
    extras: the student's own cells, by the one that they follow, "" for those at the top.
    elsewhere: answers whose functions another cell defines; beside: written answers as released, beside which the
    student's own code stands.
    flags: sentences for the instructor.
    """

    answers: dict[str, SubmittedCell] = field(default_factory=dict)
    extras: dict[str, list[SubmittedCell]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    flags: list[str] = field(default_factory=list)
    by_text: set[str] = field(default_factory=set)

    def exercises(self, known: Keys) -> int:
        """Count the graded cells and answers that were found."""
        return sum(1 for key in self.answers if grading_of(known[key]))


def keys_of(master: NotebookNode) -> Keys:
    """Return the instructor's cells by grade_id or, for text and experiments, by id."""
    return {key_of(cell): cell for cell in master.cells}


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell of the instructor's is graded and no answer."""
    marks = grading_of(cell)
    return bool(marks.get("grade") and not marks.get("solution"))


def is_text(cell: NotebookNode) -> bool:
    """Whether a cell of the instructor's is to be read, and no more."""
    return cell.cell_type == "markdown" and not grading_of(cell)


def is_written(cell: NotebookNode) -> bool:
    """Whether a cell of the instructor's is an answer that a person grades."""
    marks = grading_of(cell)
    return bool(marks.get("grade") and marks.get("solution"))


def match(known: Keys, cells: list[SubmittedCell], released: Callable[[NotebookNode, SubmittedCell], bool]) -> Matched:
    """Match a student's cells with the instructor's. released: whether a cell is as students got it."""
    return _Matching(known, cells, released).result()


class _Matching:
    """The steps of matching. keys: for each of the student's cells the instructor's, or ""."""

    def __init__(
        self, known: Keys, cells: list[SubmittedCell], released: Callable[[NotebookNode, SubmittedCell], bool]
    ) -> None:
        self.known, self.cells, self.released = known, cells, released
        self.found = Matched()
        self.keys = [self._by_name_or_id(cell) for cell in cells]
        self.dropped: set[int] = set()
        self.borrowed: dict[str, SubmittedCell] = {}

    def result(self) -> Matched:
        self._find_by_text()
        self._choose_among_copies()
        for key in self.known:
            if grading_of(self.known[key]).get("solution") and self._is_open(key):
                self._find_answer(key)
        self._sort()
        self._sum_up()
        return self.found

    # ---------------------------------------------------------------- cells as they are

    def _by_name_or_id(self, cell: SubmittedCell) -> str:
        if cell["grade_id"] in self.known:
            return cell["grade_id"]
        return self._ids.get(cell["id"], "")

    @functools.cached_property
    def _names(self) -> list[set[str]]:
        """What each of the student's cells defines."""
        return [names_defined(cell["source"]) for cell in self.cells]

    @functools.cached_property
    def _ids(self) -> dict[str, str]:
        """Ids of cells that lost nbgrader's metadata in an editor, and of those that never had any."""
        named = {cell["grade_id"] for cell in self.cells}
        return {cell["id"]: key for key, cell in self.known.items() if cell.get("id") and key not in named}

    def _find_by_text(self) -> None:
        """Recognize cells that lost name and id, in the instructor's order where several have the same text."""
        order = {key: number for number, key in enumerate(self.known)}
        free: dict[str, list[str]] = {}
        for key in self.known:
            if key not in self.keys:
                for text in released_forms(self.known[key].source):
                    free.setdefault(text, []).append(key)
        last = -1
        for place, cell in enumerate(self.cells):
            alike = free.get(cell["source"].strip(), []) if cell["source"].strip() else []
            alike = [key for key in alike if key not in self.found.by_text]
            if not self.keys[place] and alike:
                key = next((one for one in alike if order[one] > last), alike[0])
                self.keys[place] = key
                self.found.by_text.add(key)
            last = order.get(self.keys[place], last)

    def _choose_among_copies(self) -> None:
        """Keep one cell for each of the instructor's: of answers the first that is one."""
        for key in dict.fromkeys(key for key in self.keys if key):
            places = [place for place, found in enumerate(self.keys) if found == key]
            if len(places) == 1:
                continue
            cell = self.known[key]
            answered = [place for place in places if not self.released(cell, self.cells[place])]
            chosen = places[0] if is_test(cell) or not answered else answered[0]
            for place in set(places) - {chosen}:
                self.keys[place] = ""
                if is_test(cell) or place not in answered:
                    self.dropped.add(place)
            if is_test(cell):
                self._flag(f"the test cell {key} was there more than once: the copies were left out")
            elif grading_of(cell):
                self._flag(f"the answer cell {key} was there more than once: the first answer counts as it")

    # ---------------------------------------------------------------- answers elsewhere

    def _place(self, key: str) -> int | None:
        return self.keys.index(key) if key in self.keys else None

    def _is_open(self, key: str) -> bool:
        """Whether an answer is missing or as released."""
        place = self._place(key)
        return place is None or self.released(self.known[key], self.cells[place])

    def _own(self, places: Iterator[int] | range) -> list[int]:
        """Return those of some places where the student's own cells stand, and not empty."""
        free = (place for place in places if not self.keys[place] and place not in self.dropped)
        return [place for place in free if self.cells[place]["source"].strip()]

    def _find_answer(self, key: str) -> None:
        cell = self.known[key]
        if not is_written(cell):
            self._find_function(key)
            return
        beside = self._beside(key)
        words = [place for place in beside if cell.cell_type == "code" or self.cells[place]["cell_type"] != "code"]
        if words:
            self._take(key, words[0], f"the answer to {key} stood in a cell beside its own: it was taken as the answer")
        elif self._written_into_the_text(key):
            pass
        elif beside:
            self.found.beside.add(key)
            self._flag(f"beside the answer cell {key}, which is as released, the student's own code cells stand")
        elif self._own_words():
            how = "was missing" if self._place(key) is None else "is as released"
            self.found.beside.add(key)
            self._flag(f"the answer cell {key} {how}, and the student's own cells have words that may be it")

    def _written_into_the_text(self, key: str) -> bool:
        """Find an answer that was written into the course's own text above or below, behind what stands there."""
        order = list(self.known)
        for other in order[max(order.index(key) - 1, 0) : order.index(key) + 2]:
            place, text = self._place(other), self.known[other].source.strip()
            if place is None or not text or other == key or not is_text(self.known[other]):
                continue
            before, found, after = self.cells[place]["source"].partition(text)
            if words := f"{before}{after}".strip() if found else "":
                self._borrow(key, {**self.cells[place], "source": words}, "the course's own text beside its cell")
                return True
        return False

    def _borrow(self, key: str, cell: SubmittedCell, where: str) -> None:
        """Let the text of a cell that is the instructor's be an answer as well."""
        self.borrowed[key] = cell
        self.found.taken.add(key)
        self._flag(f"the answer to {key} stood in {where}: it was taken as the answer")

    def _own_words(self) -> list[int]:
        """Return the student's own cells with words: sentences, not headings alone."""
        own = self._own(range(len(self.cells))) if any(self.keys) else []
        return [place for place in own if len(words_in(self.cells[place])) >= LEAST_WORDS]

    def _beside(self, key: str) -> list[int]:
        """Return the student's own cells between a written answer's neighbours, those below the answer first."""
        order = list(self.known)
        place = self._place(key)
        if place is None:
            above = self._place(order[order.index(key) - 1]) if key != order[0] else -1
            return [] if above is None else self._own(self._until_known(range(above + 1, len(self.cells))))
        below = self._own(self._until_known(range(place + 1, len(self.cells))))
        return below + self._own(self._until_known(range(place - 1, -1, -1)))

    def _until_known(self, places: range) -> Iterator[int]:
        for place in places:
            if self.keys[place]:
                return
            yield place

    def _find_function(self, key: str) -> None:
        """Find the cell that defines what an answer should: one of the student's own, or one with another name."""
        names = functions_asked_for(self.known[key].source, self._test_below(key))
        own = self._own(range(len(self.cells)))
        defining = [place for place in own if names & self._names[place]]
        defining = defining or [place for place in own if may_define(self.cells[place]["source"], names)]
        defining = [place for place in defining if self.cells[place]["cell_type"] == "code"] or defining
        if defining:
            self._take(key, defining[0], f"{key} was written {IN_OWN_CELL}")
            return
        for place, other in enumerate(self.keys):
            if other in ("", key) or not self._is_changed(place):
                continue
            if names & self._names[place]:
                if is_test(self.known[other]):
                    self._borrow(key, self.cells[place], f"the test cell {other}")
                    return
                self.found.elsewhere.add(key)
                self._flag(f"{key} was written in the cell {other.removeprefix('id:')}: it was left there")
                return

    def _is_changed(self, place: int) -> bool:
        return not self.released(self.known[self.keys[place]], self.cells[place])

    def _test_below(self, key: str) -> str:
        order = list(self.known)
        below = (self.known[one] for one in order[order.index(key) + 1 :])
        return next((cell.source for cell in below if is_test(cell)), "")

    def _take(self, key: str, place: int, flag: str) -> None:
        """Let one of the student's own cells be an answer, in the place of the cell as released."""
        if (old := self._place(key)) is not None:
            self.keys[old] = ""
            self.dropped.add(old)
        self.keys[place] = key
        self.found.taken.add(key)
        self._flag(flag)

    # ---------------------------------------------------------------- the result

    def _sort(self) -> None:
        last = ""
        for place, cell in enumerate(self.cells):
            key = self.keys[place]
            if key and not self._redefines(place):
                last = key
                self.found.answers[last] = cell
            elif key and cell["cell_type"] == self.known[key].cell_type:
                last = key if self._is_in_order(place) else last
                self.found.extras.setdefault(last, []).append(cell)
            elif place not in self.dropped:
                self.found.extras.setdefault(last, []).append(cell)
        self.found.answers.update(self.borrowed)

    def _sum_up(self) -> None:
        """Make one flag of many of a kind."""
        own = [flag for flag in self.found.flags if flag.endswith(IN_OWN_CELL)]
        if len(own) > MOST_NAMED:
            others = [flag for flag in self.found.flags if flag not in own]
            self.found.flags = [f"{len(own)} functions were written {IN_OWN_CELLS}", *others]

    def _redefines(self, place: int) -> bool:
        """Whether a cell is one of the course's that the student changed, and defines names: both are run."""
        cell, answer = self.known[self.keys[place]], self.cells[place]
        if answer["cell_type"] != "code" or grading_of(cell) or not self._is_changed(place):
            return False
        if cell.cell_type != "code":
            return bool(names_defined(answer["source"]))
        return bool(names_defined(cell.source) or names_defined(answer["source"]))

    def _is_in_order(self, place: int) -> bool:
        """Whether a cell stands between the same cells as the instructor's."""
        order = {key: number for number, key in enumerate(self.known)}
        before = next((key for key in reversed(self.keys[:place]) if key), "")
        after = next((key for key in self.keys[place + 1 :] if key), "")
        return order.get(before, -1) < order[self.keys[place]] < order.get(after, len(order))

    def _flag(self, text: str) -> None:
        self.found.flags.append(text)
