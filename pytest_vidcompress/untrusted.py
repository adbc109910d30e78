"""Files that anybody may have written: read so far and no further, and each value is what it should be, or refused.

    document = json_object(read_json(path), "a baseline")
    frames = whole(document, "frames", 1, 4096)
    ratio = number(document, "latency_ratio", low=0)
    macs = optional(whole, document, "macs")              None where it is absent or null

Every refusal is a `Malformed` that names the key, what was expected and what is there; a file that cannot be opened
is an `OSError`. Whoever knows what the file is for adds its name and what to do next. Light: the gate reads by it.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

MOST_BYTES = 64 << 20
"""Of a file, unless its reader says otherwise."""
MOST_DEPTH = 32
"""Levels of lists and objects within each other; ours have six."""
MOST = 2**63 - 1
"""The largest whole number, unless its reader says otherwise."""
_DIGITS = 20
"""Of a whole number: enough for `MOST` and a sign."""
_SHOWN = 60
"""Characters of a wrong value in a message."""

P = ParamSpec("P")
T = TypeVar("T")


class Malformed(ValueError):  # noqa: N818
    """Content that is not what it should be; the text says what was expected and what is there."""


def read_file(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """The content of a regular file.

    Raises:
        Malformed: it is a pipe, a device or the like, or longer than `most_bytes`, which is not read.
        OSError: it cannot be opened.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Malformed("it is no regular file")
        # A size may be a lie: what the system makes up says 0, and a file may grow.
        content = file.read(most_bytes + 1) if status.st_size <= most_bytes else b""
    if max(status.st_size, len(content)) > most_bytes:
        raise Malformed(f"it is longer than {most_bytes:,} bytes")
    return content


def read_json(path: Path, most_bytes: int = MOST_BYTES) -> Any:
    """The value of a JSON file; see `read_file` and `parse_json` for what is raised."""
    return parse_json(read_file(path, most_bytes))


def parse_json(content: bytes) -> Any:
    """A JSON text in UTF-8 as lists, dictionaries, texts, finite numbers, truth values and None.

    Raises:
        Malformed: it is none, it nests deeper than `MOST_DEPTH`, a name stands twice in an object, or a number is
            not finite or of more than 20 digits.
    """
    try:
        value: Any = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
    except Malformed:
        raise
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # of the decoder as of the parser
        raise Malformed(f"it is no JSON: {error}") from None
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [child for each in level for child in _children(each)]
        if not level:
            return value
    raise _too_deep()


def file_in(folder: Path, name: str) -> Path:
    """The path of a file beside others in `folder`, whether or not it is there.

    Raises:
        Malformed: `name` is a path, or a link that leads out of the folder.
    """
    path = folder / file_name(name)
    # Not `Path.resolve`, which raises where links go round in circles.
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise Malformed(f"{name} is a link that leads out of the folder: copy what links lead to (cp -rL)")
    return path


def file_name(name: Any) -> str:
    """A name in the folder itself: one that leads elsewhere is refused."""
    plain = isinstance(name, str) and name.isprintable() and "\\" not in name
    if not plain or Path(name).name != name or name in ("", "..", "."):
        raise Malformed(f"{_shown(name)} is no name of a file beside it")
    return name


def json_object(value: Any, what: str) -> dict[str, Any]:
    """An object of any keys; `what` it is, for the message."""
    if not isinstance(value, dict):
        raise _wrong(what, "an object", value)
    return cast("dict[str, Any]", value)


