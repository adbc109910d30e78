"""How often the block that was spoilt is the one that a failed accuracy names.

python benchmarks/gate/first_block.py            # writes first_block.json beside it

One encoder layer of a packaged model is spoilt, then the recipe is applied as ever, so that every other block errs as
that recipe makes it err. Variants that still agree with the reference on more than `AGREED` of the clips would pass,
and are left out. Each recipe is tried unspoilt too: there is no block to name then, whatever it loses.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pytest_vidcompress.measure.accuracy.predict import logits_of
from pytest_vidcompress.measure.divergence.block_errors import block_errors
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.one_test.failing_blocks import CLIPS
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.runtimes.torch_eager import runnable

MODELS = {"timesformer": "timesformer.encoder.layer", "videomae": "videomae.encoder.layer"}
RECIPES = (
    *("fp32", "fp16", "prune-global", "prune-global:amount=0.6", "prune-local-both", "int8-dynamic"),
    *("int8-weights", "fuse", "int8-static", "fuse+int8-static"),
)
SPOILT = ("fp32", "prune-global", "prune-local-both", "fuse+int8-static")
SAMPLE = 64
AGREED = 0.95

Spoil = Callable[[nn.Module], None]


@dataclass(frozen=True)
class Trial:
    """One variant."""

    model: str
    recipe: str
    what: str
    """Was done to the layer; empty for nothing."""
    layer: int
    agreement: float
    """With the reference, of `SAMPLE` clips."""
    named: str
    """The block; empty where none stands out."""
    right: bool


def scaled(by: float) -> Spoil:
    return lambda part: _each_matrix(part, lambda weight: weight * by)


def noisy(share: float) -> Spoil:
    def noise(weight: torch.Tensor) -> torch.Tensor:
        generator = torch.Generator().manual_seed(0)
        return weight + share * weight.std() * torch.randn(weight.shape, generator=generator)

    return lambda part: _each_matrix(part, noise)


def rounded(bits: int) -> Spoil:
    """To so many bits, with one scale for each matrix."""

    def of(weight: torch.Tensor) -> torch.Tensor:
        step = weight.abs().max() / (2 ** (bits - 1) - 1)
        return (weight / step).round() * step

    return lambda part: _each_matrix(part, of)


def mixed_up(part: nn.Module) -> None:
    """Rows of every matrix in reverse order."""
    _each_matrix(part, lambda weight: weight.flip(0))


def _each_matrix(part: nn.Module, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
    with torch.no_grad():
        for parameter in part.parameters():
            if parameter.ndim > 1:
                parameter.copy_(change(parameter))


SPOILS: dict[str, Spoil] = {
    "weights of zero": scaled(0.0),
    "weights halved": scaled(0.5),
    "weights doubled": scaled(2.0),
    "noise of half their spread": noisy(0.5),
    "rounded to 3 bits": rounded(3),
    "rows reversed": mixed_up,
}


class Study:
    """The packaged models on the first clips of the sample."""

    def __init__(self) -> None:
        options = Options(values={"vc-model": tuple(MODELS), "vc-sample": SAMPLE})
        self._inputs = Inputs(options, Registries.merge([], [], [], []))
        self._views = {name: [pixels for pixels, _ in self._inputs.clips(name).batches(1)] for name in MODELS}
        self._answers = {name: self._answered(self._inputs.model(name).module, name) for name in MODELS}

    def trial(self, name: str, recipe: str, what: str = "", layer: int = 0) -> Trial:
        model, block = self._inputs.model(name), f"{MODELS[name]}.{layer}"
        spoilt = replace(model, module=model.copy().module)
        if what:
            SPOILS[what](spoilt.module.get_submodule(block))
        run = runnable(self._compressed(recipe, spoilt)).eval()
        answers = self._answered(run, name)
        flipped = [k for k, (a, b) in enumerate(zip(answers, self._answers[name], strict=True)) if a != b]
        views = [self._views[name][k] for k in (flipped or range(SAMPLE))[:CLIPS]]
        errors = block_errors(model.module, run, views)
        named = "" if errors.first is None else errors.blocks[errors.first].name
        agreement = 1 - len(flipped) / SAMPLE
        return Trial(name, recipe, what, layer, agreement, named, named == (block if what else ""))

    def _compressed(self, recipe: str, model: Model) -> nn.Module:
        parsed = self._inputs.choices.recipe(recipe)
        return parsed.apply(model, self._inputs.calibration(model.name)).module

    @torch.inference_mode()
    def _answered(self, run: Any, name: str) -> list[int]:
        return [int(logits_of(run, view).argmax()) for view in self._views[name]]


def trials(study: Study) -> list[Trial]:
    unspoilt = [study.trial(model, recipe) for model in MODELS for recipe in RECIPES]
    spoilt = [
        study.trial(model, recipe, what, layer)
        for model in MODELS
        for recipe in SPOILT
        for what in SPOILS
        for layer in range(4)
    ]
    return [*unspoilt, *(each for each in spoilt if each.agreement <= AGREED)]


def counts(done: list[Trial]) -> dict[str, dict[str, int]]:
    """By recipe, for the variants that were spoilt and those that were not: right, another block, none named."""
    tables: dict[str, Counter[str]] = {}
    for each in done:
        row = tables.setdefault(f"{each.recipe}, {'spoilt' if each.what else 'as it is'}", Counter())
        row["right" if each.right else "another" if each.named else "none"] += 1
    return {name: dict(row) for name, row in tables.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    done = trials(Study())
    document = {"counts": counts(done), "trials": [asdict(each) for each in done]}
    arguments.output.write_text(json.dumps(document, indent=1) + "\n")
    for name, row in document["counts"].items():
        print(f"{name:40} {row}")


if __name__ == "__main__":
    main()
