"""Where the tensors of a module go while it runs: which functions take them, and which parts.

Hooks see calls of modules alone. That a tensor goes nowhere else, not into a residual connection either, only the
functions tell that take it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

_RELU = frozenset({"relu", "relu_"})


@dataclass(frozen=True)
class Call:
    """One call of a function of torch that takes tensors and gives some. Tensors go by numbers."""

    function: str
    """Its name, such as `conv3d`."""
    takes: tuple[int, ...]
    """The tensors among its arguments, in their order."""
    gives: tuple[int, ...]
    shapes: tuple[torch.Size, torch.Size]
    """Of the first that it takes, and of the first that it gives."""
    arguments: tuple[Any, ...]
    """As they were given, None in the place of tensors; the last is a dictionary of those given by name."""


@dataclass(frozen=True)
class Run:
    """One call of a part of a module. Tensors go by numbers."""

    name: str
    """Dotted; that of the module itself is empty."""
    takes: int
    """Its first argument."""
    gives: int


@dataclass
class Dataflow:
    """One run of a module, in the order of its calls."""

    calls: list[Call] = field(default_factory=list[Call])
    runs: list[Run] = field(default_factory=list[Run])
    returned: tuple[int, ...] = ()
    """The tensors that the module returned."""
    _numbers: dict[int, tuple[weakref.ref[torch.Tensor], int]] = field(
        default_factory=dict[int, tuple[weakref.ref[torch.Tensor], int]]
    )
    _next: Iterator[int] = field(default_factory=count)

    def number(self, tensor: torch.Tensor) -> int:
        """What a tensor goes by: no two have one number, though one may be where another was."""
        there = self._numbers.get(id(tensor))
        if there is None or there[0]() is not tensor:
            there = self._numbers[id(tensor)] = weakref.ref(tensor), next(self._next)
        return there[1]

    def takers(self, tensor: int) -> Sequence[Call]:
        """The functions that take a tensor."""
        return [call for call in self.calls if tensor in call.takes]

    def is_rectified(self, name: str) -> bool:
        """Does all that a part gives go through ReLU, and nowhere else?"""
        given = [self.takers(run.gives) for run in self.runs_of(name)]
        return (
            bool(given)
            and all(calls and calls[0].function in _RELU for calls in given)
            and all(len(calls) == 1 or calls[0].gives[0] in calls[0].takes for calls in given)
        )

    def runs_of(self, name: str) -> Sequence[Run]:
        """The calls of a part."""
        return [run for run in self.runs if run.name == name]


@torch.no_grad()
def dataflow(module: nn.Module, pixels: torch.Tensor) -> Dataflow:
    """Runs a module once, and notes what it does with its tensors; keeps none of them alive.

    Nothing is noted of a module that has scripted or compiled parts: what happens in those nobody sees.

    Args:
        module: in eval mode.
        pixels: as it takes them.
    """
    flow = Dataflow()
    if any(
        isinstance(part, torch.jit.ScriptModule) or hasattr(part, "_orig_mod") for part in module.modules()
    ):
        return flow
    with ExitStack() as hooks, _Watch(flow):
        for name, part in module.named_modules():
            hooks.callback(part.register_forward_hook(_hook(flow, name)).remove)
        output = module(pixels)
    flow.returned = _numbers(flow, output)
    return flow


class _Watch(TorchFunctionMode):
    """Notes calls of functions."""

    def __init__(self, flow: Dataflow) -> None:
        super().__init__()
        self._flow = flow

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = (*args, dict(kwargs or {}))
        taken = _tensors(given)
        takes = _numbers(self._flow, taken)  # before the call, which may change them in place
        result = func(*args, **(kwargs or {}))
        made = _tensors(result)
        if taken and made:
            call = Call(
                function=getattr(func, "__name__", str(func)),
                takes=takes,
                gives=_numbers(self._flow, made),
                shapes=(taken[0].shape, made[0].shape),
                arguments=tree_map(lambda leaf: None if isinstance(leaf, torch.Tensor) else leaf, given),
            )
            self._flow.calls.append(call)
        return result


def _tensors(values: Any) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(values) if isinstance(leaf, torch.Tensor)]


def _numbers(flow: Dataflow, values: Any) -> tuple[int, ...]:
    return tuple(map(flow.number, _tensors(values)))


def _hook(flow: Dataflow, name: str) -> Callable[..., None]:
    def note(_: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        if inputs and isinstance(inputs[0], torch.Tensor) and isinstance(output, torch.Tensor):
            flow.runs.append(Run(name, flow.number(inputs[0]), flow.number(output)))

    return note
