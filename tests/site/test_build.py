"""The site's parts: pages that need nothing, and wheels that hold no more than they should."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.course import ROOT, Course, CourseError, read
from autograder.site.build import build_site, course_wheel
from autograder.site.pages import notebook_page, start_page
from autograder.site.wheels import wheel_of_installed

NOTEBOOK = "1_training_problems/3c_elu_and_selu"


@pytest.fixture(scope="module")
def page() -> str:
    """The page of a notebook."""
    return notebook_page(read(ROOT / "release" / f"{NOTEBOOK}.ipynb"), NOTEBOOK)


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(page):
    assert "<script" not in page
    assert 'src="http' not in page
    assert "default-src 'none'" in page


def test_a_page_has_formulas_figures_cards_and_a_way_to_work(page):
    assert "<math" in page and "$" not in page.replace("$$", "$").split("<math")[0]
    assert "data:image/png" in page
    assert page.count("<summary>Hint 1") == 5
    assert f"../../lite/notebooks/index.html?path={NOTEBOOK}.ipynb" in page


def test_the_start_page_says_where_work_is_and_how_it_is_kept():
    text = start_page({NOTEBOOK: read(ROOT / "release" / f"{NOTEBOOK}.ipynb")})
    for words in ("On your own", "In a class", "Teaching", "Download", "Upload", "cleared"):
        assert words in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of the course, for one notebook."""
    return course_wheel(Course(ROOT), [NOTEBOOK], tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_no_mistakes_code_and_nothing_of_the_instructors(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.startswith(("autograder/grading", "autograder/sandbox", "source"))]
    assert b"alpha forgotten" not in zipfile.ZipFile(wheel).read("autograder/exercises/elu_and_selu/elu.py")


USED = """
import sys
sys.modules["torch"] = None
sys.path.insert(0, sys.argv[1])
import numpy as np
from autograder import check, lab
assert sys.modules["autograder"].__file__.startswith(sys.argv[1])
check(lab.given("elu"))
"""


def test_checks_and_experiments_work_from_the_wheel_without_pytorch(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    done = subprocess.run([sys.executable, "-c", USED, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "elu: 6 of 6 points" in done.stdout


AS_IN_A_BROWSER = """
import sys, threading, time
sys.modules["torch"] = None
sys.path.insert(0, sys.argv[1])
import numpy as np
from autograder import check, lab

def no_threads(*_):
    raise RuntimeError("can't start new thread")

for module, name in ((time, "thread_time"), (threading, "get_native_id")):
    if hasattr(module, name):
        delattr(module, name)
threading._start_new_thread = no_threads
sys.platform = "emscripten"
"""
"""What Pyodide has not: PyTorch, threads, a clock for each of them."""
WRONG_ELU = {
    "by a known mistake": (
        "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)",
        "alpha forgotten",
    ),
    "by a relation": (
        "def elu(z, alpha=1.0):\n    return -3.5 * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))",
        "-3.5",
    ),
    "by one's own code": (
        "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha * np.expm1(np.maximum(z, 0)))",
        "another function than `maximum`",
    ),
}


@pytest.mark.parametrize("explained", WRONG_ELU)
def test_a_wrong_answer_is_explained_with_what_a_browser_has(explained, wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    source, words = WRONG_ELU[explained]
    (tmp_path / "elu.py").write_text(f"import numpy as np\n{source}\n")
    code = f"{AS_IN_A_BROWSER}\nfrom elu import elu\ncheck(elu)"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True)
    assert "NotYet: elu: not yet right" in done.stderr, done.stderr
    assert words in done.stdout


def test_a_wheel_of_an_installed_package_can_be_imported(tmp_path):
    wheel = wheel_of_installed(tmp_path, "comm")
    code = f"import sys; sys.path.insert(0, {str(wheel)!r}); import comm; print(comm.__file__)"
    assert wheel.name in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CourseError, match="holds something else"):
        build_site(Course(ROOT), tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"
