"""What a collected test says of itself: its fixtures, its parameters, what its markers ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from . import markers

if TYPE_CHECKING:
    import pytest

    from ..gate.budget import Budget, Margins
    from ..run.one_test.case import Case

OURS = ("vc_model", "vc_variant")
"""Parameters that we give a test."""
FIXTURES = frozenset({"vc_model", "vc_clips", "vc_variant", "vc_measure", "vc_baseline", "vc_grid"})


class Refusal:
    """A parameter of a test whose markers cannot be: why. It counts only if the test is selected."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def is_ours(item: pytest.Item) -> bool:
    """Does it use one of our fixtures?"""
    return not FIXTURES.isdisjoint(fixtures(item))


def is_grid(item: pytest.Item) -> bool:
    """Does it measure a grid?"""
    return "vc_grid" in fixtures(item)


def measures(item: pytest.Item) -> bool:
    """Will it measure something, if it runs?"""
    return not {"vc_measure", "vc_grid"}.isdisjoint(fixtures(item))


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


def case(item: pytest.Item, model: str, latency_margin: float) -> Case:
    """What it measures and holds.

    Args:
        latency_margin: of the session.
    """
    from ..gate.budget import Budget
    from ..run.one_test.case import Case

    return Case(
        nodeid=item.nodeid,
        key=key(item),
        model=model,
        budget=budget(item) or Budget(),
        margins=margins(item, latency_margin),
        checks="vc_baseline" in fixtures(item),
        module=getattr(item, "module", None),
    )


def key(item: pytest.Item) -> str:
    """`path/test_file.py::test_name`, and in brackets the ids of the parameters that are not ours.

    A baseline calls it so: the model and the variant have places of their own there.
    """
    parameters = _parameters(item)
    if not parameters:
        return item.nodeid
    ids: str = getattr(item, "callspec").id  # noqa: B009, pytest's type of an item does not know it
    name = item.nodeid.removesuffix(f"[{ids}]")
    ours = "-".join(str(parameters[each]) for each in OURS if each in parameters)
    # pytest joins ids by dashes, and writes what is not ASCII as Python does.
    ours = ours if ours in ids else ours.encode("unicode_escape").decode("ascii")
    own = f"-{ids}-".replace(f"-{ours}-", "-", 1)[1:-1]
    return f"{name}[{own}]" if own else name


def budget(item: pytest.Item) -> Budget | None:
    """Of its `vc_budget` marker."""
    return _value(item, "vc_budget")


def margins(item: pytest.Item, latency: float) -> Margins:
    """Of its `vc_margin` marker, or by default."""
    from dataclasses import replace

    from ..gate.budget import Margins

    given = _value(item, "vc_margin") or {}
    checked = Margins.from_kwargs(**{"latency": Margins.latency, **given})
    # The session's was checked as an option, which in percent may be more than the whole.
    return checked if "latency" in given else replace(checked, latency=latency)


def _parameters(item: pytest.Item) -> dict[str, Any]:
    return getattr(getattr(item, "callspec", None), "params", {})


def _value(item: pytest.Item, marker: str) -> Any:
    mark = item.get_closest_marker(marker)
    try:
        return None if mark is None else markers.value(mark)
    except VidcompressError as error:
        raise VidcompressError(f"{item.nodeid}: {error}") from None
