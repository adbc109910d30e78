"""The JSON shape of baseline files: small, sorted, one line of diff for a changed metric."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote, unquote

from ...clips.crops.digest import MARK
from .stored import Stored, StoredTiming, as_mask, from_mask

SHARES = ("top1", "top5", "agreement", "kl")
COUNTS = ("size_bytes", "parameters", "macs")
_IDENTITY = ("clips", "clips_digest", "contents", "protocol")
"""What the numbers are of, a line each. All but the clips may be missing."""
_NOTHING = ("",) * len(_IDENTITY)


def stored_document(variants: Mapping[str, Stored]) -> dict[str, Any]:
    """`clips` and what else identifies them, and `variants`, of a file.

    An entry that was measured on other clips than most, or in another way, says so itself.
    """
    common = Counter(map(_identity, variants.values())).most_common(1)
    shared = common[0][0] if common else _NOTHING
    entries: dict[str, dict[str, Any]] = {}
    for name, stored in variants.items():
        numbers: dict[str, float | int | None] = {
            field: getattr(stored, field) for field in (*SHARES, *COUNTS, "sparsity")
        }
        entry: dict[str, Any] = {field: short(number) for field, number in numbers.items()}
        entry |= {"test": stored.test, "outcomes": as_mask(stored.outcomes)}
        if stored.agreements:
            entry["agreements"] = as_mask(stored.agreements)
        own = zip(_IDENTITY, _identity(stored), shared, strict=True)
        entry |= {field: mine for field, mine, theirs in own if mine != theirs}
        entries[name] = {field: value for field, value in entry.items() if value is not None}
    known = {field: text for field, text in zip(_IDENTITY, shared, strict=True) if text or field == "clips"}
    return {**known, "variants": entries}


def stored_entries(document: Mapping[str, Any]) -> dict[str, Stored]:
    """Inverse of `stored_document`; KeyError, TypeError or ValueError says what is wrong with the shape."""
    entries: dict[str, Stored] = {}
    for name, entry in _mapping(document["variants"], "variants").items():
        values = _mapping(entry, name)
        line, digest, contents, protocol = (
            _text(values.get(field, document.get(field, "")), field) for field in _IDENTITY
        )
        clips = _clips(line)
        top1 = _number(values, "top1")
        if top1 is None:
            raise ValueError(f"entry {name!r} has no top1")
        entries[name] = Stored(
            test=_text(values.get("test", ""), "test"),
            top1=top1,
            # A divergence that was infinite has no number in JSON.
            top5=_number(values, "top5", math.nan),
            agreement=_number(values, "agreement", math.nan),
            kl=_number(values, "kl", math.nan),
            size_bytes=_count(values, "size_bytes"),
            parameters=_count(values, "parameters"),
            macs=_count(values, "macs"),
            sparsity=_number(values, "sparsity"),
            clip_ids=clips,
            outcomes=from_mask(_text(values["outcomes"], "outcomes"), len(clips)),
            agreements=from_mask(_text(values["agreements"], "agreements"), len(clips))
            if "agreements" in values
            else (),
            protocol=protocol,
            clips_digest=digest,
            contents=_marks(contents, len(clips)),
        )
    return entries


def timing_document(variants: Mapping[str, StoredTiming]) -> dict[str, Any]:
    """`variants` of a machine class's file."""
    entries: dict[str, dict[str, Any]] = {}
    for name, timing in variants.items():
        entry: dict[str, Any] = {
            "test": timing.test,
            "latency_ratio": short(timing.latency_ratio),
            "runs": _runs(timing.runs),
            "spreads": _runs(timing.spreads),
            "controls": _runs(timing.controls),
            "screens": _runs(timing.screens),
            "peak_memory_bytes": timing.peak_memory_bytes,
        }
        entries[name] = {field: value for field, value in entry.items() if value is not None}
    return {"variants": entries}


def timing_entries(document: Mapping[str, Any]) -> dict[str, StoredTiming]:
    """Inverse of `timing_document`; KeyError, TypeError or ValueError says what is wrong with the shape."""
    entries: dict[str, StoredTiming] = {}
    for name, entry in _mapping(document["variants"], "variants").items():
        values = _mapping(entry, name)
        entries[name] = StoredTiming(
            test=_text(values.get("test", ""), "test"),
            runs=_numbers(values, "runs"),
            spreads=_numbers(values, "spreads"),
            controls=_numbers(values, "controls"),
            screens=_numbers(values, "screens"),
            peak_memory_bytes=_count(values, "peak_memory_bytes"),
        )
    return entries


def short(number: float | None) -> float | int | None:
    """A float in six significant digits: more is noise in a diff. None when JSON has no such number."""
    if number is None or isinstance(number, int):
        return number
    return float(f"{number:.6g}") if math.isfinite(number) else None


def _line(clip_ids: tuple[str, ...]) -> str:
    """One string: a thousand ids are a line of diff, not a thousand."""
    return " ".join(quote(clip, safe="/:+@,;=()[]&!~'#", errors="surrogatepass") for clip in clip_ids)


def _clips(line: str) -> tuple[str, ...]:
    return tuple(unquote(clip, errors="surrogatepass") for clip in line.split(" ") if clip)


def _identity(stored: Stored) -> tuple[str, ...]:
    """The texts of `_IDENTITY`."""
    return _line(stored.clip_ids), stored.clips_digest, "".join(stored.contents), stored.protocol


def _marks(line: str, clips: int) -> tuple[str, ...]:
    """Inverse of joining them: all are equally long."""
    if line and len(line) != MARK * clips:
        raise ValueError(f"contents of {clips} clips take {MARK * clips} digits, not {len(line)}")
    return tuple(line[start : start + MARK] for start in range(0, len(line), MARK))


def _runs(numbers: tuple[float, ...]) -> str | None:
    """One line, however many runs."""
    return " ".join(str(short(number)) for number in numbers) or None


def _numbers(values: Mapping[str, Any], name: str) -> tuple[float, ...]:
    return tuple(float(number) for number in _text(values.get(name, ""), name).split())


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be an object")
    return cast("Mapping[str, Any]", value)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string")
    return value


def _number(values: Mapping[str, Any], name: str, missing: Any = None) -> Any:
    value: object = values.get(name, missing)
    if value is not missing and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError(f"{name} must be a number")
    return value


def _count(values: Mapping[str, Any], name: str) -> int | None:
    value: object = values.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise TypeError(f"{name} must be a whole number")
    return value
