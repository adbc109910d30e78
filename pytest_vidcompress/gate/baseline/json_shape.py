"""The JSON shape of baseline files: small, sorted, one line of diff for a changed metric.

Anybody may have written one: whatever is read is of its type and within its range, or refused as `Malformed`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from ...clips.crops.digest import MARK
from ...untrusted import Malformed, json_object, mapping, number, text, whole, wholes
from ..metrics import RANKED, RATIO, SEARCHED, Unit
from .clip_costs import ClipCosts
from .recorded_runs import RecordedRuns, StoredPairs, StoredStart
from .stored import (
    BESIDE_CLIPS,
    CENTS,
    PARTS_OF_ANSWERS,
    PER_MACHINE,
    TAIL_FIELDS,
    Slowdown,
    Stored,
    StoredTiming,
)

_IDENTITY = ("clips", "clips_digest", "contents", "protocol", "protocol_details", "protocol_label")
"""What the numbers are of, a line each. All but the clips may be missing."""
_NOTHING = ("",) * len(_IDENTITY)
_MOST_RUNS = 1000
"""Numbers of a line, as far as one is read."""
_MOST_CENTS = 10**12
"""Of one clip, as far as they are read."""
_SILENT = "."
"""In place of a number."""
_START = "start"
"""What lines of a `StoredStart` begin with, beside those of its variant's latency."""
N = TypeVar("N", int, float)
R = TypeVar("R", bound=RecordedRuns)
_HEX = frozenset("0123456789abcdefABCDEF")


def stored_document(variants: Mapping[str, Stored]) -> dict[str, Any]:
    """`clips` and what else identifies them, and `variants`, of a file.

    An entry that was measured on other clips than most, or in another way, says so itself.
    """
    common = Counter(map(_identity, variants.values())).most_common(1)
    shared = common[0][0] if common else _NOTHING
    entries: dict[str, dict[str, Any]] = {}
    for name, stored in variants.items():
        entry = _short(stored.numbers)
        entry |= {"test": stored.test, "outcomes": as_mask(stored.outcomes)}
        if stored.agreements:
            entry["agreements"] = as_mask(stored.agreements)
        entry |= {_by_clip(name): _line_of_cents(values) for name, values in stored.contributions.items()}
        entry |= stored.clip_costs.written(stored.clip_ids)
        if stored.slowdown:
            entry["slowdown"] = str(stored.slowdown)
        own = zip(_IDENTITY, _identity(stored), shared, strict=True)
        entry |= {field: mine for field, mine, theirs in own if mine != theirs}
        entries[name] = entry
    known = {field: line for field, line in zip(_IDENTITY, shared, strict=True) if line or field == "clips"}
    return {**known, "variants": entries}


def stored_entries(document: Mapping[str, Any]) -> dict[str, Stored]:
    """Inverse of `stored_document`; `Malformed` says what is wrong with the shape."""
    entries: dict[str, Stored] = {}
    for name, entry in mapping(document, "variants").items():
        values = json_object(entry, name)
        line, digest, contents, protocol, details, protocol_label = (
            _text(values if field in values else document, field) for field in _IDENTITY
        )
        clips = _names(line)
        entries[name] = Stored(
            test=_text(values, "test"),
            numbers=_beside_clips(name, values),
            clip_ids=clips,
            outcomes=from_mask(text(values, "outcomes"), len(clips)),
            agreements=from_mask(text(values, "agreements"), len(clips)) if "agreements" in values else (),
            by_clip=_contributions(values, RANKED, len(clips)),
            searched=_contributions(values, SEARCHED, len(clips), _SILENT),
            clip_costs=ClipCosts.read(values, clips),
            protocol=protocol,
            protocol_details=details,
            protocol_label=protocol_label,
            clips_digest=digest,
            contents=_marks(contents, len(clips)),
            slowdown=_slowdown(values),
        )
    return entries


