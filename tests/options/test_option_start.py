"""--vc-start: cold starts beside the reference's, stored and held to; off, they cost nothing and that is said."""

import re

import pytest

from pytest_vidcompress.gate.latency.level import START_PAIRS
from pytest_vidcompress.run.options import Options
from tests.present.formats.run_files import complaints

STARTS = """
    import pytest

    class Alone:
        def __init__(self, module):
            self.module = module

        def __call__(self, pixels):
            return self.module(pixels)

        def __reduce__(self):
            raise TypeError("it is one of a kind")

    @pytest.mark.vc_variants("prune-global")
    def test_holds(vc_variant, vc_measure, vc_baseline):
        report = vc_measure(vc_variant)
        assert (report.start_ratio is None) == (report.start is None)
        vc_baseline.check(report)

    @pytest.mark.vc_budget(start_ratio=5.0)
    def test_alone(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(Alone(vc_model.module)))
    """


@pytest.fixture(scope="module")
def starts(shared):
    return shared.write(test_starts=STARTS)


@pytest.mark.slow
def test_a_start_is_stored_shown_and_missed(starts):
    run = starts.run("--vc-start=6", "--vc-baseline=create", "-kholds", "--vc-report=run.json")
    assert run.passed(1)
    assert run.says(
        r"cold start of videomae +load +prepare +first call +total ms +MB resident +beyond imports"
    )
    (result,) = starts.measurements("run.json")
    assert result["start"]["pairs"] == 6
    parts = [result["start"][part] for part in ("load_s", "prepare_s", "first_call_s")]
    assert all(seconds > 0 for seconds in parts)
    assert result["start"]["reference"]["total_s"] > 0
    assert result["start_ratio"] > 0
    entry = starts.timings["prune-global"]
    if run.says("start_ratio not recorded: the machine was disturbed"):
        assert "start_runs" not in entry
        pytest.skip("this machine is too busy to record a start")
    assert len(entry["start_runs"].split()) == len(entry["start_loads"].split()) == 1
    without = starts.run("-kholds")
    missed = (
        r"start_ratio of 1 variant is stored and was not measured \(--vc-start=16 does\):\n  prune-global"
    )
    assert without.says(missed)
    assert not without.says("cold start of")
    assert complaints((starts.folder / "run.json").read_text()) == []


def test_what_has_no_start_keeps_no_budget(starts):
    run = starts.run("-kalone")
    assert run.failed("start_ratio")
    said = " ".join(re.sub(r"(?m)^E +", "", run.out).split())
    assert "no cold start to measure: it cannot be sent to another process (it is one of a kind)" in said


def test_the_help_says_how_many_a_budget_has():
    assert f"and {START_PAIRS} where a budget" in Options.starts.otherwise


def test_too_few_are_refused(starts):
    assert starts.run("--vc-start=3").refused(
        "--vc-start=3: expected 0, or at least 6: fewer starts decide nothing"
    )
