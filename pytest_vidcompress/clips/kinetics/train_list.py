"""The train list or train folder that lies beside what is tested."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from . import places
from .listing import Tree
from .splits import VAL, folder_names, split_of

TRAIN = "train"
_VAL_WORD = re.compile(r"validation|validate|valid|val", re.IGNORECASE)


def train_source(tested: Path, recognised: Callable[[Path, Tree], bool]) -> Path | None:
    """Where the clips to train on are listed or lie; None where that cannot be told, or `tested` is that itself.

    Args:
        tested: the list or the folder that the tested clips were read from.
        recognised: is a file or a folder clips in some layout?
    """
    if split_of(tested.name) == TRAIN:
        return None
    tree = Tree()
    for candidates in _candidates(tested, tree):
        found = [path for path in candidates if recognised(path, tree)]
        # Of several nobody knows which is meant.
        if len(found) == 1:
            return found[0]
    return None


def _candidates(tested: Path, tree: Tree) -> Iterator[Sequence[Path]]:
    """Groups of paths, the surest first."""
    if tested.is_dir():
        yield from _for_folder(tested, tree)
        return
    beside = [
        tested.parent / name for name in tree[str(tested.parent)].texts if split_of(Path(name).stem) == TRAIN
    ]
    alike = _VAL_WORD.sub(TRAIN, tested.name)
    yield [path for path in beside if path.name == alike]
    yield [path for path in beside if path.stem == TRAIN]
    yield beside
    yield from _folders(tested.parent, tree)
    if tested.parent.name in places.LISTS:
        yield from _folders(tested.parent.parent, tree)


def _for_folder(tested: Path, tree: Tree) -> Iterator[Sequence[Path]]:
    # Class folders that are of no split are all there is.
    if split_of(tested.name) != VAL:
        return
    home = tested.parent
    yield from ([place / f"{TRAIN}.csv"] for place in (*(home / name for name in places.LISTS), home))
    yield from _folders(home, tree)


def _folders(home: Path, tree: Tree) -> Iterator[Sequence[Path]]:
    there = tree[str(home)].folders
    for name in folder_names(TRAIN):
        yield [home / name] if name in there else []
    yield [home / name for name in there if split_of(name) == TRAIN]
