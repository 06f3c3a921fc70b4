"""The site in a real browser, from a plain server of static files: read, run, judged, drawn, and still there later.

Pyodide comes from the folder that PYODIDE names. Without one these tests are skipped: no test fetches a program from
elsewhere.
"""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import ROOT, Course
from autograder.site.build import build_site
from tests.support.speed import scaled

pytestmark = pytest.mark.browser

NOTEBOOK = "1_training_problems/3c_elu_and_selu"
WRONG = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)"
RIGHT = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))"
START_MS, CELL_MS = 300_000, 120_000


@pytest.fixture(scope="module")
def pyodide() -> Path:
    """The folder with Pyodide."""
    if not os.environ.get("PYODIDE"):
        pytest.skip("PYODIDE names no folder with Pyodide")
    return Path(os.environ["PYODIDE"])


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory, pyodide) -> Iterator[str]:
    """The address of the site."""
    folder = tmp_path_factory.mktemp("site") / "site"
    build_site(Course(ROOT), folder, pyodide)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def _cell(page, text: str):
    """The first code cell that holds a text."""
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=scaled(START_MS))
    return page.locator(".jp-CodeCell", has_text=text).first


def _run(page, text: str, source: str = "") -> None:
    """Run the code cell that holds a text, with another source where one is given."""
    cell = _cell(page, text)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").first.click()
    if source:
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")


def test_the_start_page_leads_to_a_notebook_that_can_be_read_and_run(page, site):
    page.goto(site)
    assert page.locator(".readers section").count() == 3
    page.locator(f"a[href='read/{NOTEBOOK}.html']").click()
    assert page.locator("math").count() > 20
    assert page.locator("summary", has_text="Hint 1").count() == 5
    page.locator("a.open").first.click()
    _run(page, "from autograder import check")
    _cell(page, "from autograder import check").locator(".jp-InputPrompt", has_text="[1]:").first.wait_for(
        timeout=scaled(START_MS)
    )


def test_a_wrong_elu_is_diagnosed_and_the_right_one_passes(page, site):
    _run(page, "def elu(", WRONG)
    _run(page, "check(elu)")
    report = page.locator(".verdict", has_text="not yet").first
    report.wait_for(timeout=scaled(CELL_MS))
    assert "alpha forgotten" in report.inner_text()
    _run(page, "def elu(", RIGHT)
    _run(page, "check(elu)")
    page.locator(".verdict", has_text="passed").first.wait_for(timeout=scaled(CELL_MS))


def test_an_experiment_draws(page, site):
    _run(page, "lab.plot_activation(elu")
    drawn = _cell(page, "lab.plot_activation(elu").locator("figure img").first
    drawn.wait_for(timeout=scaled(CELL_MS))
    assert drawn.get_attribute("alt")


def test_the_work_is_still_there_when_the_page_is_loaded_again(page, site):
    page.keyboard.press("Control+s")
    page.locator(".jp-NotebookCheckpoint", has_text="Last Checkpoint").first.wait_for(timeout=scaled(CELL_MS))
    page.reload()
    assert "np.expm1(np.minimum(z, 0))" in _cell(page, "def elu(").inner_text()
    page.locator(".verdict", has_text="passed").first.wait_for(timeout=scaled(CELL_MS))
