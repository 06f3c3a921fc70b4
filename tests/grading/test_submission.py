"""Reading what was handed in: repaired, or set aside with a sentence; never a traceback."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grading import submission
from autograder.grading.submission import SetAside, parse, read_bytes
from tests.grading.small_course import cell, notebook

NOTEBOOK = notebook(cell("markdown", "a", "# Title"), cell("code", "b", "x = 1\ny = 2", solution=True))


def as_bytes(content: object) -> bytes:
    return json.dumps(content).encode()


def with_cell(**changes: object) -> bytes:
    return as_bytes({"cells": [{**cell("code", "b", "x = 1"), **changes}], "metadata": {}, "nbformat": 4})


def test_a_notebook_gives_its_cells():
    title, answer = parse(as_bytes(NOTEBOOK))
    assert (title["cell_type"], title["source"], title["id"], title["grade_id"]) == ("markdown", "# Title", "a", "")
    assert (answer["cell_type"], answer["source"], answer["grade_id"]) == ("code", "x = 1\ny = 2", "b")


REPAIRED = {
    "a byte order mark": b"\xef\xbb\xbf" + as_bytes(NOTEBOOK),
    "CRLF in the file": json.dumps(NOTEBOOK, indent=1).replace("\n", "\r\n").encode(),
    "CRLF in the cells": as_bytes(NOTEBOOK).replace(b"x = 1\\ny", b"x = 1\\r\\ny"),
    "no metadata": as_bytes({"cells": NOTEBOOK["cells"], "nbformat": 4, "nbformat_minor": 5}),
    "no format": as_bytes({"cells": NOTEBOOK["cells"]}),
    "a format of the future": as_bytes({**NOTEBOOK, "nbformat": 9}),
    "metadata that are a list": as_bytes({**NOTEBOOK, "metadata": [1]}),
    "lines as a list": as_bytes(NOTEBOOK).replace(b'"x = 1\\ny = 2"', b'["x = 1\\n", "y = 2"]'),
    "blanks around it": b"\n\n  " + as_bytes(NOTEBOOK) + b"\n\n",
}


@pytest.mark.parametrize("content", REPAIRED.values(), ids=REPAIRED)
def test_a_small_oddity_is_repaired(content):
    assert [one["source"] for one in parse(content)] == ["# Title", "x = 1\ny = 2"]


def test_a_notebook_of_format_3_is_upgraded():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Title"]},
                    {
                        "cell_type": "code",
                        "collapsed": False,
                        "input": ["x = 1"],
                        "language": "python",
                        "metadata": {"nbgrader": {"grade_id": "b"}},
                        "outputs": [],
                        "prompt_number": 1,
                    },
                ]
            }
        ],
    }
    title, answer = parse(as_bytes(old))
    assert (title["cell_type"], title["source"]) == ("markdown", "# Title")
    assert (answer["cell_type"], answer["source"], answer["grade_id"]) == ("code", "x = 1", "b")


SET_ASIDE = {
    "nothing": (b"", "not JSON"),
    "a page": (b"<!DOCTYPE html><html></html>", "not JSON"),
    "JSON cut short": (as_bytes(NOTEBOOK)[:-20], "not JSON"),
    "JSON that goes on": (as_bytes(NOTEBOOK) * 2, "not JSON"),
    "a PNG": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8"),
    "zeros": (bytes(1000), "not JSON"),
    "UTF-16": (json.dumps(NOTEBOOK).encode("utf-16"), "not UTF-8"),
    "a list": (b"[]", "not a notebook"),
    "a number": (b"5", "not a notebook"),
    "null": (b"null", "not a notebook"),
    "another JSON file": (b'{"name": "x"}', "no list of cells"),
    "cells that are a dict": (b'{"cells": {}}', "no list of cells"),
    "cells that are numbers": (b'{"cells": [1, 2]}', "no list of cells"),
    "deep JSON": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    "deep JSON in a cell": (
        with_cell(x=1).replace(b'"x": 1', b'"x": ' + b"[" * 50_000 + b"]" * 50_000),
        "nested too deeply",
    ),
    "a number of 5000 digits": (b'{"cells": ' + b"1" * 5000 + b"}", "not JSON"),
    "format 3 without anything in it": (b'{"nbformat": 3, "worksheets": 5}', "old format"),
    "format 3 of odd types": (
        b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [1]}]}',
        "old format",
    ),
    "a source that is a number": (with_cell(source=5), "source is not text"),
    "a source that is a dict": (with_cell(source={"a": 1}), "source is not text"),
    "a source that is null": (with_cell(source=None), "source is not text"),
    "a cell of a million letters": (with_cell(source="x" * 10**6), "1,000,000 characters"),
    "ten thousand cells": (as_bytes({"cells": [{}] * 10_000}), "10,000 cells"),
}


@pytest.mark.parametrize(("content", "reason"), SET_ASIDE.values(), ids=SET_ASIDE)
def test_what_is_no_notebook_is_set_aside_with_a_sentence(content, reason):
    with pytest.raises(SetAside, match=reason) as found:
        parse(content)
    assert len(str(found.value)) < 200


ODD_CELLS = {
    "an unknown type": {"cell_type": "heading"},
    "a type that is a list": {"cell_type": ["code"]},
    "an id that is a number": {"id": 5},
    "metadata that are text": {"metadata": "x"},
    "marks that are a list": {"metadata": {"nbgrader": [1]}},
    "a grade_id that is a list": {"metadata": {"nbgrader": {"grade_id": ["b"]}}},
    "points that are text": {"metadata": {"nbgrader": {"grade_id": "b", "points": "many"}}},
    "attachments that are a list": {"attachments": ["x"]},
    "an attachment that is text": {"attachments": {"a.png": "x"}},
    "outputs that are a number": {"outputs": 7},
}


@pytest.mark.parametrize("changes", ODD_CELLS.values(), ids=ODD_CELLS)
def test_an_odd_cell_keeps_its_source(changes):
    (found,) = parse(with_cell(**changes))
    assert found["source"] == "x = 1"
    assert found["cell_type"] in ("code", "raw")
    assert isinstance(found["id"], str)
    assert isinstance(found["grade_id"], str)


def test_nothing_but_images_is_kept_of_attachments():
    (found,) = parse(
        with_cell(
            attachments={
                "a.png": {"image/png": "aGVsbG8=\n", "text/html": "<script>"},
                "b.svg": {"image/svg+xml": "<svg onload='x'/>"},
                "c.jpg": {"image/jpeg": "aGVs"},
                "d.png": {"image/png": '" onerror="alert(1)'},
                "e.png": {"image/png": 5},
                "f\ud800.png": {"image/png": "aGVs"},
            }
        )
    )
    assert found["attachments"] == {
        "a.png": {"image/png": "aGVsbG8=\n"},
        "c.jpg": {"image/jpeg": "aGVs"},
        "f?.png": {"image/png": "aGVs"},
    }


def test_outputs_and_other_metadata_are_dropped():
    (found,) = parse(with_cell(outputs=[{"data": "<script>"}], metadata={"tags": ["x"], "nbgrader": {"grade_id": "b"}}))
    assert "script" not in json.dumps(found)
    assert set(found) == {"cell_type", "source", "id", "grade_id", "points", "attachments"}


def test_all_text_can_be_written_to_a_file():
    content = b'{"cells": [{"cell_type": "code", "source": "a\\ud800b"}]}'
    assert parse(content)[0]["source"] == "a?b"


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "cells",
                    "source",
                    "cell_type",
                    "metadata",
                    "nbgrader",
                    "grade_id",
                    "attachments",
                    "worksheets",
                    "nbformat",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_whatever_the_json_it_is_read_or_set_aside(value):
    for content in (value, {"cells": [value]}, {"cells": [{"source": "x", "metadata": value, "attachments": value}]}):
        try:
            cells = parse(as_bytes(content))
        except SetAside:
            continue
        json.dumps(cells, ensure_ascii=False).encode()


# ---------------------------------------------------------------- files


def test_a_file_is_read_byte_for_byte(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(b"a\r\nb")
    assert read_bytes(tmp_path / "a.ipynb") == b"a\r\nb"


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "gradebook.db").write_text("secret")
    (tmp_path / "a.ipynb").symlink_to(tmp_path / "gradebook.db")
    with pytest.raises(SetAside, match="the file is a link"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_link_to_nowhere_is_a_link(tmp_path):
    (tmp_path / "a.ipynb").symlink_to("a.ipynb")
    with pytest.raises(SetAside, match="the file is a link"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SetAside, match="no regular file"):
        read_bytes(tmp_path)


def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "a.ipynb")
    with pytest.raises(SetAside, match="no regular file"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_huge_file_is_not_read(tmp_path):
    with open(tmp_path / "a.ipynb", "wb") as file:
        file.truncate(60 * 2**30)
    with pytest.raises(SetAside, match="20 MB are read at most"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_file_of_the_largest_size_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "LARGEST_FILE", 10)
    (tmp_path / "a.ipynb").write_bytes(bytes(10))
    assert read_bytes(tmp_path / "a.ipynb") == bytes(10)
