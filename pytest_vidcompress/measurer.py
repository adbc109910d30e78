"""`vc_measure`: what a test calls to measure something."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .gate.budget import Budget
    from .gate.verdict import Verdict
    from .measure.latency import Driver
    from .measure.measurement import Target
    from .measure.report import Report
    from .session import Session


@dataclass(repr=False)
class Measurer:
    """Measures variants, modules or callables beside the test's model; one `Report` a call."""

    session: Session
    model: str
    nodeid: str
    """Of the test, with its parameters."""
    driver: Driver
    """pytest-benchmark's `pedantic`; it drives the first call of a test, which is what its table shows."""
    timed: bool
    extra_info: dict[str, Any]
    reports: list[Report] = field(default_factory=list["Report"])
    """What this test measured, in order."""

    def __repr__(self) -> str:
        return f"vc_measure beside {self.model}"

    def __call__(self, target: Target, *, name: str | None = None) -> Report:
        """Measures `target`.

        Args:
            target: a variant from `vc_variant`, any `nn.Module`, or any callable that maps pixels
                `(1, T, C, H, W)` to logits `(1, labels)`.
            name: its name in tables and baselines; by default the recipe, or the name of the test.
        """
        from .measure.measurement import measure
        from .runtimes.variant import Variant

        first = not self.reports
        if first and not self.timed:
            self.driver(_nothing, setup=_nothing, teardown=_nothing, rounds=1)  # or it warns of being unused
        if name is None:
            count = len(self.reports) + 1
            name = target.name if isinstance(target, Variant) else self.test + ("" if first else f"#{count}")
        report = measure(
            target,
            self.session.reference(self.model),
            name,
            self.test,
            self.driver if first else None,
            self.timed,
            self.session.progress,
        )
        self.keep(report, ())
        return report

    @property
    def test(self) -> str:
        """`path/test_file.py::test_name`, without parameters: a baseline key that survives renumbering."""
        return self.nodeid.partition("[")[0]

    def keep(self, report: Report, verdicts: tuple[Verdict, ...]) -> None:
        """Notes what is known of a report now, in the ledger and in what pytest-benchmark exports."""
        from .gate.verdict import Result
        from .present.export import as_json

        if all(report is not known for known in self.reports):
            self.reports.append(report)
        first = report is self.reports[0]
        self.session.ledger.record(Result(report, verdicts, self.nodeid if first else ""))
        if first:
            self.extra_info["vidcompress"] = as_json(report, verdicts)


def _nothing() -> None:
    pass


@dataclass(repr=False)
class Checker:
    """`vc_baseline`: holds reports against what is stored and against the test's budget."""

    measurer: Measurer
    budget: Budget | None
    """From the test's `vc_budget` marker."""
    command: str
    """The options to type to see a failure again."""
    checked: int = 0

    def __repr__(self) -> str:
        return f"vc_baseline of {self.measurer.model}"

    def check(self, report: Report) -> None:
        """Judges every metric of `report`.

        Raises:
            AssertionError: one got worse than stored beyond its margin, or broke the budget; the message
                shows metric, stored, measured, limit and why.
        """
        __tracebackhide__ = True
        from .gate.judge import judge
        from .gate.verdict import accepted, fails
        from .present.message import message

        self.checked += 1
        session = self.measurer.session
        store = session.store(self.measurer.model)
        verdicts = judge(report, store.entries.get(report.name), store.timings.get(report.name), self.budget)
        if session.options.mode == "accept":
            verdicts = tuple(accepted(verdict) for verdict in verdicts)
        self.measurer.keep(report, verdicts)
        if any(fails(verdict, session.options.strict) for verdict in verdicts):
            raise AssertionError(
                message(report, verdicts, self.measurer.nodeid, self.command, session.options.strict)
            )
