"""Label ids of lists -> names: by the order of the Kinetics-400 labels, or a label list that lies beside.

The names of class folders are held against the ids, so that a list that counts from 1, or one whose ids
follow the folders that somebody happened to have, does not give wrong labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...errors import VidcompressError
from ..labels import normal_form
from . import places
from .csv_rows import columns
from .layout import Row, listed_row
from .listing import SUFFIXES, Tree
from .official import official_name, official_names
from .splits import is_split_copy
from .text import numbered_lines

_HEADER = {"id", "index", "name", "label", "class", "label_id", "class_id", "label_name", "class_name"}
_LINES = (
    re.compile(r"(?P<id>\d+)[\s,;:]+(?P<name>.*\S)\s*"),
    re.compile(r"(?P<name>.*?)[\s,;:]+(?P<id>\d+)\s*"),
)


@dataclass(frozen=True)
class Named:
    """A list whose labels are names."""

    rows: tuple[Row, ...]
    labels: tuple[str, ...]
    """All that the ids can mean; empty if the list wrote names."""
    how: str
    """What the list writes, for people."""


@dataclass(frozen=True)
class _Numbering:
    names: Mapping[int, str]
    source: str
    """A file name; empty for the official order."""


def name_labels(pairs: Sequence[tuple[str, str]], source: Path, tree: Tree) -> Named:
    """Rows from pairs of path and label, where labels may be names or numbers, or are the names of folders.

    Args:
        pairs: as the list writes them; without labels all are empty.
        source: the list; label lists are looked for in its folder.
        tree: the folders seen so far.

    Raises:
        VidcompressError: there is no telling what the numbers mean, or what the labels are.
    """
    if not any(label for _, label in pairs):
        return _named_by_folder(pairs, source, _numbering(source, tree))
    if not all(label.isdecimal() for _, label in pairs):
        return Named(tuple(listed_row(file, official_name(label)) for file, label in pairs), (), "labels")
    numbering = _numbering(source, tree)
    numbers = [int(label) for _, label in pairs]
    folders = _folder_labels([file for file, _ in pairs], numbering.names.values())
    if not numbering.source and not any(folders):
        # Of classes that are none of Kinetics: their ids are not Kinetics' either.
        own = [_class_folder(file) for file, _ in pairs]
        if len(set(own)) > 1 and _tell_labels(numbers, own):
            return Named(_rows(pairs, own), (), "ids of its own, read by folder")
    for offset in (0, 1, -1):
        names = [numbering.names.get(number - offset) for number in numbers]
        if all(name and folder in (name, None) for name, folder in zip(names, folders, strict=True)):
            beside = f" ({numbering.source})" if numbering.source else ""
            how = f"ids from {min(numbering.names) + offset}{beside}"
            labels = tuple(sorted(numbering.names.values()))
            return Named(_rows(pairs, names), labels, how)
    if _tell_labels(numbers, folders):
        return Named(_rows(pairs, folders), (), "ids of its own, read by folder")
    known = f"{len(numbering.names)} labels of {numbering.source or 'Kinetics-400'}"
    contradiction = _contradiction(numbers, folders, numbering.names)
    raise VidcompressError(
        f"the label ids of {source} ({min(numbers)} to {max(numbers)}) do not go with the "
        f"{known}{contradiction}: put the list of its labels beside it, as label_map.txt"
    )


def _named_by_folder(pairs: Sequence[tuple[str, str]], source: Path, numbering: _Numbering) -> Named:
    folders = _folder_labels([file for file, _ in pairs], numbering.names.values())
    for (file, _), folder in zip(pairs, folders, strict=True):
        if folder is None:
            raise VidcompressError(
                f"{source} lists clips without labels, and the folder of {file!r} is none of the "
                f"{len(numbering.names)} labels of {numbering.source or 'Kinetics-400'}: write lines 'path label', "
                "or put the list of its labels beside it, as label_map.txt"
            )
    labels = tuple(sorted(numbering.names.values()))
    return Named(_rows(pairs, folders), labels, "no labels, read by folder")


def _tell_labels(numbers: Sequence[int], folders: Sequence[str | None]) -> bool:
    """Whether there is one id a folder and one folder an id: then the ids are the list's own."""
    together = set(zip(numbers, folders, strict=True))
    return None not in folders and len(together) == len(set(numbers)) == len(set(folders))


