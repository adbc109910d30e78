"""What a collected test says of itself: its fixtures, its parameters, what its markers ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from . import markers

if TYPE_CHECKING:
    import pytest

    from ..gate.budget import Budget, Margins

FIXTURES = frozenset({"vc_model", "vc_clips", "vc_variant", "vc_measure", "vc_baseline"})


class Refusal:
    """A parameter of a test whose markers cannot be: why. It counts only if the test is selected."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def is_ours(item: pytest.Item) -> bool:
    """Does it use one of our fixtures?"""
    return not FIXTURES.isdisjoint(fixtures(item))


def fixtures(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


def parameter(item: pytest.Item, name: str) -> str | None:
    """The model or recipe that it is parametrized with."""
    value = _parameters(item).get(name)
    return value if isinstance(value, str) else None


def is_empty(item: pytest.Item) -> bool:
    """Is none of its variants asked for? pytest collects such a test once, with parameters of its own."""
    return is_ours(item) and not isinstance(_parameters(item).get("vc_model"), str | Refusal)


def check_markers(item: pytest.Item, latency_margin: float) -> None:
    """Raises VidcompressError where one of its markers cannot be."""
    markers.check_names((mark.name for mark in item.iter_markers()), item.nodeid)
    refusal = _parameters(item).get("vc_model")
    if isinstance(refusal, Refusal):
        raise VidcompressError(refusal.reason)
    budget(item)
    margins(item, latency_margin)


def budget(item: pytest.Item) -> Budget | None:
    """Of its `vc_budget` marker."""
    return _value(item, "vc_budget")


def margins(item: pytest.Item, latency: float) -> Margins:
    """Of its `vc_margin` marker, or by default."""
    from ..gate.budget import Margins

    return Margins.from_kwargs(**{"latency": latency, **(_value(item, "vc_margin") or {})})


def _parameters(item: pytest.Item) -> dict[str, Any]:
    return getattr(getattr(item, "callspec", None), "params", {})


def _value(item: pytest.Item, marker: str) -> Any:
    mark = item.get_closest_marker(marker)
    try:
        return None if mark is None else markers.value(mark)
    except VidcompressError as error:
        raise VidcompressError(f"{item.nodeid}: {error}") from None
