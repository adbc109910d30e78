"""What a user sees of a variant whose cost depends on the clip: stored clip by clip, shown as a distribution."""

import pytest

from tests.project import Project

UNEVEN = """
    import pytest

    @pytest.mark.vc_variants("run-length:threshold=0.3")
    @pytest.mark.vc_budget(macs_mean_ratio=0.9, {limits})
    def test_uneven(vc_variant, vc_measure, vc_baseline):
        report = vc_measure(vc_variant)
        assert len(report.cost.macs_by_clip) == 24
        assert report.macs_p50 < report.macs_p95 <= report.reference.macs
        assert report.macs_mean.low < report.macs == round(report.macs_mean) < report.macs_mean.high
        assert report.timing is None or len(set(report.timing.calls.clip_ids)) == 20
        vc_baseline.check(report)
    """
OPTIONS = ("--vc-model=videomae", "--vc-sample=24", "--vc-threads=1", "--vc-confirm=0", "-pno:cacheprovider")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A project whose baseline is stored, and the run that did it."""
    project = Project(tmp_path_factory.mktemp("uneven")).write(
        test_uneven=UNEVEN.format(limits="macs_p95_ratio=0.95, latency_p95_ratio=100")
    )
    run = project.run(
        *OPTIONS, "--vc-baseline=create", "--vc-report=r.json", "--vc-report=r.html", small=False
    )
    assert run.passed(1)
    return project, run


def test_the_distribution_is_on_the_terminal_on_the_page_and_in_the_json(first):
    project, run = first
    assert run.says(r"MMACs")
    assert run.says(r"\d~")
    assert run.says(r"~ depends on the clip: the mean of those that were counted")
    assert run.says(r"single clips of videomae +clips +mean +p50 +p90 +p95")
    assert run.says(r"run-length:threshold=0.3, MMACs +24 +[\d.]+ \[[\d.]+, [\d.]+\]")
    assert run.says(r"MACs of run-length:threshold=0.3 beside their mean: still 0.*, middle .*, fast 1\.")
    page = (project.folder / "r.html").read_text()
    assert "What single clips cost run-length:threshold=0.3" in page
    (row,) = project.measurements("r.json")
    assert row["macs_p50"] < row["macs_p95"]
    assert (row["budget_macs_p95_ratio"], row["budget_macs_mean_ratio"]) == ("passed", "passed")
    thirds = [each["macs"][0] for each in row["clip_groups"] if each["kind"] == "motion"]
    assert thirds[0] < thirds[2], "what hardly moves keeps fewer tokens"


def test_it_is_held_clip_by_clip_and_to_its_budget(first, tmp_path):
    stored, _ = first
    project = stored.copy(tmp_path / "again")
    entry = project.baseline["run-length:threshold=0.3"]
    assert len(entry["macs_by_clip"].split()) == 24
    (file,) = project.folder.glob("baselines/*/videomae.json")
    line = entry["macs_by_clip"]
    # As if each clip had cost a tenth less.
    cheaper = " ".join(str(int(0.9 * int(macs))) for macs in line.split())
    file.write_text(file.read_text().replace(line, cheaper))
    project.write(test_uneven=UNEVEN.format(limits="macs_p95_ratio=0.1"))
    run = project.run(*OPTIONS, "--benchmark-disable", small=False)
    assert run.failed("macs", "macs_p95", "macs_p95_ratio")
    assert run.says(r"macs failed: measured ")
    assert run.says(r"11\.11 % more than stored, by the same weights on the same clips")
    assert run.says(r"24 clips, 24 dearer, 0 cheaper")
