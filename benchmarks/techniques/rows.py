"""A file of results: model -> recipe -> row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def read(file: Path) -> dict[str, dict[str, Row]]:
    """Model -> recipe -> row; nothing where there is no file."""
    return json.loads(file.read_text()) if file.exists() else {}


def add(file: Path, name: str, rows: Mapping[str, Row]) -> None:
    """Writes rows of a model; of one that is there what is new replaces what was."""
    results = read(file)
    known = results.setdefault(name, {})
    for text, row in rows.items():
        known[text] = {**known.get(text, {}), **row}
    file.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
