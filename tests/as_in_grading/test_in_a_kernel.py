"""`check` in a real kernel: what only a kernel can do."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

from autograder.course import ROOT
from tests.support.speed import scaled, wait_until

SECONDS = 120
PATIENT = (
    "import numpy as np\nfrom autograder import as_in_grading, check, student_check\n"
    "student_check.read_settings = lambda: as_in_grading.Settings(call_seconds=3600.0)"
)
NO_END = "def relu(z):\n    open('started', 'w').close()\n    while True:\n        z = z"
RIGHT = "def relu(z):\n    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)"


class Kernel:
    """A kernel to which cells are sent as JupyterLab sends them: with their ids."""

    def __init__(self, manager: KernelManager, client) -> None:
        self.manager, self.client = manager, client

    def begin(self, cell: str, source: str) -> str:
        """Send a cell. Returns the id of the message."""
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def shown(self, message: str) -> str:
        """All that the cell of a message shows, once it has ended."""
        texts = []
        while True:
            reply = self.client.get_iopub_msg(timeout=scaled(SECONDS))
            content = reply["content"]
            if reply["parent_header"].get("msg_id") != message:
                continue
            if content.get("execution_state") == "idle":
                return "\n".join(texts)
            texts += [content.get("text", ""), content.get("data", {}).get("text/plain", "")]
            texts += content.get("traceback", [])

    def run(self, cell: str, source: str) -> str:
        return self.shown(self.begin(cell, source))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the kernel works."""
    return tmp_path_factory.mktemp("kernel")


@pytest.fixture(scope="module")
def kernel(folder) -> Iterator[Kernel]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    manager, client = start_new_kernel(startup_timeout=scaled(SECONDS), cwd=str(folder), env=environment)
    kernel = Kernel(manager, client)
    kernel.run("setup", PATIENT)
    yield kernel
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_who_interrupts_a_function_without_end_gets_a_report(kernel, folder):
    kernel.run("relu", NO_END)
    message = kernel.begin("relu_test", "check(relu)")
    assert wait_until((folder / "started").exists)
    kernel.manager.interrupt_kernel()
    shown = kernel.shown(message)
    assert "relu did not return: you stopped it after " in shown
    assert "s, in your line " in shown and "The call was relu(z=" in shown
    assert "Traceback" not in shown
    assert "NotYet: relu: you stopped it after" in shown


def test_the_kernel_goes_on_with_what_is_right_and_with_its_own_names(kernel):
    kernel.run("relu", RIGHT)
    assert "5 of 5 points" in kernel.run("relu_test", "check(relu)")
    assert "'check', 'numpy', False" in kernel.run("own", "check.__name__, np.__name__, 'no_input' in repr(input)")


def test_a_function_whose_cell_now_defines_another_is_no_more(kernel):
    kernel.run("relu", RIGHT)
    kernel.run("relu", RIGHT.replace("relu", "my_relu"))
    assert "NotYet: there is no function called relu any more" in kernel.run("relu_test", "check(relu)")
    kernel.run("elsewhere", RIGHT)
    assert "5 of 5 points" in kernel.run("relu_test", "check(relu)")
