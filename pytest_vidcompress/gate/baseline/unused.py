"""Entries that no test uses any more, and which of them a renamed test probably left behind. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ...measure.report import Report
from ..metrics import METRICS
from .stored import Stored, StoredTiming, paired
from .update import compared


def unused(
    existing: Mapping[str, Stored] | Mapping[str, StoredTiming],
    used_names: Collection[str],
    collected_test_files: Collection[str],
    exists: Callable[[str], bool],
) -> tuple[str, ...]:
    """Names of entries that no test uses any more.

    Their test file is gone (`exists` says so), or is among the files that this run collected and ran
    completely, and yet nothing measured them. Files as in a node id, relative to the root. What another
    runtime was chosen for, `recipe@runtime`, is not missed.
    """
    names: list[str] = []
    for name, entry in existing.items():
        file = entry.test.partition("::")[0]
        missed = file in collected_test_files and "@" not in name
        if name not in used_names and file and (missed or not exists(file)):
            names.append(name)
    return tuple(sorted(names))


def probably_was(report: Report, existing: Mapping[str, Stored], used_names: Collection[str]) -> str:
    """The entry that a variant which is not stored was probably stored as, before its test was renamed.

    Both are called by their tests and not by a recipe. It is of the same file, nothing of this run used it, and its
    numbers without chance and its outcomes are those of the report.

    Returns:
        Its name; empty where there is no such entry, or where more than one could be it.
    """
    if report.name in existing or not report.name.startswith(report.test):
        return ""
    file = report.test.partition("::")[0]
    alike = [
        name
        for name, entry in existing.items()
        if name not in used_names
        and name.startswith(entry.test)
        and entry.test.partition("::")[0] == file
        and _same_numbers(entry, report)
    ]
    return alike[0] if len(alike) == 1 else ""


def _same_numbers(entry: Stored, report: Report) -> bool:
    new, pair = Stored.of(report).numbers, paired(entry, report)
    exact = [name for name, metric in METRICS.items() if metric.kind == "cost"]
    same = all(compared(name, entry.numbers.get(name), new.get(name)) == "same" for name in exact)
    return same and pair.clips > 0 and pair.lost == pair.gained == 0
