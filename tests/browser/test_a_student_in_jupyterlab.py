"""What a person sees: the released notebook in JupyterLab, with a wrong and with a right answer typed into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

NOTEBOOK = "1_training_problems/3c_elu_and_selu.ipynb"
WRONG = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)"
RIGHT = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))"


@pytest.fixture(scope="module")
def notebook(page, jupyterlab):
    """The released notebook, opened, its first code cell run."""
    page.goto(f"{jupyterlab}/doc/tree/{NOTEBOOK}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    _cell(page, "from autograder import check").click()
    page.keyboard.press("Shift+Enter")
    return page


def _cell(page, text: str):
    """The first code cell that holds a text, scrolled into view."""
    cell = page.locator(".jp-CodeCell", has_text=text).first
    cell.scroll_into_view_if_needed()
    return cell.locator(".cm-content").first


def _type_and_check(page, source: str) -> None:
    """Replace the ELU cell by a source, run it and the test cell below it."""
    _cell(page, "def elu(").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")


def _screenshot(page, name: str) -> None:
    """Keep a picture of the report where SCREENSHOTS names a folder."""
    if "SCREENSHOTS" in os.environ:
        cell = page.locator(".jp-CodeCell", has=page.locator(".verdict")).first
        cell.screenshot(path=Path(os.environ["SCREENSHOTS"]) / f"{name}.png")


def test_a_wrong_elu_gets_a_report_that_names_the_mistake(notebook):
    _type_and_check(notebook, WRONG)
    report = notebook.locator(".verdict", has_text="not yet").first
    report.wait_for()
    text = report.inner_text()
    assert "other alpha" in text
    assert "alpha forgotten" in text
    assert "expected" in text and "yours" in text
    _screenshot(notebook, "failing_check")


def test_the_error_below_the_report_is_one_line(notebook):
    error = notebook.locator(
        ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']", has_text="NotYet"
    ).first
    error.wait_for()
    assert len(error.inner_text().strip().split("\n")) == 1


def test_the_right_elu_passes(notebook):
    _type_and_check(notebook, RIGHT)
    notebook.locator(".verdict", has_text="passed").first.wait_for()
    _screenshot(notebook, "passing_check")


def test_no_verdict_is_wider_than_the_page(notebook):
    width = notebook.evaluate("document.querySelector('.verdict').scrollWidth")
    assert width <= notebook.evaluate("document.querySelector('.jp-Notebook').clientWidth")
