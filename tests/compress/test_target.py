"""`target`: a budget in the place of a technique."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import IMMEDIATE, TECHNIQUES
from pytest_vidcompress.compress.target import METRICS, Target, mechanisms, target_of
from pytest_vidcompress.errors import VidcompressError
from tests.models.small import NO_CLIPS, model


def test_one_budget_and_what_follows_it() -> None:
    recipe = parse("target:latency=0.5+fuse+int8-static", TECHNIQUES)
    found = target_of(recipe)
    assert found is not None
    assert (found.metric, found.share) == ("latency", 0.5)
    assert str(recipe) == "target:latency=0.5+fuse+int8-static"


def test_by_what_it_may_be_met_can_be_said() -> None:
    recipe = parse("target:size=0.2,using=int8-weights|prune-global", TECHNIQUES)
    found = target_of(recipe)
    assert found is not None
    assert found.mechanisms == ("int8-weights", "prune-global")
    assert str(recipe) == "target:size=0.2,using=int8-weights|prune-global"


@pytest.mark.parametrize("metric", METRICS)
def test_whatever_may_meet_it_is_a_technique(metric: str) -> None:
    names = Target(**dict[str, Any]({metric: 0.5})).mechanisms
    assert names == mechanisms(metric)
    assert {"fuse", "shrink"} <= {*names} <= TECHNIQUES.keys()


def test_without_a_share_it_stands_for_what_the_run_asks_for() -> None:
    assert target_of(parse("target", TECHNIQUES)) == Target()
    assert Target().metric == ""
    assert target_of(parse("fp16", TECHNIQUES)) is None
    assert "target" not in IMMEDIATE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("target:latency=1.5", "latency=1.5 is out of range: expected a share of the reference's"),
        ("target:size=-1", "size=-1 is out of range"),
        ("target:latency=0.5,size=0.5", "it takes one of latency, size, macs"),
        ("target:using=shrink", "using= says by what a budget is met: give one"),
        (
            r"target:macs=0.5,using=shrink|fp16",
            "'fp16' is nothing that macs is met by; there are fuse, shrink",
        ),
        ("fuse+target:size=0.5", "target must come first"),
    ],
)
def test_what_cannot_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(VidcompressError, match=reason):
        parse(text, TECHNIQUES)


def test_it_is_no_technique() -> None:
    with pytest.raises(VidcompressError, match="target is no technique but a budget"):
        parse("target:size=0.5", TECHNIQUES).apply(model("videomae"), NO_CLIPS)
