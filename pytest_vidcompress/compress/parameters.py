"""The parameters of techniques: frozen dataclasses, their values as the text of a recipe, and what they refuse."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_type_hints

from ..errors import VidcompressError
from .nesting import enclosed

LAYERS = re.compile(r"-?\d+|(-?\d+)?:(-?\d+)?")
_TRUTH = MappingProxyType({"true": True, "false": False})


@dataclass(frozen=True)
class Nothing:
    """The parameters of a technique that has none."""


class Nested:
    """A value that is written in parentheses: a recipe, which derives from it."""

    __slots__ = ()


ReadNested = Callable[[str], Nested]
"""What stands in the parentheses -> the value."""


def in_range(owner: object, name: str, low: float, high: float) -> None:
    """Refuses a parameter outside `low <= value < high`; for `__post_init__` of parameter classes."""
    value = getattr(owner, name)
    if not low <= value < high:
        raise VidcompressError(f"{name}={value:g} is out of range: expected {low:g} <= {name} < {high:g}")


def positive(owner: object, name: str, most: float) -> None:
    """Refuses a parameter outside `0 < value <= most`, likewise."""
    value = getattr(owner, name)
    if not 0 < value <= most:
        raise VidcompressError(f"{name}={value:g} is out of range: expected 0 < {name} <= {most:g}")


def one_of(owner: object, name: str, choices: Iterable[str]) -> None:
    """Refuses a parameter that is not one of `choices`."""
    value = getattr(owner, name)
    if value not in (known := tuple(choices)):
        raise VidcompressError(f"{name}={value} is unknown: expected one of {', '.join(known)}")


def is_layers(owner: object, name: str) -> None:
    """Refuses a layer choice that is neither an index (`3`) nor a slice (`0:11`, `:-1`)."""
    value = getattr(owner, name)
    if not LAYERS.fullmatch(value):
        raise VidcompressError(
            f"{name}={value} is no layer choice: expected an index (3) or a slice (0:11, :-1)"
        )


def check_readable(kind: type) -> None:
    """Refuses a parameter class whose values a recipe cannot write.

    Raises:
        VidcompressError: it is no dataclass, or a field has no default, or a type that is none of int, float, str
            and bool, and no recipe.
    """
    if not dataclasses.is_dataclass(kind):
        raise VidcompressError(f"its parameters are a {kind.__name__}: expected a frozen dataclass")
    for field in dataclasses.fields(kind):
        _type_of(kind, field)


def parse_parameters(kind: type, texts: Mapping[str, str], nested: ReadNested | None = None) -> Any:
    """Text values -> an instance of the parameter class `kind`.

    Args:
        nested: reads what stands in parentheses, where a parameter is of that.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in fields:
            raise VidcompressError(f"unknown parameter {name!r}: it takes {', '.join(fields) or 'none'}")
        read, expected = _reader(_type_of(kind, fields[name]), nested)
        try:
            values[name] = read(text)
        except (ValueError, KeyError):
            raise VidcompressError(f"{name}={text} is not {expected}") from None
    return kind(**values)


def format_parameters(parameters: Any) -> str:
    """The parameters that differ from their defaults, in declared order: `amount=0.4,layers=:-1`."""
    parts: list[str] = []
    for field in dataclasses.fields(parameters):
        value = getattr(parameters, field.name)
        if value != field.default:
            parts.append(f"{field.name}={_written(value)}")
    return ",".join(parts)


def _reader(kind: type, nested: ReadNested | None) -> tuple[Callable[[str], Any], str]:
    """What reads a parameter of this type, and what it expects."""
    if not issubclass(kind, Nested):
        return _READ[kind]

    def read(text: str) -> Nested:
        inner = enclosed(text)
        if inner is None or nested is None:
            raise ValueError(text)
        return nested(inner)

    return read, "a recipe in parentheses"


def _truth(text: str) -> bool:
    return _TRUTH[text.lower()]


_READ: Mapping[type, tuple[Callable[[str], Any], str]] = MappingProxyType(
    {
        bool: (_truth, "true or false"),
        int: (int, "a number (int)"),
        float: (float, "a number (float)"),
        str: (str, "a text"),
    }
)
"""Type of a parameter -> what reads it, and what it expects."""


def _type_of(kind: type, field: dataclasses.Field[Any]) -> type:
    """What a parameter is: what its annotation says, or else its default."""
    if field.default is dataclasses.MISSING:
        raise VidcompressError(f"parameter {field.name!r} needs a default")
    try:
        declared = get_type_hints(kind).get(field.name)
    except NameError:  # another field is annotated with what is imported for type checkers alone
        declared = None
    found: Any = declared if declared in _READ else type(field.default)
    if found not in _READ and not issubclass(found, Nested):
        allowed = ", ".join(each.__name__ for each in _READ)
        raise VidcompressError(
            f"parameter {field.name!r} is a {found.__name__}, which a recipe cannot write: expected one of {allowed}"
        )
    return found


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Nested):
        return f"({value})"
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """As short as it can be and still be read as the same number; without the `+` that joins techniques."""
    short = f"{value:g}"
    return (short if float(short) == value else repr(value)).replace("e+", "e")
