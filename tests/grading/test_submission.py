"""Reading what was handed in: repaired, or set aside with a sentence; never a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from pathlib import Path

import pytest

from autograder.grading.intake import submission
from autograder.grading.intake.submission import SetAside, Submitted, read_bytes
from autograder.grading.intake.submission import parse as parsed
from tests.grading.small_course import cell, notebook

NOTEBOOK = notebook(cell("markdown", "a", "# Title"), cell("code", "b", "x = 1\ny = 2", solution=True))


def as_bytes(content: object) -> bytes:
    return json.dumps(content).encode()


def parse(content: bytes) -> list[dict]:
    """The cells alone."""
    return parsed(content).cells


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
    "UTF-16": json.dumps(NOTEBOOK).encode("utf-16"),
    "UTF-16, the other way round": b"\xfe\xff" + json.dumps(NOTEBOOK).encode("utf-16-be"),
    "UTF-32": json.dumps(NOTEBOOK).encode("utf-32"),
    "a format without end": as_bytes(NOTEBOOK).replace(b'"nbformat": 4,', b'"nbformat": Infinity,'),
    "a format that is NaN": as_bytes(NOTEBOOK).replace(b'"nbformat": 4,', b'"nbformat": NaN,'),
    "a key that is there twice": as_bytes(NOTEBOOK).replace(b'"nbformat": 4,', b'"nbformat": 4, "nbformat": [],'),
    "thirty megabytes of plots": as_bytes(
        {"cells": [{**one, "outputs": [{"data": {"image/png": "iVBO" * 4_000_000}}]} for one in NOTEBOOK["cells"]]}
    ),
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
    "nothing": (b"", "the file is empty"),
    "spaces": (b"\xef\xbb\xbf \r\n\n", "the file is empty"),
    "a page": (b"<!DOCTYPE html><html></html>", "it is an HTML page, not a notebook"),
    "a page that was saved": (b"\n<!-- saved from url=(0014)about:internet -->\n<HTML>", "an HTML page"),
    "conflict markers of git on top": (b"<<<<<<< HEAD\n" + as_bytes(NOTEBOOK), "conflict markers of git"),
    "conflict markers of git in the middle": (
        as_bytes(NOTEBOOK).replace(b"[", b"\n<<<<<<< HEAD\n[\n=======\n[\n>>>>>>> topic\n", 1),
        "conflict markers of git",
    ),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "it is a PDF file, not a notebook"),
    "a zip": (b"PK\x03\x04\x14\x00", "it is a zip archive, not a notebook"),
    "a pointer of git-lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "a pointer of git-lfs"),
    "JSON cut short": (as_bytes(NOTEBOOK)[:-20], "not JSON: the file ends in the middle"),
    "JSON that goes on": (as_bytes(NOTEBOOK) * 2, "not JSON"),
    "a PNG": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "it is a picture"),
    "another picture": (b"GIF89a" + bytes(range(256)), "not UTF-8"),
    "zeros": (bytes(1000), "nothing but zeros"),
    "UTF-16 without a mark": (json.dumps(NOTEBOOK).encode("utf-16-le"), "not JSON"),
    "UTF-16 cut short": (json.dumps(NOTEBOOK).encode("utf-16")[:-1], "not UTF-8"),
    "a million empty lists": (b'{"cells": [' + b"[]," * 600_000 + b"[]]}", "more than 1,000,000 values"),
    "a million empty strings": (b'""' * 3_000_000, "more than 1,000,000 values"),
    "a million objects in outputs": (with_cell(outputs=[{}] * 1_000_001), "Clear its outputs"),
    "a million cells": (as_bytes({"cells": [{}] * 1_000_001}), "more than 1,000,000 values"),
    "text without end": (b'{"cells": "' + b'\\"' * 4_000_000, "not JSON"),
    "cells of three million letters in all": (
        as_bytes({"cells": [cell("code", "b", "x" * 150_000)] * 20}),
        "its cells have 3,000,000 characters",
    ),
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
    assert set(found) == {"cell_type", "source", "id", "grade_id", "marks", "attachments", "passed"}


def test_all_text_can_be_written_to_a_file():
    content = b'{"cells": [{"cell_type": "code", "source": "a\\ud800b"}]}'
    assert parse(content)[0]["source"] == "a?b"


NOTES = {
    "UTF-16": (json.dumps(NOTEBOOK).encode("utf-16"), "the file was UTF-16 text instead of UTF-8: it was converted"),
    "a format of the future": (
        as_bytes({**NOTEBOOK, "nbformat": 5}),
        "the notebook says that it is of format 5, which is unknown: it was read as 4",
    ),
    "format 3": (
        as_bytes({"nbformat": 3, "worksheets": [{"cells": []}]}),
        "the notebook was of an old format (3): it was converted",
    ),
    "an attached page": (
        with_cell(attachments={"a": {"text/html": "<script>"}}),
        "something that is neither a PNG nor a JPEG image was attached to a cell: it was left out",
    ),
    "a hundred images and one": (
        with_cell(attachments={f"{number}.png": {"image/png": "aGVs"} for number in range(101)}),
        "more than 100 images, or 16 MB of them, were attached: the last ones were left out",
    ),
    "images of 20 MB": (
        with_cell(attachments={f"{number}.png": {"image/png": "A" * 10 * 2**20} for number in range(2)}),
        "more than 100 images, or 16 MB of them, were attached: the last ones were left out",
    ),
}


@pytest.mark.parametrize(("content", "note"), NOTES.values(), ids=NOTES)
def test_what_was_repaired_or_left_out_is_told(content, note):
    assert parsed(content).notes == [note]


def test_an_honest_notebook_has_no_note():
    assert parsed(as_bytes(NOTEBOOK)) == Submitted(parse(as_bytes(NOTEBOOK)), [])


def test_the_first_images_are_kept_as_many_as_there_is_room_for():
    (found,) = parse(NOTES["images of 20 MB"][0])
    assert list(found["attachments"]) == ["0.png"]


@pytest.mark.parametrize("depth", [990, 10_000, 1_000_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_metadata_are_read_or_set_aside_and_end_nothing(depth, opening, closing):
    deep = opening * depth + b"0" + closing * depth
    content = with_cell(metadata={"x": "HERE"}).replace(b'"HERE"', deep)
    with pytest.raises(SetAside, match=r"nested too deeply|more than 1,000,000 values"):
        parse(content)


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
    with pytest.raises(SetAside, match="64 MB are read at most"):
        read_bytes(tmp_path / "a.ipynb")


def submitted_file(root: Path) -> Path:
    """A notebook in its folders, as nbgrader lays them out."""
    folder = root / "submitted" / "ada" / "1_chapter"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_text("{}")
    return folder / "a.ipynb"


@pytest.mark.parametrize("level", [0, 1], ids=["the chapter's folder", "the student's folder"])
def test_a_folder_that_is_a_link_is_not_followed(tmp_path, level):
    file = submitted_file(tmp_path)
    folder = file.parents[level]
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert file.is_file()
    with pytest.raises(SetAside, match=f"the folder '{folder.name}' is a link"):
        read_bytes(file)


def test_the_folder_of_all_submissions_may_lie_elsewhere(tmp_path):
    file = submitted_file(tmp_path)
    (tmp_path / "submitted").rename(tmp_path / "share")
    (tmp_path / "submitted").symlink_to(tmp_path / "share")
    assert read_bytes(file) == b"{}"


def test_folders_exchanged_for_links_while_it_is_read_lead_nowhere(tmp_path, monkeypatch):
    file = submitted_file(tmp_path)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.ipynb").write_text("secret")
    opened = os.open

    def open_and_exchange(name, *arguments, **options):
        descriptor = opened(name, *arguments, **options)
        if name == "1_chapter":
            file.parent.rename(tmp_path / "away")
            file.parent.symlink_to(secret)
        return descriptor

    monkeypatch.setattr(os, "open", open_and_exchange)
    monkeypatch.setattr(os, "supports_dir_fd", {*os.supports_dir_fd, open_and_exchange})
    assert read_bytes(file) == b"{}"


def test_a_hard_link_is_not_read(tmp_path):
    (tmp_path / "gradebook.db").write_text("{}")
    os.link(tmp_path / "gradebook.db", tmp_path / "a.ipynb")
    with pytest.raises(SetAside, match="it is a hard link"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_socket_is_no_file(tmp_path):
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(tmp_path):
        server.bind("a.ipynb")
    with pytest.raises(SetAside, match=r"cannot be opened|no regular file"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_device_is_no_file():
    with pytest.raises(SetAside, match="no regular file"):
        read_bytes(Path("/dev/zero"))


def test_a_file_in_a_folder_that_is_a_file_cannot_be_opened(tmp_path):
    (tmp_path / "folder").write_text("")
    with pytest.raises(SetAside, match="cannot be opened"):
        read_bytes(tmp_path / "folder" / "a.ipynb")


def test_no_descriptor_is_left_open(tmp_path):
    file = submitted_file(tmp_path)
    os.link(file, tmp_path / "other")
    before = os.listdir("/dev/fd")
    for path in (file, tmp_path, tmp_path / "missing", file.parent):
        with contextlib.suppress(SetAside):
            read_bytes(path)
    assert len(os.listdir("/dev/fd")) == len(before)


ODD_FILES = [
    "ä.ipynb",
    "a\nb.ipynb",
    "$(x).ipynb",
    "a b 'c' \"d\".ipynb",
    b"\xff.ipynb".decode("utf-8", "surrogateescape"),
]


@pytest.mark.parametrize("name", ODD_FILES)
def test_a_file_of_an_odd_name_is_read(tmp_path, name):
    try:
        (tmp_path / name).write_text("{}")
    except OSError:
        pytest.skip("this file system does not take the name")
    assert read_bytes(tmp_path / name) == b"{}"


def test_a_file_that_grows_while_it_is_read_is_set_aside(tmp_path, monkeypatch):
    (tmp_path / "a.ipynb").write_bytes(bytes(10))
    monkeypatch.setattr(submission, "LARGEST_FILE_BYTES", 10)
    looked = os.fstat

    def look_and_grow(descriptor):
        status = looked(descriptor)
        (tmp_path / "a.ipynb").write_bytes(bytes(1000))
        return status

    monkeypatch.setattr(os, "fstat", look_and_grow)
    with pytest.raises(SetAside, match="are read at most"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_file_of_the_largest_size_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "LARGEST_FILE_BYTES", 10)
    (tmp_path / "a.ipynb").write_bytes(bytes(10))
    assert read_bytes(tmp_path / "a.ipynb") == bytes(10)
