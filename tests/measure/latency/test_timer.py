"""Arms timed by real worker processes; what goes wrong in one is said, and the worker goes on."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import types
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.latency import timer
from pytest_vidcompress.measure.latency.blocks import BASE, VARIANT, Confirmation
from pytest_vidcompress.measure.latency.failure import Cause, Failure, FreshProcessError
from pytest_vidcompress.measure.latency.fresh_process import ForkServer
from pytest_vidcompress.measure.latency.timer import Arm, Timer, confirmation_s, load, pack, send, time_turns
from tests.clips.crops.processes import gone, needs_proc

PIXELS = torch.zeros(1, 2, 3, 8, 8)
FAST_S, SLOW_S = 0.001, 2.0
"""Seconds of a pair: turns of several, and of a single one."""


@pytest.fixture(scope="module")
def worker() -> Generator[ForkServer]:
    worker = ForkServer(paths=tuple(sys.path))
    yield worker
    worker.close()


def dense() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(PIXELS.numel(), 4))


def base(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.flatten(1)


class Noting(nn.Module):
    """Writes a line a call: its process, how often it was called, and the threads it computes with."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log, self.calls = str(log), 0

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        with Path(self.log).open("a") as file:
            file.write(f"{os.getpid()} {self.calls} {torch.get_num_threads()} {self.training}\n")
        return pixels.flatten(1)


def timed(worker: ForkServer, variant: Arm, pair_s: float = SLOW_S, module: Any = None) -> Timer:
    send(worker, {VARIANT: variant, BASE: base}, PIXELS, module or sys.modules[__name__])
    return Timer({VARIANT: worker, BASE: worker}, pair_s)


def test_seconds_of_both_arms_come_back(worker: ForkServer) -> None:
    timer = timed(worker, dense(), FAST_S)
    turn = timer.turn()
    assert 1 < len(turn.variant_s) == len(turn.base_s) <= timer.plan.pairs
    assert all(0 < seconds < 60 for seconds in (*turn.variant_s, *turn.base_s))
    single = timed(worker, dense()).turn()
    assert len(single.variant_s) == len(single.base_s) == 1


