"""Blocks that compute what a block of the original does, with tokens that lie otherwise: how the two are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch


@runtime_checkable
class OtherLayout(Protocol):
    """A block of a rewritten model; one without these takes and gives what the original's does."""

    def taking(self, tokens: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What it is called with where the original's block is called with `tokens`, `(B, N, D)`."""
        ...

    def comparable(self, own: Any, original: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What of its output is the same function as what of the original's, `(B, N, D)`, both in one shape."""
        ...
