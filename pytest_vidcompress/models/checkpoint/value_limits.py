"""What a value of a configuration cannot be, whatever the model: said by its name before a class fails on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, cast

from ...errors import VidcompressError

_COUNTS = re.compile(
    r"(?:.*_)?(?:attention_heads|channels)|in_chans|(?:mit_|pred_)?(?:hidden|intermediate)_size"
    r"|num_frames|frames_per_clip|image_size|crop_size|patch_size|tubelet_size"
)
"""Names of what there is at least one of."""
_ACTIVATION = re.compile(r"(?:.*_)?act")
_SHOWN = 60
_SUGGESTIONS = ("gelu", "gelu_new", "quick_gelu", "relu", "silu")


def refuse_impossible(config: Mapping[str, Any]) -> None:
    """Refuses values of a `config.json` that no model can be built of.

    Raises:
        VidcompressError: naming the key, its value, and what was expected.
    """
    for key, value in _entries(config):
        if _COUNTS.fullmatch(key):
            _refuse_count(key, value)
        elif _ACTIVATION.fullmatch(key):
            _refuse_activation(key, value)


def _refuse_count(key: str, value: Any) -> None:
    for each in cast("list[Any]", value) if isinstance(value, list | tuple) else [value]:
        if isinstance(each, int) and each < 1:  # of what is no number the class says so itself
            raise _impossible(key, value, "a whole number of at least 1")


def _refuse_activation(key: str, value: Any) -> None:
    from transformers.activations import ACT2FN

    if not isinstance(value, str) or value not in ACT2FN:
        close = get_close_matches(str(value)[:_SHOWN], [*ACT2FN], n=3) or _SUGGESTIONS
        raise _impossible(key, value, f"an activation of transformers, such as {', '.join(close)}")


def _impossible(key: str, value: Any, expected: str) -> VidcompressError:
    return VidcompressError(f"config.json says {key}={value!r:.{_SHOWN}}, expected {expected}")


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """All names and values of nested objects; labels have names of their own."""
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, Any]", value).items():
            if name not in ("id2label", "label2id"):
                yield str(name), each
                yield from _entries(each)
