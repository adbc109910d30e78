"""The stages of a model from pixels to logits, whose costs are told apart: a frame backbone, an aggregator, a head.

A module says them by an attribute `stages`, name -> dotted names of its parts:

    class Mine(nn.Module):
        stages = {"backbone": ("features",), "aggregator": ("pool", "mix")}

One that says nothing shows them by what its parts are called. Heavy: imports torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import nn

from ...errors import VidcompressError

BACKBONE, AGGREGATOR, CLASSIFIER = "backbone", "aggregator", "classifier"
Stages = Mapping[str, tuple[str, ...]]
"""Stage -> dotted names of the parts that it is made of, none within another; in the order of the stages."""

_CALLED: Sequence[Mapping[str, tuple[str, ...]]] = (
    {BACKBONE: ("backbone",), AGGREGATOR: ("aggregator",), CLASSIFIER: ("classifier",)},
    {
        "embedding": ("embeddings", "patches", "patch_embed"),
        "blocks": ("encoder", "blocks", "layers"),
        "head": ("classifier", "head"),
    },
)
"""Stage -> what its parts are called: of frame-feature models, and of transformers. The first two must be there."""


def stages_of(module: nn.Module) -> Stages:
    """The stages of a module, whatever stands around it; empty where none show.

    Raises:
        VidcompressError: it says that a stage is a part that it does not have.
    """
    for prefix, part in module.named_modules():
        said: Any = getattr(part, "stages", None)
        if isinstance(said, Mapping):
            return dict(_said(prefix, part, said))
    for called in _CALLED:
        found = {stage: tuple(_parts(module, called, stage)) for stage in called}
        if all([*found.values()][:2]):
            return {stage: parts for stage, parts in found.items() if parts}
    return {}


def stage_at(stages: Stages, name: str) -> str:
    """The stage that a part belongs to, by its dotted name; empty where it belongs to none."""
    for stage, parts in stages.items():
        if any(name == part or name.startswith(f"{part}.") for part in parts):
            return stage
    return ""


def called_parts(module: nn.Module, names: Sequence[str]) -> Iterator[nn.Module]:
    """The modules of these names; instead of a container, which is never called, those that it holds."""
    for name in names:
        part = module.get_submodule(name)
        if isinstance(part, nn.ModuleList | nn.ModuleDict):
            yield from called_parts(part, [child for child, _ in part.named_children()])
        else:
            yield part


def _said(prefix: str, module: nn.Module, said: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    there = dict(module.named_modules())
    for stage, parts in said.items():
        names = (parts,) if isinstance(parts, str) else tuple(parts)
        for name in names:
            if name not in there:
                kind = type(module).__name__
                raise VidcompressError(
                    f"{kind} says that its stage {stage!r} is {name!r}, and has no such part: name parts as"
                    " named_modules does"
                )
        yield str(stage), tuple(".".join(filter(None, (prefix, name))) for name in names)


def _parts(module: nn.Module, called: Mapping[str, tuple[str, ...]], stage: str) -> Iterator[str]:
    """Dotted names of what is called as a stage is, outside of all that is called as any stage."""
    known = {name for names in called.values() for name in names}
    for name, part in module.named_children():
        if name in called[stage]:
            yield name
        elif name not in known:
            yield from (f"{name}.{each}" for each in _parts(part, called, stage))
