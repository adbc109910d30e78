"""Words of JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]


def text(said: str, **more: Any) -> Schema:
    """A string."""
    return {"type": "string", "description": said, **more}


def number(said: str) -> Schema:
    """A finite number."""
    return {"type": "number", "description": said}


def optional_number(said: str) -> Schema:
    """Likewise, or null."""
    return {"type": ["number", "null"], "description": said}


def whole(said: str) -> Schema:
    """A whole number from 0."""
    return {"type": "integer", "minimum": 0, "description": said}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def array(items: Schema) -> Schema:
    """Any number of the same."""
    return {"type": "array", "items": items}


def obj(said: str, optional: Mapping[str, Schema] | None = None, /, **properties: Schema) -> Schema:
    """An object that has all of `properties`, and may have those of `optional`."""
    return {
        "type": "object",
        "description": said,
        "properties": {**properties, **(optional or {})},
        "required": [*properties],
    }


def of_all(said: str, items: Schema) -> Schema:
    """An object of any keys."""
    return {"type": "object", "description": said, "additionalProperties": items}


def flag(said: str) -> Schema:
    """Yes or no."""
    return {"type": "boolean", "description": said}


def interval(name: str) -> Schema:
    """Of the key of that name; `INTERVAL` is among the definitions."""
    return {"$ref": "#/$defs/interval", "description": f"95 % interval of `{name}`, in its unit"}


INTERVAL: Schema = {
    "type": "array",
    "items": {"type": ["number", "null"]},
    "minItems": 2,
    "maxItems": 2,
    "description": "lower and upper end; null for one that nothing bounds",
}
