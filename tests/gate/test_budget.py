from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.budget import Budget, Certainty, Margins
from pytest_vidcompress.gate.metrics import LIMITS


def test_limits_are_those_given() -> None:
    assert list(Budget.from_kwargs(top1_drop=0.02, size_bytes=100).limits.items()) == [
        ("top1_drop", 0.02),
        ("size_bytes", 100),
    ]


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(VidcompressError, match=r"'top_1'.*top1_drop, top1_ratio, top5_drop") as raised:
        Budget.from_kwargs(top_1=0.1)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", ["0.1", None, True, float("nan"), [1]])
def test_not_a_number(value: object) -> None:
    with pytest.raises(VidcompressError, match="kl must be a number"):
        Budget.from_kwargs(kl=value)


def test_margins_of_a_test_replace_those_of_the_session() -> None:
    assert Margins.from_kwargs(latency=0.1) == Margins(latency=0.1)
    given = {"top1": 0.0, "floor": 0.5}
    assert Margins.from_kwargs(latency=0.2, **given) == Margins(latency=0.2, **given)


def test_an_unknown_margin_lists_the_known() -> None:
    with pytest.raises(
        VidcompressError,
        match=r"'speed'; choose from latency, latency_p90, top1, floor, gap, .*, macs_p95, memory, start, answer$",
    ) as raised:
        Margins.from_kwargs(latency=0.05, speed=0.1)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("margin", ["5%", None, True, -0.01, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["latency", "top1", "floor", "memory"])
def test_no_margin(name: str, margin: object) -> None:
    with pytest.raises(VidcompressError, match=f"vc_margin: {name} must be a share, not .*write {name}="):
        Margins.from_kwargs(**{"latency": 0.05, name: margin})


def test_a_family_errs_no_less_than_one_of_its_checks() -> None:
    assert Certainty().latency_alpha <= Certainty().family_alpha


def test_a_least_share_of_the_reference_is_a_limit_from_below() -> None:
    assert list(Budget.from_kwargs(top1_ratio=0.99).limits.items()) == [("top1_ratio", 0.99)]
    assert LIMITS["top1_ratio"].at_least


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("latency_ratio", 0, "a number above 0, not 0; write latency_ratio=0.5"),
        ("latency_ratio", -1, "a number above 0"),
        ("size_bytes", 0, "a number above 0, not 0; write size_bytes=1000000"),
        ("size_ratio", -0.5, "a number above 0"),
        ("macs_ratio", float("inf"), "a number above 0"),
        ("top1_drop", 2, "a number of 0 to 1, not 2; write top1_drop=0.02"),
        ("top1_drop", -0.01, "a number of 0 to 1"),
        ("top5_drop", float("nan"), "a number of 0 to 1"),
        ("agreement", 95, "a number of 0 to 1, not 95"),
        ("sparsity", -0.1, "a number of 0 to 1"),
        ("kl", -0.1, "a number of at least 0"),
        ("top1_ratio", 0, "a number above 0"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_by_name_and_range(name: str, value: float, expected: str) -> None:
    with pytest.raises(VidcompressError, match=f"vc_budget: {name} must be {expected}") as raised:
        Budget.from_kwargs(**{name: value})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"), [("top1_drop", 0), ("sparsity", 1), ("kl", 0), ("latency_ratio", 1.5)]
)
def test_a_limit_may_lie_on_the_edge(name: str, value: float) -> None:
    assert Budget.from_kwargs(**{name: value}).limits == {name: value}


def test_a_margin_of_more_than_everything_is_no_share() -> None:
    with pytest.raises(VidcompressError, match="latency must be a share, not 5: a number of 0 to 1"):
        Margins.from_kwargs(latency=5)
