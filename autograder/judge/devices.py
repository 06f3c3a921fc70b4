"""The devices that the PyTorch references run on."""

from __future__ import annotations

import contextlib
import platform
import subprocess
from collections.abc import Collection
from functools import cache
from pathlib import Path

from autograder.exercises.recorded import pytorch_is_here
from autograder.judge.verdict import DeviceStatus

KNOWN = ("cpu", "cuda", "mps")


class DeviceError(Exception):
    """A device that is present cannot compute: no memory left, a driver too old for this PyTorch, ...

    The message is one line; `device` is its name.
    """

    def __init__(self, device: str, problem: Exception) -> None:
        self.device = device
        first = str(problem).strip().split("\n")[0].rstrip(".")[:200] or type(problem).__name__
        super().__init__(f"PyTorch cannot compute on the device {device!r} here: {first}")


@cache
def present() -> tuple[str, ...]:
    """Return the devices of this machine, the CPU first. Loads PyTorch and switches reduced precision (TF32) off.

    Without PyTorch it is the CPU, on which its answers were recorded.
    """
    if not pytorch_is_here():
        return ("cpu",)
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return tuple(found)


def chosen(devices: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Return the devices to compare on: all that are present, or the CPU and those asked for.

    Raises ValueError, with those that are present, for a device that is unknown or absent.
    """
    if devices is None:
        return present()
    for device in devices:
        if device not in KNOWN:
            raise ValueError(f"there is no device called {device!r}: choose from {', '.join(KNOWN)}")
        if device not in present():
            raise ValueError(f"the device {device!r} is not on this machine; present: {', '.join(present())}")
    return tuple(device for device in KNOWN if device == "cpu" or device in devices)


def status(devices: tuple[str, ...], failed: Collection[str] = ()) -> dict[str, DeviceStatus]:
    """Say of every known device whether it takes part; "failed" are those that could not compute."""

    def one(device: str) -> DeviceStatus:
        if device in failed:
            return "failed"
        if device in devices:
            return "present"
        return "not asked for" if device in present() else "absent"

    return {device: one(device) for device in KNOWN}


def supports(device: str, dtype: str) -> bool:
    """Whether a device computes in a dtype. MPS has no float64, which is also what whole numbers are computed in."""
    return not (device == "mps" and (dtype == "float64" or "int" in dtype))


def give_memory_back(device: str) -> None:
    """Free the memory that PyTorch keeps for later on an accelerator, for the work of others."""
    import torch

    getattr(torch, device).empty_cache()


def hardware(device: str) -> dict[str, str]:
    """Return a device's name and, where it has one, the version of its driver."""
    import torch

    if device == "cuda":
        capability = ".".join(map(str, torch.cuda.get_device_capability()))
        return {"name": torch.cuda.get_device_name(), "capability": capability, "cuda": str(torch.version.cuda)}
    if device == "mps":
        return {"name": f"{_processor()}, GPU", "macos": platform.mac_ver()[0]}
    return {"name": _processor(), "instructions": torch.backends.cpu.get_cpu_capability()}


def _processor() -> str:
    """Return the processor's name as Linux or macOS give it, else its architecture."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    return platform.machine()
