"""The sandbox that the tests of grading use: the real one where it is to be had. The header of a run says which."""

from __future__ import annotations

import functools
import os

from autograder.sandbox.available import VARIABLE, NoSandbox, chosen


@functools.cache
def why_there_is_no_sandbox() -> str:
    """Why this machine has no sandbox; "" where it has one."""
    try:
        chosen("bubblewrap")
    except NoSandbox as reason:
        return str(reason)
    return ""


def use_the_sandbox_or_say_that_there_is_none() -> str:
    """Let the tests, and the commands they start, go on without a sandbox where there is none. Gives a line on it."""
    if os.environ.get(VARIABLE):
        return f"sandbox: {os.environ[VARIABLE]}, as {VARIABLE} says"
    reason = why_there_is_no_sandbox()
    if reason:
        os.environ[VARIABLE] = "none"
        return f"sandbox: none. {reason}"
    return "sandbox: bubblewrap"
