"""Text of an option -> its value, or an error that ends in what was expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...errors import VidcompressError

if TYPE_CHECKING:
    from ...clips.profile import Views
    from ..shards.job import Share

FEWEST_PAIRS = 6
"""Of starts or rounds, that can be surely slower at the error rate of a session of twenty checks."""
_METRICS = ("latency", "size", "macs")
JSON_SUFFIX = ".json"
REPORT_SUFFIXES = (".html", ".md", JSON_SUFFIX)
_ADDRESS = re.compile(r"auto|(\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):[0-9]{1,5}")
"""`HOST:PORT`, an address of IPv6 in brackets; `auto` is what runs on this machine."""
_DEVICE = re.compile(r"[a-z_]+(:\d+)?")
_UNITS = {
    f"{prefix}{i}": base**power
    for power, prefix in enumerate("kmgt", 1)
    for i, base in (("", 1000), ("i", 1024))
}


def text(given: Any) -> str:
    """Any text; empty where nothing is given."""
    return str(given or "")


def names(given: Sequence[str] | None) -> tuple[str, ...]:
    """Each once, in the order given; an empty one is none, in spite of any ini file."""
    return tuple(dict.fromkeys(filter(None, given or ())))


def targets(given: Sequence[str] | None) -> tuple[str, ...]:
    """`latency:0.5,using=shrink+fuse` -> the recipe `target:latency=0.5,using=shrink+fuse`."""
    read: list[str] = []
    for each in names(given):
        budget, plus, following = each.partition("+")
        metric, colon, parameters = budget.partition(":")
        share, comma, using = parameters.partition(",")
        if not colon or metric.strip() not in _METRICS:
            raise VidcompressError(
                f"{each}: expected {' or '.join(f'{name}:SHARE' for name in _METRICS)}, such as latency:0.5"
            )
        read.append(f"target:{metric.strip()}={number(share):g}{comma}{using}{plus}{following}")
    return tuple(read)


def path(given: Any) -> Path | None:
    """A file or folder; None stays what it is."""
    return None if given is None else folder(given)


def place(given: Any) -> Path | str | None:
    """A folder, or a URL as it is."""
    if given is None:
        return None
    return given if "://" in given or "::" in given else folder(given)


def share_of_work(given: Any) -> Share | None:
    """`2/5`: the second of five."""
    if given is None:
        return None
    from ..shards.job import Share

    number, slash, of = str(given).partition("/")
    digits = number.strip(), of.strip()
    if slash and all(each.isascii() and each.isdecimal() and len(each) < 8 for each in digits):
        share = Share(int(number), int(of))
        if 1 <= share.number <= share.of:
            return share
    raise VidcompressError(f"{given}: expected I/N, the I-th of N shards, such as 2/5, with I from 1 to N")


def engine(given: Any) -> tuple[str, str] | None:
    """`ray:10.0.0.1:6379` -> the name of an engine, and an address; empty where none is given."""
    if not given:
        return None
    from ..engines.registry import ENGINES, WITH_ADDRESS

    name, colon, address = str(given).strip().partition(":")
    fits = _ADDRESS.fullmatch(address) if colon else True
    if name not in ENGINES or not fits or (colon and name not in WITH_ADDRESS):
        known = ", ".join((*ENGINES, *(f"{each}:HOST:PORT" for each in WITH_ADDRESS)))
        raise VidcompressError(f"{given}: expected one of {known}")
    return name, address


def device(given: Any) -> str:
    """What torch may call a device; whether it has one shows when torch is loaded."""
    name = text(given).strip().lower()
    if not _DEVICE.fullmatch(name):
        raise VidcompressError(
            f"{given}: expected cpu, or what torch calls a device, such as cuda, cuda:1 or mps"
        )
    return "cpu" if name.partition(":")[0] == "cpu" else name


def folder(given: Any) -> Path:
    """`"~/cache"` -> a path under the user's home."""
    return Path(given).expanduser()


