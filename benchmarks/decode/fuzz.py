"""Decodes damaged files by the thousand: no crash, no hang, no leak, no exception but the promised one.

    python -m benchmarks.decode.fuzz                     ten thousand rounds, about five minutes
    python -m benchmarks.decode.fuzz --only 4711 F.mp4   writes the file of one round

A round takes a file of the tests' corpus, or a real one where there are some, damages it and decodes it. It
depends on the seed and its number alone. Rounds run in a child process, which is watched: one that dies, works
on a round for more than five seconds of CPU time or is silent for a minute is counted and replaced. What came of
it is written to benchmarks/decode/fuzz.json.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from benchmarks.decode.media import media as real_media
from benchmarks.decode.mutation import mutated
from pytest_vidcompress.clips.crops.sampling import indices
from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.faults import Undecodable

RESULT = Path(__file__).with_suffix(".json")
LIMIT_S = 5.0
_START_S = 60.0
"""For a child's start, in which it makes the corpus."""
_PATIENCE = 12
"""Times the limit of plain silence: on a busy machine a child may not get its turn."""
_MEMORY_BYTES = 6 << 30
"""Address space of a child: more is an exception."""
_WARM = 1000
"""Rounds after which memory is at its level."""
_REAL = 0.15
"""Part of the rounds that takes a real file."""
_REAL_BYTES = 700_000

# Round, what came of it, seconds of CPU time it took, resident bytes after it.
Line = tuple[int, str, float, int]


@dataclass
class Result:
    """What came of the rounds."""

    seed: int
    rounds: int = 0
    outcomes: dict[str, int] = field(default_factory=dict[str, int])
    """Rounds by the kind of fault, or "decoded"."""
    failures: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Rounds that crashed, hung or raised something else."""
    slowest: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    """The ten slowest: round and seconds of CPU time."""
    resident_bytes: dict[int, int] = field(default_factory=dict[int, int])
    """Round -> memory of the child after it."""

    def add(self, line: Line) -> None:
        number, outcome, seconds, resident = line
        self._count(outcome)
        if outcome.startswith("raised"):
            self.failures.append((number, outcome))
        self.slowest = sorted([*self.slowest, (number, round(seconds, 3))], key=lambda pair: -pair[1])[:10]
        if number % (_WARM // 2) == 0:
            self.resident_bytes[number] = resident

    def fail(self, number: int, how: str) -> None:
        self._count(how)
        self.failures.append((number, how))

    def _count(self, outcome: str) -> None:
        self.rounds += 1
        name = outcome.split(":")[0]
        self.outcomes[name] = self.outcomes.get(name, 0) + 1


def sources(folder: Path, media: Path) -> tuple[list[bytes], list[bytes]]:
    """Contents of good files: generated ones, and real ones that are small enough."""
    from tests.clips.decode.corpus import GOOD
    from tests.clips.decode.footage import film, scene

    for case in GOOD:
        case.make(folder / case.name)
    moving = {"x264-params": "bframes=3:b-adapt=0:keyint=12", "threads": "1"}
    for suffix in ("mp4", "mkv", "ts", "avi"):
        film(folder / f"moving.{suffix}", scene(30), options=moving)
    real = [path for path in sorted(media.rglob("*.*")) if path.stat().st_size < _REAL_BYTES]
    generated = [path.read_bytes() for path in sorted(folder.iterdir())]
    return generated, [path.read_bytes() for path in real if path.suffix in {".mp4", ".webm"}]


def damaged(generated: Sequence[bytes], real: Sequence[bytes], seed: int, number: int) -> bytes:
    """The file of a round."""
    dice = Random(f"{seed}/{number}")
    return mutated(dice.choice(real if real and dice.random() < _REAL else generated), dice)


def outcome_of(path: Path, number: int) -> str:
    """Decodes by one of the plans that models have."""
    plans = ((8, 32, "span"), (16, 4, "stride"), (8, 1, "uniform"), (32, 1, "even"))
    frames, rate, sampling = plans[number % len(plans)]
    try:
        decoded = decode(path, lambda count, fps: indices(count, fps, frames, rate, sampling))
    except Undecodable as error:
        return error.kind.value
    except Exception as error:
        return f"raised: {error!r}"
    return "decoded" if decoded.pixels.shape[0] == frames else f"raised: shape {decoded.pixels.shape}"


def _child(lines: Connection, folder: Path, media: Path, seed: int, numbers: range) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(dir=folder) as inputs:
        generated, real = sources(Path(inputs), media)
    lines.send(None)
    path = folder / "damaged.mp4"
    for number in numbers:
        path.write_bytes(damaged(generated, real, seed, number))
        began = time.process_time()
        outcome = outcome_of(path, number)
        lines.send((number, outcome, time.process_time() - began, _resident_bytes()))


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


def run(rounds: int, seed: int, media: Path | None = None, *, talk: bool = False) -> Result:
    """Runs rounds 0 to `rounds - 1`, some of them on the videos in `media`."""
    result, media = Result(seed), media or real_media()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        while result.rounds < rounds:
            ours, theirs = context.Pipe(duplex=False)
            numbers = range(result.rounds, rounds)
            child = context.Process(target=_child, args=(theirs, Path(folder), media, seed, numbers))
            child.start()
            theirs.close()
            _listen(ours, child.pid or 0, result, rounds, talk=talk)
            child.kill()
            child.join()
    return result


def _listen(lines: Connection, pid: int, result: Result, rounds: int, *, talk: bool) -> None:
    """Takes what a child says until it is done or has failed."""
    limit_s = _START_S
    while result.rounds < rounds:
        try:
            if not _speaks(lines, pid, limit_s):
                return result.fail(result.rounds, f"hung: {LIMIT_S:g} s")
            line: Line | None = lines.recv()
        except EOFError:
            return result.fail(result.rounds, "crashed")
        limit_s = LIMIT_S
        if line is None:
            continue
        result.add(line)
        if talk and line[1].startswith("raised"):
            print(*line, flush=True)
        if talk and result.rounds % 250 == 0:
            print(f"{result.rounds} of {rounds}: {result.outcomes}", flush=True)
    return None


def _speaks(lines: Connection, pid: int, limit_s: float) -> bool:
    """Waits for the next line, or for the limit."""
    began = _cpu_s(pid)
    for _ in range(_PATIENCE):
        if lines.poll(limit_s):
            return True
        if _cpu_s(pid) - began > limit_s:
            return False
    return False


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process, threads included (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--media", type=Path, default=real_media(), help="a folder of real videos")
    parser.add_argument("--result", type=Path, default=RESULT)
    parser.add_argument("--only", nargs=2, metavar=("ROUND", "FILE"), help="write the file of one round")
    arguments = parser.parse_args()
    if arguments.only:
        number, file = int(arguments.only[0]), Path(arguments.only[1])
        with tempfile.TemporaryDirectory() as folder:
            file.write_bytes(damaged(*sources(Path(folder), arguments.media), arguments.seed, number))
        print(outcome_of(file, number))
        return
    result = run(arguments.rounds, arguments.seed, arguments.media, talk=True)
    arguments.result.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    print(json.dumps(asdict(result)))
    raise SystemExit(bool(result.failures))


if __name__ == "__main__":
    main()
