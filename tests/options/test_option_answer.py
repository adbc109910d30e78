"""--vc-answer: from file to answer beside the reference, stored and held; off, it is not timed and that is said."""

import pytest

from pytest_vidcompress.gate.latency.level import START_PAIRS
from pytest_vidcompress.run.options import Options
from tests.present.formats.run_files import complaints

ANSWERS = """
    import pytest

    @pytest.mark.vc_variants("frames:keep=4")
    def test_holds(vc_variant, vc_measure, vc_baseline):
        report = vc_measure(vc_variant)
        assert (report.answer_ratio is None) == (report.from_file is None)
        assert "blocks" in report.stages
        vc_baseline.check(report)

    @pytest.mark.vc_variants("frames:keep=4")
    @pytest.mark.vc_budget(answer_ratio=9.0, decode_ratio=9.0)
    def test_budget(vc_variant, vc_measure, vc_baseline):
        report = vc_measure(vc_variant)
        assert report.clips_per_s > 0
        vc_baseline.check(report)
    """


@pytest.fixture(scope="module")
def answers(shared):
    return shared.write(test_answers=ANSWERS)


@pytest.mark.slow
def test_the_way_from_file_to_answer_is_stored_shown_and_missed(answers):
    run = answers.run("--vc-answer=6", "--vc-baseline=create", "-kholds", "--vc-report=run.json")
    assert run.passed(1)
    assert run.says(r"variant +decode +model +embedding +blocks +head +total +clips/s")
    assert run.says(r"variant +embedding +blocks +head +elsewhere +total")
    (result,) = answers.measurements("run.json")
    assert (result["from_file"]["rounds"], result["from_file"]["clips"]) == (6, 4)
    assert 0 < result["decode_s"] < result["answer_s"]
    assert result["answer_ratio"] > 0
    entry = answers.timings["frames:keep=4"]
    if run.says("answer_ratio not recorded: the machine was disturbed"):
        assert "answer_runs" not in entry
        pytest.skip("this machine is too busy to record it")
    assert len(entry["answer_runs"].split()) == 1
    without = answers.run("-kholds")
    missed = (
        r"answer_ratio of 1 variant is stored and was not measured \(--vc-answer=16 does\):\n  frames:keep=4"
    )
    assert without.says(missed)
    assert not without.says("from file to answer, videomae")
    assert complaints((answers.folder / "run.json").read_text()) == []


@pytest.mark.slow
def test_a_budget_times_it_unasked_and_ends_when_it_is_decided(answers):
    run = answers.run("-kbudget", "--vc-report=budget.json")
    assert run.passed(1)
    (result,) = answers.measurements("budget.json")
    assert result["budget_answer_ratio"] == result["budget_decode_ratio"] == "passed"
    assert result["from_file"]["rounds"] <= START_PAIRS


def test_the_help_says_how_many_a_budget_has():
    assert f"and {START_PAIRS} where a budget" in Options.answers.otherwise


def test_too_few_are_refused(answers):
    assert answers.run("--vc-answer=3").refused(
        "--vc-answer=3: expected 0, or at least 6: fewer rounds decide nothing"
    )
