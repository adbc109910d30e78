"""Records fresh processes that time a model against an unchanged copy of itself: raw data of the gate's rates.

    python -m benchmarks.gate.record            about 20 minutes; nothing else should run

Writes benchmarks/gate/turns/<regime>-<model>.npz: seconds of every call, `(turns, pairs)` of
`variant` and `base`, NaN where a turn was cut short, and when each turn ended, `ended_s`.
"""

import argparse
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from benchmarks.gate.regimes import REGIMES, regime
from pytest_vidcompress.clips.clip_set import resolve
from pytest_vidcompress.measure.accuracy.predict import logits_of
from pytest_vidcompress.measure.latency.blocks import BASE, MOST_PAIRS, VARIANT
from pytest_vidcompress.measure.latency.fresh_process import ForkServer
from pytest_vidcompress.measure.latency.timer import Timer, send
from pytest_vidcompress.models.load import load

FOLDER = Path(__file__).parent / "turns"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--turns", type=int, default=800)
    parser.add_argument("--regime", action="append", choices=REGIMES)
    parser.add_argument("--model", action="append")
    arguments = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for name in arguments.regime or REGIMES:
        for model in arguments.model or ("timesformer", "videomae"):
            with regime(name):
                record(name, model, arguments.turns)


def record(name: str, model_name: str, turns: int) -> None:
    clips = resolve("pocket", {})
    model = load(model_name, clips.labels, clips.name, "trained", {})
    profile = model.profile
    pixels = torch.randn(1, profile.frames, 3, profile.size, profile.size)
    worker = ForkServer(paths=sys.path)
    send(worker, {VARIANT: model.copy().module, BASE: model.module}, pixels)
    timer = Timer({VARIANT: worker, BASE: worker}, _pair_s(model.module, pixels))
    variant, base, ended = [], [], []
    started = time.monotonic()
    for _ in tqdm(range(turns), desc=f"{name} {model_name}", mininterval=5):
        turn = timer.turn()
        variant.append(_padded(turn.variant_s))
        base.append(_padded(turn.base_s))
        ended.append(time.monotonic() - started)
    worker.close()
    np.savez_compressed(
        FOLDER / f"{name}-{model_name}.npz",
        variant=np.array(variant, np.float32),
        base=np.array(base, np.float32),
        ended_s=np.array(ended, np.float32),
    )


def _padded(seconds: tuple[float, ...]) -> list[float]:
    """A turn that a busy machine cut short, as long as the others."""
    return [*seconds, *[math.nan] * (MOST_PAIRS - len(seconds))]


@torch.inference_mode()
def _pair_s(module: torch.nn.Module, pixels: torch.Tensor) -> float:
    times = []
    # Enough for a moment of quiet to be among them in every regime.
    for _ in range(100):
        started = time.perf_counter()
        logits_of(module, pixels)
        times.append(time.perf_counter() - started)
    return 2 * min(times)


if __name__ == "__main__":
    main()
