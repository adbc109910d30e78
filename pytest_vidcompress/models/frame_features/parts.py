"""Backbones and aggregators by their names, built as a configuration says. Heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any

from torch import nn

from ...errors import VidcompressError
from .conv_backbone import ConvBackbone
from .efficientnet_lite import EfficientNetLite0
from .h_rnn import HRNN
from .netvlad import NetVLAD
from .nextvlad import NeXtVLAD

Make = Callable[..., nn.Module]
BACKBONES: Mapping[str, Make] = MappingProxyType(
    {"conv": ConvBackbone, "efficientnet-lite0": EfficientNetLite0}
)
"""Each maps frames `(B, 3, H, W)` to features `(B, N)`, and says N as `size`."""
AGGREGATORS: Mapping[str, Make] = MappingProxyType({"hrnn": HRNN, "netvlad": NetVLAD, "nextvlad": NeXtVLAD})
"""Each is built for N, maps features `(B, T, N)` of any T to vectors `(B, E)`, and says E as `size`."""
_MOST = 1 << 16


def backbone_of(said: Mapping[str, Any]) -> nn.Module:
    """The backbone that a configuration says.

    Raises:
        VidcompressError: there is none such, or it cannot be built so.
    """
    return _made("backbone", BACKBONES, said)


def aggregator_of(said: Mapping[str, Any], features: int) -> nn.Module:
    """The aggregator that a configuration says, of so many features; likewise."""
    return _made("aggregator", AGGREGATORS, said, features)


def _made(kind: str, known: Mapping[str, Make], said: Mapping[str, Any], *given: int) -> nn.Module:
    name = str(said.get("name"))
    if name not in known:
        raise VidcompressError(f"unknown {kind} {name!r:.60}: expected one of {', '.join(known)}")
    arguments = {key: value for key, value in said.items() if key != "name"}
    takes = [*signature(known[name]).parameters.values()][len(given) :]
    for key, value in arguments.items():
        _refuse(f"{kind} {name!r}", key, value, {each.name: each for each in takes})
    try:
        return known[name](*given, **arguments)
    except (TypeError, ValueError, RuntimeError) as error:  # as torch has it
        raise VidcompressError(f"{kind} {name!r} cannot be built of {arguments!r:.200}: {error}") from None


def _refuse(where: str, key: str, value: Any, takes: Mapping[str, Parameter]) -> None:
    """Raises VidcompressError for an argument that there is not, or of another kind than its default."""
    if key not in takes:
        raise VidcompressError(f"{where} has no {key!r:.60}: it takes {', '.join(takes) or 'nothing'}")
    default = takes[key].default
    if isinstance(default, float):
        right, expected = _is_share(value), "a number of 0 to 1"
    elif isinstance(default, int):
        right, expected = _is_count(value), f"a whole number of 1 to {_MOST:,}"
    else:
        right = isinstance(value, list | tuple) and bool(value) and all(map(_is_count, value))
        expected = f"whole numbers of 1 to {_MOST:,}"
    if not right:
        raise VidcompressError(f"{where} cannot have {key}={value!r:.60}: expected {expected}")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
