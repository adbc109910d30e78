from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.budget import AT_LEAST, Budget, Margins


def test_limits_are_those_given() -> None:
    assert list(Budget.from_kwargs(top1_drop=0.02, size_bytes=100).limits()) == [
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
        VidcompressError, match=r"'speed'; choose from latency, top1, floor, memory$"
    ) as raised:
        Margins.from_kwargs(latency=0.05, speed=0.1)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("margin", ["5%", None, True, -0.01, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["latency", "top1", "floor", "memory"])
def test_no_margin(name: str, margin: object) -> None:
    with pytest.raises(VidcompressError, match=f"vc_margin: {name} must be a share, not .*write {name}="):
        Margins.from_kwargs(**{"latency": 0.05, name: margin})


def test_a_family_errs_no_less_than_one_of_its_checks() -> None:
    assert Margins().latency_alpha <= Margins().family_alpha


def test_a_least_share_of_the_reference_is_a_limit_from_below() -> None:
    assert list(Budget.from_kwargs(top1_ratio=0.99).limits()) == [("top1_ratio", 0.99)]
    assert "top1_ratio" in AT_LEAST
