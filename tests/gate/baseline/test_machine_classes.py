from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.baseline.files import write_timings
from pytest_vidcompress.gate.baseline.machine_classes import Facts, Nearest, differences, nearest
from pytest_vidcompress.gate.baseline.store import Store
from pytest_vidcompress.gate.baseline.stored import StoredTiming
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Status
from tests.gate.reports import report

HERE: Facts = {
    "cpu": "AMD EPYC",
    "model": "26.2.1",
    "isa": "avx512",
    "features": "avx2 avx512 vnni",
    "threads": 2,
    "runtime": "torch2.13",
}
NAME = "amd-epyc-26.2.1-avx512-vnni-2t-torch2.13"
OLDER = {name: HERE[name] for name in ("cpu", "isa", "threads", "runtime")}
"""What a class was before it told CPUs of one name apart."""


def stored(folder: Path, slug: str, facts: Facts, model: str = "timesformer") -> Path:
    path = folder / "pocket" / f"{model}.{slug}.json"
    write_timings(path, {"int8-dynamic": StoredTiming(runs=(1.0,) * 3)}, machine=facts)
    return path


def store(folder: Path) -> Store:
    return Store(folder, "pocket", "timesformer", "trained", NAME, HERE)


def test_what_is_not_said_is_a_difference() -> None:
    assert differences(HERE, HERE) == ()
    assert differences(OLDER, HERE) == (
        "model not said there, 26.2.1 here",
        "features not said there, avx2 avx512 vnni here",
    )
    assert differences(HERE, OLDER)[0] == "model 26.2.1 there, not known here"


def test_a_file_that_says_less_stays_readable_and_holds_nothing(tmp_path: Path) -> None:
    stored(tmp_path, "amd-epyc-avx512-2t-torch2.13", OLDER)
    baseline = store(tmp_path).baseline("int8-dynamic")
    assert baseline.timing is None
    (verdict,) = [v for v in judge(report(), baseline) if v.metric == "latency_ratio"]
    assert verdict.status is Status.NEW
    assert verdict.reason.startswith(
        "no run was recorded on this machine class (timesformer.amd-epyc-avx512-2t-torch2.13.json is of another:"
        " model not said there, 26.2.1 here; features not said there, avx2 avx512 vnni here)"
    )


def test_the_nearest_class_differs_in_least(tmp_path: Path) -> None:
    stored(tmp_path, "a", {**HERE, "threads": 4, "runtime": "torch2.12"})
    stored(tmp_path, "b", {**HERE, "model": "25.1.0"})
    stored(tmp_path, "c", OLDER)
    stored(tmp_path, "d", HERE, model="videomae")
    path = tmp_path / "pocket" / f"timesformer.{NAME}.json"
    assert nearest(path, HERE) == Nearest("timesformer.b.json", ("model 25.1.0 there, 26.2.1 here",))
    assert store(tmp_path).baseline("x").nearest == nearest(path, HERE)


def test_where_something_is_stored_of_this_class_no_other_is_named(tmp_path: Path) -> None:
    stored(tmp_path, NAME, HERE)
    stored(tmp_path, "b", {**HERE, "model": "25.1.0"})
    baseline = store(tmp_path).baseline("int8-dynamic")
    assert baseline.nearest is None
    assert baseline.timing is not None
    assert baseline.machine_file == f"timesformer.{NAME}.json"


def test_a_file_that_bears_the_name_of_another_class_is_refused(tmp_path: Path) -> None:
    stored(tmp_path, NAME, {**HERE, "features": "avx2"})
    with pytest.raises(
        VidcompressError, match=r"features avx2 there, avx2 avx512 vnni here.*delete it"
    ) as raised:
        _ = store(tmp_path).timings
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"machine": 3}', "{}"])
def test_what_says_nothing_is_near_to_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.other.json").write_text(text)
    assert nearest(tmp_path / "m.this.json", HERE) is None
    assert nearest(tmp_path / "absent" / "m.this.json", HERE) is None


def test_times_of_the_cpu_hold_nothing_on_a_device(tmp_path: Path) -> None:
    stored(tmp_path, NAME, HERE)
    there = {**HERE, "device": "NVIDIA H100", "architecture": "sm90", "driver": "cuda12.8"}
    other = Store(tmp_path, "pocket", "timesformer", "trained", f"{NAME}-nvidia-h100-sm90-cuda12.8", there)
    baseline = other.baseline("int8-dynamic")
    assert baseline.timing is None
    (verdict,) = [v for v in judge(report(), baseline) if v.metric == "latency_ratio"]
    assert verdict.status is Status.NEW
    assert "device not said there, NVIDIA H100 here" in verdict.reason
