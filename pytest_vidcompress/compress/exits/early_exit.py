"""`early-exit`: linear probes after some blocks of a model that stays as it is; a clip leaves at the first sure one.

The probes are trained in seconds, on what blocks give of clips to train on, pooled; the threshold, one for all of
them, is found as that of a cascade. It runs in torch: other runtimes compute the same of every clip.

Teerapittayanon et al., "BranchyNet: Fast Inference via Early Exiting from Deep Neural Networks", ICPR 2016, whose
branches learn with the network; here its weights stay.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..technique import Stored, Technique
from .exit_parameters import EarlyExit

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...learn.lessons import Lessons
    from ...models.model import Model


def learn(model: Model, parameters: EarlyExit, clips: Clips, lessons: Lessons) -> Model:
    from .exit_blocks import exit_names, with_exits
    from .probes import learned_probes

    blocks = exit_names(model)
    names = [blocks[number - 1] for number in parameters.places(len(blocks))]
    probes = learned_probes(model, names, parameters, clips, lessons)
    module = with_exits(model.module, names, probes.layers, probes.found.threshold)
    return replace(
        model,
        module=module,
        notes=(*model.notes, probes.note),
        curves=(*model.curves, probes.curve),
    )


def rebuild(module: nn.Module, parameters: EarlyExit, stored: Stored) -> nn.Module:
    from .exit_blocks import block_names, has_exits, probe_layers, with_exits

    if has_exits(module):
        return module
    blocks = block_names(module)
    names = [blocks[number - 1] for number in parameters.places(len(blocks))]
    return with_exits(module, names, probe_layers(names, stored), 1.0)


EARLY_EXIT = Technique(
    "a clip leaves after the first of some blocks of whose answer a probe is sure",
    parameters=EarlyExit,
    last=True,
    learn=learn,
    rebuild=rebuild,
    of_some_models=True,
)
