"""Tests that pass without having held anything, or by hiding what failed: none of them is green."""

import pytest

UNTIMED = "--benchmark-disable"


def test_asking_for_the_baseline_and_checking_nothing_is_red(project):
    project.write(
        test_it="""
        def test_forgotten(vc_model, vc_measure, vc_baseline):
            vc_measure(vc_model.module)
        """
    )
    run = project.run(UNTIMED)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says("asked for vc_baseline and held nothing to it: call vc_baseline.check")


SWALLOWED = """
    import pytest

    {mark}
    @pytest.mark.vc_budget(size_ratio=0.1)
    def test_swallowed(vc_model, vc_measure, vc_baseline):
        try:
            vc_baseline.check(vc_measure(vc_model.module))
        except AssertionError:
            pass
    """


def test_a_failure_that_the_test_caught_is_red_unless_it_is_expected(project):
    project.write(test_it=SWALLOWED.format(mark=""))
    run = project.run(UNTIMED)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says(r"size_ratio \(budget\) failed")
    assert run.says("the test caught this failure: mark it xfail where it is meant to fail")
    project.write(test_it=SWALLOWED.format(mark="@pytest.mark.xfail"))
    run = project.run(UNTIMED)
    assert run.ret == 0
    assert run.says("1 xfailed")


SHORT = """
    import pytest

    @pytest.mark.parametrize("kind", ["rough", "fine"])
    def test_scale(vc_model, vc_measure, vc_baseline, kind):
        module = vc_model.module
        bad = kind == "rough" or {broken}
        module.classifier.weight.data.mul_(0.0 if bad else 1.0)
        module.classifier.bias.data.mul_(0.0 if bad else 1.0)
        vc_baseline.check(vc_measure(module))
    """


def test_parameters_of_a_user_s_own_have_an_entry_each(project):
    project.write(test_p=SHORT.format(broken=False))
    assert project.run(UNTIMED, "--vc-baseline=create").passed(2)
    assert project.baseline.keys() == {"test_p.py::test_scale[rough]", "test_p.py::test_scale[fine]"}
    project.write(test_p=SHORT.format(broken=True))
    run = project.run(UNTIMED)
    assert run.failed("agreement")
    assert run.says("1 failed, 1 passed")


OTHERS = """
    import copy

    KEPT = []

    def test_first(vc_model, vc_measure, vc_baseline):
        report = vc_measure(vc_model.module)
        KEPT.append(report)
        vc_baseline.check(copy.deepcopy(report))

    def test_second(vc_model, vc_measure, vc_baseline):
        vc_measure(vc_model.module)
        vc_baseline.check(KEPT[0])
    """


def test_a_copy_is_checked_and_a_report_of_another_test_is_not(project):
    project.write(test_it=OTHERS)
    run = project.run(UNTIMED)
    assert run.says("1 failed, 1 passed")
    assert run.says(
        r"was measured by test_it.py::test_first\[videomae\]: only the test that[\sE]+measures can check"
    )


CODSPEED = """
    import pytest

    class Other:
        __module__ = "pytest_codspeed.plugin"

    @pytest.fixture
    def benchmark():
        return Other()

    def test_it(vc_model, vc_measure):
        vc_measure(vc_model.module)
    """


def test_another_benchmark_plugin_is_refused_by_name(project):
    project.write(test_it=CODSPEED)
    run = project.run()
    assert run.says("1 error")
    assert run.says("pytest_codspeed is not supported: vc_measure times a variant and its reference")
