"""An intended slowdown beside another commit's build: accepted once, for comparisons with commits that lack it. Pure.

It lies in the repository with the baseline, so a commit that has it in its own baseline is as slow already: compared
with that one, or with any after it, nothing more is allowed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from ...measure.report import Report
from ...untrusted import Malformed, json_object, parse_json
from .json_shape import stored_entries
from .stored import Slowdown, Stored
from .update import Change

HASH = 12
"""Digits of a commit's name that are stored."""


@dataclass(frozen=True)
class OtherBaseline:
    """The baselines as the commit has them that this run is held against."""

    commit: str
    """Its full hash."""
    content: Callable[[Path], bytes | None]
    """A file's content there, empty where it is not there; None for what is in no repository."""

    def allows(self, name: str, own: Slowdown | None, path: Path) -> Slowdown | None:
        """The slowdown that a variant may have beside this commit; None where none was accepted, or it has it itself.

        Args:
            own: what the baseline of this run says.
            path: of that baseline.
        """
        content = self.content(path) if own else None
        if own is None or content is None:
            return own if own and self.commit.startswith(own.commit) else None
        try:
            there = (
                stored_entries(json_object(parse_json(content), "a baseline")).get(name) if content else None
            )
        except Malformed:
            there = None
        return None if there and there.slowdown == own else own


def accept_slowdowns(
    entries: Mapping[str, Stored], reports: Sequence[Report], commit: str, margin: float
) -> tuple[dict[str, Stored], tuple[Change, ...]]:
    """The entries with the slowdowns that these reports show beside the commit's build, and what changed.

    Args:
        margin: what is slower by less, relatively, needs no acceptance.
    """
    content, changes = dict(entries), list[Change]()
    for report in reports:
        seen = report.timing and report.timing.against
        if (
            report.name in content
            and seen
            and seen.log_ratios
            and fmean(seen.log_ratios) > math.log1p(margin)
        ):
            slowdown = Slowdown(commit[:HASH], float(f"{math.exp(fmean(seen.log_ratios)):.6g}"))
            before = content[report.name].slowdown
            content[report.name] = replace(content[report.name], slowdown=slowdown)
            changes.append(Change(report.name, "slowdown", str(before) if before else None, str(slowdown)))
    return content, tuple(changes)
