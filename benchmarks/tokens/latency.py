"""What fewer tokens save in time at full size: random weights, one thread, calls in turns.

    python -m benchmarks.tokens.latency --build FOLDER [MODEL ...]     makes the artefacts that FOLDER lacks
    python -m benchmarks.tokens.latency FOLDER [MODEL ...]             times what latency.json beside it lacks

Groups of recipes are timed in the order of `groups`, in the same rounds as the recipe that loses no tokens, and
written when they are over: `latency_ratio` is of the calls of that one. Time does not depend on the weights. That of
run-length depends on the clip: it is not among them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.duel.__main__ import loaded, timed
from benchmarks.techniques.in_turns import THREADS, calibration, contender, place_of, timing
from benchmarks.techniques.recipes import MODELS, parsed
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.artefacts.manifest import FILE
from pytest_vidcompress.artefacts.variant import prepared
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable

RESULTS = Path(__file__).with_suffix(".json")
ONCE = "merge-tokens:schedule=once"
HALF = (ONCE, "merge-tokens", "drop-tokens:schedule=once")
"""Half of the tokens, in the mean of the blocks; the last is the control of the first."""
BETWEEN = ("merge-tokens:schedule=decreasing", "merge-tokens:schedule=stages")
"""Half of them, most of them early, which loses less than all at once."""
CLIPS = 1
"""That calibrates."""
WEAKER = tuple(f"merge-tokens:ratio={ratio},schedule=once" for ratio in ("0.25", "0.125"))
WEAKER_CONTROLS = tuple(f"drop-tokens:ratio={ratio},schedule=once" for ratio in ("0.25", "0.125"))


@dataclass(frozen=True)
class Group:
    """Techniques of tokens that are timed together, where they stand in a recipe."""

    after: str
    before: str
    runtime: str
    techniques: tuple[str, ...]
    rounds: int

    @property
    def beside(self) -> str:
        """The recipe that loses no tokens."""
        return f"{self.after}{self.before}@{self.runtime}"

    @property
    def recipes(self) -> tuple[str, ...]:
        return tuple(f"{self.after}+{name}{self.before}@{self.runtime}" for name in self.techniques)


def groups() -> tuple[Group, ...]:
    """What matters most comes first."""
    integers = ("fuse", "+int8-static")
    return (
        Group(*integers, "openvino", HALF, 12),
        Group(*integers, "openvino", (*WEAKER, *WEAKER_CONTROLS), 12),
        Group(*integers, "onnxruntime", (ONCE, HALF[-1], *WEAKER), 8),
        Group("fuse", "", "torch", (*HALF, *WEAKER), 6),
        Group(*integers, "openvino", BETWEEN, 12),
        Group(*integers, "onnxruntime", ("merge-tokens", *BETWEEN), 8),
        Group("fuse", "", "torch", BETWEEN, 6),
        Group(*integers, "openvino", ("prune-tokens",), 8),
    )


def main(folder: Path, names: list[str], rounds: int, only_build: bool) -> None:
    torch.set_num_threads(THREADS)
    for name in names or MODELS:
        model = loaded(name)
        lacking = {
            group: [
                text for text in group.recipes if "seconds" not in read(RESULTS).get(name, {}).get(text, {})
            ]
            for group in groups()
        }
        make(folder, model, {group: texts for group, texts in lacking.items() if texts})
        for group, texts in lacking.items():
            if texts and not only_build:
                times = timed_together(folder, model, (group.beside, *texts), rounds or group.rounds)
                for text in texts:
                    row = {"beside": group.beside, **timing(times[text], times[group.beside], THREADS)}
                    row["beside_seconds"] = [round(each, 4) for each in times[group.beside]]
                    print(name, text, row["latency_ratio"], row["interval"], flush=True)
                    add(RESULTS, name, {text: row})


def make(folder: Path, model: Model, wanted: Mapping[Group, Sequence[str]]) -> None:
    """Artefacts of recipes and of those that they stand beside, where there are none.

    Writes the shares of multiply-accumulates that they have left. Tokens leave what is rounded already, which makes
    the same graph as in the recipe's order, and saves calibrating a full-size model for each.
    """
    lacking = {
        text: group
        for group, texts in wanted.items()
        for text in (group.beside, *texts)
        if not (place_of(folder, model.name, text) / FILE).is_file()
    }
    whole = counted(model) if lacking else 0
    rounded: dict[str, Model] = {}
    for text, group in lacking.items():
        began, recipe, basis = time.perf_counter(), parsed(text), parsed(group.beside)
        clips = calibration(model, CLIPS)
        if basis.text not in rounded:
            rounded[basis.text] = basis.apply(model, clips)
        fused, made = parsed(group.after).apply(model, clips), rounded[basis.text].copy()
        for step in recipe.steps[1 : 1 + len(recipe.steps) - len(basis.steps)]:
            fused, made = (step.apply(each, clips, None) for each in (fused, made))
        prepared(recipe, made, recipe.runtime, RUNTIMES).save(place_of(folder, model.name, text))
        add(RESULTS, model.name, {text: {"macs_ratio": round(counted(fused) / whole, 4)}})
        print(f"{model.name}: made {text} in {time.perf_counter() - began:.0f} s", flush=True)


def counted(model: Model) -> int:
    """Multiply-accumulates of a view: shapes decide them, so nothing is computed."""
    module = executable(model.copy().module.to("meta"))
    return work(module, example_pixels(model.profile).to("meta")).macs or 0


def timed_together(
    folder: Path, model: Model, recipes: tuple[str, ...], rounds: int
) -> dict[str, list[float]]:
    """Recipe -> seconds of one call in every round."""
    built = {text: contender(place_of(folder, model.name, text)) for text in recipes}
    return timed(built, example_pixels(model.profile, seed=0), rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", nargs="*", help=f"{', '.join(MODELS)}, or pocket:MODEL, the packaged one")
    parser.add_argument("--build", action="store_true", help="time nothing")
    parser.add_argument("--rounds", type=int, default=0, help="in the place of each group's")
    chosen = parser.parse_args()
    main(chosen.folder, chosen.model, chosen.rounds, chosen.build)
