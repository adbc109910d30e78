"""What markers are written with, and what pytest --markers says of them."""

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.metrics import LIMITS
from pytest_vidcompress.plugin.markers import MARKERS, check_names, help_lines, usage, value


def test_a_marker_names_recipes_and_a_pattern():
    assert value(pytest.mark.vc_variants("fp16", "fp32").mark) == (("fp16", "fp32"), "*")
    assert value(pytest.mark.vc_variants("fp16", model="videomae*").mark) == (("fp16",), "videomae*")


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (pytest.mark.vc_variants(), "takes recipes as text, such as 'prune-global', not none"),
        (pytest.mark.vc_variants(16), r"takes recipes as text, such as 'prune-global', not \[16\]"),
        (pytest.mark.vc_variants(["fp16", "fp32"]), r"takes recipes as text.* not \[\['fp16', 'fp32'\]\]"),
        (pytest.mark.vc_variants("fp16", model=3), r"takes recipes as text.* not \[3\]"),
        (pytest.mark.vc_variants("fp16", models="*"), r"vc_variants\(\*recipes, model='\*'\): .*'models'"),
        (pytest.mark.vc_budget(0.1), r"marker vc_budget\(top1_drop=, .*\): too many positional arguments"),
        (pytest.mark.vc_budget(top2_drop=0.1), "no limit is called 'top2_drop'; choose from top1_drop"),
        (
            pytest.mark.vc_margin(0.1),
            r"vc_margin\(latency=, latency_p90=, top1=, .*, macs=, macs_p95=, memory=, start=, answer=\): too many",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(mark, said):
    with pytest.raises(VidcompressError, match=said):
        value(mark.mark)


def test_a_budget_has_the_limits_of_the_metrics():
    assert usage("vc_budget") == f"vc_budget({', '.join(f'{name}=' for name in LIMITS)})"
    assert value(pytest.mark.vc_budget(top1_drop=0.02, kl=0.5).mark) is not None


def test_every_run_declares_them_and_pytest_markers_shows_what_they_take():
    assert [line.partition(":")[0] for line in help_lines(whole=False)] == [*MARKERS]
    whole = "\n".join(help_lines(whole=True))
    for each in (
        "vc_variants(*recipes, model='*'): The recipes",
        "latency_ratio=",
        "floor=",
        "floor is the least",
    ):
        assert each in whole


def test_a_name_that_looks_like_one_of_them_is_refused():
    check_names(["vc_variants", "vc_budget", "vc_margin", "parametrize"], "a test")
    with pytest.raises(
        VidcompressError, match="a test: unknown marker 'vc_budgets'; there are vc_budget, vc_margin"
    ):
        check_names(["vc_budgets"], "a test")
