"""Lists without a header, a path and a label a line: mmaction2, SlowFast, TimeSformer, VideoMAE, PaddleVideo.

abseiling/0wR5jVB-WPk_000417_000427.mp4 0
0wR5jVB-WPk, 300, 0
my clips/one.mp4;arm wrestling
"""

from __future__ import annotations

import re
from pathlib import Path

from ....errors import VidcompressError
from ..label_ids import name_labels
from ..layout import Layout, Listed, listed_row
from ..listing import VIDEO_SUFFIXES, Tree
from ..text import numbered_lines

_SUFFIX = rf"(?:{'|'.join(map(re.escape, VIDEO_SUFFIXES))})"
_MARK = r"(?:\s*[,;\t]\s*|\s+)"
# The path is as short as can be, yet has to leave nothing but one or two numbers: its own blanks stay in it.
_NUMBERED = re.compile(rf'\s*(?P<path>"[^"]+"|\S.*?){_MARK}(?:\d+{_MARK})?(?P<label>\d+)\s*')
_NAMED = re.compile(rf'\s*(?P<path>"[^"]+"|\S.*?{_SUFFIX}){_MARK}(?P<label>\S.*?)\s*', re.IGNORECASE)


def _recognises(path: Path, tree: Tree) -> bool:
    # One bad line shall not make it another kind of file: reading names the line.
    right = [_looks_right(line) for line in tree.head(path)]
    return right[:1] == [True] and 2 * sum(right) > len(right)


def _looks_right(line: str) -> bool:
    pair = _parse(line)
    # "abseiling 0" is a line of a label list.
    return pair is not None and ("/" in pair[0] or "\\" in pair[0] or _is_clip(pair[0]))


def _is_clip(name: str) -> bool:
    return name.lower().endswith(VIDEO_SUFFIXES) or listed_row(name, "").key != ""


def _parse(line: str) -> tuple[str, str] | None:
    match = _NUMBERED.fullmatch(line) or _NAMED.fullmatch(line)
    return None if match is None else (match["path"].strip('"'), match["label"].strip('"'))


def _read(path: Path, tree: Tree) -> Listed:
    pairs: list[tuple[str, str]] = []
    for number, line in numbered_lines(path):
        pair = _parse(line)
        if pair is None:
            raise VidcompressError(f"{path} line {number} is not a path and a label: {line.strip()!r}")
        pairs.append(pair)
    named = name_labels(pairs, path, tree)
    return Listed(f"list of paths and {named.how}", named.rows, named.labels)


LIST = Layout("a list of lines 'path label'", _recognises, _read)
