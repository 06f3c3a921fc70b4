"""The devices that the PyTorch references run on."""

from __future__ import annotations

from functools import cache

KNOWN = ("cpu", "cuda", "mps")


@cache
def present() -> tuple[str, ...]:
    """The devices of this machine, the CPU first. Loads PyTorch and switches reduced precision (TF32) off."""
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
    """The devices to compare on: all that are present, or the CPU and those asked for.

    Raises ValueError, with what is there, for a device that is unknown or absent.
    """
    if devices is None:
        return present()
    for device in devices:
        if device not in KNOWN:
            raise ValueError(f"there is no device called {device!r}: choose from {', '.join(KNOWN)}")
        if device not in present():
            raise ValueError(f"the device {device!r} is not on this machine; present: {', '.join(present())}")
    return tuple(device for device in KNOWN if device == "cpu" or device in devices)


def status(devices: tuple[str, ...]) -> dict[str, str]:
    """For every known device: "present", "absent" or "not asked for"."""

    def one(device: str) -> str:
        if device in devices:
            return "present"
        return "not asked for" if device in present() else "absent"

    return {device: one(device) for device in KNOWN}


def supports(device: str, dtype: str) -> bool:
    """Whether a device computes in a dtype. MPS has no float64, which is also what whole numbers are computed in."""
    return not (device == "mps" and (dtype == "float64" or "int" in dtype))