def stored_numbers_of(document: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """As `stored_entries`, the numbers alone: who reads every version of a file needs no clip of it."""
    found: dict[str, dict[str, float]] = {}
    for name, entry in mapping(document, "variants").items():
        values = json_object(entry, name)
        clips = _names(_text(values if "clips" in values else document, "clips"))
        _check_mask(text(values, "outcomes"), len(clips))
        found[name] = _beside_clips(name, values)
    return found


def timing_document(variants: Mapping[str, StoredTiming]) -> dict[str, Any]:
    """`variants` of a machine class's file."""
    entries: dict[str, dict[str, Any]] = {}
    for name, timing in variants.items():
        entry: dict[str, Any] = {"test": timing.test, **_short(timing.numbers)}
        if timing.latency_ratio is not None:
            entry["latency_ratio"] = short(timing.latency_ratio)
        beside: dict[str, RecordedRuns] = {_START: timing.start, **timing.answers}
        for part, stored in beside.items():
            if stored.ratio is not None:
                entry[f"{part}_ratio"] = short(stored.ratio)
        if layers := {precision: _line(names, "*") for precision, names in timing.layers.items() if names}:
            entry["layers"] = layers
        lines = {field: _line_of_numbers(getattr(timing, field)) for field in (*timing.lines, *TAIL_FIELDS)}
        lines |= {
            f"{part}_{field}": _line_of_numbers(getattr(stored, field))
            for part, stored in beside.items()
            for field in stored.lines
        }
        entries[name] = entry | {field: line for field, line in lines.items() if line}
    return {"variants": entries}


def timing_entries(document: Mapping[str, Any]) -> dict[str, StoredTiming]:
    """Inverse of `timing_document`; `Malformed` says what is wrong with the shape."""
    entries: dict[str, StoredTiming] = {}
    for name, entry in mapping(document, "variants").items():
        values = json_object(entry, name)
        answers = {part: _recorded(StoredPairs, values, part) for part in PARTS_OF_ANSWERS}
        entries[name] = StoredTiming(
            test=_text(values, "test"),
            numbers=_numbers(values, PER_MACHINE),
            # Of a ratio the logarithm is taken; a spread may be none at all.
            runs=_numbers_of_line(values, "runs", 1 / RATIO.most),
            spreads=_numbers_of_line(values, "spreads"),
            controls=_numbers_of_line(values, "controls"),
            screens=_numbers_of_line(values, "screens", 1 / RATIO.most),
            references=_numbers_of_line(values, "references", 1 / RATIO.most),
            start=_recorded(StoredStart, values, _START),
            answers={part: stored for part, stored in answers.items() if stored.runs},
            layers=_layers(values),
            **{field: _numbers_of_line(values, field, 1 / RATIO.most) for field in TAIL_FIELDS},
        )
    return entries


def _recorded(kind: type[R], values: Mapping[str, Any], part: str) -> R:
    """The runs of a part, whose name their lines begin with."""
    least = {"runs": 1 / RATIO.most}
    return kind(
        **{field: _numbers_of_line(values, f"{part}_{field}", least.get(field, 0.0)) for field in kind.lines}
    )


def short(value: float) -> float | int:
    """A float in six significant digits: more is noise in a diff."""
    return value if isinstance(value, int) else float(f"{value:.6g}")


def as_mask(outcomes: Sequence[bool]) -> str:
    """Outcomes as hexadecimal digits, the first clip in the highest bit; padded with zeros."""
    bits = "".join("1" if right else "0" for right in outcomes)
    bits += "0" * (-len(bits) % 4)
    return "".join(f"{int(bits[i : i + 4], 2):x}" for i in range(0, len(bits), 4))


def from_mask(mask: str, clips: int) -> tuple[bool, ...]:
    """Outcomes of `clips` clips; `Malformed` when the mask is of another length or no hexadecimal number."""
    _check_mask(mask, clips)
    bits = f"{int(mask, 16):0{4 * len(mask)}b}" if mask else ""
    return tuple(map("1".__eq__, bits[:clips]))


def _check_mask(mask: str, clips: int) -> None:
    if len(mask) != -(-clips // 4):
        raise Malformed(
            f"outcomes of {clips} clips take {-(-clips // 4)} hexadecimal digits, not {len(mask)}"
        )
    if not _HEX.issuperset(mask):
        raise Malformed("outcomes: expected hexadecimal digits")


def _beside_clips(name: str, values: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of an entry, which has an accuracy at least."""
    numbers = _numbers(values, BESIDE_CLIPS)
    if "top1" not in numbers:
        raise Malformed(f"entry {name!r} has no top1")
    return numbers


def _short(numbers: Mapping[str, float]) -> dict[str, Any]:
    return {name: short(value) for name, value in numbers.items() if math.isfinite(value)}


def _numbers(values: Mapping[str, Any], units: Mapping[str, Unit]) -> dict[str, float]:
    """Those that are there."""
    return {
        name: whole(values, name, 0, int(unit.most))
        if unit.whole
        else number(values, name, unit.least, unit.most)
        for name, unit in units.items()
        if values.get(name) is not None
    }


def _line(names: tuple[str, ...], also_plain: str = "") -> str:
    """One string: a thousand ids are a line of diff, not a thousand."""
    plain = f"/:+@,;=()[]&!~'#{also_plain}"
    return " ".join(quote(name, safe=plain, errors="surrogatepass") for name in names)


@lru_cache(maxsize=32)
def _names(line: str) -> tuple[str, ...]:
    """Inverse of `_line`; entries of a file share theirs."""
    return tuple(
        unquote(name, errors="surrogatepass") if "%" in name else name for name in line.split(" ") if name
    )


def _layers(values: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    lines = mapping(values, "layers") if "layers" in values else {}
    return {precision: _names(text(lines, precision)) for precision in lines}


def _identity(stored: Stored) -> tuple[str, ...]:
    """The texts of `_IDENTITY`."""
    protocol = stored.protocol, stored.protocol_details, stored.protocol_label
    return _line(stored.clip_ids), stored.clips_digest, "".join(stored.contents), *protocol


@lru_cache(maxsize=32)
def _marks(line: str, clips: int) -> tuple[str, ...]:
    """Inverse of joining them: all are equally long."""
    if line and len(line) != MARK * clips:
        raise Malformed(f"contents of {clips} clips take {MARK * clips} digits, not {len(line)}")
    return tuple(line[start : start + MARK] for start in range(0, len(line), MARK))


def _slowdown(values: Mapping[str, Any]) -> Slowdown | None:
    words = _text(values, "slowdown").split()
    if not words:
        return None
    if len(words) != 2 or not _HEX.issuperset(words[0]):
        raise Malformed("slowdown: expected a commit and a ratio")
    ratio = number({"slowdown": _parsed(words[1], "slowdown")}, "slowdown", 1 / RATIO.most, RATIO.most)
    return Slowdown(words[0], ratio)


def _line_of_numbers(numbers: tuple[float, ...]) -> str:
    """One line, however many runs."""
    return " ".join(str(short(each)) for each in numbers)


def _numbers_of_line(values: Mapping[str, Any], name: str, least: float = 0.0) -> tuple[float, ...]:
    """Inverse of `_line_of_numbers`; each within `least` and what a ratio can be."""
    words = _text(values, name).split()
    if len(words) > _MOST_RUNS:
        raise Malformed(f"{name} has {len(words):,} numbers")
    return tuple(number({name: _parsed(word, name)}, name, least, RATIO.most) for word in words)


def _by_clip(name: str) -> str:
    """What the line of a ranked metric is called."""
    return f"{name}_by_clip"


def _contributions(
    values: Mapping[str, Any], names: Sequence[str], clips: int, silent: str | None = None
) -> dict[str, tuple[float, ...]]:
    """Of what is ranked, by metric; `silent` is what stands for a clip that says nothing, where there may be such."""
    lines = {name: _by_clip(name) for name in names}
    return {
        name: _cents_of_line(values, line, clips, silent) for name, line in lines.items() if line in values
    }


def _line_of_cents(values: Sequence[float]) -> str:
    """One line of whole hundredths: `87 103 -2`; `.` of a clip that says nothing."""
    return " ".join(_SILENT if math.isnan(each) else str(round(CENTS * each)) for each in values)


def _cents_of_line(values: Mapping[str, Any], name: str, clips: int, silent: str | None) -> tuple[float, ...]:
    """Inverse of `_line_of_cents`."""
    words = text(values, name).split()
    if len(words) != clips:
        raise Malformed(f"{name} of {clips} clips is as many numbers, not {len(words)}")
    known = [_parsed(word, name, int) for word in words if word != silent]
    cents = iter(wholes({name: known}, name, len(known), -_MOST_CENTS, _MOST_CENTS))
    return tuple(math.nan if word == silent else next(cents) / CENTS for word in words)


def _parsed(word: str, name: str, kind: type[N] = float) -> N:
    try:
        return kind(word)
    except ValueError:
        raise Malformed(f"{name}: expected numbers, found {word[:60]!r}") from None


def _text(values: Mapping[str, Any], name: str) -> str:
    """Empty where it is missing."""
    return text(values, name) if name in values else ""
