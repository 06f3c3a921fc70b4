"""What a person sees: the released notebook in JupyterLab, with a wrong and with a right answer typed into it."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

NOTEBOOK = "1_training_problems/3c_elu_and_selu.ipynb"
WRONG = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)"
RIGHT = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))"
USES_TORCH = (
    "import torch\n\ndef elu(z, alpha=1.0):\n    return torch.nn.functional.elu(torch.as_tensor(z), alpha).numpy()"
)
ATTEMPTS, PAUSE_MS = 1200, 200
ATTEMPTS_TO_PLAY = 20


@pytest.fixture(scope="module")
def notebook(page, jupyterlab):
    """The released notebook, opened, its first code cell run."""
    page.goto(f"{jupyterlab}/doc/tree/{NOTEBOOK}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    _run(page, "from autograder import check")
    return page


def _cell(page, text: str):
    """The first code cell that holds a text."""
    return page.locator(".jp-CodeCell", has_text=text).first


def _activate(page, text: str):
    """The code cell that holds a text, once it is the one that the keys go to: as outputs come in, cells move."""
    cell = _cell(page, text)
    for _ in range(ATTEMPTS):
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").first.click()
        if "jp-mod-active" in cell.get_attribute("class"):
            return cell
        page.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"the cell with {text!r} did not become the active one")


def _run(page, text: str) -> None:
    """Run the code cell that holds a text until it has a new number: what is sent to a starting kernel may be lost."""
    number = _cell(page, text).locator(".jp-InputPrompt").first
    before = number.inner_text()
    for _ in range(ATTEMPTS):
        if number.inner_text() in (before, "[ ]:"):
            _activate(page, text)
            page.keyboard.press("Control+Enter")
        page.wait_for_timeout(PAUSE_MS)
        if re.fullmatch(r"\[\d+\]:", number.inner_text()) and number.inner_text() != before:
            return
    raise AssertionError(f"the cell with {text!r} did not run: {number.inner_text()}")


def _type_and_check(page, source: str) -> None:
    """Replace the ELU cell by a source, run it and the test cell below it."""
    _activate(page, "def elu(")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    _run(page, "def elu(")
    _run(page, "check(elu)")


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


def test_an_elu_that_uses_torch_is_told_what_grading_lacks(notebook):
    _type_and_check(notebook, USES_TORCH)
    report = notebook.locator(
        ".verdict", has_text="torch is not available while grading: the exercises are in NumPy"
    ).first
    report.wait_for()
    assert "0 of 6 points" in report.inner_text()
    assert "in your line 4: return torch.nn" in report.inner_text()
    _screenshot(notebook, "torch_check")


def test_the_right_elu_passes(notebook):
    _type_and_check(notebook, RIGHT)
    notebook.locator(".verdict", has_text="passed").first.wait_for()
    _screenshot(notebook, "passing_check")


def test_no_verdict_is_wider_than_the_page(notebook):
    width = notebook.evaluate("document.querySelector('.verdict').scrollWidth")
    assert width <= notebook.evaluate("document.querySelector('.jp-Notebook').clientWidth")


SELU = (
    "def selu(z):\n    alpha, scale = 1.6732632423543772, 1.0507009873554805\n"
    "    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))"
)


@pytest.fixture(scope="module")
def played(notebook):
    """The picture of SELU's staircase, drawn with the student's own function, once it has followed a first move.

    anywidget gives a widget two seconds to begin; on a busy machine that takes more than one attempt.
    """
    _activate(notebook, "def selu(")
    notebook.keyboard.press("Control+a")
    notebook.keyboard.insert_text(SELU)
    _run(notebook, "def selu(")
    for _ in range(ATTEMPTS_TO_PLAY):
        _run(notebook, "lab.play_selu(selu)")
        notebook.locator(".play-panels svg").first.wait_for()
        notebook.locator(".play input[type=range]").last.press("Home")
        with contextlib.suppress(Exception):
            notebook.locator(".play[data-answered]").first.wait_for(timeout=20_000)
            return notebook
    raise AssertionError("the picture did not come alive")


def test_a_slider_is_moved_by_the_keyboard_and_the_picture_follows(played):
    slider = played.locator(".play input[type=range]").first
    slider.focus()
    said = played.locator(".play-says").inner_text()
    played.keyboard.press("PageUp")
    played.wait_for_function("(said) => document.querySelector('.play-says').textContent !== said", arg=said)
    assert slider.evaluate("(node) => node === document.activeElement")
    assert "after 60 layers" in played.locator(".play-says").inner_text()


def test_a_point_is_dragged_and_the_picture_follows(played):
    point = played.locator(".play circle.handle").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = float(point.get_attribute("aria-valuenow"))
    played.mouse.move(x, y)
    played.mouse.down()
    played.mouse.move(x + 60, y, steps=4)
    played.mouse.up()
    played.wait_for_function("(x) => +document.querySelector('.play circle.handle').ariaValueNow > 1.2 * x", arg=before)


def test_the_still_gives_way_to_the_moving_picture_in_its_own_output(played):
    figure = played.locator("figure[data-play]").first
    assert not figure.locator("img").is_visible()
    assert figure.locator(".play").is_visible()
    cell = _cell(played, "lab.play_selu(selu)")
    assert cell.locator(".jupyter-widgets").count() == 0


def test_without_its_kernel_the_still_is_back_in_its_place(played):
    """As when the notebook is closed and opened again: what is stored is the still alone."""
    played.locator("[data-jp-item-name='restart']").first.click()
    played.locator(".jp-Dialog-button.jp-mod-accept").click()
    played.wait_for_function("() => !document.querySelector('.play')")
    assert played.locator("figure[data-play] img").first.is_visible()
    assert "model not found" not in played.locator(".jp-Notebook").inner_text()
