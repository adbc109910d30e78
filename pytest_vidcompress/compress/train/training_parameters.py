"""What every technique that trains can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..parameters import in_range, positive

if TYPE_CHECKING:
    from ...learn.loop import Training
    from ...learn.losses import Objective

_MOST_BATCH, _MOST_STEPS = 1 << 16, 1 << 31


@dataclass(frozen=True)
class TrainingParameters:
    """Its budget and its optimizer's settings."""

    steps: int = 0
    """Of training; 0: as many as the minutes hold."""
    minutes: float = 5.0
    """Of training on this machine; without effect where there are steps."""
    batch: int = 16
    """Clips a step."""
    rate: float = 3e-4
    """Highest learning rate: it grows to that over a tenth of the steps, and falls along a cosine."""
    decay: float = 0.0
    """Of weights, as AdamW has it."""
    dropout: bool = False
    """Do layers that drop at random do so, as the model's configuration says?"""
    statistics: bool = False
    """Do batch norms take the statistics of the clips that they are shown? Otherwise theirs stay."""

    def __post_init__(self) -> None:
        in_range(self, "steps", 0, _MOST_STEPS)
        positive(self, "minutes", 1e6)
        in_range(self, "batch", 1, _MOST_BATCH)
        positive(self, "rate", 1)
        in_range(self, "decay", 0, 1)
        if self.statistics and self.batch < 2:
            raise VidcompressError(f"batch={self.batch}: the statistics of batch norms need 2 clips or more")

    def training(self, objective: Objective) -> Training:
        """These settings with what is to be made small."""
        from ...learn.budget import Budget
        from ...learn.loop import Training

        budget = Budget(self.steps, self.minutes)
        return Training(
            objective,
            budget,
            self.batch,
            self.rate,
            self.decay,
            self.dropout,
            statistics=self.statistics,
        )
