"""What fewer frames save from a clip's file to the answer: packaged models in turns with variants that look at fewer.

    python -m benchmarks.frames.answer [MODEL]             writes answer.json beside it; nothing else should run

Time does not depend on what is learned: variants are not trained. Each of several processes takes its rounds, as
`--vc-answer` does, and is one number: the interval is of the processes' log-ratios. Every round is kept, and
`benchmarks.gate.answer_rates` replays them.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median, stdev
from typing import Any

from benchmarks.techniques.rows import Row, add
from pytest_vidcompress.measure.paired_seconds import PairedSeconds

RESULTS = Path(__file__).with_suffix(".json")
TRANSFORMERS, OF_FRAMES = ("timesformer", "videomae"), ("hrnn", "netvlad", "nextvlad")
RECIPES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(TRANSFORMERS, ("fp32", "frames", "frames+fuse", "frames+fuse+int8-static")),
    **dict.fromkeys(OF_FRAMES, ("fp32", "frames:keep=6", "frames:keep=6+int8-static")),
}
"""`frames` alone is half of them; `fp32` is the control, a model beside itself."""


def clip_set(name: str) -> str:
    return "events" if name in OF_FRAMES else "pocket"


def weights(name: str) -> str:
    """Of frame-feature models random ones in the packaged geometry: time is all that is asked."""
    return "random" if name in OF_FRAMES else "trained"


def measured(name: str, recipe: str, rounds: int, threads: int) -> Row:
    """Of one process: this one."""
    import torch

    from pytest_vidcompress.measure.cost.weigh import weigh
    from pytest_vidcompress.measure.from_file.file_alternation import Trial, from_file
    from pytest_vidcompress.measure.from_file.from_file import ANSWER, DECODE, MODEL, clips_per_s
    from pytest_vidcompress.measure.machine import machine
    from pytest_vidcompress.measure.measurement import first_clip
    from pytest_vidcompress.measure.subject import Subject
    from pytest_vidcompress.present.variants.variant_notes import VariantNotes
    from pytest_vidcompress.run.inputs import Inputs
    from pytest_vidcompress.run.options import Options
    from pytest_vidcompress.run.registries import Registries
    from pytest_vidcompress.run.variants.variant_builder import VariantBuilder

    torch.set_num_threads(threads)
    values = {"vc-model": (name,), "vc-clips": clip_set(name), "vc-sample": 16, "vc-weights": weights(name)}
    options, registries = Options(values=values, began=time.time()), Registries.merge([], [], [], [])
    inputs = Inputs(options, registries)
    builder = VariantBuilder(options, registries, inputs, VariantNotes())
    subject = Subject.of(builder.variant(inputs.choices.recipe(recipe), name))
    model, clips = inputs.model(name), inputs.clips(name)
    found = from_file(Trial(subject, model, clips, rounds), _never)
    if found.absent:
        raise SystemExit(f"{name} {recipe}: {found.absent}")
    parts, pixels = (ANSWER, DECODE, MODEL, *found.stages), first_clip(clips)
    own, whole = weigh(subject, pixels), weigh(Subject.of(model.module), pixels)
    return {
        "ratios": {part: _rounded(found.ratio(part)) for part in parts},
        "ms": {part: _rounded(found.seconds(part), 1e3) for part in parts},
        "reference_ms": {part: _rounded(found.reference_seconds(part), 1e3) for part in parts},
        "clips_per_s": _rounded(clips_per_s(found.variant)),
        "reference_clips_per_s": _rounded(clips_per_s(found.reference)),
        "quiet": len(found.pairs().confirmation.quiet),
        "rounds_s": {part: [_line(arm) for arm in _arms(found.pairs(part))] for part in (ANSWER, DECODE)},
        "stage_macs": dict(own.stage_macs),
        "reference_stage_macs": dict(whole.stage_macs),
        "machine": {"threads": threads, **machine(f"torch{torch.__version__}").facts()},
    }


def _never(_: object) -> bool:
    return False


def _arms(pairs: PairedSeconds) -> tuple[Sequence[float], Sequence[float]]:
    return pairs.variant_s, pairs.reference_s


def _line(seconds: Sequence[float]) -> str:
    """One line, however many rounds."""
    return " ".join(f"{each:.5g}" for each in seconds)


def _rounded(value: float | None, scale: float = 1.0) -> float | None:
    return None if value is None else float(f"{scale * value:.5g}")


def row(runs: Sequence[Row], rounds: int) -> Row:
    """Several processes as one: ratios with their 95 % intervals, medians of seconds; and what each process said."""
    first = runs[0]
    ratios = {part: [run["ratios"][part] for run in runs] for part in first["ratios"]}
    together: dict[str, Any] = {
        "ratios": {part: _interval(own) for part, own in ratios.items() if None not in own},
        "processes": {part: own for part, own in ratios.items() if None not in own},
        "rounds": rounds,
        "rounds_s": {part: [run["rounds_s"][part] for run in runs] for part in first["rounds_s"]},
        "quiet": [run["quiet"] for run in runs],
    }
    for name in ("ms", "reference_ms"):
        together[name] = {
            part: _rounded(median(run[name][part] for run in runs))
            for part in first[name]
            if first[name][part] is not None
        }
    for name in ("clips_per_s", "reference_clips_per_s"):
        together[name] = _rounded(median(run[name] for run in runs))
    return together | {name: first[name] for name in ("stage_macs", "reference_stage_macs", "machine")}


def _interval(ratios: Sequence[float]) -> list[float | None]:
    """Geometric mean, and the ends of Student's interval of the logarithms; no ends of a single process."""
    logs = [math.log(each) for each in ratios]
    centre = fmean(logs)
    if len(logs) < 2:
        return [_rounded(math.exp(centre)), None, None]
    from pytest_vidcompress.gate.statistics import student_quantile

    half = student_quantile(0.025, len(logs) - 1) * stdev(logs) / math.sqrt(len(logs))
    return [_rounded(math.exp(each)) for each in (centre, centre - half, centre + half)]


def in_processes(command: Sequence[str], processes: int) -> list[Row]:
    """What a command says in its last line, once a process."""
    found: list[Row] = []
    for _ in range(processes):
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="*", choices=[*RECIPES, []], help="all of them unless given")
    parser.add_argument("--recipe", action="append", help="of these alone")
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    for name in given.models or [*RECIPES]:
        for recipe in given.recipe or RECIPES[name]:
            if given.here:
                print(json.dumps(measured(name, recipe, given.rounds, given.threads)))
                continue
            command = [sys.executable, "-m", "benchmarks.frames.answer", name, "--here", f"--recipe={recipe}"]
            command += [f"--rounds={given.rounds}", f"--threads={given.threads}"]
            made = row(in_processes(command, given.processes), given.rounds)
            print(
                name, recipe, made["ratios"], made["clips_per_s"], made["reference_clips_per_s"], flush=True
            )
            add(RESULTS, name, {recipe: made})


if __name__ == "__main__":
    main()
