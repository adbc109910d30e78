"""Two measurements of one run that bear one name and are not of one thing: an entry can hold but one. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import VidcompressError
from ...measure.report import Report
from ..metrics import METRICS, RANKED, SEARCHED
from .stored import Stored, paired
from .update import compared


def refuse_conflicts(reports: Iterable[Report]) -> None:
    """Refuses to write what the order of the tests would decide.

    Args:
        reports: of one model, on all clips.

    Raises:
        VidcompressError: two of one name differ in an outcome, in a ranking, or in a cost that no machine changes.
    """
    first: dict[str, Report] = {}
    for report in reports:
        other = first.setdefault(report.name, report)
        metric = _difference(other, report)
        if metric:
            raise VidcompressError(
                f"nothing was written to the baselines: {other.identity.nodeid or other.test} and"
                f" {report.identity.nodeid or report.test} both measure {report.name!r} of {report.model}, and their"
                f" {metric} differ: give each a name of its own, vc_measure(..., name='...')"
            )


def _difference(one: Report, other: Report) -> str:
    """The metric in which they differ; empty where they are of one thing."""
    stored, new = Stored.of(one), Stored.of(other)
    pairs = {"top1": paired(stored, other), "agreement": paired(stored, other, "agreements")}
    for metric, pair in pairs.items():
        if pair.lost or pair.gained:
            return metric
    searched = SEARCHED if one.search and other.search else ()
    exact = (*RANKED, *searched, *(name for name, metric in METRICS.items() if metric.kind == "cost"))
    apart = (
        name for name in exact if compared(name, stored.numbers.get(name), new.numbers.get(name)) != "same"
    )
    return next(apart, "")
