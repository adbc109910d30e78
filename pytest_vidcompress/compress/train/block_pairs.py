"""Which block of a student stands for which of its teacher."""

from __future__ import annotations

from torch import nn

from ...errors import VidcompressError


def block_pairs(student: nn.Module, teacher: nn.Module) -> dict[str, str]:
    """Name of a block of the student -> that of the teacher's block at the same depth; the last to the last.

    Raises:
        VidcompressError: one of the two has no blocks.
    """
    own, theirs = block_names(student), block_names(teacher)
    if not own or not theirs:
        raise VidcompressError(
            "the model has no list of blocks, whose hidden states could be learned: leave out hidden="
        )
    # As deep by share, rounded up: the last stands for the last.
    return {name: theirs[-(-place * len(theirs) // len(own)) - 1] for place, name in enumerate(own, 1)}


def block_names(module: nn.Module) -> list[str]:
    """Dotted names of the blocks of an encoder: of the lists of parts in a module the longest is that."""
    lists = [(name, part) for name, part in module.named_modules() if isinstance(part, nn.ModuleList)]
    name, blocks = max(lists, key=lambda each: len(each[1]), default=("", nn.ModuleList()))
    return [f"{name}.{number}".lstrip(".") for number in range(len(blocks))]
