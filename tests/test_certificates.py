"""The certificates in the repository: what was measured, with which code, on which hardware."""

from __future__ import annotations

import json
import math

import pytest

from autograder import certificates
from autograder.certificates import all_certificates, as_markdown, certify, read_certificate, write_certificate
from autograder.commands import _readme, verify
from autograder.course import CourseError
from autograder.exercises import catalogue, files_of
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.exercises.tolerances import tolerance
from autograder.judge.expectations import expectations_of, public
from autograder.judge.separation import LARGEST_SHARE, SMALLEST_DISTANCE, dtype_of, measure
from tests.solutions import solution

ANEW = "`python3 -m autograder verify --devices {} --write` measures it anew"
each_certificate = pytest.mark.parametrize("found", all_certificates(), ids=lambda found: found.device)


def test_the_certificate_of_the_cpu_is_up_to_date():
    """With the catalogue and the solutions."""
    assert read_certificate("cpu").out_of_date() == [], ANEW.format("cpu")


@pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.name)
def test_the_certificate_of_the_cpu_names_everything_of_a_kernel(exercise):
    """Every dtype, case, mistake and tolerance."""
    rows = {row["dtype"]: row for row in read_certificate("cpu").rows if row["exercise"] == exercise.name}
    cases = [*public(exercise, ("cpu",)), *expectations_of(exercise, PUBLIC_SEED + 1, True, ("cpu",))]
    assert {dtype: row["cases"] for dtype, row in rows.items()} == {
        dtype: sum(dtype_of(case.case) == dtype for case in cases) for dtype in {dtype_of(case.case) for case in cases}
    }
    for dtype, row in rows.items():
        limits = [tolerance(name, dtype, "cpu") for name in row["computation"]]
        assert (row["rtol"], row["atol"]) == ([limit.rtol for limit in limits], [limit.atol for limit in limits])
        assert row["nearest"] in {None, *(mistake.name for mistake in exercise.mistakes)}


@each_certificate
def test_a_certificate_says_what_was_measured_where_and_when(found):
    assert found.hardware["name"]
    assert {"python", "numpy", "torch", "system"} <= set(found.versions)
    assert len(found.date.split("-")) == 3
    assert found.exercises == len(catalogue())


@each_certificate
def test_every_figure_of_a_certificate_holds(found):
    for row in found.rows:
        assert max(row["reference_error"], row["solution_error"]) < LARGEST_SHARE, row
        assert row["nearest_anywhere"] > SMALLEST_DISTANCE, row


def test_the_readme_shows_the_certificates():
    assert _readme.table(verify.TABLE) == as_markdown(all_certificates())


# ---------------------------------------------------------------- writing and reading


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """An empty folder for certificates."""
    monkeypatch.setattr(certificates, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def of_relu():
    return certify("cpu", measure(catalogue()["relu"], solution("relu"), ("cpu",)))


def test_a_certificate_that_was_written_is_read_again(folder, monkeypatch, of_relu):
    of_relu.rows[0]["distance"] = math.inf
    path = write_certificate(of_relu)
    assert path == folder / "cpu.json"
    assert read_certificate("cpu") == of_relu
    json.loads(path.read_text(), parse_constant=pytest.fail)


def test_each_row_of_a_certificate_has_its_line(folder, of_relu):
    lines = write_certificate(of_relu).read_text().splitlines()
    assert sum('"exercise": "relu"' in line for line in lines) == len(of_relu.rows) == 2


def test_changed_code_makes_the_certificate_of_its_notebook_out_of_date(of_relu, monkeypatch):
    assert of_relu.out_of_date() == []
    of_relu.made_from["1_training_problems/3a_saturation_and_relu"] = "other code"
    assert of_relu.out_of_date() == ["1_training_problems/3a_saturation_and_relu"]


@pytest.mark.parametrize("part", ["relu", "solution", "tolerances"])
def test_kernels_solutions_and_tolerances_are_part_of_what_is_certified(part, monkeypatch, tmp_path):
    notebook = "1_training_problems/3a_saturation_and_relu"
    before = certificates.made_from(notebook)
    if part == "solution":
        monkeypatch.setattr(certificates, "text_of", lambda cell: "another solution")
    else:
        changed = tmp_path / f"{part}.py"
        changed.write_text("# another file")
        files = [changed if path.name == changed.name else path for path in files_of(notebook)]
        assert changed in files
        monkeypatch.setattr(certificates, "files_of", lambda notebook: files)
    assert certificates.made_from(notebook) != before


def test_a_device_without_a_certificate_has_none(folder):
    assert read_certificate("cuda") is None
    assert all_certificates() == []


@pytest.mark.parametrize("content", ["{", "[]", '{"rows": 3}', '{"device": "cpu", "rows": []}'])
def test_a_file_that_is_no_certificate_is_told(folder, content):
    (folder / "cpu.json").write_text(content)
    with pytest.raises(ValueError, match=r"is no certificate .*: write it anew with verify --write"):
        read_certificate("cpu")


# ---------------------------------------------------------------- tables of the README


def test_a_table_is_put_between_its_marks_and_nothing_else_changes(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- sums -->\nold\n<!-- end of sums -->\nafter\n")
    for _ in range(2):
        _readme.put_table("sums", "| 1 |", readme)
    assert readme.read_text() == "before\n<!-- sums -->\n| 1 |\n<!-- end of sums -->\nafter\n"
    assert _readme.table("sums", readme) == "| 1 |"


@pytest.mark.parametrize("text", ["", "<!-- sums -->", "<!-- end of sums -->\n<!-- sums -->"])
def test_a_readme_without_the_marks_is_left_alone(tmp_path, text):
    readme = tmp_path / "README.md"
    readme.write_text(text)
    with pytest.raises(CourseError, match="has no place for this table"):
        _readme.put_table("sums", "| 1 |", readme)
    assert readme.read_text() == text
