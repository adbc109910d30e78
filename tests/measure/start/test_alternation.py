"""Real cold starts of small things: their order, their parts, and what is said of one that fails."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.latency.blocks import BASE, VARIANT, Confirmation
from pytest_vidcompress.measure.latency.failure import Cause, Failure
from pytest_vidcompress.measure.latency.fresh_process import ForkServer
from pytest_vidcompress.measure.start import alternation
from pytest_vidcompress.measure.start.alternation import SERVER, failed, start_in_turns
from pytest_vidcompress.measure.start.cold_start import Start
from pytest_vidcompress.measure.start.package import Package, pack, package
from pytest_vidcompress.measure.start.start_server import _Server
from pytest_vidcompress.measure.subject import Subject

HERE = sys.modules[__name__]
PIXELS = torch.zeros(1, 2, 3, 8, 8)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[ForkServer]:
    server = ForkServer(paths=tuple(sys.path), module=SERVER)
    given = tmp_path_factory.mktemp("given") / "file"
    pack(given, PIXELS, {}, {}, [HERE])
    server.ask({"given": str(given)})
    yield server
    server.close()


def packed(folder: Path, what: Any) -> Package:
    return package(Subject.of(what), folder, [HERE])


def never(_: Confirmation) -> bool:
    return False


def started(
    server: ForkServer,
    folder: Path,
    variant: Any,
    pairs: int = 2,
    stop: Callable[[Confirmation], bool] = never,
) -> Start:
    arms = {VARIANT: packed(folder / "variant", variant), BASE: packed(folder / "base", answering)}
    return start_in_turns(server, arms, pairs, stop)


def answering(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.flatten(1)


class Noting(nn.Module):
    """Writes a line a call: its process, its parent, and how many threads it has and computes with."""

    def __init__(self, log: Path, slow_s: float = 0.0) -> None:
        super().__init__()
        self.log, self.slow_s = str(log), slow_s

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        time.sleep(self.slow_s)
        with Path(self.log).open("a") as file:
            file.write(f"{os.getpid()} {os.getppid()} {torch.get_num_threads()} {self.training}\n")
        return pixels.flatten(1)


def test_every_start_is_a_process_of_its_own_and_answers_once(server: ForkServer, tmp_path: Path) -> None:
    start = started(server, tmp_path, Noting(tmp_path / "log", slow_s=0.05))
    lines = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert len({pid for pid, *_ in lines}) == len(lines) == 3, "one that does not count, and two that do"
    assert {(parent, *rest) for _, parent, *rest in lines} == {
        (lines[0][1], str(torch.get_num_threads()), "False")
    }
    assert (len(start.variant), len(start.reference), start.crash, start.absent) == (2, 2, "", "")
    assert all(each.first_call_s > 0.05 and each.load_s > 0 for each in start.variant)


def test_what_starts_slowly_says_in_which_part(server: ForkServer, tmp_path: Path) -> None:
    start = started(server, tmp_path, Noting(tmp_path / "log", slow_s=0.3))
    assert start.ratio is not None
    assert start.ratio > 2
    assert start.shares[2] > 0.5 * sum(start.shares)


class Importing(nn.Module):
    """Writes a line when it is loaded, and whether a module that it imports was there already."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log = str(log)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        there = RARE in sys.modules
        import_module(RARE)
        with Path(self.log).open("a") as file:
            file.write(f"{there}\n")

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.flatten(1)


RARE = "turtledemo"
"""A module that nobody else imports."""


@pytest.mark.parametrize(("device", "imports_there"), [("cpu", True), ("cpu:0", False)])
def test_the_process_that_others_are_forked_from_imports_for_the_cpu_alone(
    tmp_path: Path, device: str, imports_there: bool
) -> None:
    # The CPU by its number stands for a device: an import may begin to use one, which no fork survives.
    server = _Server()
    torch.save({"pixels": PIXELS, "device": device}, tmp_path / "given")
    server.serve({"given": str(tmp_path / "given")})
    arm = packed(tmp_path / "arm", Importing(tmp_path / "log")).as_json()
    (tmp_path / "log").unlink(missing_ok=True)
    sys.modules.pop(RARE, None)
    first = server.serve({"start": arm, "arm": VARIANT})
    assert "error" not in first
    assert RARE in first["modules"]
    server.serve({"import": [RARE]})
    assert (RARE in sys.modules) is imports_there
    assert "load_s" in server.serve({"start": arm, "arm": VARIANT})
    assert (tmp_path / "log").read_text().split() == ["False", "True"], "it is there before the clock runs"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says it")
def test_the_memory_of_a_start_is_its_own(server: ForkServer, tmp_path: Path) -> None:
    weights = 24 << 20
    start = started(server, tmp_path, Big(weights))
    for big, small in zip(start.variant, start.reference, strict=True):
        assert big.own_bytes is not None
        assert small.own_bytes is not None
        # What is read from disk is there twice for a moment.
        assert 0.9 * 4 * weights < big.own_bytes - small.own_bytes < 2.5 * 4 * weights
        assert big.imported_bytes == small.imported_bytes


class Big(nn.Module):
    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(numbers))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels * self.weight[:1]


def test_they_end_when_enough_is_said_and_orders_are_balanced(server: ForkServer, tmp_path: Path) -> None:
    asked: list[int] = []

    def enough(seen: Confirmation) -> bool:
        asked.append(len(seen.turns))
        return len(asked) == 2

    start = started(server, tmp_path, answering, pairs=6, stop=enough)
    assert (asked, len(start.variant), start.confirmation.spent) == ([2, 4], 4, (1 / 6, 2 / 6, 3 / 6, 4 / 6))


def raising(pixels: torch.Tensor) -> torch.Tensor:
    raise OSError("no such camera")


def dying(pixels: torch.Tensor) -> torch.Tensor:
    os.kill(os.getpid(), signal.SIGKILL)
    return pixels


@pytest.mark.parametrize(
    ("variant", "how"), [(raising, "OSError: no such camera"), (dying, "was killed by SIGKILL")]
)
def test_a_variant_that_fails_in_starting_is_a_crash(
    server: ForkServer, tmp_path: Path, variant: Any, how: str
) -> None:
    start = started(server, tmp_path, variant)
    assert (start.crash, start.ratio) == (how, None)
    assert started(server, tmp_path / "again", answering).crash == "", "the server goes on"


def hanging(pixels: torch.Tensor) -> torch.Tensor:
    time.sleep(60)
    return pixels


def test_a_start_that_never_ends_is_given_up(
    server: ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alternation, "PATIENCE_S", 1.0)
    assert started(server, tmp_path, hanging).crash == "gave no answer within 1 s"


def test_a_reference_that_fails_is_not_the_variant_s_fault() -> None:
    start = failed(Failure(Cause.DIED, "was killed by SIGSEGV", BASE))
    assert (start.crash, start.absent) == ("", "its reference does not start: was killed by SIGSEGV")
