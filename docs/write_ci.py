"""Writes the workflows of docs/workflows into docs/ci.md, which shows them.

python docs/write_ci.py
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE / "ci.md"
BLOCK = re.compile(
    r"(?P<begin><!-- (?P<file>workflows/[\w.-]+): docs/write_ci\.py writes what follows -->\n)"
    r".*?(?P<end><!-- end of it -->)",
    re.DOTALL,
)


def page(text: str) -> str:
    """The page with every workflow that it names as its file is now."""

    def block(named: re.Match[str]) -> str:
        workflow = (HERE / named["file"]).read_text(encoding="utf-8")
        return f"{named['begin']}\n```yaml\n{workflow}```\n\n{named['end']}"

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
