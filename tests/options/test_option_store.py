"""--vc-store: drivers that are killed, or that share a store, end with the bytes of one undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.options.sharing import COMMON, measured
from tests.project import SMALL, Project, started_pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill"),
]
TEST = """
    import pytest

    @pytest.mark.vc_variants("prune-global", "int8-dynamic")
    def test_it(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """
JOBS = 9
"""Three ranges of the reference and of each variant."""


@pytest.fixture(scope="module")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("sharing")).write(test_it=TEST)
    assert project.run(*COMMON, "--vc-json=alone.json").passed(2)
    return project


def started(project: Project, *options: str) -> BaseProcess:
    return started_pytest(project.folder, os.devnull, *SMALL, *COMMON, *options)


def ended(process: BaseProcess) -> int | None:
    process.join()
    return process.exitcode


def results(folder: Path) -> dict[str, bytes]:
    return {path.name + path.parent.name: path.read_bytes() for path in (folder / "results").rglob("*-*")}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_driver_that_is_killed_goes_on_where_it_was(workers: int, sharing: Project) -> None:
    chance, store = random.Random(workers), sharing.folder / f"killed-{workers}"
    options = (f"--vc-store={store.name}", f"--vc-workers={workers}")
    for _ in range(3):
        before = results(store)
        driver = started(sharing, *options)
        until = time.monotonic() + 120
        wanted = min(JOBS, len(before) + chance.randint(1, 3))
        while len(results(store)) < wanted and time.monotonic() < until and driver.is_alive():
            time.sleep(chance.uniform(0, 0.05))
        driver.kill()
        driver.join()
        # What was done stays as it is, to the byte: who computed it and how long it took stand in it.
        assert before.items() <= results(store).items()
    assert ended(started(sharing, *options, f"--vc-json=killed-{workers}.json")) == 0
    assert measured(sharing, f"killed-{workers}.json") == measured(sharing, "alone.json")
    assert len(results(store)) == JOBS


def test_two_drivers_on_one_store_are_one_run(sharing: Project) -> None:
    """How little they compute twice, `test_predictions` counts where there is more to choose from."""
    drivers = [started(sharing, "--vc-store=both", f"--vc-json=both-{number}.json") for number in (1, 2)]
    assert [*map(ended, drivers)] == [0, 0]
    for number in (1, 2):
        assert measured(sharing, f"both-{number}.json") == measured(sharing, "alone.json")
    assert len(results(sharing.folder / "both")) == JOBS
