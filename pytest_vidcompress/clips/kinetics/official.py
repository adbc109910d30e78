"""The 400 class names of Kinetics-400, and a class's official spelling whatever a folder or a list calls it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ..labels import normal_form

_NAMES = Path(__file__).parent / "kinetics400.txt"
_NUMBER = re.compile(r"\d+[\s_.:,-]+")


@cache
def official_names() -> tuple[str, ...]:
    """The labels of the annotations, sorted: a label's place is the id that models and lists give it."""
    return tuple(_NAMES.read_text(encoding="utf-8").splitlines())


def official_name(label: str) -> str:
    """`label` as the annotations spell it; unchanged if it is none of the 400.

    `massaging_persons_head` (torchvision) and `196 massaging person's head` (PaddleVideo) are both
    `massaging person's head`.
    """
    spelling = _by_form()
    plain = _NUMBER.sub("", label.strip(), count=1) if label.strip()[:1].isdigit() else label
    return spelling.get(normal_form(label)) or spelling.get(normal_form(plain)) or label.strip()


@cache
def _by_form() -> dict[str, str]:
    return {normal_form(name): name for name in official_names()}
