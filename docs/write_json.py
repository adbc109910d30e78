"""Writes the schema of the run file, and docs/json.md's tables of its keys from it.

python docs/write_json.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_vidcompress.present.formats import run_schema

ROOT = Path(__file__).parent.parent
FILE = Path(run_schema.__file__).with_suffix(".json")
PAGE = ROOT / "docs/json.md"
TABLES = {
    "Of the run": "run",
    "Of every measurement": "measurement",
    "Its numbers": "report",
    "Of a grid": "grid",
    "Of a target": "target",
    "Of a sensitivity": "sensitivity",
    "Of a skipped clip": "skipped",
}
"""Title -> which definition of the schema."""
BEGIN, END = "<!-- keys: docs/write_json.py writes what follows -->", "<!-- end of keys -->"


def schema_text() -> str:
    """`run_schema.json`."""
    return json.dumps(run_schema.run_schema(), indent=1) + "\n"


def page(text: str) -> str:
    """`docs/json.md` with its tables as they should be."""
    written = "\n".join([BEGIN, "", *_tables(run_schema.run_schema()["$defs"]), END])
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: written, text, flags=re.DOTALL)


def _tables(parts: Mapping[str, Any]) -> Iterator[str]:
    for title, name in TABLES.items():
        yield from _table(title, parts[name])


def _table(title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {title}", "", "| key | what |", "|---|---|")
    shown = schema["properties"]
    for name, each in shown.items():
        if name.removesuffix("_interval") in shown and name.endswith("_interval"):
            continue  # one sentence says it of all
        yield f"| `{name}` | {_said(each)} |"
    for pattern, each in schema.get("patternProperties", {}).items():
        yield f"| `{_ending(pattern)}` | {_said(each)} |"
    yield ""


def _said(schema: Mapping[str, Any]) -> str:
    """What a key is; of a list or an object, what it holds."""
    if schema.get("type") == "array":
        return f"list: {_said(schema['items'])}"
    said = schema.get("description", schema.get("type", ""))
    held = ", ".join(f"`{name}`" for name in schema.get("properties", ()))
    return f"{said}: {held}" if held else str(said)


def _ending(pattern: str) -> str:
    return "verdict_METRIC" + pattern.rpartition(")")[2].removesuffix("$")


if __name__ == "__main__":
    FILE.write_text(schema_text())
    PAGE.write_text(page(PAGE.read_text()))
