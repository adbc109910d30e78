"""Only the markers of the tests that will run count, and they always do."""

import pytest

TESTS = """
    import pytest

    @pytest.mark.vc_variants({typo})
    def test_typo(vc_variant, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_variant))

    @pytest.mark.vc_budget(top2_drop=3)
    def test_budget(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_model.module))

    def test_plain():
        pass
    """


@pytest.fixture(params=['"int8_dynamic"', '["fp16", "fp32"]'], ids=["typo", "list"])
def wrong(pytester, request):
    """A file with a test whose recipes cannot be, and others."""
    pytester.makepyfile(TESTS.format(typo=request.param))
    return pytester


@pytest.mark.parametrize("more", [(), ("--collect-only",), ("--vc-strict",)])
def test_recipes_that_cannot_be_are_refused_with_no_other_such_test_in_the_run(wrong, more):
    result = wrong.runpytest_inprocess("-k", "typo or plain", *more)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *::test_typo: *"])
    result.stdout.no_fnmatch_line("*passed*")


def test_a_marker_of_a_test_that_is_not_selected_is_no_matter(wrong):
    (file,) = wrong.path.glob("*.py")
    assert wrong.runpytest_inprocess("-k", "plain").parseoutcomes() == {"passed": 1, "deselected": 3}
    assert wrong.runpytest_inprocess(f"{file.name}::test_plain").parseoutcomes() == {"passed": 1}


def test_a_budget_that_cannot_be_names_its_test(pytester):
    pytester.makepyfile(TESTS.format(typo='"fp16"'))
    result = pytester.runpytest_inprocess("-k", "budget")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *::test_budget*: *top2_drop*"])
