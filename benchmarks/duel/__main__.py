"""Measures everybody, alternated in one run: latency, bytes, agreement, and accuracy on the pocket models.

    pip install '.[openvino,onnxruntime]' nncf torchao
    python -m benchmarks.duel                   full-size geometry for time and bytes, pocket models for accuracy
    python -m benchmarks.duel --model pocket:videomae --only "torch fp32" --only "ours: fuse"

Writes benchmarks/duel/results.json, an entry a model; nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from scipy.stats import bootstrap

from benchmarks.duel.contender import Contender
from benchmarks.duel.peers import PEERS
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.sample import calibration
from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint, random_model
from pytest_vidcompress.models.model import Model

RESULTS = Path(__file__).parent / "results.json"
MODELS = ("timesformer", "videomae", "pocket:timesformer", "pocket:videomae")
REST_S = 0.03
"""Between two calls: the threads of the one before spin on for some milliseconds."""
SHORT_S = 0.05
"""Calls up to this are woken by one that does not count: their threads sleep after the rest."""
PACKAGES = ("torch", "transformers", "torchao", "onnxruntime", "openvino", "nncf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", action="append", choices=MODELS)
    parser.add_argument("--only", action="append", choices=PEERS, metavar="PEER", help="a row, by its name")
    parser.add_argument("--rounds", type=int, default=0, help="of one call of each (15; 60 of pocket models)")
    parser.add_argument("--calibration", type=int, default=32)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    chosen = [name for name in PEERS if name in (arguments.only or PEERS)]
    for name in arguments.model or MODELS:
        found = duel(name, chosen, arguments.rounds, arguments.calibration)
        known = json.loads(arguments.results.read_text()) if arguments.results.exists() else {}
        known[name] = found
        arguments.results.write_text(json.dumps(known, indent=1) + "\n")


def duel(name: str, chosen: list[str], rounds: int, number: int) -> dict:
    small = name.startswith("pocket:")
    model = loaded(name)
    packaged = pocket()
    ids = {label: model.labels.index(label) for label in packaged.labels}
    clips = Clips(calibration(packaged, packaged.clips, number, 0), packaged.labels, ids, model.profile)
    built, failed = contenders(name, chosen, model, clips)
    pixels = next(iter(clips.batches(1)))[0][:1]
    times = timed(built, pixels, rounds or (60 if small else 15))
    test = Clips(packaged.clips if small else packaged.clips[:64:8], packaged.labels, ids, model.profile)
    accuracies = predicted(built, test)
    first = chosen[0]
    rows = {}
    for peer, made in built.items():
        row = {
            **ratio(times[peer], times[first]),
            "seconds": [round(s, 5) for s in times[peer]],
            "size_bytes": made.size_bytes,
            "size_ratio": round(made.size_bytes / built[first].size_bytes, 4),
            **accuracies[peer],
        }
        if not small:
            row.pop("top1")  # of random weights
        rows[peer] = row
        print(f"{name}: {peer}: { ({k: v for k, v in row.items() if k != 'seconds'}) }", flush=True)
    versions = {package: installed for package in PACKAGES if (installed := _version(package))}
    return {
        "machine": machine(f"torch{torch.__version__}").facts(),
        "versions": versions,
        "clips": len(test),
        "calibration": number,
        "free": fastest_free(times),
        "peers": rows,
        "failed": failed,
    }


def contenders(
    name: str, chosen: list[str], model: Model, clips: Clips
) -> tuple[dict[str, Contender], dict[str, str]]:
    """Those that could be built and called once; and of the others, why not."""
    built: dict[str, Contender] = {}
    failed: dict[str, str] = {}
    for peer in chosen:
        started = time.monotonic()
        try:
            made = PEERS[peer].build(model, clips)
            with torch.inference_mode():
                made.run(next(iter(clips.batches(1)))[0][:1])
            built[peer] = made
        except Exception as error:
            failed[peer] = f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:200]}"
        said = failed.get(peer, f"{time.monotonic() - started:.0f} s")
        print(f"{name}: built {peer}: {said}", flush=True)
    return built, failed


def fastest_free(times: dict[str, list[float]]) -> str:
    """The one among those that cost a user one line; what every other is held against besides fp32."""
    free = [name for name in times if PEERS[name].is_free]
    return min(free, key=lambda name: statistics.median(times[name])) if free else ""


def ratio(times: list[float], others: list[float]) -> dict[str, Any]:
    """Median of the ratios within a round, with its bootstrap interval of 95 %."""
    logs = [math.log(a / b) for a, b in zip(times, others, strict=True)]
    interval = bootstrap(
        (logs,), statistics.median, n_resamples=2000, vectorized=False, rng=0, method="percentile"
    )
    return {
        "latency_ratio": round(math.exp(statistics.median(logs)), 4),
        "interval": [round(math.exp(x), 4) for x in interval.confidence_interval],
    }


def loaded(name: str) -> Model:
    family = CATALOG[name.removeprefix("pocket:")]
    if name.startswith("pocket:"):
        return Model(name, *load_checkpoint(family.pocket))
    # Full-size geometry; there is no data for its labels here, so the labels are those of the clips.
    module, profile, labels = random_model(family, None, pocket().labels)
    return Model(name, module, replace(profile, rate=1), labels, weights="random")


def timed(built: dict[str, Contender], pixels: torch.Tensor, rounds: int) -> dict[str, list[float]]:
    """Seconds of one call of each in every round, in an order that changes from round to round."""
    order, chance = list(built), random.Random(0)
    times: dict[str, list[float]] = {name: [] for name in built}
    last_s: dict[str, float] = {}
    with machine_to_ourselves(), torch.inference_mode():
        for turn in range(rounds + 2):
            chance.shuffle(order)
            for name in order:
                time.sleep(REST_S)
                if last_s.get(name, math.inf) < SHORT_S:
                    built[name].run(pixels)
                started = time.perf_counter()
                built[name].run(pixels)
                last_s[name] = took = time.perf_counter() - started
                if turn >= 2:
                    times[name].append(took)
    return times


@torch.inference_mode()
def predicted(built: dict[str, Contender], clips: Clips) -> dict[str, dict]:
    """Top-1, agreement with the first, and the relative error of its logits."""
    logits: dict[str, list[torch.Tensor]] = {name: [] for name in built}
    answers: list[int] = []
    for pixels, labels in clips.batches(1):
        answers += labels.tolist()
        for name, made in built.items():
            logits[name].append(made.run(pixels).clone())
    together = {name: torch.cat(rows) for name, rows in logits.items()}
    first = next(iter(together.values()))
    right = torch.tensor(answers)
    return {
        name: {
            "top1": round(float((rows.argmax(-1) == right).float().mean()), 4),
            "agreement": round(float((rows.argmax(-1) == first.argmax(-1)).float().mean()), 4),
            "logit_error": round(float((rows - first).norm() / first.norm()), 6),
        }
        for name, rows in together.items()
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
