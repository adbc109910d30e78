"""Which recipes the page of techniques shows, and what each of them is at full size."""

from __future__ import annotations

from dataclasses import fields, replace

from pytest_vidcompress.compress.recipe import Recipe, Step, parse
from pytest_vidcompress.compress.registry import TECHNIQUES

MODELS = ("timesformer", "videomae")
FP32 = "fp32"
"""That all others are held against."""
STRONGEST = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5+fuse+int8-static"
GROUPS: dict[str, tuple[str, ...]] = {
    "exact": (FP32, "fp32@openvino", "fuse", "fuse@openvino"),
    "fewer bits": (
        *("fp16", "bf16", "fuse+bf16", "int8-weights", "int8-dynamic"),
        *("int8-static", "fuse+int8-static", "fuse+int8-static+bf16"),
    ),
    "zeros": (
        *(f"prune-global:amount=0.5{score}" for score in ("", ",score=activation", ",score=second-order")),
        *("prune-local-attention", "prune-local-dense", "prune-local-both"),
    ),
    "removed": ("shrink:mlp=0.5,width=0.125", "lowrank:rank=0.35"),
    "learned": (
        "shrink:mlp=0.5,width=0.125+distil:steps=600",
        "shrink:mlp=0.5,width=0.125+finetune:steps=600",
        "prune-gradual:steps=1500",
        "fuse+int8-qat:steps=200",
        STRONGEST,
    ),
}
"""In the order of the page."""
RECIPES = tuple(recipe for group in GROUPS.values() for recipe in group)
_LEAVES_SHAPES = ("finetune", "distil")
_OF_RANDOM_WEIGHTS = {"choice": "random", "repair": "none", "score": "magnitude", "steps": 1, "batch": 1}
"""Parameter -> what it is where there is nothing to choose by, and nothing to learn."""


def at_full_size(text: str) -> str:
    """The recipe that takes the same bytes, work and time, and can be made of random weights.

    What only trains is left out; what trains and changes what is stored does so for one step; `shrink` chooses by
    chance and repairs nothing; zeros are chosen by magnitude; rounding that was learned leaves what `int8-static`
    leaves.
    """
    recipe = parse(text, TECHNIQUES)
    steps = [_untrained(step) for step in recipe.steps if step.name not in _LEAVES_SHAPES]
    return str(replace(recipe, steps=tuple(steps))) if steps else FP32


def _untrained(step: Step) -> Step:
    if step.name == "int8-qat":
        (static,) = parse("int8-static", TECHNIQUES).steps
        return static
    parameters = step.parameters
    if parameters is None:
        return step
    names = {each.name for each in fields(parameters)}
    others = {name: value for name, value in _OF_RANDOM_WEIGHTS.items() if name in names}
    return replace(step, parameters=replace(parameters, **others))


def parsed(text: str) -> Recipe:
    return parse(text, TECHNIQUES)
