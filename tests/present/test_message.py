from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.stored import Baseline
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Status, Verdict
from pytest_vidcompress.present.message import block, message
from tests.gate.reports import report
from tests.present.verdicts import BLIND, BUDGET, EVERY, LATENCY, MACS, SIZE, TOP1

NODE = "benchmarks/test_variants.py::test_variant_holds[timesformer-int8 dynamic]"


def said(*verdicts: Verdict, **kwargs: Any) -> list[str]:
    return message(report(), verdicts, NODE, "--vc-model=timesformer", **kwargs).splitlines()


def test_a_regression() -> None:
    assert said(MACS, SIZE, TOP1) == [
        "int8-dynamic of timesformer: 2 of 3 checks did not pass",
        "  size_bytes failed: measured 3,000,001 bytes, stored 3,000,000 bytes, limit 3,000,000 bytes",
        "    larger than stored",
        "  top1 failed: measured 70.00 % [60.40, 78.11], stored 90.00 %, limit 89.00 %",
        "    lost 20.00 points, more than chance explains",
        "    100 clips, 20 lost, 0 gained, p=9.5e-07",
        "    could have seen: a drop of 1.9 points",
        "",
        f"  see it again:  pytest '{NODE}' --vc-model=timesformer",
        f"  accept it:     pytest '{NODE}' --vc-model=timesformer --vc-baseline=accept",
    ]


def test_a_budget_is_not_accepted() -> None:
    text = "\n".join(said(BUDGET))
    assert "size_ratio (budget) failed: measured 0.25, limit 0.1" in text
    assert "vc_budget marker" in text
    assert "--vc-baseline" not in text


def test_new_and_inconclusive_count_under_strict_only() -> None:
    assert said(LATENCY, BLIND, SIZE)[0].endswith("1 of 3 checks did not pass")
    strict = said(LATENCY, BLIND, SIZE, strict=True)
    assert strict[0].endswith("3 of 3 checks did not pass")
    words = [line.split()[1] for line in strict[1:] if line.startswith("  ") and line[2] != " "]
    assert words[:3] == ["failed:", "inconclusive:", "new:"]
    assert said(BLIND, strict=True)[-1].endswith("--vc-baseline=create")


def test_no_clip_has_nothing_to_accept() -> None:
    now = report(outcomes=())
    text = message(now, judge(now, Baseline()), NODE)
    assert "no clip was measured" in text
    assert "--vc-baseline" not in text


def test_what_others_said_stays_on_its_line() -> None:
    worse = replace(LATENCY, status=Status.FAILED, reason="it died: \x1b[31m\n::error title=x::y")
    text = message(report(name="mine\n::error::z"), [worse], "test_it.py::test_holds")
    assert text.splitlines()[0].startswith(r"mine\n::error::z of timesformer: 1 of 1 ")
    assert r"    it died: \x1b[31m\n::error title=x::y" in text.splitlines()
    assert not any(line.strip().startswith("::") for line in text.splitlines())


def test_without_a_node_id_the_test_itself_is_typed() -> None:
    assert f"pytest {report().test}" in message(report(), [SIZE])


@given(
    st.sampled_from(EVERY),
    st.text("abc -=", max_size=300),
    st.text("0123 ,.", max_size=300),
    st.integers(0, 10**12),
)
def test_fits_in_100_columns(verdict: Verdict, reason: str, evidence: str, value: int) -> None:
    """Whatever the numbers are; a word that is longer by itself stays whole."""
    changed = replace(verdict, reason=reason, evidence=evidence, measured=value, stored=value, limit=value)
    lines = list(block(changed))
    assert all(len(line) <= 100 or len(line.split()) == 1 for line in lines)
    assert " ".join(reason.split()) in " ".join(" ".join(lines).split())
