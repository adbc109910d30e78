"""Random weights in the place of those that a module has, as its layers draw them when they are made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import torch

from ...errors import VidcompressError

if TYPE_CHECKING:
    from torch import nn

_SMALL = 0.02
"""Standard deviation of tables that their family begins at zero: what is zero in a matrix stays zero in training."""


def begin_anew(module: nn.Module, seed: int) -> None:
    """Draws all weights that learn anew, in place.

    What somebody froze stays as it is, where not all is frozen; weights of matrices that are zero, pruned ones, stay
    zero.

    Args:
        seed: of what is drawn; nobody else's random numbers change.

    Raises:
        VidcompressError: a part of it does not say how its weights are drawn.
    """
    frozen = _frozen(module)
    device = next(module.parameters()).device
    # Drawn where numbers are the same on every machine.
    before = {name: each.detach().clone() for name, each in _tensors(module.cpu())}
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        for reset in _resets(module, frozen):
            reset()
        for name, each in _tensors(module):
            if name in frozen:
                each.copy_(before[name])
        for name, parameter in module.named_parameters():
            if name not in frozen and parameter.ndim > 1:
                _drawn(name, parameter, before[name])
    module.to(device)


def _drawn(name: str, parameter: torch.Tensor, before: torch.Tensor) -> None:
    """Refuses a matrix that nothing drew; what was pruned of it stays so."""
    if parameter.equal(before):
        raise VidcompressError(_refusal(name))
    if before.any():
        parameter.masked_fill_(before == 0, 0)


def _tensors(module: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    return chain(module.named_parameters(), module.named_buffers())


def _frozen(module: nn.Module) -> Collection[str]:
    """Names of what stays: parameters that are frozen, and buffers of parts that have nothing that learns."""
    learned = {name for name, each in module.named_parameters() if each.requires_grad}
    if not learned:
        return ()
    fixed = {name for name, _ in module.named_parameters()} - learned
    for place, part in module.named_modules():
        if not any(each.requires_grad for each in part.parameters()):
            fixed |= {_dotted(place, name) for name, _ in part.named_buffers(recurse=False)}
    return fixed


def _resets(module: nn.Module, frozen: Collection[str]) -> Iterator[Callable[[], object]]:
    """What draws the weights of each part that has some of its own."""
    of_family = getattr(module, "_init_weights", None)
    for place, part in module.named_modules():
        own = dict(part.named_parameters(recurse=False))
        drawn = [name for name in own if _dotted(place, name) not in frozen]
        reset = getattr(part, "reset_parameters", None)
        if not drawn:
            continue
        if callable(reset):
            yield reset
        elif callable(of_family):
            yield lambda part=part: _draw_as_family(part, of_family)
        else:
            raise VidcompressError(_refusal(_dotted(place, drawn[0])))


def _draw_as_family(part: nn.Module, draw: Callable[[nn.Module], object]) -> None:
    """Draws the tables of a part as transformers has it, and those that it begins at zero at small numbers."""
    before = [(each, each.clone()) for each in part.parameters(recurse=False)]
    for each, _ in before:
        # It draws nothing anew that it has marked as drawn.
        vars(each).pop("_is_hf_initialized", None)
    draw(part)
    for each, old in before:
        if each.ndim > 1 and (each.equal(old) or not each.any()):
            each.normal_(0, _SMALL)


def _refusal(name: str) -> str:
    return (
        f"nothing says how {name} of the model is drawn: give its part a method reset_parameters, or leave out"
        " start=scratch and parallel="
    )


def _dotted(place: str, name: str) -> str:
    return f"{place}.{name}".lstrip(".")
