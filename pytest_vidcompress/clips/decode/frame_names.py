"""The pictures of a folder in the order of their numbers, with or without leading zeros.

What lies beside them for optical flow (`flow_x_00001.jpg`) is passed over.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..faults import Fault, Undecodable
from ..suffixes import PICTURES

_NAME = re.compile(r"(?P<series>.*?)(?P<number>\d+)\.[a-z]+", re.IGNORECASE)
_FLOW = re.compile(r"(.*flow.*|[xyuv])[_-]*", re.IGNORECASE)
"""Series of optical flow."""


def frame_names(folder: Path) -> list[str]:
    """The file names of its pictures in the order of their numbers.

    Raises:
        Undecodable: there are none, or several series of them.
    """
    series: dict[str, list[tuple[int, str]]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                match = _NAME.fullmatch(entry.name)
                if match and entry.name.lower().endswith(PICTURES) and not entry.name.startswith("."):
                    series.setdefault(match["series"], []).append((int(match["number"]), entry.name))
    except OSError as error:
        raise Undecodable(f"unreadable: {error.strerror}", Fault.UNREADABLE) from error
    pictures = [found for name, found in series.items() if not _FLOW.fullmatch(name)]
    if not pictures:
        raise Undecodable("not a file, and no folder of numbered pictures", Fault.UNREADABLE)
    if len(pictures) > 1:
        first = ", ".join(sorted(min(found)[1] for found in pictures)[:3])
        raise Undecodable(f"several series of pictures in one folder, from {first}", Fault.NOT_A_VIDEO)
    numbers = [number for number, _ in pictures[0]]
    if len(set(numbers)) < len(numbers):
        raise Undecodable("two pictures of one number", Fault.NOT_A_VIDEO)
    return [name for _, name in sorted(pictures[0])]
