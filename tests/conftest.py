"""What every test shares: pytester, a cache of its own, real videos where there are some, and folders with a user's
tests in them."""

import gc
import json
import multiprocessing.util
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from benchmarks.decode import media as real_videos
from pytest_vidcompress.errors import SpoiledRunError
from tests.project import Project

if "PYTEST_XDIST_WORKER" in os.environ:
    # Threads of several processes wait for each other's cores in loops.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says more of the machine than of us.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")

pytest_plugins = ["pytester"]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is imported and collected stays: looking through it for garbage, again and again, finds none."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call():
    """The plugin is loaded here, too: what would end a user's run is one failed test of ours."""
    try:
        return (yield)
    except SpoiledRunError as error:
        raise AssertionError(f"the run is spoiled: {error}") from error


@pytest.fixture(scope="session", autouse=True)
def _cache_of_our_own(tmp_path_factory):
    """The user's cache neither helps nor grows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_VIDCOMPRESS_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("PYTEST_VIDCOMPRESS_CACHE_KEY", "of the tests")
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_workflow():
    """Where these tests run as a job of GitHub Actions, those that they start do not write to its page."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _alone():
    """Where these tests are shared between processes, those that they start know nothing of it."""
    with pytest.MonkeyPatch.context() as patch:
        # With the width of the terminal that pytest-xdist hands on.
        for name in [name for name in os.environ if name.startswith("PYTEST_XDIST") or name == "COLUMNS"]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _temporary_folder_of_our_own(_alone, worker_id):
    """Runs that time wait for each other by a lock in it; those of another process of these tests need not: what it
    does instead would disturb as much."""
    if worker_id == "master":
        yield
        return
    # multiprocessing removes its own when this process ends: it is no part of one that is gone by then.
    multiprocessing.util.get_temp_dir()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def media() -> Path:
    """The folder of real videos, with `kinetics400` and `odd` in it."""
    folder = real_videos.media()
    if not folder.is_dir():
        pytest.skip(f"no real videos in {folder}: {real_videos.VARIABLE} names another folder")
    return folder


@pytest.fixture
def project(tmp_path):
    """An empty project of a user."""
    return Project(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A project that the tests of a file share."""
    return Project(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def stored(tmp_path_factory):
    """A project that holds one variant to a baseline; copy it before changing it."""
    project = Project(tmp_path_factory.mktemp("stored"))
    project.write(test_holds=HOLDS)
    assert project.run("--vc-baseline=create", "--benchmark-disable").passed(1)
    return with_runs(project)


def with_runs(project, **changed):
    """The project, whose only variant has three recorded runs: as many as a latency ratio must have to be held to.

    They are written, not timed: zeros make nothing faster, and beside neighbours nothing is recorded.
    """
    (path,) = project.folder.glob("baselines/*/videomae.*.json")
    document = json.loads(path.read_text())
    (entry,) = document["variants"].values()
    entry |= RUNS | changed
    path.write_text(json.dumps(document))
    return project


RUNS = {
    "latency_ratio": 1.00067,
    "runs": "1.001 0.998 1.003",
    "screens": "1.002 0.999 1.001",
    "spreads": "0.01 0.012 0.009",
    "controls": "0.004 0.006 0.005",
}


HOLDS = """
    import pytest

    @pytest.mark.vc_variants("prune-global")
    def test_holds(vc_variant, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_variant))
    """