def optional(
    read: Callable[Concatenate[Mapping[str, Any], str, P], T],
    document: Mapping[str, Any],
    key: str,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | None:
    """As `read(document, key, ...)`; None where the key is absent or null."""
    return None if document.get(key) is None else read(document, key, *args, **kwargs)


def mapping(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    return json_object(_value(document, key), key)


def text(document: Mapping[str, Any], key: str) -> str:
    value = _value(document, key)
    if not isinstance(value, str):
        raise _wrong(key, "a text", value)
    return value


def texts(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _list(document, key)
    if not all(isinstance(value, str) for value in values):
        raise _wrong(key, "a list of texts", values)
    return tuple(values)


def objects(document: Mapping[str, Any], key: str) -> tuple[dict[str, Any], ...]:
    """A list of objects."""
    return tuple(json_object(value, key) for value in _list(document, key))


def one_of(document: Mapping[str, Any], key: str, choices: Iterable[str]) -> Any:
    """One of some texts."""
    value, known = text(document, key), tuple(choices)
    if value not in known:
        raise _wrong(key, f"one of {', '.join(known)}", value)
    return value


def whole(document: Mapping[str, Any], key: str, low: int = 0, high: int = MOST) -> int:
    """A whole number of `low` to `high`, which may be either."""
    return _in_range(key, _value(document, key), int, low, high)


def number(document: Mapping[str, Any], key: str, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number of `low` to `high`, which may be either; a whole one stays one."""
    return _in_range(key, _value(document, key), int | float, low, high)


def numbers(
    document: Mapping[str, Any],
    key: str,
    count: int | None = None,
    low: float = -math.inf,
    high: float = math.inf,
) -> tuple[float, ...]:
    """A list of `count` such numbers; None for any count."""
    return tuple(
        float(_in_range(key, value, int | float, low, high)) for value in _list(document, key, count)
    )


def wholes(
    document: Mapping[str, Any], key: str, count: int | None = None, low: int = 0, high: int = MOST
) -> tuple[int, ...]:
    """A list of `count` whole numbers of `low` to `high`; None for any count."""
    return tuple(_in_range(key, value, int, low, high) for value in _list(document, key, count))


def _value(document: Mapping[str, Any], key: str) -> Any:
    if key not in document:
        raise Malformed(f"{key} is missing")
    return document[key]


def _list(document: Mapping[str, Any], key: str, count: int | None = None) -> list[Any]:
    value: Any = _value(document, key)
    if not isinstance(value, list) or count not in (None, len(cast("list[Any]", value))):
        raise _wrong(key, "a list" if count is None else f"a list of {count}", value)
    return cast("list[Any]", value)


def _in_range(key: str, value: Any, kind: Any, low: float, high: float) -> Any:
    # A truth value is an integer to Python. No NaN is within any range.
    if (
        isinstance(value, bool)
        or not isinstance(value, kind)
        or not low <= value <= high
        or math.isinf(value)
    ):
        named = "a whole number" if kind is int else "a number"
        lower = "" if math.isinf(low) else f" of at least {low:,}"
        upper = "" if high in (MOST, math.inf) else f" of {low:,} to {high:,}"
        raise _wrong(key, named + (upper or lower), value)
    return value


def _wrong(what: str, expected: str, value: Any) -> Malformed:
    return Malformed(f"{what}: expected {expected}, found {_shown(value)}")


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    said = repr(value[:_SHOWN] if isinstance(value, str) else value)
    return f"{said} ..." if isinstance(value, str) and len(value) > _SHOWN else said


def _too_deep() -> Malformed:
    return Malformed(f"it is nested deeper than {MOST_DEPTH} levels")


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).values()
    return cast("list[Any]", value) if isinstance(value, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """As after a merge that kept both sides, the second of two values must not win in silence."""
    made = dict(pairs)
    if len(made) < len(pairs):
        seen = set[str]()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise Malformed(f"{_shown(twice)} stands twice in one object")
    return made


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise Malformed(f"it has a number of {len(digits)} digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Malformed(f"it has a number beyond all that can be computed with, {digits[:_SHOWN]}")
    return value


def _refuse_constant(name: str) -> Any:
    raise Malformed(f"it has {name}, which is no number of JSON")


def _without_waiting(path: str, flags: int) -> int:
    # A pipe that nobody writes into would be waited for, in silence and for ever.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
