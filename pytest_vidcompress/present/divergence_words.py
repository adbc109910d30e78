"""Where a variant leaves its reference, in words."""

from __future__ import annotations

from ..measure.divergence.divergence import LEAST, MOST, Divergence
from .wording import count


def sentence_of(divergence: Divergence) -> str:
    """One sentence: the first block that leaves the reference, or why none can be named."""
    if divergence.unseen:
        return f"no block of it can be looked at: {divergence.unseen}"
    if divergence.stands_for and divergence.flipped and not divergence.changed:
        return (
            f"where torch runs the same module it answers as the reference on {count(divergence.clips, 'clip')} that"
            f" flipped: what differs is how {divergence.stands_for} executes it"
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
        return f"the first block that leaves the reference: {block.name} (relative error {after}; {before} before it)"
    most, adding = max(divergence.added), [each for each in divergence.added if each >= LEAST]
    after = f"{relative(divergence.error_before(len(blocks)))} after {blocks[-1].name}"
    if not adding:
        return f"all blocks are the reference's but for rounding (relative error {after})"
    return (
        f"no block stands out: {len(adding)} of {count(len(blocks), 'block')} add a relative error of"
        f" {relative(min(adding))} to {relative(most)} each, {after}"
    )
