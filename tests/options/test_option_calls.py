"""--vc-calls: how many undisturbed calls are timed at the least; what they show, and what a budget holds of it."""

from tests.project import Project

CALLS = """
    import pytest

    @pytest.mark.vc_budget(latency_p90_ratio=100)
    def test_within(vc_model, vc_measure, vc_baseline):
        report = vc_measure(vc_model.module)
        calls = report.timing.calls
        counted = report.timing.percentiles.variant_s
        assert len(counted) >= 90 or len(calls.variant_s) >= 4 * 90
        assert len(set(calls.clip_ids)) == 12
        assert calls.clip_ids[:12] == tuple(report.identity.clip_ids[:12])
        assert calls.clip_ids[12:24] == calls.clip_ids[:12]
        vc_baseline.check(report)
    """


def test_more_calls_are_timed_over_the_clips_and_held_to_a_budget(tmp_path):
    project = Project(tmp_path).write(test_calls=CALLS)
    run = project.run("--vc-calls=90", "--vc-report=numbers.json", "--vc-confirm=10")
    assert run.passed(1)
    assert run.says(r"calls of videomae")
    # pytest-benchmark's table shows the variant's calls as ever.
    assert run.says(r"test_within\[videomae\]")
    (row,) = project.measurements("numbers.json")
    assert row["calls"] > 0
    assert "budget_latency_p90_ratio" in row


def test_none_is_no_number_of_calls(tmp_path):
    run = Project(tmp_path).write(test_calls=CALLS).run("--vc-calls=0")
    assert run.refused(r"--vc-calls")