def test_every_turn_is_a_fresh_process(worker: ForkServer, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    timer = timed(worker, Noting(log).train())
    for _ in range(3):
        timer.turn()
    pids, counts, threads, training = zip(
        *(line.split() for line in log.read_text().splitlines()), strict=True
    )
    assert len({*pids, str(os.getpid())}) == 4
    assert counts == ("1", "1", "1")
    assert set(threads) == {str(torch.get_num_threads())}
    assert set(training) == {"False"}


class Loading:
    """Writes a line where it is unpickled: the process."""

    def __init__(self, log: Path) -> None:
        self.__setstate__({"log": str(log)})

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        with Path(self.log).open("a") as file:
            file.write(f"{os.getpid()}\n")

    def __deepcopy__(self, memo: dict[int, Any]) -> Loading:
        return self

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.flatten(1)


class Asking(nn.Module):
    """Fails where asking torch for CUDA would begin to use it."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        assert os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] == "1"
        return pixels.flatten(1)


class Building(nn.Module):
    """Takes long at its first call in a process."""

    def __init__(self) -> None:
        super().__init__()
        self.is_built = False

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        if not self.is_built:
            time.sleep(0.5)
        self.is_built = True
        return pixels.flatten(1)


@pytest.mark.parametrize("pair_s", [FAST_S, SLOW_S])
def test_a_first_call_that_builds_is_not_timed(worker: ForkServer, pair_s: float) -> None:
    send(worker, {VARIANT: Building(), BASE: base}, PIXELS, sys.modules[__name__])
    workers = {VARIANT: worker, BASE: worker}
    assert max(Timer(workers, pair_s, builds=True).turn().variant_s) < 0.4
    assert max(Timer(workers, SLOW_S).turn().variant_s) > 0.4


def test_arms_of_a_device_are_loaded_by_the_process_that_calls_them(
    worker: ForkServer, tmp_path: Path
) -> None:
    log, file = tmp_path / "calls", tmp_path / "arms"
    pack(file, {VARIANT: Loading(log), BASE: base}, PIXELS, sys.modules[__name__])
    # The CPU by its number: where what is not "cpu" goes, on any machine.
    load(worker, file, torch.device("cpu:0"))
    file.unlink()
    before = len(log.read_text().splitlines())
    timer = Timer({VARIANT: worker, BASE: worker}, SLOW_S)
    turns = [timer.turn() for _ in range(2)]
    assert all(len(turn.variant_s) == len(turn.base_s) == 1 for turn in turns)
    pids = log.read_text().splitlines()[before:]
    assert len({*pids, str(os.getpid())}) == 3, "a process a turn, neither the server nor this one"


def test_a_server_may_be_asked_for_cuda_and_forked_all_the_same(worker: ForkServer) -> None:
    send(worker, {VARIANT: Asking(), BASE: base}, PIXELS, sys.modules[__name__])
    assert Timer({VARIANT: worker, BASE: worker}, SLOW_S).turn().variant_s


def test_one_process_makes_all_calls_of_a_turn(worker: ForkServer, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    timer = timed(worker, Noting(log), FAST_S)
    turn = timer.turn()
    lines = [line.split() for line in log.read_text().splitlines()]
    assert len({line[0] for line in lines}) == 1
    assert [int(line[1]) for line in lines] == list(range(1, len(lines) + 1))
    # Before each that counts one wakes what rested; those beyond have warmed up.
    assert 0 <= len(lines) - 2 * len(turn.variant_s) <= timer.plan.warmup


@pytest.mark.parametrize(
    ("given_s", "pair_s", "longest_s"),
    [(None, 0.01, 30.0), (None, 2.5, 75.0), (20.0, 2.5, 20.0), (0.0, 2.5, 0.0)],
)
def test_calls_of_seconds_are_given_the_time_of_thirty_pairs(
    given_s: float | None, pair_s: float, longest_s: float
) -> None:
    assert confirmation_s(given_s, pair_s) == longest_s


def test_calls_that_are_long_are_not_called_twice(worker: ForkServer, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    turn = timed(worker, Noting(log), SLOW_S).turn()
    assert len(log.read_text().splitlines()) == len(turn.variant_s)


def test_arms_in_two_workers(worker: ForkServer, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    other = ForkServer(paths=tuple(sys.path))
    try:
        for each, arm in ((worker, VARIANT), (other, BASE)):
            send(each, {arm: Noting(log)}, PIXELS, sys.modules[__name__])
        turn = Timer({VARIANT: worker, BASE: other}, FAST_S).turn()
    finally:
        other.close()
    assert len(turn.variant_s) == len(turn.base_s) > 1
    assert len({line.split()[0] for line in log.read_text().splitlines()}) == 2


def test_a_lambda_of_a_module_that_cannot_be_imported(worker: ForkServer) -> None:
    module = types.ModuleType("a_test_that_nobody_can_import")
    exec(
        "import torch\ndef helper(x):\n    return x + 1\narm = lambda pixels: helper(pixels)", module.__dict__
    )
    sys.modules[module.__name__] = module
    try:
        assert timed(worker, module.arm, module=module).turn().variant_s
    finally:
        del sys.modules[module.__name__]


class Locked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


def test_what_cannot_be_sent_is_refused_by_name(worker: ForkServer, tmp_path: Path) -> None:
    with pytest.raises(VidcompressError, match=r"cannot be sent to another process \(.*lock.*\)"):
        timed(worker, Locked())
    with (
        (tmp_path / "held").open("w") as file,
        pytest.raises(VidcompressError, match=r"cannot be sent to another process \(.*file.*\)"),
    ):
        timed(worker, lambda pixels: file.write("") or pixels)
    assert timed(worker, dense()).turn().variant_s


def test_a_module_is_packed_by_value_only_for_a_moment(worker: ForkServer) -> None:
    import cloudpickle

    with pytest.raises(VidcompressError):
        timed(worker, Locked())
    assert __name__ not in cloudpickle.list_registry_pickle_by_value()


def raising(pixels: torch.Tensor) -> torch.Tensor:
    raise ValueError("not this time")


def ending(pixels: torch.Tensor) -> torch.Tensor:
    os._exit(3)


def leaving(pixels: torch.Tensor) -> torch.Tensor:
    sys.exit("enough")


def killed(pixels: torch.Tensor) -> torch.Tensor:
    os.kill(os.getpid(), signal.SIGKILL)
    return pixels


def parent_killing(pixels: torch.Tensor) -> torch.Tensor:
    os.kill(os.getppid(), signal.SIGKILL)
    return pixels


class Unloadable:
    """Pickles, and cannot be unpickled."""

    def __reduce__(self) -> Any:
        return raising, (torch.zeros(1),)

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels


@pytest.mark.parametrize(
    ("arm", "why"),
    [
        (raising, "failed: ValueError: not this time"),
        (ending, "failed: the process ended with status 3"),
        (leaving, "failed: the process ended with status 1"),
        (killed, "failed: the process was killed by SIGKILL"),
        (Unloadable(), "failed: ValueError: not this time"),
    ],
    ids=["raises", "ends", "exits", "is-killed", "does-not-load"],
)
@pytest.mark.parametrize("pair_s", [FAST_S, SLOW_S])
def test_what_fails_there_is_said_and_the_worker_goes_on(
    worker: ForkServer, arm: Arm, why: str, pair_s: float
) -> None:
    with pytest.raises(VidcompressError, match=why):
        timed(worker, arm, pair_s).turn()
    assert not worker.ended
    assert len(timed(worker, dense()).turn().variant_s) == 1


def zero(pixels: torch.Tensor) -> torch.Tensor:
    os._exit(0)


def endless(pixels: torch.Tensor) -> torch.Tensor:
    time.sleep(600)
    return pixels


def raising_in_lines(pixels: torch.Tensor) -> torch.Tensor:
    raise RuntimeError("shapes differ\n" + 1000 * "and a long story\n")


class UncopyableInTime:
    """Copying it ends the process."""

    def __deepcopy__(self, memo: object) -> UncopyableInTime:
        os._exit(5)

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels


FAILURES = {
    "raises": (raising, Failure(Cause.RAISED, "ValueError: not this time", "{arm}")),
    "raises in lines": (raising_in_lines, Failure(Cause.RAISED, "RuntimeError: shapes differ", "{arm}")),
    "ends well": (zero, Failure(Cause.DIED, "ended with status 0", "{arm}")),
    "is killed": (killed, Failure(Cause.DIED, "was killed by SIGKILL", "{arm}")),
    "dies when it is copied": (UncopyableInTime(), Failure(Cause.DIED, "ended with status 5", "{arm}")),
    "does not load": (Unloadable(), Failure(Cause.UNSENDABLE, "ValueError: not this time", "")),
    "is locked": (Locked(), Failure(Cause.UNSENDABLE, "cannot pickle '_thread.lock' object", "")),
}


@pytest.mark.parametrize("arm", [VARIANT, BASE])
@pytest.mark.parametrize("what", FAILURES)
def test_a_failure_says_what_happened_and_to_which_arm(worker: ForkServer, what: str, arm: str) -> None:
    bad, expected = FAILURES[what]

    def turn() -> None:
        send(worker, {VARIANT: base, BASE: base, arm: bad}, PIXELS, sys.modules[__name__])
        Timer({VARIANT: worker, BASE: worker}, FAST_S).turn()

    with pytest.raises(FreshProcessError) as error:
        turn()
    assert error.value.failure == replace(expected, arm=expected.arm.format(arm=arm))
    assert error.value.failure.of_variant == (expected.cause is not Cause.UNSENDABLE and arm == VARIANT)
    assert "\n" not in str(error.value)


def test_a_call_that_hangs_is_given_up_and_the_next_one_is_served(
    worker: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timer, "LEAST_PATIENCE_S", 0.5)
    with pytest.raises(FreshProcessError, match=r"failed: the process gave no answer within 1 s$") as error:
        timed(worker, endless, pair_s=1e-3).turn()
    assert error.value.failure == Failure(Cause.HUNG, "gave no answer within 1 s", VARIANT)
    assert not error.value.failure.of_variant
    assert not worker.ended
    assert timed(worker, dense()).turn().variant_s


def test_a_server_that_hangs_is_given_up() -> None:
    server = ForkServer(paths=tuple(sys.path))
    send(server, {VARIANT: endless}, PIXELS, sys.modules[__name__])
    server.ask({"fork": [VARIANT]})
    with pytest.raises(FreshProcessError, match=r"stopped: the process gave no answer within 0 s$") as error:
        server.ask({"time": [VARIANT]}, patience_s=0.2)
    assert error.value.failure.cause is Cause.HUNG
    assert server.ended


class Forking(nn.Module):
    """Leaves a process running, which holds all that it inherited."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log = str(log)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        pid = os.fork()
        if pid == 0:
            time.sleep(600)
        with Path(self.log).open("a") as file:
            file.write(f"{pid}\n")
        return pixels.flatten(1)


class ForkingAndDying(Forking):
    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        super().forward(pixels)
        os._exit(6)


def left(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()]


@needs_proc
def test_what_a_variant_forks_ends_with_its_turn(worker: ForkServer, tmp_path: Path) -> None:
    timed(worker, Forking(tmp_path / "log")).turn()
    assert gone(left(tmp_path / "log"), patience_s=5)


@needs_proc
def test_a_variant_that_forks_and_dies_is_seen_to_die(worker: ForkServer, tmp_path: Path) -> None:
    with pytest.raises(FreshProcessError, match="ended with status 6"):
        timed(worker, ForkingAndDying(tmp_path / "log")).turn()
    assert gone(left(tmp_path / "log"), patience_s=5)


@needs_proc
@pytest.mark.parametrize("how", ["closed", "killed"])
def test_what_a_variant_forks_ends_with_the_server(tmp_path: Path, how: str) -> None:
    server = ForkServer(paths=tuple(sys.path))
    send(server, {VARIANT: Forking(tmp_path / "log")}, PIXELS, sys.modules[__name__])
    turn = server.ask({"fork": [VARIANT]})["forked"]
    server.ask({"time": [VARIANT]})
    if how == "killed":
        os.kill(server._process.pid, signal.SIGKILL)
        with pytest.raises(FreshProcessError, match="stopped: the process was killed by SIGKILL"):
            server.ask({"exit": True})
    else:
        server.close()
    assert gone([turn, *left(tmp_path / "log")], patience_s=5)


def test_files_of_the_user_s_do_not_stand_in_for_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("copy", "json", "typing", "queue", "select"):
        (tmp_path / f"{name}.py").write_text(f"raise RuntimeError('{name} of somebody')")
    monkeypatch.chdir(tmp_path)
    server = ForkServer(paths=("", str(tmp_path), *sys.path))
    try:
        assert server.ask({"exit": True}) == {"exited": 0}
    finally:
        server.close()


def test_the_next_turn_after_a_failed_one_has_a_fresh_process(worker: ForkServer) -> None:
    timer = timed(worker, raising)
    for _ in range(2):
        with pytest.raises(VidcompressError, match="not this time"):
            timer.turn()


@pytest.mark.parametrize("culprit", [VARIANT, BASE])
def test_when_one_of_two_workers_fails_both_go_on(worker: ForkServer, culprit: str) -> None:
    other = ForkServer(paths=tuple(sys.path))
    try:
        workers = {VARIANT: worker, BASE: other}
        for bad in (culprit, ""):
            for name, each in workers.items():
                arm = raising if name == bad else base
                send(each, {name: arm}, PIXELS, sys.modules[__name__])
            timer = Timer(workers, SLOW_S)
            if bad:
                with pytest.raises(VidcompressError, match="not this time"):
                    timer.turn()
            else:
                assert len(timer.turn().variant_s) == 1
    finally:
        other.close()


def test_a_turn_that_broke_off_leaves_no_process(worker: ForkServer) -> None:
    send(worker, {VARIANT: dense()}, PIXELS)
    first = worker.ask({"fork": [VARIANT]})["forked"]
    second = worker.ask({"fork": [VARIANT]})["forked"]
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    os.kill(second, signal.SIGKILL)  # between two requests, as a system short of memory would
    with pytest.raises(VidcompressError, match="killed by SIGKILL"):
        worker.ask({"time": [VARIANT]})
    assert worker.ask({"exit": True}) == {"exited": -signal.SIGKILL}
    with pytest.raises(VidcompressError, match="no process was forked"):
        worker.ask({"time": [VARIANT]})


def chatty(pixels: torch.Tensor) -> torch.Tensor:
    print('{"seconds": [1, 1]}', flush=True)
    os.write(1, b'{"error": "not one"}\n')
    assert sys.stdin.read() == ""
    return pixels


def test_what_a_model_prints_is_no_answer(worker: ForkServer) -> None:
    assert len(timed(worker, chatty).turn().variant_s) == 1


def test_a_worker_that_died_says_so_and_never_hangs() -> None:
    worker = ForkServer(paths=tuple(sys.path))
    send(worker, {VARIANT: parent_killing}, PIXELS, sys.modules[__name__])
    worker.ask({"fork": [VARIANT]})
    for _ in range(2):
        with pytest.raises(FreshProcessError, match=r"stopped: the process was killed by SIGKILL$") as error:
            worker.ask({"time": [VARIANT]})
        assert error.value.failure == Failure(Cause.DIED, "was killed by SIGKILL")
    assert worker.ended
    worker.close()


def test_a_worker_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('this is not torch')")
    worker = ForkServer(paths=(str(tmp_path), *sys.path))
    with pytest.raises(
        VidcompressError, match=r"stopped: the process ended with status 1 \(ImportError: this is not torch\)"
    ):
        worker.ask({"exit": True})


def test_turns_go_on_until_enough_or_the_time_is_out(worker: ForkServer) -> None:
    asked: list[int] = []
    told: list[int] = []

    def stop(seen: Confirmation) -> bool:
        asked.append(len(seen.turns))
        return len(asked) == 2

    timer = timed(worker, dense(), FAST_S)
    seen = time_turns(timer, 600, stop, lambda what, done, total: told.append(done))
    # Asked after whole blocks only.
    assert asked == [timer.plan.turns_per_block, 2 * timer.plan.turns_per_block]
    assert len(seen.turns) == len(seen.spent) == len(told) == asked[-1]
    assert list(seen.spent) == sorted(seen.spent)
    assert seen.spent[-1] < 1

    without_time = time_turns(timer, 0, stop)
    assert (len(without_time.turns), without_time.spent) == (1, (1.0,))
