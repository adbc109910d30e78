"""Run files of as many variants and clips as wanted, made without measuring."""

from __future__ import annotations

import math
from random import Random
from typing import Any

LABELS = tuple(f"class {chr(97 + place % 26)}{place // 26}" for place in range(40))
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAQCAIAAAD4YuoOAAAAHUlEQVR42mNgGAWjYBSMglEwCkbBKBgFo2AUDF8AAAYQAAG0"
    "cCkWAAAAAElFTkSuQmCC"
)
THUMBNAIL = f"data:image/png;base64,{PIXEL}"
KINDS = ("linear", "attention matmul", "softmax", "normalization", "activation", "copy", "outside operators")


def made_run(variants: int = 8, clips: int = 200, seed: int = 0, **run: Any) -> dict[str, Any]:
    """A document of schema 2; the same for the same numbers. The last variant fails.

    Args:
        run: what is said of the run beside what it has.
    """
    random = Random(seed)
    measurements = [_measurement(place, variants, clips, random) for place in range(variants)]
    return {
        "schema": 2,
        "run": {
            "began": "2026-11-27T19:30:00+00:00",
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "dirty": False,
            "command": ["pytest", "benchmarks", "--vc-model=timesformer"],
            "exit": "failed",
            "closing": f"{variants} variants: 1 failed",
            "about": f"clips: pocket, {clips} of 640",
            "environment": {"python": "3.11.9", "torch": "2.13.0", "os": "Linux x86_64", "threads": "2"},
            **run,
        },
        "measurements": measurements,
        "grids": [],
        "targets": [],
        "sensitivities": [_sensitivity(random)],
        "skipped": [
            {"clip": "zz", "label": "class a0", "kind": "truncated", "reason": "cut off", "file": "v/zz.mp4"}
        ],
    }


def _measurement(place: int, variants: int, clips: int, random: Random) -> dict[str, Any]:
    strength = (place + 1) / variants
    lost = int(clips * 0.12 * strength**2)
    gained = int(clips * 0.02 * random.random())
    drop, reach = (lost - gained) / clips, 1.4 / math.sqrt(clips)
    ratio = 1.05 - 0.75 * strength + 0.2 * random.random()
    size = 12_000_000 * (1 - 0.8 * strength * random.uniform(0.6, 1))
    latency, failed = 0.05 * ratio, place == variants - 1
    calls = [0.05 * ratio * random.lognormvariate(0, 0.05) for _ in range(60)]
    return {
        "name": f"variant-{place}" if place else "fuse",
        "model": "timesformer",
        "test": f"benchmarks/test_made.py::test_holds[{place}]",
        "recipe": f"prune-global:amount=0.{place}" if place else "fuse",
        "machine": "a-computer",
        "machine_class": "a-computer-torch",
        "made_with": {"weights": "trained", "clips": "pocket", "calibration": 64},
        "accuracy_kind": "top1",
        "clips": clips,
        "top1": 0.9 - drop,
        "top1_drop": drop,
        "top1_drop_interval": [drop - reach, drop + reach],
        "agreement": 1 - (lost + gained) / clips,
        "latency": latency,
        "latency_interval": [latency * 0.98, latency * 1.02],
        "latency_ratio": ratio,
        "latency_ratio_interval": [ratio * 0.97, ratio * 1.03],
        "latency_p90": latency * 1.1,
        "size_bytes": int(size),
        "size_ratio": size / 12_000_000,
        "macs": int(1.5e9 * (1 - 0.4 * strength)),
        "macs_ratio": 1 - 0.4 * strength,
        "sparsity": 0.2 * strength,
        "macs_int8": 0.7 if place % 3 == 1 else 0.0,
        "weights_int8": 0.9 if place % 3 == 1 else 0.0,
        "calls": {"variant": calls, "reference": [0.05 * random.lognormvariate(0, 0.04) for _ in range(60)]},
        "start": _start(ratio),
        "hotspots": _hotspots(ratio, random),
        "reference_hotspots": _hotspots(1.0, Random(1)),
        "verdict": "failed" if failed else "passed",
        "verdicts": _verdicts(drop, ratio, size, failed),
        "classes": _classes(clips, lost, gained, random),
        "confusions": [{"label": LABELS[0], "taken_for": LABELS[1], "reference": 0, "variant": 2}],
        "flips": [_flip(number, number < lost) for number in range(min(lost + gained, 6))],
        "layers": [
            {
                "name": f"encoder.layer.{layer}.mlp",
                "sparsity": 0.2 * strength * layer / 3 if layer else None,
                "precision": "int8" if place % 3 == 1 and layer else "float32",
                "macs": 1e7,
            }
            for layer in range(6)
        ],
        "learning": [_curve(place)] if place % 4 == 2 else [],
    }


