"""The part of a data set that a file or a folder holds, told from its name: train, val or test."""

from __future__ import annotations

import re

VAL = "val"
_WORDS = {VAL: ("val", "validate", "validation", "valid"), "train": ("train",), "test": ("test",)}
_BESIDE = {"videos", "rawframes", "frames", "kinetics", "k", "p", "px"}
"""What such names have besides, numbers left out: `k400_val_256p`."""


def split_of(name: str) -> str | None:
    """`val` for `videos_val`, `val_256` or `kinetics400_val_list_videos`; None if the name tells nothing."""
    words = set(re.findall("[a-z]+", name.casefold()))
    return next((split for split, known in _WORDS.items() if words & set(known)), None)


def folder_names(split: str) -> tuple[str, ...]:
    """What the folder with the videos of a split is called, nothing added: `val`, `videos_val`, ..."""
    return tuple(form.format(word) for form in ("{}", "videos_{}", "rawframes_{}") for word in _WORDS[split])


def is_split(name: str) -> bool:
    """Whether a folder's name is that of a split and nothing else."""
    return any(name.casefold() in folder_names(split) for split in _WORDS)


def is_split_copy(name: str) -> bool:
    """Whether a folder's name is that of a split with a size or the like, and so cannot be that of a class."""
    words = set(re.findall("[a-z]+", name.casefold())) - _BESIDE
    return any(words and words <= set(known) for known in _WORDS.values())
