"""A model shrunk from its first layer to its last: each layer is chosen from, cut and fitted on what the layers
before it, which are cut already, give it, so that it also mends what they lost.

What a layer is to give is what the original's gave, and where it adds to a stream of tokens, what that stream lacks
of the original's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from ..layers.product import Layer, bias_of
from .anatomies.anatomy import layer_named
from .block_stream import MOST_ROWS, Given, Sight, spread, watch
from .choice import Order, random_order, removal_order
from .narrow_layers import replace_numbers
from .normal_equations import NormalEquations, OutputVariance
from .refit import HoldOut, refit
from .shares import LEAST_SQUARES, MEAN, NONE, RANDOM
from .site import INPUTS, Site

LARGEST = 1 << 13
"""Inputs of a layer up to which least squares are solved; of larger ones the mean is repaired."""

ToStream = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Method:
    """How to choose and to repair."""

    repair: str
    choice: str
    seed: int = 0
    sequential: bool = True
    """Are layers fitted on what the shrunk layers before them give? Otherwise on what the original's give."""

    def repair_of(self, inputs: int) -> str:
        """Of a layer with so many inputs."""
        return MEAN if self.repair == LEAST_SQUARES and inputs > LARGEST else self.repair


@dataclass(frozen=True)
class Stage:
    """A part of the model that is cut, and what it stands for."""

    originals: tuple[nn.Module, ...]
    """Blocks of the original, of which all but the first are gone."""
    shrunk: nn.Module
    sites: tuple[Site, ...]
    kept: Mapping[str, int] = field(default_factory=dict[str, int])
    """Consumer of a site -> how many groups are left; those that are not named lose none."""

    def loses(self, site: Site) -> bool:
        """Are groups of a site to go?"""
        return self.kept.get(site.consumer, site.groups) < site.groups

    def is_due(self, site: Site, method: Method, changed: bool) -> bool:
        """Is there something to do at a site?

        Args:
            changed: something before it.
        """
        if self.loses(site):
            return True
        mends = changed or (site.ends and len(self.originals) > 1)
        return mends and method.repair != NONE and (method.sequential or site.ends or site.axis == INPUTS)


@dataclass(frozen=True)
class Clip:
    """One view on its way, through the original and through what becomes of it."""

    original: Given
    shrunk: Given


