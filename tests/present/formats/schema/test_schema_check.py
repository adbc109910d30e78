"""Our own reading of a schema, beside that of a library that knows all of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.formats.run_schema import run_schema
from pytest_vidcompress.present.formats.schema.schema_check import check
from pytest_vidcompress.untrusted import Malformed
from tests.gate.reports import report
from tests.present.formats.run_files import content_of
from tests.present.formats.test_run_json import FACTS, rich

WRONG: tuple[Any, ...] = (None, True, -1, 1e300, 0.5, 2**70, "", "passed", [], [None], {}, {"name": 1})


@cache
def document() -> dict[str, Any]:
    return json.loads(content_of(rich(), Result(report()), facts=FACTS))


@cache
def places() -> list[tuple[Any, ...]]:
    """The keys that lead to every value."""
    found: list[tuple[Any, ...]] = []
    level: list[tuple[tuple[Any, ...], Any]] = [((), document())]
    while level:
        below = list[tuple[tuple[Any, ...], Any]]()
        for path, value in level:
            members = (
                value.items()
                if isinstance(value, dict)
                else enumerate(value)
                if isinstance(value, list)
                else ()
            )
            below += [((*path, key), each) for key, each in members]
        found += [path for path, _ in below]
        level = below
    return found


@given(st.data())
def test_what_the_library_refuses_is_refused_and_nothing_else(data: st.DataObject) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    path = data.draw(st.sampled_from(places()))
    changed = copy.deepcopy(document())
    there: Any = changed
    for key in path[:-1]:
        there = there[key]
    if isinstance(there, dict) and data.draw(st.booleans()):
        del there[path[-1]]
    else:
        there[path[-1]] = data.draw(st.sampled_from(WRONG))
    schema = run_schema()
    is_valid = jsonschema.Draft202012Validator(schema).is_valid(changed)
    assert _refusal(changed, schema) is None if is_valid else _refusal(changed, schema)


def _refusal(value: Any, schema: Mapping[str, Any]) -> str | None:
    try:
        check(value, schema, schema["$defs"])
    except Malformed as error:
        return str(error)
    return None
