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


def test_one_sided_bound() -> None:
    assert Margins().latency_confidence == pytest.approx(0.998)


def test_a_least_share_of_the_reference_is_a_limit_from_below() -> None:
    assert list(Budget.from_kwargs(top1_ratio=0.99).limits()) == [("top1_ratio", 0.99)]
    assert "top1_ratio" in AT_LEAST
