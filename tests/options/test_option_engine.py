"""--vc-engine: a Ray cluster computes the clips, and the run file says the same, byte for byte."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.options.reading import engine
from tests.options.sharing import COMMON, TEST, measured
from tests.project import SMALL, Project, started_pytest
from tests.run.engines.ray.two_nodes import TwoNodes, two_nodes


@pytest.fixture(scope="module")
def nodes() -> Iterator[TwoNodes]:
    with two_nodes() as found:
        yield found


@pytest.mark.slow
def test_a_cluster_is_one_run(project: Project, nodes: TwoNodes) -> None:
    project.write(test_it=TEST)
    assert project.run(*COMMON, "--vc-json=alone.json").passed(3)
    run = project.run(*COMMON, f"--vc-engine=ray:{nodes.address}", "--vc-store=store", "--vc-json=ray.json")
    assert run.passed(3)
    assert measured(project, "ray.json") == measured(project, "alone.json")
    by = [json.loads(path.read_bytes())["jobs"] for path in (project.folder / "store" / "workers").iterdir()]
    assert sum(by) == 9
    assert len(by) >= 2
    again = project.run(*COMMON, "--vc-store=store", "--vc-json=again.json")
    assert again.passed(3)
    assert measured(project, "again.json") == measured(project, "alone.json")


@pytest.mark.slow
def test_a_driver_of_a_cluster_that_is_killed_goes_on_where_it_was(project: Project, nodes: TwoNodes) -> None:
    project.write(test_it=TEST)
    assert project.run(*COMMON, "--vc-json=alone.json", "-k=prune").passed(1)
    options = [*SMALL, *COMMON, "-k=prune", f"--vc-engine=ray:{nodes.address}", "--vc-store=store"]
    driver = started_pytest(project.folder, os.devnull, *options)
    until = time.monotonic() + 120
    while len(done := results(project)) < 2 and time.monotonic() < until and driver.is_alive():
        time.sleep(0.01)
    driver.kill()
    driver.join()
    assert 2 <= len(done) <= 6
    assert project.run(*options, "--vc-json=again.json", small=False).passed(1)
    assert measured(project, "again.json") == measured(project, "alone.json")
    assert done.items() <= results(project).items()
    assert len(results(project)) == 6


def results(project: Project) -> dict[str, bytes]:
    files = (project.folder / "store" / "results").rglob("*-*")
    return {path.name + path.parent.name: path.read_bytes() for path in files}


@pytest.mark.slow
def test_a_shard_may_be_computed_by_a_cluster(project: Project, nodes: TwoNodes) -> None:
    project.write(test_it=TEST)
    run = project.run(*COMMON, f"--vc-engine=ray:{nodes.address}", "--vc-shard=1/1", "--vc-store=store")
    assert run.says("shard 1/1: 9 ranges of up to 64 clips computed"), run.out
    assert run.says("nothing was timed")


@pytest.mark.slow
def test_without_an_address_a_cluster_is_started_for_the_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="Ray, for --vc-engine=ray, is not installed")
    project.write(test_it=TEST)
    # Where no other cluster is known; names of sockets are short.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as nobodys:
        monkeypatch.setenv("RAY_TMPDIR", nobodys)
        _started_for_the_run(project)
        assert [*Path(nobodys).rglob("raylet.out")]


def _started_for_the_run(project: Project) -> None:
    assert project.run(*COMMON, "--vc-json=alone.json", "-k=prune").passed(1)
    assert project.run(
        *COMMON, "--vc-json=ray.json", "-k=prune", "--vc-engine=ray", "--vc-cache=cache"
    ).passed(1)
    assert measured(project, "ray.json") == measured(project, "alone.json")


def test_an_address_of_nobody_is_refused_in_a_line(project: Project) -> None:
    pytest.importorskip("ray", reason="Ray, for --vc-engine=ray, is not installed")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        run = project.write(test_it=TEST).run(f"--vc-engine=ray:{address}")
    assert run.refused(rf"--vc-engine=ray:{address}: no Ray answers at {address} ")


def test_without_ray_it_is_refused_in_a_line(project: Project) -> None:
    project.write(test_it=TEST, conftest="import sys\nsys.modules['ray'] = None\n")
    assert project.run("--vc-engine=ray").refused(
        r"Ray is not installed .*pip install 'pytest-vidcompress\[ray\]'"
    )


def test_a_store_that_cannot_be_written_is_refused_in_a_line(project: Project) -> None:
    (project.folder / "file").write_text("")
    run = project.write(test_it=TEST).run("--vc-engine=here", "--vc-store=file")
    assert run.refused(r"the store .*file cannot be written \(Not a directory\)")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("ray", ("ray", "")),
        ("ray:10.0.0.1:6379", ("ray", "10.0.0.1:6379")),
        ("ray:head.example:6379", ("ray", "head.example:6379")),
        ("ray:[::1]:6379", ("ray", "[::1]:6379")),
        ("ray:auto", ("ray", "auto")),
        ("processes", ("processes", "")),
        ("", None),
        (None, None),
    ],
)
def test_a_name_and_an_address(given: str | None, read: tuple[str, str] | None) -> None:
    assert engine(given) == read


@pytest.mark.parametrize(
    "given",
    ["spark", "ray:", "ray:head", "ray:head:port", "ray:ray://head:10001", "here:1:2", ":", "ray:a b:1"],
)
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(VidcompressError, match=r"expected one of here, processes, ray, ray:HOST:PORT$"):
        engine(given)


def test_loading_the_plugin_imports_no_ray() -> None:
    code = "import sys, pytest_vidcompress.plugin; print('ray' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
