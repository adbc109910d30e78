"""Writes docs/options.md and README's table from the option table.

python docs/write_options.py
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_vidcompress.run.options import GROUPS, OPTIONS
from pytest_vidcompress.run.options.row import Option

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- options: docs/write_options.py writes what follows -->", "<!-- end of options -->"
INTRODUCTION = """\
# Options

`pytest --help` shows the same. Every option has a name in `pyproject.toml` too, with underscores and without the
dashes; what is typed wins:

```toml
[tool.pytest.ini_options]
vc_model = ["videomae"]
vc_sample = 64
vc_strict = true
```

A path that is typed is relative to where it is typed, one in a file to pytest's root folder.
"""
NOTES = """\
## What is repeated where

The commands that a failure prints (*see it again*, *accept it*) repeat those of these that were typed, because they
decide what is measured or how it is judged: {repeats}.

The run of another commit (`--vc-against`) is given these, wherever they were said here, because they decide what its
tests would measure: {builds}.
"""


def page() -> str:
    """`docs/options.md`."""
    parts = [INTRODUCTION]
    for title, rows in GROUPS.items():
        lines = [f"## {title[:1].upper()}{title[1:]}", "", *table(rows, lambda name: f"{name}.md"), ""]
        parts.append("\n".join(lines))
    parts.append(NOTES.format(repeats=_named(lambda row: row.repeats), builds=_named(lambda row: row.builds)))
    return "\n".join(parts)


def table(rows: tuple[Option[Any], ...], link: Callable[[str], str]) -> list[str]:
    """The lines of a Markdown table.

    Args:
        link: the page of an option -> where it lies from the table's own.
    """
    lines = ["| option | meaning | default |", "|---|---|---|"]
    for row in rows:
        if not row.hidden:
            more = f": see [{row.page}]({link(row.page)})" if row.page else ""
            usual = row.usual or ("off" if row.form == "flag" else "none")
            lines.append(f"| {_typed(row)} | {_escaped(row.help)}{more} | {_escaped(usual)} |")
    return lines


def readme(text: str) -> str:
    """README with its table as it should be; unchanged where it has none."""
    written = "\n".join([BEGIN, *table(OPTIONS, lambda name: f"docs/{name}.md"), END])
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: written, text, flags=re.DOTALL)


def _typed(row: Option[Any]) -> str:
    text = f"--{row.name}{'=' + row.metavar if row.metavar else ''}"
    # A bar in backquotes ends the cell, and with a backslash some renderers show the backslash.
    shown = f"<code>{text.replace('|', '&#124;')}</code>" if "|" in text else f"`{text}`"
    return f"{shown}, `--no-{row.name}`" if row.form == "switch" else shown


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _named(wanted: Callable[[Option[Any]], bool]) -> str:
    return ", ".join(f"`--{row.name}`" for row in OPTIONS if wanted(row))


if __name__ == "__main__":
    (ROOT / "docs/options.md").write_text(page())
    (ROOT / "README.md").write_text(readme((ROOT / "README.md").read_text()))
