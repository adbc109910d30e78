"""pytest-benchmark sees what we measure: its JSON, its comparisons and its switches."""

import json

import pytest

from tests.conftest import HOLDS


@pytest.fixture(scope="module")
def saved(stored, tmp_path_factory):
    """A project with one saved run."""
    project = stored.copy(tmp_path_factory.mktemp("saved") / "project")
    assert project.run("--vc-confirm=1", "--benchmark-save=before", "--benchmark-json=now.json").passed(1)
    return project


def test_the_json_has_accuracy_and_size(saved):
    (benchmark,) = saved.json("now.json")["benchmarks"]
    measured = benchmark["extra_info"]["vidcompress"]
    stored = saved.baseline["prune-global"]
    assert measured["top1"] == pytest.approx(stored["top1"])
    assert (measured["size_bytes"], measured["macs"]) == (stored["size_bytes"], stored["macs"])
    assert measured["verdict"] in {"passed", "inconclusive"}
    assert benchmark["group"] == "videomae"
    assert benchmark["stats"]["rounds"] >= 8  # as many as a clearly fine variant takes


def test_compare_says_what_changed_besides_time(saved):
    (path,) = saved.folder.glob(".benchmarks/*/*before.json")
    document = json.loads(path.read_text())
    measured = document["benchmarks"][0]["extra_info"]["vidcompress"]
    measured["size_bytes"] //= 2
    measured["top1"] -= 0.125
    path.write_text(json.dumps(document))
    run = saved.run("--benchmark-compare")
    assert run.passed(1)
    assert run.says(r"size_bytes +[\d.,]+ \w+ +[\d.,]+ \w+ +\+100"), run.out
    assert run.says(r"top1 .*\+12.50 points")

    document["benchmarks"][0]["stats"]["median"] /= 1000
    path.write_text(json.dumps(document))
    run = saved.run("--benchmark-compare", "--benchmark-compare-fail=median:50%")
    assert run.ret != 0
    assert run.says("Performance has regressed")


def test_disable_leaves_the_time_out(stored):
    run = stored.run("--benchmark-disable", "--vc-report=untimed.json")
    assert run.passed(1)
    (measured,) = stored.measurements("untimed.json")
    assert measured["latency"] is None
    assert measured["verdict_latency_ratio"] == "inconclusive"
    assert measured["top1"] is not None
    # Nothing warns of a benchmark fixture that was not used.
    assert not run.says("warning")


@pytest.mark.slow
def test_only_skips_other_tests_and_not_ours(project):
    project.write(test_holds=HOLDS, test_plain="def test_plain(): pass")
    run = project.run("--benchmark-only", "--vc-baseline=create")
    assert run.passed(1)
    assert run.says("1 skipped")
