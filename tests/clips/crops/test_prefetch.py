"""Worker processes that decode ahead: what they give, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import torch

from pytest_vidcompress.clips.crops import prefetch as prefetching
from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.disk_cache import Shelf
from pytest_vidcompress.clips.crops.prefetch import prefetch
from pytest_vidcompress.clips.crops.worker_pool import settle
from pytest_vidcompress.clips.faults import Fault, Undecodable
from pytest_vidcompress.clips.profile import CropSpec, Views
from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
from tests.clips.crops.processes import children, cpu_ticks, gone, needs_proc

WriteVideo = Callable[..., Path]
SPEC = CropSpec(4, 1, 32, sampling="even", views=Views(2, 3))


@pytest.fixture
def videos(tmp_path: Path, write_video: WriteVideo) -> list[Path]:
    return [write_video(tmp_path / f"{grey}.mp4", [grey, grey + 9], noise=9) for grey in range(20, 220, 10)]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers after the first video, however little there is to decode."""
    monkeypatch.setattr(prefetching, "_PILOT", 1)
    monkeypatch.setattr(prefetching, "_WORTH_S", 0.0)
    monkeypatch.setattr(prefetching, "_cores", lambda: 2)


def same(outcome: object, path: Path) -> bool:
    assert isinstance(outcome, torch.Tensor), outcome
    return torch.equal(outcome, crops_of(path, SPEC))


@needs_proc
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("kept", [pytest.param(False, marks=pytest.mark.slow), True])
def test_workers_give_the_same_in_the_same_order(kept: bool, videos: list[Path], tmp_path: Path) -> None:
    videos[7].write_text("<html>")
    videos[-1].unlink()
    shelf = Shelf(tmp_path / "cache", 10**9) if kept else None
    outcomes = prefetch(videos, SPEC, shelf)
    before = children(os.getpid())
    found = [next(outcomes), next(outcomes)]
    started = set(children(os.getpid())) - set(before)
    found += outcomes
    assert len(started) == 2
    assert gone(list(started), patience_s=0.1)
    for place, (path, outcome) in enumerate(zip(videos, found, strict=True)):
        if place in (7, 19):
            assert isinstance(outcome, Undecodable)
            assert outcome.kind is (Fault.NOT_A_VIDEO if place == 7 else Fault.MISSING)
        else:
            assert same(outcome, path)
    if shelf:
        assert len(list((tmp_path / "cache").iterdir())) == 18
        again = [type(outcome) for outcome in prefetch(videos, SPEC, shelf)]
        assert again == [type(outcome) for outcome in found]


@needs_proc
def test_few_videos_start_no_worker(videos: list[Path]) -> None:
    before = children(os.getpid())
    for path, outcome in zip(videos, prefetch(videos, SPEC), strict=True):
        assert same(outcome, path)
        assert children(os.getpid()) == before