def report_files(given: str | Sequence[str] | None) -> tuple[Path, ...]:
    """One or several files, whose suffix says what is written."""
    return _files(given, REPORT_SUFFIXES)


def json_files(given: str | Sequence[str] | None) -> tuple[Path, ...]:
    """Likewise, of numbers alone."""
    return _files(given, (JSON_SUFFIX,))


def _files(given: str | Sequence[str] | None, suffixes: Sequence[str]) -> tuple[Path, ...]:
    files = [folder(each) for each in names([given] if isinstance(given, str) else given)]
    for file in files:
        if file.suffix.lower() not in suffixes:
            raise VidcompressError(f"{file}: expected a file that ends in {' or '.join(suffixes)}")
    return tuple(files)


def whole(given: Any, least: int = 0) -> int:
    """`"3"` -> 3."""
    try:
        number = int(given)
    except ValueError:
        number = least - 1
    if number < least:
        raise VidcompressError(f"{given}: expected a whole number of at least {least}")
    return number


def positive(given: Any) -> int:
    """A whole number of at least one."""
    return whole(given, least=1)


def count(given: Any) -> int | None:
    """A whole number of at least one; None stays what it is."""
    return None if given is None else positive(given)


def starts(given: Any) -> int:
    """No pairs of starts, or as many as can decide anything."""
    return _pairs(given, "starts")


def rounds(given: Any) -> int:
    """Likewise, of rounds of files."""
    return _pairs(given, "rounds")


def _pairs(given: Any, what: str) -> int:
    pairs = whole(given)
    if 0 < pairs < FEWEST_PAIRS:
        raise VidcompressError(
            f"{given}: expected 0, or at least {FEWEST_PAIRS}: fewer {what} decide nothing"
        )
    return pairs


def longest(given: Any) -> float | None:
    """A number that is not negative; None stays what it is."""
    return None if given is None else number(given)


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
    """`"5%"` -> 0.05; at most the whole."""
    value = _fraction(given)
    if not 0 <= value <= 1:
        raise VidcompressError(f"{given}: expected a share from 0 to 1, such as 0.05 or 5%")
    return value


def margin(given: Any) -> float:
    """`"5%"` -> 0.05. More than the whole must be said in percent: a bare 5 rather means 5 % than 500 %."""
    value = _fraction(given)
    most = math.inf if _is_percent(given) else 1
    if not 0 <= value <= most or math.isinf(value):
        raise VidcompressError(
            f"{given}: expected a share from 0 to 1, such as 0.05 or 5%, or more in percent"
        )
    return value


def _is_percent(given: Any) -> bool:
    return str(given).rstrip().endswith("%")


def _fraction(given: Any) -> float:
    """NaN for what is no number."""
    try:
        value = float(str(given).strip().removesuffix("%"))
    except ValueError:
        return math.nan
    return value / 100 if _is_percent(given) else value


def size_bytes(given: Any) -> int:
    """`"20GB"` -> 20,000,000,000."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]i?)b", str(given).strip().lower())
    if found:
        return round(float(found[1]) * _UNITS[found[2]])
    if str(given).strip() != "0":
        raise VidcompressError(f"{given}: expected a size such as 20GB or 500MB, or 0")
    return 0


def choice(choices: Sequence[str]) -> Callable[[Any], Any]:
    """What reads one of `choices`."""

    def read(given: Any) -> Any:
        if given not in choices:
            raise VidcompressError(f"{given}: expected one of {', '.join(choices)}")
        return given

    return read


def views(given: str | None) -> Views | Literal["published"] | None:
    """`"5x3"` -> five clips of three crops."""
    if given is None or given == "published":
        return given
    from ...clips.profile import Views

    try:
        return Views.parse(given)
    except ValueError:
        raise VidcompressError(
            f"{given}: expected CLIPSxCROPS with 1 or 3 crops, such as 1x1 or 5x3, or published"
        ) from None
