"""Run files, made without measuring and held to the schema that comes with the package."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import Any

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.formats.run_facts import RunFacts
from pytest_vidcompress.present.formats.run_json import run_document, run_text
from pytest_vidcompress.present.outcome import Outcome


def content_of(*results: Result, facts: RunFacts | None = None, **changes: Any) -> str:
    """The content of a file of these results.

    Args:
        changes: of the outcome.
    """
    return run_text(run_document(Outcome(results, facts=facts, **changes)))


def entries_of(*results: Result, facts: RunFacts | None = None) -> list[dict[str, Any]]:
    """Its measurements."""
    return json.loads(content_of(*results, facts=facts))["measurements"]


def complaints(content: str, knows_all: bool = True) -> list[str]:
    """What the published schema has against the content of a run file.

    Args:
        knows_all: keys that it does not name are complained of too, which readers leave out.
    """
    jsonschema = pytest.importorskip("jsonschema")
    text = files("pytest_vidcompress").joinpath("present/formats/run_schema.json").read_text()
    schema = json.loads(text)
    if knows_all:
        schema = _closed(schema)
        parts = schema["$defs"]
        # What it takes over of the report is not known to be named before both were looked at.
        parts["measurement"]["unevaluatedProperties"] = parts["measurement"].pop("additionalProperties")
        parts["closed report"] = parts["report"]
        parts["report"] = copy.deepcopy(parts["report"])
        del parts["report"]["additionalProperties"]
    found = jsonschema.Draft202012Validator(schema).iter_errors(json.loads(content))
    return [f"{each.json_path}: {each.message[:300]}" for each in found]


def _closed(schema: Any) -> Any:
    """The same without room for keys that are not named."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    named = (isinstance(schema.get("properties"), dict) and "type" in schema) or "$ref" in schema
    if named and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed
