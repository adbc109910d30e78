"""The rows of the study: what a model looks at and what it learns from, as recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KINDS = ("hrnn", "netvlad", "nextvlad")
TITLES = {"hrnn": "H-RNN", "netvlad": "NetVLAD", "nextvlad": "NeXtVLAD"}
FRAMES = 60
KEEP = (3, 6, 10, 15, 30)
SIZES = {"small": 200, "quarter": 500, "half": 1000, "full": 2000}
"""Clips that are trained on."""
STEPS = {"small": 200, "quarter": 260, "half": 320, "full": 400}
BATCH = 64
LABELS_ALONE = "prediction=0,labels=1"
REP, CE, PRED = "representation=5", "labels=1", "temperature=1"
TEACHER = "teacher"
EARLY = "Uniform-k, stopped early"
UNIFORM, SERIAL, GIVEN = "Uniform-k", "Serial, all 3", "Serial, all 3, the teacher's weights to begin with"


@dataclass(frozen=True)
class Row:
    """What is trained."""

    choice: str = "uniform"
    """Of frames."""
    losses: str = LABELS_ALONE
    """Parameters of `distil`."""
    start: str = "scratch"
    tuned: bool = False
    """Is its classifier tuned after that?"""
    share: float = 1.0
    """Of the steps that others take."""

    def recipe(self, keep: int, size: str, seed: int) -> str:
        """The text of it; of a teacher, which looks at all frames, `keep` is `FRAMES`."""
        settings = f"steps={round(self.share * STEPS[size])},batch={BATCH},rate=0.003,decay=0.05,dropout=true"
        start = f",start={self.start}" if self.start != "given" else ",statistics=true"
        text = f"distil:{settings},{self.losses}{start}"
        if self.tuned:
            text += f"+finetune:{settings},part=classifier".replace(
                f"steps={STEPS[size]}", f"steps={STEPS[size] // 2}"
            )
        if keep == FRAMES:
            return text
        choice = "" if self.choice == "uniform" else f",choice={self.choice}"
        drawn = f",seed={seed}" if self.choice == "random" else ""
        return f"frames:keep={keep}{choice}{drawn}+{text}"


ROWS: Mapping[str, Row] = {
    UNIFORM: Row(),
    "Random-k": Row("random"),
    "First-k": Row("first"),
    "Middle-k": Row("middle"),
    "Last-k": Row("last"),
    "First-Middle-Last-k": Row("first-middle-last"),
    "Parallel, all 3": Row(losses=f"{PRED},{CE},{REP},parallel=true"),
    "Serial, L_rep": Row(losses=f"prediction=0,{REP}", tuned=True),
    "Serial, L_pred": Row(losses=PRED),
    "Serial, L_rep + L_CE": Row(losses=f"prediction=0,{REP},{CE}"),
    SERIAL: Row(losses=f"{PRED},{CE},{REP}"),
    GIVEN: Row(losses=f"{PRED},{CE},{REP}", start="given"),
    EARLY: Row(share=0.3),
}
"""As the paper's table 1 has them; the last two are ours. What learns few labels alone learns them by heart in as
many steps as others take. Stopped early, about where it is best, it is what a teacher must be worth more than."""
