"""A divergence as plain data and back, for files that other programs and other machines read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...untrusted import number, objects, optional, text, whole
from .divergence import MOST, BlockError, Divergence


def divergence_json(divergence: Divergence) -> dict[str, Any]:
    """Errors are at most `MOST`, which is also what is no number; `first` and `added` are there to be read alone."""
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
        "flipped": divergence.flipped,
        "changed": divergence.changed,
        "stands_for": divergence.stands_for,
        "unseen": divergence.unseen,
    }


def divergence_from_json(document: Mapping[str, Any]) -> Divergence:
    """What `divergence_json` made of it.

    Raises:
        Malformed: it did not make that.
    """
    return Divergence(
        tuple(
            BlockError(
                text(block, "name"),
                optional(number, block, "error", 0, MOST),
                optional(number, block, "own", 0, MOST),
            )
            for block in objects(document, "blocks")
        ),
        tuple((text(each, "name"), text(each, "reason")) for each in objects(document, "apart")),
        whole(document, "clips"),
        whole(document, "flipped"),
        whole(document, "changed"),
        number(document, "before", 0, MOST),
        text(document, "stands_for"),
        text(document, "unseen"),
    )
