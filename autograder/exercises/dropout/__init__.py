"""Exercises of `4_avoiding_overfitting/2_dropout`: dropout, its gradient, its moments, its relatives.

The noise is an argument: u is uniform on [0, 1), and a value is kept where u >= p. So every kernel is exact. The
references run PyTorch's own functions with their Bernoulli draw replaced by these decisions (`drawn`).
"""

from __future__ import annotations

from functools import cache

NOTEBOOK = "4_avoiding_overfitting/2_dropout"

ORDER = ("dropout", "dropout_backward", "dropout_moments", "dropout_channels", "mc_dropout", "alpha_dropout")

UNEQUAL = (0.1, 0.2, 0.35, 0.7, 0.8)
"""Values of p for which p and 1 - p differ clearly."""


@cache
def _drawn_class():
    """The class behind `drawn`; made on first use, since it needs PyTorch."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Drawn(TorchDispatchMode):
        """Replaces what PyTorch draws by given decisions."""

        def __init__(self, kept):
            super().__init__()
            self.kept = kept

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            if function.overloadpacket is torch.ops.aten.bernoulli_:
                if args[0].shape != self.kept.shape:
                    raise ValueError(f"PyTorch draws {tuple(args[0].shape)}, not {tuple(self.kept.shape)}")
                return args[0].copy_(self.kept)
            if function is torch.ops.aten.native_dropout.default:  # CUDA: drawn and multiplied in one operation
                x, p = args[:2]
                return torch.ops.aten.native_dropout_backward(x, self.kept, 1 / (1 - p)), self.kept
            return function(*args, **(kwargs or {}))

    return Drawn


def drawn(kept):
    """A context in which PyTorch's dropout functions keep what `kept` says. kept: a bool tensor."""
    return _drawn_class()(kept)