@needs_proc
def test_what_is_kept_starts_no_worker(
    videos: list[Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shelf = Shelf(tmp_path / "cache", 10**9)
    list(prefetch(videos, SPEC, shelf))
    request.getfixturevalue("eager")
    before = children(os.getpid())
    for _ in prefetch(videos, SPEC, shelf):
        assert children(os.getpid()) == before


@needs_proc
@pytest.mark.usefixtures("eager")
def test_workers_go_not_far_ahead_and_rest_while_timings_are_taken(
    videos: list[Path], tmp_path: Path
) -> None:
    before = set(children(os.getpid()))
    outcomes = prefetch(videos, SPEC, Shelf(tmp_path / "cache", 10**9))
    taken = [next(outcomes) for _ in range(3)]
    with machine_to_ourselves():
        started = sorted(set(children(os.getpid())) - before)
        ticks = [cpu_ticks(pid) for pid in started]
        kept = len(list((tmp_path / "cache").iterdir()))
        time.sleep(0.3)
        assert [cpu_ticks(pid) for pid in started] == ticks
    assert len(started) == 2
    assert len(taken) < kept <= len(taken) + 5
    assert same(next(outcomes), videos[3])
    outcomes.close()
    assert gone(started, patience_s=0.1)
    settle()


@needs_proc
@pytest.mark.usefixtures("eager")
def test_a_worker_that_is_killed_is_replaced(videos: list[Path]) -> None:
    before = set(children(os.getpid()))
    outcomes = prefetch(videos, SPEC)
    found = [next(outcomes), next(outcomes)]
    settle()
    started = set(children(os.getpid())) - before
    for pid in started:
        os.kill(pid, signal.SIGKILL)
    found += outcomes
    assert len(started) == 2
    assert all(same(outcome, path) for path, outcome in zip(videos, found, strict=True))


BOMB = """
    import os, signal, sys
    if sys.orig_argv[-1].endswith("crops.worker"):
        stat = os.stat

        def mined(path, **more):
            if str(path).endswith("bomb.mp4"):
                os.kill(os.getpid(), signal.SIGSEGV)
            if str(path).endswith("once.mp4") and stat(path).st_size and not os.path.lexists("went-off"):
                open("went-off", "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
            return stat(path, **more)

        os.stat = mined
    """


@pytest.mark.slow
@needs_proc
@pytest.mark.usefixtures("eager")
def test_a_video_that_kills_its_worker_costs_only_itself(
    videos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "sitecustomize.py").write_text(dedent(BOMB))
    monkeypatch.syspath_prepend(tmp_path / "code")
    monkeypatch.chdir(tmp_path)
    videos[5] = videos[5].rename(tmp_path / "bomb.mp4")
    videos[9] = videos[9].rename(tmp_path / "once.mp4")
    found = list(prefetch(videos, SPEC))
    assert (tmp_path / "went-off").exists()
    died = found.pop(5)
    assert isinstance(died, Undecodable)
    assert died.kind is Fault.CORRUPT_FRAMES
    assert str(died) == "the process that decoded it was killed by SIGSEGV, twice"
    del videos[5]
    assert all(same(outcome, path) for path, outcome in zip(videos, found, strict=True))


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("python", ["/bin/false", "/no/such/python", None])
def test_where_no_worker_starts_it_is_decoded_here(
    python: str | None, videos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    found = list(prefetch(videos, SPEC))
    assert all(same(outcome, path) for path, outcome in zip(videos, found, strict=True))


@pytest.mark.usefixtures("eager")
def test_what_is_no_fault_of_the_file_is_raised(videos: list[Path]) -> None:
    with pytest.raises(ValueError, match="sampling must be"):
        list(prefetch(videos, CropSpec(4, 1, 32, sampling="odd")))  # pyright: ignore[reportArgumentType]


@pytest.mark.usefixtures("eager")
def test_a_users_files_do_not_stand_in_for_libraries(
    videos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    names = [Path(path.name) for path in videos]
    assert all(same(outcome, path) for path, outcome in zip(videos, prefetch(names, SPEC), strict=True))


LOOP = """
    import signal, sys
    from pathlib import Path
    from pytest_vidcompress.clips.crops import prefetch
    from pytest_vidcompress.clips.profile import CropSpec

    # Who runs tests in the background may have them ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    prefetch._PILOT, prefetch._WORTH_S, prefetch._cores = 1, 0.0, lambda: 2
    videos = sorted(Path(sys.argv[1]).glob("*.mp4")) * 10_000
    for place, crops in enumerate(prefetch.prefetch(videos, CropSpec(4, 1, 32, sampling="even"))):
        if place == 5:
            print("going", flush=True)
    """


@needs_proc
@pytest.mark.usefixtures("videos")
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
    ],
)
def test_no_worker_outlives_whoever_started_it(how: signal.Signals, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", dedent(LOOP), tmp_path],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "going\n"
    workers = children(process.pid)
    assert len(workers) == 2
    if how is signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does
    else:
        process.send_signal(how)
    _, said = process.communicate()
    assert gone(workers)
    if how is signal.SIGINT:
        assert said.count("Traceback") == 1
        assert said.rstrip().endswith("KeyboardInterrupt")
