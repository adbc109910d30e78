"""What scripts write into pages that people write: the part between two marks."""

from __future__ import annotations


def between(page: str, begin: str, end: str, text: str) -> str:
    """The page with this text between its marks."""
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"
