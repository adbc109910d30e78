"""Class folders: `<label>/<clip>.mp4`, and how those who make them spell a label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from ...clip import Clip
from ...labels import normal_form
from .. import places
from ..layout import Layout, Listed, listed_row
from ..listing import Tree
from ..official import official_name
from ..splits import is_split_copy

SPELLINGS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "ActivityNet": lambda label: label,
        "mmaction2": lambda label: label.replace(" ", "_"),
        "torchvision": lambda label: label.replace(" ", "_").translate(str.maketrans("", "", "'()")),
    }
)
"""Who -> what they call the folder of a label."""


def how_files_lie(clips: Sequence[Clip]) -> str:
    """In a few words, told from the names of the folders that clips lie in."""
    pairs = {(clip.label, clip.path.parent.name) for clip in clips}
    named = {(label, folder) for label, folder in pairs if _is_called(folder, label)}
    if not named:
        return "flat folder"
    if named != pairs:
        return "folders of several kinds"
    who = [who for who, spell in SPELLINGS.items() if all(spell(label) == folder for label, folder in named)]
    # Of labels that are one word, all make the same.
    return f"class folders ({' or '.join(who)})" if 0 < len(who) < len(SPELLINGS) else "class folders"


def _is_called(folder: str, label: str) -> bool:
    return normal_form(official_name(folder)) == normal_form(label)


def _recognises(path: Path, tree: Tree) -> bool:
    return any(True for _ in _classes(path, tree))


def _classes(path: Path, tree: Tree) -> Iterator[str]:
    for name in tree[str(path)].folders:
        is_class = not (is_split_copy(name) or name in places.OTHER or name.startswith("."))
        if is_class and tree.clips(str(path / name)):
            yield name


def _read(path: Path, tree: Tree) -> Listed:
    classes = {name: official_name(name) for name in _classes(path, tree)}
    rows = (
        listed_row(f"{(path / name).as_posix()}/{clip}", label)
        for name, label in classes.items()
        for clip in tree.clips(str(path / name))
    )
    return Listed("", tuple(rows), tuple(sorted(set(classes.values()))))


FOLDERS = Layout("a folder of videos for each class", _recognises, _read)
