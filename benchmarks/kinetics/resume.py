"""Full-size VideoMAE on real Kinetics clips under 5x3 views, killed twice and resumed: the logits of a quiet run?

    python -m benchmarks.kinetics.resume FOLDER         a Kinetics folder of a few clips; minutes a clip

A pytest run as a user types it, random weights, one variant. The killed runs and the quiet one have a cache each;
the merged logits of every measurement are compared bit for bit. Writes benchmarks/kinetics/resume.json.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

RESULT = Path(__file__).with_suffix(".json")
TEST = """
import pytest

@pytest.mark.vc_variants("prune-global")
def test_it(vc_variant, vc_measure):
    vc_measure(vc_variant)
"""
CONFTEST = """
import hashlib, os
from pathlib import Path
from pytest_vidcompress.measure import measurement
from pytest_vidcompress.measure.accuracy import predict

logits_of, predicted = predict.logits_of, measurement.predict
folder = Path(os.environ["NOTES"])

def counted(target, pixels):
    with (folder / "calls").open("a") as file:
        content = hashlib.sha256(pixels.contiguous().numpy().tobytes()).hexdigest()
        weights = hashlib.sha256(next(p for n, p in target.named_parameters() if "dense" in n).numpy().tobytes())
        print(os.getpid(), weights.hexdigest()[:8], content, file=file)
    return logits_of(target, pixels)

def noted(*arguments, **named):
    logits, ids = predicted(*arguments, **named)
    with (folder / "logits").open("a") as file:
        print(hashlib.sha256(logits.numpy().tobytes()).hexdigest(), *logits.shape, file=file)
    return logits, ids

predict.logits_of, measurement.predict = counted, noted
"""
"""Notes every view that a model is shown, and the merged logits of every measurement."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--views", default="5x3")
    parser.add_argument("--sample", type=int, help="clips; all of the folder, or 1000 of them, unless given")
    parser.add_argument(
        "--kills", type=float, nargs="*", default=(0.3, 0.75), help="shares of all predictions"
    )
    parser.add_argument("--write", type=Path, default=RESULT)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        quiet, killed = (Arm(Path(folder) / name, arguments) for name in ("quiet", "killed"))
        quiet.run()
        every = len(quiet.calls)
        for share in arguments.kills:
            killed.run(kill_at=round(share * every))
        last = killed.run()
        finished = _finished(killed.calls)
        result = {
            "clips": quiet.logits[0].split()[1],
            "views": arguments.views,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "predictions": every,
            "kills_after": [round(share * every) for share in arguments.kills],
            "logits_bit_identical": quiet.logits == killed.logits[-len(quiet.logits) :],
            "computed": len(killed.calls),
            "finished_and_computed_again": len(finished) - len(set(finished)),
            "under_way_when_killed": len(killed.calls) - len(finished),
            "quiet_s": round(quiet.seconds[0]),
            "killed_s": [round(seconds) for seconds in killed.seconds],
            "said": [line for line in last.splitlines() if "resumed" in line or "no-vc-resume" in line],
        }
    print(json.dumps(result, indent=2))
    arguments.write.write_text(json.dumps(result, indent=2) + "\n")
    if not result["logits_bit_identical"] or result["finished_and_computed_again"]:
        raise SystemExit("resuming changed something")


class Arm:
    """A project with a cache of its own, run again and again."""

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        self.folder = folder
        self.seconds: list[float] = []
        self._arguments = arguments
        folder.mkdir()
        (folder / "test_it.py").write_text(TEST)
        (folder / "conftest.py").write_text(CONFTEST)

    @property
    def calls(self) -> list[str]:
        return self._lines("calls")

    @property
    def logits(self) -> list[str]:
        return self._lines("logits")

    def run(self, kill_at: int = 0) -> str:
        """One run; killed when there are so many predictions, unless that is 0. What it printed."""
        options = [
            *("--vc-model=videomae", "--vc-weights=random", f"--vc-clips={self._arguments.clips.resolve()}"),
            *(f"--vc-views={self._arguments.views}",),
            *([f"--vc-sample={self._arguments.sample}"] if self._arguments.sample else []),
            *("--vc-cache=cache", "--benchmark-disable", "--rootdir=."),
            *("-pno:cacheprovider", "-q"),
        ]
        began = time.monotonic()
        with (self.folder / "output").open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *options],
                cwd=self.folder,
                env={**os.environ, "NOTES": str(self.folder)},
                stdout=output,
                stderr=output,
            )
            while process.poll() is None:
                if kill_at and len(self.calls) >= kill_at:
                    process.send_signal(signal.SIGKILL)
                time.sleep(0.05)
        self.seconds.append(time.monotonic() - began)
        said = (self.folder / "output").read_text()
        if process.returncode != (-signal.SIGKILL if kill_at else 0):
            raise SystemExit(said[-3000:])
        print(f"{self.folder.name}: {len(self.calls)} predictions in {self.seconds[-1]:.0f} s", flush=True)
        return said

    def _lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []


def _finished(calls: list[str]) -> list[str]:
    """The views that were predicted to the end: all but the last one of each killed process."""
    last = {line.split()[0]: place for place, line in enumerate(calls)}
    ended = set(last.values()) - {len(calls) - 1}
    return [line.split(maxsplit=1)[1] for place, line in enumerate(calls) if place not in ended]


if __name__ == "__main__":
    main()
