"""--vc-latency-margin and the vc_margin marker: how much slower than stored is no regression."""

import pytest

from tests.conftest import with_runs
from tests.project import Project

HOLDS = """
    import pytest

    {marker}
    def test_holds(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_model.module))
    """
RECORDED = 0.5
"""The stored ratio; what is measured is 1: twice as slow."""


def marked(project, marker=""):
    return project.write(test_holds=HOLDS.format(marker=marker))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A project whose recorded runs were twice as fast."""
    project = marked(Project(tmp_path_factory.mktemp("recorded")))
    assert project.run("--vc-baseline=create", "--benchmark-disable").passed(1)
    return stored(project, f"{RECORDED} 0.501 0.502")


def stored(project, runs):
    """The project with these recorded ratios."""
    # A control as restless as any, so that a busy machine vetoes nothing.
    return with_runs(project, runs=runs, screens=runs, controls="1.0", spreads="0.01")


@pytest.mark.slow
def test_five_percent_is_the_default(recorded):
    run = recorded.run("--vc-confirm=20")
    assert run.failed("latency_ratio")
    assert run.says(r"slower than 3 recorded runs plus 5%, and surely slower")
    assert run.says(r"stored 0\.501, limit 0\.52")


@pytest.mark.slow
def test_the_option_moves_the_limit(recorded):
    assert recorded.run("--vc-latency-margin=200%", "--vc-strict").passed(1)
    run = recorded.run("--vc-latency-margin=0.3", "--vc-confirm=20")
    assert run.failed("latency_ratio")
    assert run.says(r"3 recorded runs plus 30%")
    # What must be typed to see it again.
    assert run.says(r"--vc-latency-margin=0\.3")


def test_the_ini_option_does_the_same(recorded, tmp_path):
    project = recorded.copy(tmp_path / "project")
    project.write(pyproject='[tool.pytest.ini_options]\nvc_latency_margin = "200%"')
    assert project.run("--vc-strict").passed(1)


@pytest.mark.slow
def test_the_marker_wins_over_the_option(recorded, tmp_path):
    project = marked(recorded.copy(tmp_path / "project"), "@pytest.mark.vc_margin(latency=1)")
    assert stored(project, "0.7 0.701 0.702").run("--vc-latency-margin=0", "--vc-strict").passed(1)
    marked(stored(project, f"{RECORDED} 0.501 0.502"), "@pytest.mark.vc_margin(latency=0.3)")
    run = project.run("--vc-latency-margin=200%", "--vc-confirm=20")
    assert run.failed("latency_ratio")
    assert run.says(r"3 recorded runs plus 30%")


def test_a_margin_that_is_none(project):
    marked(project)
    line = r"--vc-latency-margin=5: expected a share from 0 to 1, such as 0\.05 or 5%, or more in percent"
    assert project.run("--vc-latency-margin=5").refused(line)
    project.write(pyproject='[tool.pytest.ini_options]\nvc_latency_margin = "5"')
    assert project.run().refused(line)


@pytest.mark.parametrize(
    ("marker", "line"),
    [
        (
            "vc_margin(0.1)",
            r"marker vc_margin\(latency=, latency_p90=, top1=, .*, answer=\): too many positional",
        ),
        (
            "vc_margin(speed=0.1)",
            r"no margin is called 'speed'; choose from latency, latency_p90, top1, floor, gap, mean_ap, search, macs,"
            " macs_p95, memory,"
            " start, answer",
        ),
        (
            "vc_margin(latency='5%')",
            r"latency must be a share, not '5%': a number of 0 to 1; write latency=0\.05",
        ),
        ("vc_margin(latency=-1)", r"latency must be a share, not -1"),
        ("vc_margin(top1=True)", r"top1 must be a share, not True"),
        ("vc_margins(latency=0.1)", r"unknown marker 'vc_margins'; there are vc_budget, vc_margin"),
    ],
)
def test_a_marker_that_is_written_wrongly(project, marker, line):
    marked(project, f"@pytest.mark.{marker}")
    assert project.run("-Wignore::pytest.PytestUnknownMarkWarning").refused(line)
