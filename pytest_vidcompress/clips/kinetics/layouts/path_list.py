"""Lists without a header, a path and a label a line: mmaction2, SlowFast, TimeSformer, VideoMAE, PaddleVideo.

abseiling/0wR5jVB-WPk_000417_000427.mp4 0
0wR5jVB-WPk, 300, 0
my clips/one.mp4;arm wrestling
Archery/v_Archery_g01_c01.avi               as UCF101's test lists: the folder is the label
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ....errors import VidcompressError
from ..label_ids import name_labels
from ..layout import Layout, Listed, listed_row
from ..listing import SUFFIXES, Tree
from ..text import numbered_lines

_SUFFIX = rf"(?:{'|'.join(map(re.escape, SUFFIXES))})"
_MARK = r"(?:\s*[,;\t]\s*|\s+)"
# The path is as short as can be, yet has to leave nothing but one or two numbers: its own blanks stay in it.
_NUMBERED = re.compile(rf'\s*(?P<path>"[^"]+"|\S.*?){_MARK}(?:(?P<frames>\d+){_MARK})?(?P<label>\d+)\s*')
_NAMED = re.compile(rf'\s*(?P<path>"[^"]+"|\S.*?{_SUFFIX}){_MARK}(?P<label>\S.*?)\s*', re.IGNORECASE)
_BARE = re.compile(rf'\s*(?P<path>"[^"]+"|\S.*?{_SUFFIX})\s*', re.IGNORECASE)
_SEVERAL = re.compile(rf'\s*(?:"[^"]+"|\S.*?{_SUFFIX})(?:{_MARK}\d+){{3,}}\s*', re.IGNORECASE)
_FEWEST_FRAMES = 2
"""Fewer are no clip's: the number is a label."""


def _recognises(path: Path, tree: Tree) -> bool:
    # One bad line shall not make it another kind of file: reading names the line.
    right = [_looks_right(line) for line in tree.head(path)]
    return right[:1] == [True] and 2 * sum(right) > len(right)


def _looks_right(line: str) -> bool:
    if _SEVERAL.fullmatch(line):
        return True
    pair = _parse(line)
    # "abseiling 0" is a line of a label list.
    return pair is not None and ("/" in pair[0] or "\\" in pair[0] or _is_clip(pair[0]))


def _is_clip(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) or listed_row(name, "").key != ""


def _parse(line: str) -> tuple[str, str] | None:
    """Path and label; without the label where the line is a path alone."""
    match = _NUMBERED.fullmatch(line) or _NAMED.fullmatch(line)
    if match is not None:
        return match["path"].strip('"'), match["label"].strip('"')
    match = _BARE.fullmatch(line)
    return (match["path"].strip('"'), "") if match else None


def _read(path: Path, tree: Tree) -> Listed:
    lines = numbered_lines(path)
    pairs = [_pair(line, f"{path} line {number}") for number, line in lines]
    labelled = [bool(label) for _, label in pairs]
    if any(labelled) and not all(labelled):
        number, line = lines[labelled.index(False)]
        raise VidcompressError(f"{path} line {number} has no label: {line.strip()!r}")
    _refuse_several_labels(lines, path)
    named = name_labels(pairs, path, tree)
    return Listed(f"list of paths and {named.how}", named.rows, named.labels)


def _pair(line: str, where: str) -> tuple[str, str]:
    pair = _parse(line)
    if pair is None:
        raise VidcompressError(f"{where} is not a path and a label: {line.strip()!r}")
    return pair


def _refuse_several_labels(lines: Sequence[tuple[int, str]], path: Path) -> None:
    """A number between path and label is a count of frames, in all lines or in none."""
    matches = [_NUMBERED.fullmatch(line) for _, line in lines]
    counted = [match["frames"] is not None for match in matches if match]
    for (number, line), match in zip(lines, matches, strict=True):
        few = match and match["frames"] and int(match["frames"]) < _FEWEST_FRAMES
        mixed = match and match["frames"] and not all(counted)
        if few or mixed or _SEVERAL.fullmatch(line):
            raise VidcompressError(
                f"{path} line {number} has several labels or a part of a video: {line.strip()!r}; a clip is a whole "
                "file and has one label, and a number before that is its frames; clips with several labels go into a "
                "CSV with columns path and labels"
            )


LIST = Layout("a list of lines 'path label'", _recognises, _read)
