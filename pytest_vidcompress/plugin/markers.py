"""What a collected test says of itself: its fixtures, its parameters, the limits of its markers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError

if TYPE_CHECKING:
    import pytest

    from ..gate.budget import Budget, Margins

FIXTURES = frozenset({"vc_model", "vc_clips", "vc_variant", "vc_measure", "vc_baseline"})


def is_ours(item: pytest.Item) -> bool:
    """Does it use one of our fixtures?"""
    return not FIXTURES.isdisjoint(fixtures(item))


def fixtures(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


def parameter(item: pytest.Item, name: str) -> str | None:
    """The model or recipe that it is parametrized with."""
    value = getattr(getattr(item, "callspec", None), "params", {}).get(name)
    return value if isinstance(value, str) else None


def budget(item: pytest.Item) -> Budget | None:
    """Of its `vc_budget` marker."""
    limits = _named(item, "vc_budget", "limits by name, such as top1_drop=0.02")
    if limits is None:
        return None
    from ..gate.budget import Budget

    return Budget.from_kwargs(**limits)


def margins(item: pytest.Item, latency: float) -> Margins:
    """Of its `vc_margin` marker, or by default."""
    from ..gate.budget import Margins

    given = _named(item, "vc_margin", "margins by name, such as latency=0.05") or {}
    return Margins.from_kwargs(**{"latency": latency, **given})


def _named(item: pytest.Item, marker: str, what: str) -> Mapping[str, Any] | None:
    mark = item.get_closest_marker(marker)
    if mark is not None and mark.args:
        raise VidcompressError(f"{item.nodeid}: marker {marker} takes {what}")
    return None if mark is None else mark.kwargs
