"""A real JupyterLab and a real browser: Chromium of the system, without a window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from autograder.course import ROOT
from tests.support.jupyter_server import jupyter_server

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="module")
def page() -> Iterator:
    """A page in a fresh browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 1300})
        page.set_default_timeout(120_000)
        yield page
        browser.close()


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the release."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "release", folder, dirs_exist_ok=True)
    with jupyter_server(folder) as address:
        yield address
