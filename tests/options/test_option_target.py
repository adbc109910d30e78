"""--vc-target: the user states the budget, not the mechanism."""

import re

import pytest

from tests.project import Project

TEST = """
    import pytest

    @pytest.mark.vc_variants("target")
    def test_budget(vc_variant, vc_measure):
        report = vc_measure(vc_variant)
        print("LEFT", report.macs / report.reference.macs)

    @pytest.mark.vc_variants("fp16")
    def test_other(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """


@pytest.fixture(scope="module")
def ours(shared: Project) -> Project:
    return shared.write(test_it=TEST)


@pytest.mark.slow
def test_what_was_found_is_measured_and_said_so_that_it_can_be_copied(ours):
    run = ours.run("--vc-target=macs:0.6", "--benchmark-disable", "-s", "--vc-calibration=4")
    assert run.passed(1)
    (left,) = re.findall(r"LEFT (\S+)", run.out)
    assert float(left) == pytest.approx(0.6, rel=0.05)
    assert run.says(r"(?m)^  macs 0\.6 of videomae: 0\.\d+ by\s+shrink:\S+,\s+found\s+by\s+\d+\s+trials")
    (recipe,) = re.findall(r"--vc-variant='(shrink:\S+)'", run.out)
    # A long name is cut short in the table.
    assert run.says(rf"(?m)^{re.escape(recipe[:20])}")


def test_without_it_such_tests_are_skipped_and_say_how(ours):
    run = ours.run("--benchmark-disable", "-rs")
    assert run.passed(1)
    assert run.says("1 skipped")
    assert run.says("budgets are met with --vc-target")


@pytest.mark.parametrize("typed", ["latency", "speed:0.5", "latency=0.5"])
def test_what_is_no_budget_is_refused(ours, typed):
    run = ours.run(f"--vc-target={typed}")
    assert run.refused(
        rf"--vc-target={typed}: expected latency:SHARE or size:SHARE or macs:SHARE, such as latency:0\.5"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "latency:0.5,using=speed",
            r"'speed' is nothing that latency is met by; there are fuse, bf16, int8-static, shrink",
        ),
        ("macs:0.5,using=fp16", r"'fp16' is nothing that macs is met by; there are fuse, shrink"),
        ("latency:0.5,by=fuse", r"unknown parameter 'by'"),
        ("latency:0.5,using", r"is not of the form param=value"),
    ],
)
def test_by_what_it_cannot_be_met_is_refused(ours, typed, said):
    assert ours.run(f"--vc-target={typed}").refused(said)


def test_a_share_that_cannot_be_is_refused(ours):
    assert ours.run("--vc-target=latency:1.5").refused(r"latency=1\.5 is out of range")


def test_one_that_cannot_be_met_fails_with_the_nearest(ours):
    run = ours.run("--vc-target=macs:0.001", "--benchmark-disable", "--vc-calibration=4")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says(r"target macs=0\.001 of 'videomae' cannot be met: the\s+nearest is 0\.\d+, by 'shrink:")


def test_by_what_it_is_to_be_met_can_be_said(ours):
    run = ours.run("--vc-target=size:0.3,using=int8-weights", "--benchmark-disable", "--vc-calibration=4")
    assert run.passed(1)
    assert run.says(r"(?m)^  size 0\.3 of videomae: 0\.\d+ by int8-weights, found by 1 trial")
    assert run.says(r"(?m)^    4 of 4 clips outside the test answered as the reference does")
