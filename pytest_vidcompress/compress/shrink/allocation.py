"""How many groups of each layer are left: the same share everywhere, or the fewest where the removal costs least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .choice import Order

MULTIPLE = 8
"""Of many neurons a multiple of this is left where the same share goes everywhere: kernels take so many at a time."""
_MANY = 64
LEAST_SHARE = 0.1
"""Of every layer's groups stays, wherever it costs least."""


def kept_of(total: int, share: float) -> int:
    """How many of `total` groups are left when a share of them goes."""
    step = _step(total)
    return min(total, max(step, round(total * (1 - share) / step) * step))


def least_kept(total: int) -> int:
    """How many of `total` groups stay where most of all go from them."""
    return kept_of(total, 1 - LEAST_SHARE)


def smallest_share(total: int) -> float:
    """The share of `total` groups, of which some can go, by which as few go as can."""
    step = _step(total)
    return (total - (total - 1) // step * step) / total


def largest_share(total: int) -> float:
    """The share of `total` groups by which as many go as can."""
    return (total - kept_of(total, 1)) / total


def allocate(orders: Mapping[str, Order], share: float) -> dict[str, int]:
    """Name of a layer -> how many of its groups are left, so that a share of all goes and the costs are least.

    Args:
        orders: in which each layer's groups go, and at what cost: of its outputs, relative to what they are added to.
        share: of which no layer has fewer left than `least_kept`.
    """
    prices: list[tuple[float, str]] = []
    for name, order in orders.items():
        most = len(order.groups) - least_kept(len(order.groups))
        prices += ((price, name) for price in _rising(order.costs[:most]))
    wanted = sum(len(order.groups) - kept_of(len(order.groups), share) for order in orders.values())
    gone = [name for _, name in sorted(prices)[:wanted]]
    return {name: len(order.groups) - gone.count(name) for name, order in orders.items()}


def _step(total: int) -> int:
    return 1 if total < _MANY else MULTIPLE


def _rising(costs: Sequence[float]) -> list[float]:
    """Costs of which none is below one before it: what comes later cannot go first."""
    rising: list[float] = []
    for cost in costs:
        rising.append(max(cost, rising[-1] if rising else cost))
    return rising
