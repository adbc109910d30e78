"""Are baseline and run of the same clips, looked at in the same way? Only then may they be compared. Pure.

A clip is the same when its id is, and its content where both know it. A sample is the same when it shares most
of the smaller one of the two, as a sample and a larger one with the same seed do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SAME_SAMPLE = 0.5
"""Least share of the smaller of two samples that must be in the other one."""
_NAMED = 3
_REMEDIES = (
    "give the same --vc-views",
    "give the model the profile.json and the preprocessor_config.json that it had then",
)
"""How to look at clips as then, for each part of a protocol."""


class Measured(Protocol):
    """A report, an entry of a baseline, or a sample: what was measured on. Empty parts are not known."""

    @property
    def clip_ids(self) -> tuple[str, ...]: ...
    @property
    def contents(self) -> tuple[str, ...]: ...
    @property
    def protocol(self) -> str: ...
    @property
    def protocol_details(self) -> str: ...


@dataclass(frozen=True)
class Sample:
    """What will be measured on."""

    clip_ids: tuple[str, ...]
    contents: tuple[str, ...] = ()
    """As in `Report`; an empty one is not known."""
    protocol: str = ""
    protocol_details: str = ""


def differing(one: Measured, other: Measured) -> tuple[str, ...]:
    """Ids that both have, of files with other contents."""
    marks = dict(zip(one.clip_ids, one.contents, strict=False))
    return tuple(
        clip
        for clip, mark in zip(other.clip_ids, other.contents, strict=False)
        if mark and marks.get(clip, mark) != mark
    )


def same_clips(one: Measured, other: Measured) -> frozenset[str]:
    """Ids of the clips that may be compared: none under another protocol."""
    if not _same_protocol(one, other):
        return frozenset()
    return frozenset(one.clip_ids).intersection(other.clip_ids).difference(differing(one, other))


@dataclass(frozen=True)
class Mismatch:
    """Why a baseline says nothing about a run, and how a run would be that it speaks of; in words."""

    reason: str
    remedy: str


def mismatch(stored: Measured, now: Measured) -> Mismatch | None:
    """None where the two can be compared."""
    for then, here, remedy in zip(_protocol(stored), _protocol(now), _REMEDIES, strict=True):
        if _differ(then, here):
            return Mismatch(f"the baseline was made with {then}, this run has {here}", remedy)
    shared, smaller = same_clips(stored, now), min(len(stored.clip_ids), len(now.clip_ids))
    if shared and len(shared) >= SAME_SAMPLE * smaller:
        return None
    other = differing(stored, now)
    if other and len(shared) + len(other) >= SAME_SAMPLE * smaller:
        return Mismatch(f"the baseline was made on other contents of {_named(other)}", "give the same files")
    return Mismatch(
        f"the baseline was made on other clips, {_named(stored.clip_ids)}: {len(shared)} of them are among the"
        f" {len(now.clip_ids)} of this run",
        "give the same --vc-clips, --vc-sample and --vc-seed",
    )


def changed(stored: Measured, now: Measured) -> str:
    """Which clips have other contents than in the baseline, in words; empty when none has."""
    other = differing(stored, now)
    verb = "has" if len(other) == 1 else "have"
    return f"{_named(other)} {verb} other contents than in the baseline" if other else ""


def refusal(entries: Iterable[Measured], now: Measured, path: Path) -> str:
    """What to say of a baseline none of whose entries can be compared with a run; empty when one can."""
    found = [mismatch(stored, now) for stored in entries if stored.clip_ids]
    first = found[0] if found else None
    if first is None or None in found:
        return ""
    return (
        f"{path}: {first.reason}; {first.remedy}, choose another folder with --vc-baselines, or take over"
        " what this run measures with --vc-baseline=accept"
    )


def _same_protocol(one: Measured, other: Measured) -> bool:
    return not any(map(_differ, _protocol(one), _protocol(other)))


def _protocol(measured: Measured) -> tuple[str, str]:
    """How clips were looked at."""
    return measured.protocol, measured.protocol_details


def _differ(one: str, other: str) -> bool:
    """What is not known differs from nothing: baselines of before do not say it."""
    return bool(one and other) and one != other


def _named(clips: Sequence[str]) -> str:
    """`clip a`, or `1,000 clips (a, b, c, ...)`."""
    if len(clips) == 1:
        return f"clip {clips[0]}"
    first = ", ".join(clips[:_NAMED])
    return f"{len(clips):,} clips ({first}{', ...' if len(clips) > _NAMED else ''})"
