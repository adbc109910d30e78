"""Between a model and whoever runs it: example pixels for its profile, eval mode, and the logits in whatever
it returns.

Heavy: imports torch.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from ..errors import VidcompressError

if TYPE_CHECKING:
    from ..clips.profile import Profile

_KEYS = ("logits", "out")
"""What dictionaries call logits: transformers the first, torchvision the second."""


def example_pixels(profile: Profile, seed: int | None = None) -> torch.Tensor:
    """One view of a clip, float32 and contiguous: `(1, T, 3, H, W)`, or `(1, 3, T, H, W)` for layout `BCTHW`.

    Args:
        profile: its `frames`, `size` and `layout` are used.
        seed: of normal noise; None for zeros.
    """
    shape = (1, profile.frames, 3, profile.size, profile.size)
    noise = None if seed is None else torch.Generator().manual_seed(seed)
    pixels = torch.zeros(shape) if noise is None else torch.randn(shape, generator=noise)
    return pixels.transpose(1, 2).contiguous() if profile.layout == "BCTHW" else pixels


def logits_from(output: Any) -> torch.Tensor:
    """The logits `(B, labels)` in what a model returned.

    Args:
        output: a tensor or an array; an object with `.logits`, as transformers' models return; a dictionary with
            `logits` (transformers) or `out` (torchvision), or with a single entry; a tuple or list that begins with
            them (transformers with `return_dict=False`, ONNX Runtime); rows of numbers.

    Raises:
        VidcompressError: it is none of these.
    """
    if isinstance(output, torch.Tensor):
        return output
    try:
        logits = _unpacked(output)
        return logits if isinstance(logits, torch.Tensor) else torch.as_tensor(logits)
    except (TypeError, ValueError, RuntimeError):
        raise VidcompressError(
            f"the model returned {_described(output)}; expected logits of shape (B, labels): a tensor or an array, an"
            " object or a dictionary with 'logits', or a tuple that begins with them"
        ) from None


class Logits(nn.Module):
    """A module that returns its logits and nothing else, whatever they come in: for exporters and compilers.

    Args:
        module: pixels -> anything that `logits_from` reads.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`."""
        return logits_from(self.module(pixels))


def _unpacked(output: Any) -> Any:
    """What of an output is taken for its logits."""
    if hasattr(output, "logits"):
        return output.logits
    if isinstance(output, Mapping):
        entries: Mapping[Any, Any] = output
        key = next((key for key in _KEYS if key in entries), None)
        if key is None and len(entries) == 1:
            key = next(iter(entries))
        return output if key is None else entries[key]
    if isinstance(output, tuple | list) and output:
        rows: tuple[Any, ...] = tuple(output)
        if getattr(rows[0], "ndim", 0) > 1:
            return rows[0]
        if len({getattr(row, "shape", None) for row in rows} - {None}) == 1:
            return torch.stack([torch.as_tensor(row) for row in rows])
    return output


def _described(output: Any) -> str:
    kind = type(output).__name__
    if isinstance(output, Mapping):
        entries: Mapping[Any, Any] = output
        return f"a {kind} of {', '.join(map(repr, entries)) or 'nothing'}"
    if isinstance(output, tuple | list):
        rows: tuple[Any, ...] = tuple(output)
        return f"a {kind} of {', '.join(dict.fromkeys(type(row).__name__ for row in rows)) or 'nothing'}"
    return "None" if output is None else f"a {kind}"


@contextmanager
def evaluating(target: object) -> Generator[None]:
    """Keeps a module in eval mode, and puts it back as it was: dropout would make every number random."""
    training = [m for m in target.modules() if m.training] if isinstance(target, nn.Module) else []
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
