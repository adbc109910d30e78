"""A convolution that may be gated, and who reads what it gives. Light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Site:
    """By dotted names in the model."""

    convolution: str
    """Of one group, so that its filters can be had one by one."""
    norm: str
    """Right behind it."""
    activation: str = ""
    """The ReLU right behind that, of nobody else; empty where there is none."""
    rows: tuple[str, ...] = ()
    """Parts that hold something for each of its channels, besides the norm."""
    columns: tuple[str, ...] = ()
    """Layers that mix its channels. Empty where they are added to others, so that their order has to stay."""


@dataclass(frozen=True)
class GatedFamily:
    """What is gated of models of one class."""

    of: str
    """Name of the class."""
    sites: Callable[[Any], tuple[Site, ...]]
    """A model of it -> its convolutions, in the order in which they run."""
