"""Where a variant leaves its reference, in words and as data for other programs."""

from __future__ import annotations

from typing import Any

from ..measure.divergence.divergence import MOST, Divergence
from .wording import count


def sentence_of(divergence: Divergence) -> str:
    """One sentence: the first block that leaves the reference, or why none can be named."""
    if divergence.unseen:
        return f"no block of it can be looked at: {divergence.unseen}"
    if divergence.stands_for and not divergence.changed:
        return (
            f"torch answers as the reference on all {count(divergence.clips, 'clip')} that were looked at: it is"
            f" {divergence.stands_for} that makes something else of the same module"
        )
    remarks = [_first(divergence)]
    if divergence.stands_for:
        remarks.append(f"seen in torch, which runs the module that {divergence.stands_for} was given")
    if divergence.apart:
        name, why = divergence.apart[0]
        others = f" and {count(len(divergence.apart) - 1, 'other')}" if len(divergence.apart) > 1 else ""
        remarks.append(f"not compared: {name}{others} ({why})")
    return "; ".join(remarks)


def relative(error: float | None) -> str:
    """A relative error: `0.41`, `0.0012`, `1e+06 or no number`."""
    if error is None:
        return "-"
    return f"{error:.2g}" if error < MOST else f"{MOST:.0e} or no number"


def divergence_json(divergence: Divergence) -> dict[str, Any]:
    """As plain data; errors are at most 1e6, which is also what is no number."""
    first, added = divergence.first, divergence.added
    return {
        "first": None if first is None else divergence.blocks[first].name,
        "blocks": [
            {"name": block.name, "error": block.error, "own": block.own, "added": own}
            for block, own in zip(divergence.blocks, added, strict=True)
        ],
        "apart": [{"name": name, "reason": why} for name, why in divergence.apart],
        "before": divergence.before,
        "clips": divergence.clips,
        "changed": divergence.changed,
        "stands_for": divergence.stands_for,
        "unseen": divergence.unseen,
    }


def _first(divergence: Divergence) -> str:
    blocks, first = divergence.blocks, divergence.first
    if divergence.is_before:
        return (
            f"what is given to {blocks[0].name} has left the reference already (relative error"
            f" {relative(divergence.before)})"
        )
    if first is not None:
        block, before = blocks[first], relative(divergence.error_before(first))
        after = relative(block.own if block.error is None else block.error)
        return (
            f"the first block that leaves the reference: {block.name} (relative error {after}; {before} before it)"
        )
    least, most = relative(min(divergence.added)), relative(max(divergence.added))
    after = relative(divergence.error_before(len(blocks)))
    return f"no block stands out: each adds {least} to {most} of relative error, {after} after {blocks[-1].name}"
