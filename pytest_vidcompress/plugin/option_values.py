"""Text of an option -> its value, or an error that ends in what was expected."""

from __future__ import annotations

import math
import re
from typing import Any, Literal

from ..clips.profile import Views
from ..errors import VidcompressError

_UNITS = {
    f"{prefix}{i}": base**power
    for power, prefix in enumerate("kmgt", 1)
    for i, base in (("", 1000), ("i", 1024))
}


def whole(given: Any, least: int = 0) -> int:
    """`"3"` -> 3."""
    try:
        number = int(given)
    except ValueError:
        number = least - 1
    if number < least:
        raise VidcompressError(f"{given}: expected a whole number of at least {least}")
    return number


def count(given: Any) -> int | None:
    """A whole number of at least one; None stays what it is."""
    return None if given is None else whole(given, least=1)


def number(given: Any) -> float:
    """A finite number that is not negative."""
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not (0 <= value < math.inf):
        raise VidcompressError(f"{given}: expected a number of at least 0")
    return value


def share(given: Any) -> float:
    """`"5%"` -> 0.05."""
    text = str(given).strip()
    percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise VidcompressError(f"{given}: expected a share from 0 to 1, such as 0.05 or 5%")
    return value


def size_bytes(given: Any) -> int:
    """`"20GB"` -> 20,000,000,000."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]i?)b", str(given).strip().lower())
    if found:
        return round(float(found[1]) * _UNITS[found[2]])
    if str(given).strip() != "0":
        raise VidcompressError(f"{given}: expected a size such as 20GB or 500MB, or 0")
    return 0


def choice(given: str, choices: tuple[str, ...]) -> Any:
    """One of `choices`."""
    if given not in choices:
        raise VidcompressError(f"{given}: expected one of {', '.join(choices)}")
    return given


def views(given: str | None) -> Views | Literal["published"] | None:
    """`"5x3"` -> five clips of three crops."""
    if given is None or given == "published":
        return given
    try:
        return Views.parse(given)
    except ValueError:
        raise VidcompressError(
            f"{given}: expected CLIPSxCROPS with 1 or 3 crops, such as 1x1 or 5x3, or published"
        ) from None