def shrink_stages(
    stages: Sequence[Stage],
    clips: Sequence[Clip],
    method: Method,
    to_stream: ToStream | None = None,
) -> None:
    """Cuts and repairs all stages, in place.

    Args:
        clips: as they come to the first stage; none, if nothing is asked of them.
        to_stream: tokens of the original `(n, D)` -> the same in the shrunk model, whose tokens may be narrower.
    """
    most = max(1, MOST_ROWS // max(1, len(clips)))
    changed = to_stream is not None
    for place, stage in enumerate(stages):
        goals = [_goals(stage, clip.original, most, to_stream, method) for clip in clips]
        for number, site in enumerate(stage.sites):
            if stage.is_due(site, method, changed):
                wanted = [each.by_layer[site.consumer] for each in goals]
                _shrink_site(stage, site, [*zip(clips, wanted, strict=True)], method, place * 64 + number)
                changed = True
        if place + 1 < len(stages):
            clips = [_further(stage, clip, goal) for clip, goal in zip(clips, goals, strict=True)]


@dataclass(frozen=True)
class Goals:
    """What the original makes of one view."""

    end: torch.Tensor
    """What the stage gives."""
    by_layer: Mapping[str, Sight]
    """Of each consumer; `outputs` is what is wanted, together with the stream where it adds to one."""


@torch.no_grad()
def _goals(stage: Stage, given: Given, most: int, to_stream: ToStream | None, method: Method) -> Goals:
    end, sights = watch(stage.originals[0], given, {site.consumer: site.stream for site in stage.sites}, most)
    for further in stage.originals[1:]:
        end = given.after(end).run(further)
    wanted: dict[str, Sight] = {}
    for site in stage.sites:
        seen = sights[site.consumer]
        # Large, and asked for by nobody else.
        inputs = seen.inputs[:0] if method.sequential else seen.inputs
        outputs, stream = seen.outputs, seen.stream
        if stream is not None:
            flat = end.flatten(0, -2)
            outputs = flat[spread(len(flat), most)] if site.ends else outputs + stream
            outputs = outputs if to_stream is None else to_stream(outputs)
        elif site.writer and to_stream is not None:
            written = to_stream(sights[site.writer].outputs)
            outputs = _before_turn(layer_named(stage.shrunk, site.writer), written)
        wanted[site.consumer] = Sight(inputs, outputs, stream, seen.first)
    return Goals(end, wanted)


@torch.no_grad()
def orders_of(stages: Sequence[Stage], given: Sequence[Given], method: Method, most: int) -> dict[str, Order]:
    """In which order the groups of each site would go, by what the original's layers give: `place consumer` -> that.

    Costs are relative to the variance of what the layer gives, or of the stream that it adds to. By chance, they need
    no clips.
    """
    if method.choice == RANDOM:
        return _orders_by_chance(stages, method)
    orders: dict[str, Order] = {}
    for place, stage in enumerate(stages):
        sites = {site.consumer: site for site in stage.sites if site.groups}
        known: dict[str, NormalEquations] = {}
        variances = {name: OutputVariance() for name in sites}
        named = {name: site.stream for name, site in sites.items()}
        ends: list[torch.Tensor] = []
        for each in given:
            end, sights = watch(stage.originals[0], each, named, most)
            for further in stage.originals[1:]:
                end = each.after(end).run(further)
            ends.append(end)
            for name, seen in sights.items():
                more = _equations(sites[name], seen, seen.outputs, row_weights(sites[name], seen), method)
                known[name] = known[name] + more if name in known else more
                varying = seen.outputs if seen.stream is None else seen.outputs + seen.stream
                variances[name].add(varying)
        given = [each.after(end) for each, end in zip(given, ends, strict=True)]
        for name, site in sites.items():
            weight = layer_named(stage.originals[0], name).weight.flatten(1)
            order = removal_order(known[name], weight, site.groups, method.repair_of(weight.shape[1]))
            costs = tuple(cost / variances[name].value for cost in order.costs)
            orders[f"{place} {name}"] = Order(order.groups, costs)
    return orders


@torch.no_grad()
def _shrink_site(
    stage: Stage, site: Site, clips: Sequence[tuple[Clip, Sight]], method: Method, place: int
) -> None:
    """Chooses, cuts and repairs at one site, in place.

    Args:
        clips: with what the layer is to give of each.
        place: of the site in the model; random choices differ by it.
    """
    layer = layer_named(stage.shrunk, site.consumer)
    weight, bias = layer.weight.flatten(1), bias_of(layer)
    known = HoldOut()
    for clip, wanted in clips:
        known.add(_known_of(stage, site, clip, wanted, method))
    repair = method.repair_of(weight.shape[1])
    chosen = torch.arange(weight.shape[1])
    if stage.loses(site):
        if method.choice == RANDOM:
            order = _order_by_chance(site, method, place)
        else:
            order = removal_order(known.everything, weight, site.groups, repair)
        groups = torch.tensor(sorted(order.groups[site.groups - stage.kept[site.consumer] :]))
        chosen = chosen.unflatten(0, (site.groups, -1))[groups].flatten()
        assert site.keep is not None  # only what can go is to go
        site.keep(stage.shrunk, groups)
    if bias is None and site.gets_bias and repair != NONE:
        bias = weight.new_zeros(len(weight))
    known = known.only(chosen)
    replace_numbers(layer, *refit(known, weight[:, chosen], bias, repair))


def _orders_by_chance(stages: Sequence[Stage], method: Method) -> dict[str, Order]:
    return {
        f"{place} {site.consumer}": _order_by_chance(site, method, place * 64 + number)
        for place, stage in enumerate(stages)
        for number, site in enumerate(stage.sites)
        if site.groups
    }


def _order_by_chance(site: Site, method: Method, place: int) -> Order:
    return random_order(site.groups, method.seed * 8191 + place)


def _known_of(stage: Stage, site: Site, clip: Clip, wanted: Sight, method: Method) -> NormalEquations:
    """What one view says of a site."""
    seen = wanted
    if method.sequential:
        most = len(wanted.outputs)
        seen = watch(stage.shrunk, clip.shrunk, {site.consumer: site.stream}, most)[1][site.consumer]
    targets = wanted.outputs if seen.stream is None else wanted.outputs - seen.stream
    return _equations(site, seen, targets, row_weights(site, wanted), method)


def _equations(
    site: Site, seen: Sight, targets: torch.Tensor, weights: torch.Tensor | None, method: Method
) -> NormalEquations:
    """Whole ones where least squares are solved, or else of each group by itself: of large layers they are small."""
    inputs = seen.inputs.shape[1]
    is_solved = method.repair_of(inputs) == LEAST_SQUARES
    return NormalEquations.of(seen.inputs, targets, weights, 1 if is_solved else site.groups or inputs)


def row_weights(site: Site, seen: Sight) -> torch.Tensor | None:
    """How often each row counts: the token that the head reads as often as the others of its sequence together."""
    if not site.has_class_token or seen.first is None:
        return None
    others = len(seen.first) / seen.first.sum().clamp(min=1) - 1
    return torch.where(seen.first, others, 1.0)


@torch.no_grad()
def _further(stage: Stage, clip: Clip, goals: Goals) -> Clip:
    return Clip(clip.original.after(goals.end), clip.shrunk.after(clip.shrunk.run(stage.shrunk)))


def _before_turn(layer: Layer, written: torch.Tensor) -> torch.Tensor:
    """What a layer is given that gives this: one of a narrower stream, which at first does nothing but turn."""
    bias = bias_of(layer)
    return (written if bias is None else written - bias) @ layer.weight.to(written)
