"""Family-wise error control: what one latency check may err, so that a session of many errs as rarely. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..budget import Margins


@dataclass
class ErrorBudget:
    """The latency checks of a session, after Holm (1979): whoever fails leaves its share to the others.

    Checks are judged as they come, because a regression fails the test that measured it, at once. So an early
    check cannot profit from a later one that fails, which errs on the quiet side.
    """

    checks: int
    """How many there will be."""
    margins: Margins
    rejected: int = 0

    @property
    def alpha(self) -> float:
        """Chance of a false failure that the next check has."""
        left = max(1, self.checks - self.rejected)
        return min(self.margins.sure.latency_alpha, self.margins.sure.family_alpha / left)

    def reject(self, failures: int) -> None:
        """Notes checks that failed."""
        self.rejected += failures
