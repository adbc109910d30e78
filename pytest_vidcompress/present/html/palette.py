"""The colours of the page, by name, on light and on dark: its style sheet and its plots take them from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...measure.profile.operator_kinds import OTHER, OUTSIDE

PALETTE: Mapping[str, tuple[str, str]] = {
    "page": ("#f6f7f9", "#0e1217"),
    "card": ("#ffffff", "#171c23"),
    "ink": ("#1a1f26", "#e8ebef"),
    "quiet": ("#565f6b", "#9fa9b5"),
    "line": ("#d9dee5", "#303945"),
    "soft": ("#eef1f5", "#1f262f"),
    "accent": ("#0b57d0", "#8ab4f8"),
    "passed": ("#1b7436", "#7fd99a"),
    "failed": ("#b3261e", "#ff8a80"),
    "inconclusive": ("#8a5a00", "#ffc266"),
    "new": ("#0b57d0", "#8ab4f8"),
    "unchecked": ("#5b6472", "#9fa9b5"),
    "reference": ("#5f6b7a", "#a7b3c2"),
    "variant": ("#6d3fc0", "#c3a6ff"),
    "front": ("#1a1f26", "#e8ebef"),
    "gain": ("#1b7436", "#7fd99a"),
    "loss": ("#b3261e", "#ff8a80"),
}
"""Name -> on light, on dark. Words in these have a contrast of 4.5 at least on page, card and soft."""

KIND_COLOURS: Mapping[str, str] = {
    "compiled code": "#9467bd",
    "convolution": "#17a2b8",
    "fused attention": "#e67e22",
    "softmax": "#c2304a",
    "normalization": "#4caf72",
    "activation": "#d4b03a",
    "quantization": "#d16ba5",
    "linear": "#3b7dd8",
    "attention matmul": "#f0883e",
    "copy": "#8d6e63",
    "element-wise": "#7cb5a4",
    OTHER: "#90a4ae",
    OUTSIDE: "#607078",
}
"""Of every kind of operator; to be seen on light and on dark."""
SERIES = ("#3b7dd8", "#e67e22", "#1f9d7a", "#c2304a", "#9467bd", "#8d6e63", "#d16ba5", "#7a8a1e")
"""Of what has no meaning of its own, in turn; likewise."""


MARK = "\x01"
"""Begins what stands for a colour. Foreign text cannot: it is shown by `printable`, which escapes this character."""


def token(name: str) -> str:
    """What stands in a figure for a colour that differs by theme; the page's script puts the colour in."""
    if name not in PALETTE:
        raise KeyError(name)
    return MARK + name


def painted(value: Any, theme: int = 0) -> Any:
    """A figure with the colours of a theme, 0 for light, 1 for dark, as the page's script paints it."""
    if isinstance(value, str) and value.startswith(MARK):
        return PALETTE[value[1:]][theme]
    if isinstance(value, Mapping):
        return {key: painted(each, theme) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [painted(each, theme) for each in value]
    return value
