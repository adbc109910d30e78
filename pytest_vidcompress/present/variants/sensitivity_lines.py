"""What every block of a model is worth, as a table: a row a part, and the totals of each axis below."""

from __future__ import annotations

from ...measure.sensitivity.sensitivity import AXES, PartSensitivity, Sensitivity
from ..text_table import columns, paragraph
from ..width import WIDTH

HEADER = ("block", "part", "KL", "agree", "MACs", "time")


def sensitivity_lines(sensitivity: Sensitivity, width: int = WIDTH) -> list[str]:
    """Title and table."""
    table = columns(HEADER, sensitivity_rows(sensitivity), right=range(2, len(HEADER)))
    return [*paragraph(sensitivity_title(sensitivity), width), *table]


def sensitivity_title(sensitivity: Sensitivity) -> str:
    """What the numbers are of."""
    return (
        f"sensitivity of {sensitivity.model} on {sensitivity.clips} clips that calibrate: without a part, the mean of"
        " what it gives in its place; agreement and shares in %"
    )


def sensitivity_rows(sensitivity: Sensitivity) -> list[list[str]]:
    """The cells of `HEADER`."""
    rows = [[str(part.block), part.axis, *_numbers(part)] for part in sensitivity.parts]
    return [*rows, *(["all", axis, *_totals(sensitivity, axis)] for axis in AXES)]


def _numbers(part: PartSensitivity) -> list[str]:
    shares = (part.agreement, part.macs_share, part.time_share)
    return [f"{part.kl:.3g}", *(f"{100 * share:.1f}" for share in shares)]


def _totals(sensitivity: Sensitivity, axis: str) -> list[str]:
    work, time = (100 * sensitivity.total(axis, f"{of}_share") for of in ("macs", "time"))
    return [f"{sensitivity.total(axis, 'kl'):.3g}", "", f"{work:.1f}", f"{time:.1f}"]
