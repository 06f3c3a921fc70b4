"""A real Jupyter server for tests: started on a free port, ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from autograder.course import ROOT
from tests.support.speed import scaled

SECONDS = 120


@contextlib.contextmanager
def jupyter_server(folder: Path) -> Iterator[str]:
    """JupyterLab, with nbgrader's extensions, in a folder: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--no-browser", "--allow-root"]
    options += ["--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.news_url="]
    options += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with tempfile.TemporaryDirectory() as settings:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": settings, "PATH": path}
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/api/status", server)
            yield address
        finally:
            _end(server)


def _end(server: subprocess.Popen) -> None:
    """End a server; one whose kernel is being restarted may not listen."""
    server.terminate()
    try:
        server.wait(timeout=scaled(10))
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + scaled(SECONDS)
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=scaled(5))
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("JupyterLab did not start")
