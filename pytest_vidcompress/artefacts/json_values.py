"""Values out of a JSON text that anybody may have written: each is what it should be, or refused.

`ValueError`, `TypeError` and `KeyError` say what is wrong, for whoever knows which file it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast


def text(held: Any, key: str) -> str:
    value = held[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is no text")
    return value


def texts(held: Any, key: str) -> tuple[str, ...]:
    values = _list(held[key], key)
    if not all(isinstance(value, str) for value in values):
        raise TypeError(f"{key} holds something that is no text")
    return tuple(values)


def mapping(held: Any, key: str) -> dict[str, Any]:
    value = held[key]
    if not isinstance(value, dict):
        raise TypeError(f"{key} is no object")
    return cast("dict[str, Any]", value)


def whole(held: Any, key: str) -> int:
    """A number of at least zero."""
    value = held[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{key} is no count")
    return value


def numbers(held: Any, key: str, kind: type) -> tuple[Any, ...]:
    values = _list(held[key], key)
    if not all(isinstance(value, int | float) for value in values):
        raise TypeError(f"{key} holds something that is no number")
    return tuple(kind(value) for value in values)


def one_of(held: Any, key: str, known: tuple[str, ...]) -> Any:
    value = text(held, key)
    if value not in known:
        raise ValueError(f"{key} {value!r} is none of {', '.join(known)}")
    return value


def file_name(name: Any) -> str:
    """A name in the folder itself: one that leads elsewhere is refused."""
    if not isinstance(name, str) or "\\" in name or Path(name).name != name or name in ("", "..", "."):
        raise ValueError(f"{name!r} is no name of a file beside it")
    return name


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{key} is no list")
    return cast("list[Any]", value)
