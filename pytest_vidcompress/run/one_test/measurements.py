"""What one test measured, in order, and where that is noted: in the ledger, and in what pytest-benchmark exports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...errors import VidcompressError
from ...gate.verdict import Result, Verdict
from ...measure.report import Report
from ..ledger import Ledger
from .case import Case

if TYPE_CHECKING:
    import torch

    from ...measure.subject import Subject, Target


@dataclass(frozen=True)
class Answers:
    """What was measured, as the test gave it, and what it said."""

    target: Target
    logits: torch.Tensor
    """Of all clips that counted, `(N, labels)`."""


@dataclass
class Measurement:
    """One call of `vc_measure`."""

    report: Report
    """As it is known now: a check may add what fresh processes say of its latency."""
    subject: Subject | None
    """None once the test is over."""
    answers: Answers | None = None
    """Likewise; None of a reference."""
    is_checked: bool = False


class Measurements:
    """Of a test, by number: the first is 1, and its reference, which may be checked too, is -1.

    Args:
        extra_info: pytest-benchmark's, of the test; the first measurement is the one that its table shows.
    """

    def __init__(self, case: Case, ledger: Ledger, extra_info: dict[str, Any]) -> None:
        self._case = case
        self._ledger = ledger
        self._extra_info = extra_info
        self._by_number: dict[int, Measurement] = {}

    def __len__(self) -> int:
        return sum(number > 0 for number in self._by_number)

    @property
    def next_number(self) -> int:
        return len(self) + 1

    def add(self, report: Report, subject: Subject, answers: Answers | None = None) -> Report:
        """Notes a new one, and returns its report with the number that it is found by."""
        number, reference = self.next_number, report.reference
        if reference is not None:
            reference = self._numbered(reference, -number)
            self._by_number[-number] = Measurement(reference, None)
        report = replace(self._numbered(report, number), reference=reference)
        self._by_number[number] = Measurement(report, subject, answers)
        self._note(report, ())
        return report

    def _numbered(self, report: Report, number: int) -> Report:
        return replace(report, identity=replace(report.identity, nodeid=self._case.nodeid, number=number))

    def find(self, report: Report) -> Measurement:
        """The measurement that a report is of; a copy of one is of the same.

        Raises:
            VidcompressError: this test has not measured it, or it was changed since.
        """
        identity = report.identity
        if identity.nodeid != self._case.nodeid or identity.number not in self._by_number:
            raise VidcompressError(
                f"this report of {report.name!r} was measured by {identity.nodeid or 'no test'}: only the test that"
                " measures can check; call vc_baseline.check(vc_measure(...)) in it"
            )
        measurement = self._by_number[identity.number]
        if _measured(report) != _measured(measurement.report):
            raise VidcompressError(
                f"this report of {report.name!r} is not what vc_measure returned: check that one, unchanged"
            )
        return measurement

    def check(self, report: Report, verdicts: tuple[Verdict, ...]) -> None:
        """Notes what the gate said of a report."""
        measurement = self._by_number[report.identity.number]
        measurement.report, measurement.is_checked = report, True
        self._note(report, verdicts)

    @property
    def checked(self) -> int:
        """How many reports were held to something."""
        return sum(each.is_checked for each in self._by_number.values())

    @property
    def unchecked(self) -> tuple[Report, ...]:
        """Those of subjects that were held to nothing."""
        own = (each for number, each in self._by_number.items() if number > 0)
        return tuple(each.report for each in own if not each.is_checked)

    def release(self) -> None:
        """Lets go of the models that were measured, when the test is over."""
        for measurement in self._by_number.values():
            measurement.subject = measurement.answers = None

    def _note(self, report: Report, verdicts: tuple[Verdict, ...]) -> None:
        from ...present.formats.report_json import as_json

        first = report.identity.number == 1
        self._ledger.record(Result(report, verdicts, self._case.nodeid if first else ""))
        if first:
            self._extra_info["vidcompress"] = as_json(report, verdicts)


def _measured(report: Report) -> Report:
    """Without what a check adds."""
    report, timing = replace(report, divergence=None), report.timing
    if timing is None:
        return report
    return replace(
        report,
        timing=replace(timing, confirmed=None, against=None, unconfirmed="", crash="", more_calls=None),
    )