def _verdicts(drop: float, ratio: float, size: float, failed: bool) -> list[dict[str, Any]]:
    def verdict(metric: str, measured: float, stored: float | None, **more: Any) -> dict[str, Any]:
        said = {"metric": metric, "status": "passed", "measured": measured, "stored": stored, "limit": None}
        return {**said, "rule": "baseline", "why": "as stored", "evidence": "640 clips", **more}

    worse = {"status": "failed", "why": "lost more than chance explains"} if failed else {}
    return [
        verdict("top1", 0.9 - drop, 0.9 - drop * 0.7, interval=[0.86 - drop, 0.93 - drop], **worse),
        verdict("latency_ratio", ratio, ratio * 1.04, sensitivity="could have seen +3.1 %"),
        verdict("size_bytes", size, size * 1.01),
        verdict("top1_drop", drop, None, limit=0.05, rule="budget"),
        verdict("latency_ratio", ratio, None, limit=1.0, rule="budget"),
    ]


def _classes(clips: int, lost: int, gained: int, random: Random) -> list[dict[str, Any]]:
    of_class = max(1, clips // len(LABELS))
    losses, gains = [0] * len(LABELS), [0] * len(LABELS)
    for _ in range(lost):
        losses[random.randrange(len(LABELS))] += 1
    for _ in range(gained):
        gains[random.randrange(len(LABELS))] += 1
    return [
        {
            "label": label,
            "clips": of_class,
            "reference_right": of_class,
            "right": max(0, of_class - losses[place] + gains[place]),
            "lost": losses[place],
            "gained": gains[place],
            "p": 1.0,
        }
        for place, label in enumerate(LABELS)
    ]


def _flip(number: int, lost: bool) -> dict[str, Any]:
    label, other = LABELS[number % len(LABELS)], LABELS[(number + 1) % len(LABELS)]
    return {
        "clip": f"clip{number}",
        "label": label,
        "reference": label if lost else other,
        "variant": other if lost else label,
        "gained": not lost,
        "file": f"videos/clip{number}.mp4",
        "thumbnails": [THUMBNAIL],
        "playable": f"videos/clip {number}.mp4" if number == 0 else "",
    }


def _start(ratio: float) -> dict[str, Any]:
    def arm(times: float) -> dict[str, float]:
        parts = {"load_s": 0.3 * times, "prepare_s": 0.1, "first_call_s": 0.2 * times}
        return {
            **parts,
            "total_s": sum(parts.values()),
            "peak_resident_bytes": 4e8,
            "own_resident_bytes": 5e7,
        }

    return {**arm(ratio), "reference": arm(1.0), "pairs": 16, "log_ratios": [math.log(ratio)] * 16}


def _hotspots(ratio: float, random: Random) -> dict[str, Any]:
    def spot(name: str, kind: str, seconds: float) -> dict[str, Any]:
        return {
            "name": name,
            "kind": kind,
            "calls": 12,
            "self_s": seconds,
            "total_s": seconds,
            "share": 0.1,
            "kernel": "",
        }

    seconds = [0.05 * ratio * random.uniform(0.5, 1) / len(KINDS) for _ in KINDS]
    return {
        "seconds": sum(seconds),
        "runs": 5,
        "source": "torch",
        "note": "",
        "integer_share": None,
        "kinds": [spot(kind, kind, each) for kind, each in zip(KINDS, seconds, strict=True)],
        "operators": [spot(f"aten::{kind}", kind, each) for kind, each in zip(KINDS, seconds, strict=True)],
        "modules": [
            spot(f"encoder.{place}", "Attention" if place % 2 else "Linear", each)
            for place, each in enumerate(seconds)
        ],
    }


def _sensitivity(random: Random) -> dict[str, Any]:
    parts = [
        {
            "block": block,
            "axis": axis,
            "kl": 0.1 * random.random() / (block + 1),
            "agreement": 0.9,
            "macs_share": 0.05,
            "time_share": 0.06,
        }
        for block in range(4)
        for axis in ("heads", "mlp")
    ]
    return {"model": "timesformer", "clips": 64, "parts": parts}


def _curve(place: int) -> dict[str, Any]:
    points = [
        {"step": 10 * step, "loss": 2.0 / step + 0.1 * place, "seconds": 3.0 * step} for step in range(1, 20)
    ]
    return {"name": "finetune", "batch": 16, "points": points}
