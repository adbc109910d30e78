"""Under xdist everything is as without: the same numbers, one table, one baseline; and times one at a time."""

import json

import pytest

from tests.conftest import HOLDS

TWO = HOLDS.replace('"prune-global"', '"prune-global", "fp32"')


@pytest.fixture(scope="module")
def alone(shared):
    shared.write(test_holds=TWO)
    assert shared.run("--vc-baseline=create", "--vc-confirm=3", "--vc-report=alone.json").passed(2)
    return shared


@pytest.fixture(scope="module")
def together(alone, tmp_path_factory):
    project = alone.copy(tmp_path_factory.mktemp("together") / "project")
    (project.folder / "baselines").rename(project.folder / "baselines-alone")
    # Each worker notes when it times.
    project.write(
        conftest="""
        import contextlib, os, time
        from pathlib import Path
        from pytest_vidcompress.measure import measurement

        times = measurement.machine_to_ourselves

        @contextlib.contextmanager
        def noted(progress=None):
            with times(progress):
                began = time.monotonic()
                yield
                Path(f"span-{os.getpid()}").write_text(f"{began} {time.monotonic()}")

        measurement.machine_to_ourselves = noted
        """
    )
    project.last = project.run("-n2", "--vc-baseline=create", "--vc-confirm=3", "--vc-report=two.json")
    return project


@pytest.mark.slow
def test_the_same_numbers_in_one_table(together):
    assert together.last.passed(2)
    assert together.last.says(r"(?m)^prune-global +new")
    assert together.last.says(r"(?m)^fp32 +new")
    assert together.last.says("vidcompress: 2 variants of 1 model on 16 clips")

    def numbers(name):
        return {
            r["name"]: (r["top1"], r["size_bytes"], r["macs"], r["sparsity"])
            for r in together.measurements(name)
        }

    assert numbers("two.json") == numbers("alone.json")


@pytest.mark.slow
def test_the_same_baseline(together):
    ours, theirs = (
        together.folder / name / "pocket" / "videomae.json" for name in ("baselines", "baselines-alone")
    )
    assert json.loads(ours.read_text()) == json.loads(theirs.read_text())
    assert together.timings.keys() == {"prune-global", "fp32"}


@pytest.mark.slow
def test_latency_is_measured_by_one_worker_at_a_time(together):
    assert all(result["latency_ratio"] for result in together.measurements("two.json"))
    spans = sorted(tuple(map(float, path.read_text().split())) for path in together.folder.glob("span-*"))
    assert len(spans) == 2, "both workers measured"
    assert spans[0][1] <= spans[1][0]


@pytest.mark.slow
def test_a_failure_is_reported_by_the_worker(together):
    path = together.folder / "baselines" / "pocket" / "videomae.json"
    document = json.loads(path.read_text())
    document["variants"]["fp32"]["size_bytes"] = 1
    path.write_text(json.dumps(document))
    run = together.run("-n2", "--benchmark-disable")
    assert run.failed("size_bytes")
    assert run.says(r"(?m)^fp32 +failed")
    assert run.says(r"1 failed, 1 passed")
