"""The layers that a share of MACs is of: stored with it, so that one that fell back to float is named. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..measure.profile.layer_names import folded
from ..measure.report import Report

if TYPE_CHECKING:
    from ..measure.cost.coverage import LayerPrecision

ITSELF = "."
"""How the model itself is called among its layers."""
MOST = 4
"""Layers that a message names."""


def stored_layers(report: Report, precision: str) -> tuple[str, ...]:
    """The layers all of whose products compute in a precision, in the order of their calls.

    Those that differ in numbers alone are one name, with `*` for a number: `blocks.*.mlp.up`. Where only some of them
    do, each has its own.
    """
    layers = _layers(report)
    whole = _of_one_precision(layers)
    names = [
        folded(name) if whole[folded(name)] else name
        for name in (each.name or ITSELF for each in layers if each.precision == precision)
    ]
    return tuple(dict.fromkeys(names))


def fallen_back(report: Report, precision: str, stored: Collection[str]) -> str:
    """The layers that computed in a precision when the baseline was made, and what they compute in now, in words.

    Args:
        stored: as `stored_layers` gave them; empty where nothing is stored of them.
    """
    layers = _layers(report)
    lost = [each for each in layers if each.precision != precision and _is_among(each.name or ITSELF, stored)]
    there = {name for each in layers for name in (each.name or ITSELF, folded(each.name or ITSELF))}
    said = [f"{name} computed in {now}, was {precision}" for name, now in _together(lost, layers)]
    said += [f"{name}, which was {precision}, is gone" for name in stored if name not in there]
    return _listed(said) if said else computed_in_others(report, precision)


def computed_in_others(report: Report, precision: str) -> str:
    """The layers that compute in anything else, with their share of all MACs, the largest first; empty of none."""
    layers = _layers(report)
    others = [each for each in layers if each.precision != precision]
    shares: defaultdict[str, float] = defaultdict(float)
    for each in others:
        shares[folded(each.name or ITSELF)] += each.macs
    said = [f"{name} {100 * shares[name]:.1f} %" for name in sorted(shares, key=lambda name: -shares[name])]
    return f"of all MACs, not in {precision}: {_listed(said, ', ')}" if said else ""


def _layers(report: Report) -> Sequence[LayerPrecision]:
    return report.cost.coverage.layers if report.cost.coverage else ()


def _of_one_precision(layers: Sequence[LayerPrecision]) -> Mapping[str, bool]:
    """Folded name -> do all layers of it compute in the same?"""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in layers:
        found[folded(each.name or ITSELF)].add(each.precision)
    return {name: len(precisions) == 1 for name, precisions in found.items()}


def _is_among(name: str, stored: Collection[str]) -> bool:
    return name in stored or folded(name) in stored


def _together(lost: Sequence[LayerPrecision], layers: Sequence[LayerPrecision]) -> Iterator[tuple[str, str]]:
    """Names and precisions, the most MACs first; one name for all that differ in numbers alone, if all are lost."""
    whole = {name: alike for name, alike in _of_one_precision(layers).items() if alike}
    for each in layers:
        if each not in lost:
            whole.pop(folded(each.name or ITSELF), None)
    macs: defaultdict[tuple[str, str], float] = defaultdict(float)
    for each in lost:
        name = each.name or ITSELF
        macs[folded(name) if folded(name) in whole else name, each.precision] += each.macs
    yield from sorted(macs, key=lambda key: -macs[key])


def _listed(said: Sequence[str], joint: str = "; ") -> str:
    more = f"{joint}and {len(said) - MOST} more" if len(said) > MOST else ""
    return joint.join(said[:MOST]) + more
