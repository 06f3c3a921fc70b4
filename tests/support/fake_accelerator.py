"""A make-believe accelerator, for machines without one: it computes on the CPU and keeps PyTorch's rules for devices.

Tensors made with `device="cuda"` live on it. What is computed from them stays there, mixing them with the CPU's tensors
is PyTorch's own error, and their numbers come back through `.cpu()` alone: a reference that makes a tensor without its
`device=` fails here as it would on a GPU. To PyTorch it is the device "meta", the only other one that is always there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

NAMES = ("cuda", "meta")
MOVING = ("aten::_to_copy", "aten::copy_")
MIXED = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! (in {})"


class OnAccelerator(torch.Tensor):
    """A tensor on the accelerator: `host` holds its numbers, which nothing outside this module looks at."""

    @staticmethod
    def __new__(cls, host: torch.Tensor) -> OnAccelerator:
        return torch.Tensor._make_wrapper_subclass(
            cls,
            host.shape,
            strides=host.stride(),
            storage_offset=host.storage_offset(),
            dtype=host.dtype,
            device=torch.device("meta"),
            requires_grad=host.requires_grad,
        )

    def __init__(self, host: torch.Tensor) -> None:
        self.host = host

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return _compute(function, args, kwargs or {})


def _is_accelerator(device: Any) -> bool:
    return device is not None and torch.device(device).type in NAMES


def _compute(function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Run one of PyTorch's basic operations where its tensors are."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    here = [tensor for tensor in tensors if isinstance(tensor, OnAccelerator)]
    name = function.name()
    moves = name.startswith(MOVING)
    if here and not moves and any(tensor.dim() for tensor in tensors if not isinstance(tensor, OnAccelerator)):
        raise RuntimeError(MIXED.format(name))
    found = function(*tree_map(_on_host, args), **tree_map(_on_host, kwargs))
    for tensor in here:
        if found is tensor.host:
            return tensor
    stays = _is_accelerator(kwargs["device"]) if kwargs.get("device") is not None else bool(here)
    return tree_map(lambda leaf: OnAccelerator(leaf) if stays and isinstance(leaf, torch.Tensor) else leaf, found)


def _on_host(leaf: Any) -> Any:
    if isinstance(leaf, OnAccelerator):
        return leaf.host
    return torch.device("cpu") if isinstance(leaf, torch.device) else leaf


class _Operations(TorchDispatchMode):
    """Sees tensors made from nothing: `torch.zeros(3, device=x.device)`."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        return _compute(function, args, kwargs or {})


class _Constructors(TorchFunctionMode):
    """Sees tensors made from data, and the few ways to read one that PyTorch does not allow on tensors of our own."""

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function in (torch.tensor, torch.as_tensor) and _is_accelerator(kwargs.get("device")):
            return OnAccelerator(function(*args, **{**kwargs, "device": "cpu"}))
        if function is torch.Tensor.tolist and isinstance(args[0], OnAccelerator):
            return args[0].host.tolist()
        if function is torch.Tensor.cpu and isinstance(args[0], OnAccelerator):
            found = function(*args, **kwargs)
            return found * (1 + self.deviation) if found.is_floating_point() else found
        return function(*args, **kwargs)


@contextlib.contextmanager
def fake_accelerator(deviation: float = 0.0) -> Iterator[None]:
    """While this lasts, `device="cuda"` is the make-believe accelerator.

    deviation: a relative error of everything that comes back from it.
    """
    with _Constructors(deviation), _Operations():
        yield


def install(monkeypatch: Any, device: str = "cuda", deviation: float = 0.0) -> list[str]:
    """Let the judge find the make-believe accelerator under a device's name.

    Returns a list that grows by the device's name each time its memory is given back.
    """
    from autograder.judge import devices, expectations

    given_back: list[str] = []
    reference: Callable[..., Any] = expectations.reference

    def there(exercise, case, where):
        if where == "cpu":
            return reference(exercise, case, where)
        with fake_accelerator(deviation):
            return reference(exercise, case, "cuda")

    monkeypatch.setattr(devices, "present", lambda: ("cpu", device))
    monkeypatch.setattr(devices, "give_memory_back", lambda where: given_back.append(where))
    monkeypatch.setattr(devices, "hardware", lambda where: {"name": f"a make-believe {where}"})
    monkeypatch.setattr(expectations, "reference", there)
    return given_back