def _rows(pairs: Sequence[tuple[str, str]], labels: Sequence[str | None]) -> tuple[Row, ...]:
    return tuple(listed_row(file, label or "") for (file, _), label in zip(pairs, labels, strict=True))


def _folder_labels(files: Sequence[str], labels: Iterable[str]) -> list[str | None]:
    """For each path the label that its folder is called by, None if that is no label."""
    known = {normal_form(label): label for label in labels}
    seen: dict[str, str | None] = {}
    found: list[str | None] = []
    for file in files:
        folder = _folder(file)
        if folder not in seen:
            seen[folder] = known.get(normal_form(official_name(folder)))
        found.append(seen[folder])
    return found


def _class_folder(file: str) -> str | None:
    """The folder of a path, if it can be that of a class."""
    folder = _folder(file)
    is_place = folder in places.OTHER or folder in ("", ".", "..") or is_split_copy(folder)
    return None if is_place else folder


def _folder(file: str) -> str:
    return PurePosixPath(file.replace("\\", "/")).parent.name


def _contradiction(numbers: Sequence[int], folders: Sequence[str | None], names: Mapping[int, str]) -> str:
    for number, folder in zip(numbers, folders, strict=True):
        if folder is not None and number in names and names[number] != folder:
            return f" (a clip in folder {folder!r} has id {number}, which is {names[number]!r})"
    return ""


def _numbering(source: Path, tree: Tree) -> _Numbering:
    folder = source.parent
    found: list[_Numbering] = []
    for place in (folder, folder.parent) if folder.name in places.LISTS else (folder,):
        for name in tree[str(place)].texts:
            if ("label" in name.lower() or "class" in name.lower()) and place / name != source:
                names = read_label_list(place / name)
                if names is None and not _lists_clips(place / name, tree):
                    raise VidcompressError(
                        f"{place / name} lies beside {source.name} and cannot be read as the list of its labels: "
                        "expected a name a line, or lines '0 name' or 'name 0', each once; mend it, or give it a "
                        "name without 'label' and 'class'"
                    )
                if names and all(names != other.names for other in found):
                    found.append(_Numbering(names, name))
    if len(found) > 1:
        listed = ", ".join(numbering.source for numbering in found)
        raise VidcompressError(
            f"several label lists lie beside {source} ({listed}): leave the one that it goes by"
        )
    return found[0] if found else _Numbering(dict(enumerate(official_names())), "")


def _lists_clips(path: Path, tree: Tree) -> bool:
    """Whether a text is about clips or files and not about labels, to go by its beginning."""
    head = tree.head(path)
    header = columns(head)
    is_table = any(mark in line for line in head[:1] for mark in ",;\t") and not (
        set(header) <= _HEADER or any(map(str.isdecimal, header))
    )
    named = any(suffix in line.lower() for line in head for suffix in SUFFIXES)
    return is_table or named or _are_paths(head)


def _are_paths(lines: Sequence[str]) -> bool:
    # A few labels may have a slash, such as "taking a hat/cap off".
    return 2 * sum("/" in line for line in lines) > len(lines)


def read_label_list(path: Path) -> dict[int, str] | None:
    """Label ids and names: a name a line in order, or with its id before or behind it.

    Returns:
        None if the file is not a label list.
    """
    try:
        lines = [line.strip() for _, line in numbered_lines(path)]
    except VidcompressError:
        return None
    if lines and set(columns(lines)) <= _HEADER:
        del lines[0]
    for pattern in _LINES:
        matches = [match for line in lines if (match := pattern.fullmatch(line))]
        if len(matches) == len(lines):
            ids = [int(match["id"]) for match in matches]
            names = [match["name"] for match in matches]
            break
    else:
        ids, names = list(range(len(lines))), lines
        # A table of something else.
        if all("," in line for line in lines):
            return None
    names = [official_name(name.strip("'\" \t")) for name in names]
    paths = _are_paths(names) or any(name.lower().endswith(SUFFIXES) for name in names)
    repeats = len(set(ids)) < len(ids) or len({*map(normal_form, names)}) < len(names)
    return None if paths or repeats or not names else dict(zip(ids, names, strict=True))
