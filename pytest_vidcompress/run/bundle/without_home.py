"""Texts that leave this machine: who uses it is nobody's business."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, cast


def homes() -> frozenset[str]:
    """The user's home folder, as paths may name it."""
    names = {os.environ.get("HOME", ""), os.environ.get("USERPROFILE", "")}
    with suppress(RuntimeError):  # a user without one
        names.add(str(Path.home()))
    folders = {str(Path(name)) for name in names if name}
    # Of a home that is the root of all, every path would be.
    return frozenset(each for each in folders | {*map(os.path.realpath, folders)} if len(each) > 1)


def without_home(value: Any, folders: Collection[str] | None = None) -> Any:
    """Plain data with `~` for the user's home in all its texts, names included.

    Args:
        folders: homes; None for those of this user.
    """
    folders = homes() if folders is None else folders
    if not folders:
        return value
    longest_first = "|".join(re.escape(each) for each in sorted(folders, key=len, reverse=True))
    # Not within a longer name: /root is no part of /mnt/root, nor of /rooted.
    return _changed(value, re.compile(rf"(?<![\w.~])(?:{longest_first})(?![\w-])"))


def _changed(value: Any, home: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return home.sub("~", value)
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return {_changed(name, home): _changed(each, home) for name, each in items}
    if isinstance(value, tuple | list):
        return [_changed(each, home) for each in cast("list[Any]", value)]
    return value
