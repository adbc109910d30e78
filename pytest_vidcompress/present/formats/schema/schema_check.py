"""A value held to a JSON Schema: as much of it as `run_schema` uses, for what anybody may have written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from ....untrusted import Malformed

Definitions = Mapping[str, Mapping[str, Any]]
TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
"""Python's, of what JSON was read as."""
_REF = "#/$defs/"


def check(value: Any, schema: Mapping[str, Any], definitions: Definitions, where: str = "") -> None:
    """Refuses a value that is not as the schema says.

    Args:
        definitions: what `$ref` refers to.
        where: the value stands, for the message; its keys are added.

    Raises:
        Malformed: with the first place that is wrong.
    """
    if "$ref" in schema:
        check(value, definitions[schema["$ref"].removeprefix(_REF)], definitions, where)
    for word, rule in _RULES.items():
        if word in schema and not rule(value, schema[word]):
            said = schema[word]
            expected = " or ".join(map(str, said)) if isinstance(said, list) else said
            raise Malformed(f"{where or 'it'}: expected {word} {expected}")
    if isinstance(value, dict):
        _check_members(cast("dict[str, Any]", value), schema, definitions, where)
    elif isinstance(value, list) and "items" in schema:
        for place, each in enumerate(cast("list[Any]", value)):
            check(each, schema["items"], definitions, f"{where}[{place}]")


def _check_members(
    value: Mapping[str, Any], schema: Mapping[str, Any], definitions: Definitions, where: str
) -> None:
    properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name in schema.get("required", ()):
        if name not in value:
            raise Malformed(f"{where or 'it'}: {name} is missing")
    for name, each in value.items():
        rules = [properties[name]] if name in properties else []
        rules += [rule for pattern, rule in patterns.items() if re.search(pattern, name)]
        others = schema.get("additionalProperties")
        for rule in rules or ([others] if isinstance(others, dict) else []):
            check(each, cast("Mapping[str, Any]", rule), definitions, f"{where}.{name}".lstrip("."))


def _is_of(value: Any, kinds: Any) -> bool:
    named: list[str] = [kinds] if isinstance(kinds, str) else kinds
    # A truth value is an integer to Python.
    if isinstance(value, bool):
        return "boolean" in named
    if isinstance(value, float) and value.is_integer() and "integer" in named:
        return True
    return any(isinstance(value, TYPES[kind]) for kind in named)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_RULES: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": _is_of,
    "const": lambda value, said: value == said and type(value) is type(said),
    "enum": lambda value, said: value in said,
    "minimum": lambda value, said: not _is_number(value) or value >= said,
    "maximum": lambda value, said: not _is_number(value) or value <= said,
    "pattern": lambda value, said: not isinstance(value, str) or re.search(said, value) is not None,
    "minItems": lambda value, said: not isinstance(value, list) or len(cast("list[Any]", value)) >= said,
    "maxItems": lambda value, said: not isinstance(value, list) or len(cast("list[Any]", value)) <= said,
}
"""Word of a schema -> whether a value is as it says; what is of another type is the matter of `type`."""
