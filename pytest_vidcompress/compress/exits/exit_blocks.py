"""A classifier that some clips leave after some of its blocks. Heavy: imports torch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from ...errors import VidcompressError
from ..tokens.token_grid import token_families
from ..train.block_pairs import block_names as listed_blocks
from ..train.classifier_name import classifier_name
from .exit_counts import ExitCounts
from .pooled import TokenOrder, pooled
from .staged_module import sure

if TYPE_CHECKING:
    from ...models.model import Model

_TRANSFORMERS = (
    *("FusedTimesformer", "FusedVideoMAE"),
    *("TimesformerForVideoClassification", "VideoMAEForVideoClassification"),
)
_CONVOLUTIONS: Mapping[str, tuple[str, ...]] = {
    "R2plus1d": ("layer1", "layer2", "layer3", "layer4"),
}
"""Class of a network -> names of what follows one another in it."""
KNOWN = (*_TRANSFORMERS, "X3d", *_CONVOLUTIONS)


class ExitHead(nn.Module):
    """In the place of what gives the logits: its own of clips that are left, of others those of their exit."""

    def __init__(self, head: nn.Module, way: Way) -> None:
        super().__init__()
        self.head, self.way = head, way

    def forward(self, representation: torch.Tensor) -> torch.Tensor:
        return self.way.end(None if self.way.is_over else self.head(representation))


class ExitBlock(nn.Module):
    """A block of a network, and after some of them a probe.

    Args:
        block: tensors or a tuple of them, clips first, -> the same of the next block.
        way: shared by all blocks of a network.
        is_first: does every clip begin here?
        probe: None: no clip leaves here.
    """

    threshold: torch.Tensor
    shapes_depend_on_clip = True

    def __init__(
        self, block: nn.Module, way: Way, is_first: bool, probe: nn.Module | None, threshold: float
    ) -> None:
        super().__init__()
        self.block, self.way, self.is_first, self.probe = block, way, is_first, probe
        if probe is not None:
            self.register_buffer("threshold", torch.tensor(threshold))

    @property
    def exit_counts(self) -> ExitCounts:
        return self.way.counts

    def forward(self, *given: Any, **named: Any) -> Any:
        if self.is_first:
            self.way.begin()
        elif self.way.is_over:
            return self.way.output
        output = self.block(*given, **named)
        if self.probe is None:
            return output
        logits = self.probe(pooled(output, self.way.order))
        return self.way.leave(output, logits, sure(logits, float(self.threshold)))


class Way:
    """How far the clips of one call have come; what is pickled or copied begins with none.

    Args:
        names: of the exits, the end of the network included.
        order: of the tokens that blocks give.
    """

    def __init__(self, names: Sequence[str], order: TokenOrder) -> None:
        self.counts, self.order = ExitCounts(names), order
        self.begin()

    def begin(self) -> None:
        self.is_over, self.output = False, None
        self._exit = 0
        self._logits: list[torch.Tensor] = []
        self._clips: list[torch.Tensor] = []
        self._left: torch.Tensor | None = None

    def leave(self, output: Any, logits: torch.Tensor, leaves: torch.Tensor) -> Any:
        """What a block gives of the clips that go on; of none, all of it, which nobody looks at."""
        here = self._left if self._left is not None else torch.arange(len(logits), device=logits.device)
        number = int(leaves.sum())
        self.counts.add(self._exit, number)
        self._exit += 1
        self._logits.append(logits[leaves])
        self._clips.append(here[leaves])
        self._left = here[~leaves]
        if number == len(leaves):
            self.is_over, self.output = True, output
            return output
        return _rows(output, ~leaves) if number else output

    def end(self, logits: torch.Tensor | None) -> torch.Tensor:
        """The logits of all clips in their order.

        Args:
            logits: of those that have not left; None where all have.
        """
        if logits is not None and self._left is not None:
            self.counts.add(len(self.counts.names) - 1, len(logits))
            self._logits.append(logits)
            self._clips.append(self._left)
        rows, clips = torch.cat(self._logits), torch.cat(self._clips)
        self.begin()
        return rows[clips.argsort()]

    def __reduce__(self) -> tuple[type[Way], tuple[tuple[str, ...], TokenOrder]]:
        return type(self), (self.counts.names, self.order)


def _rows(output: Any, kept: torch.Tensor) -> Any:
    return tuple(each[kept] for each in output) if isinstance(output, tuple) else output[kept]


def exit_names(model: Model) -> list[str]:
    """Dotted names of the blocks of a model, after which a clip may leave.

    Raises:
        VidcompressError: it is of no known kind, or has exits already.
    """
    kind = type(model.module).__name__
    if has_exits(model.module):
        raise VidcompressError(f"model {model.name!r} has exits already: give early-exit once in a recipe")
    if kind not in KNOWN:
        raise VidcompressError(
            f"early-exit knows {', '.join(KNOWN)}, and model {model.name!r} is a {kind}: leave it out of its recipes"
        )
    return block_names(model.module)


def block_names(module: nn.Module) -> list[str]:
    """The same of a module that is known."""
    return [*_CONVOLUTIONS.get(type(module).__name__, ())] or listed_blocks(module)


def exit_labels(module: nn.Module, names: Sequence[str]) -> list[str]:
    """What exits after blocks of these names are called, and the end of the network."""
    blocks = block_names(module)
    return [*(f"block {blocks.index(name) + 1}" for name in names), "the end"]


def token_order(module: nn.Module) -> TokenOrder:
    """How the tokens lie that blocks of a module give; of a CNN there are none."""
    family = token_families().get(type(module).__name__)
    if family is None:
        return TokenOrder()
    grid = family.grid(module)
    return TokenOrder(grid.frames, by_place=not grid.joint)


def has_exits(module: nn.Module) -> bool:
    """Is it what `with_exits` makes?"""
    return any(isinstance(part, ExitBlock) for part in module.modules())


def probe_layers(names: Collection[str], stored: Mapping[str, Sequence[int]]) -> dict[str, nn.Linear]:
    """Probes as they are stored, without data.

    Raises:
        VidcompressError: one is not there.
    """
    found: dict[str, nn.Linear] = {}
    for name in names:
        shape = stored.get(f"{name}.probe.weight")
        if shape is None or len(shape) != 2:
            raise VidcompressError(f"it has no probe after {name}: save the variant again")
        with torch.device("meta"):
            found[name] = nn.Linear(shape[1], shape[0])
    return found


def with_exits(
    module: nn.Module, names: Sequence[str], probes: Mapping[str, nn.Linear], threshold: float
) -> nn.Module:
    """A module that is known, in place, with probes after the blocks of these names, in their order.

    Args:
        probes: what `pooled` makes of a block's output -> logits, by the block's name.
    """
    blocks, classifier = block_names(module), classifier_name(module)
    way = Way(exit_labels(module, names), token_order(module))
    # The last block of an X3D is its head.
    head = next((name for name in blocks if classifier.startswith(f"{name}.")), classifier)
    _put(module, head, ExitHead(module.get_submodule(head), way))
    for place, name in enumerate(name for name in blocks if name != head):
        made = ExitBlock(module.get_submodule(name), way, place == 0, probes.get(name), threshold)
        _put(module, name, made)
    return module.eval()


def _put(module: nn.Module, name: str, part: nn.Module) -> None:
    parent, _, last = name.rpartition(".")
    setattr(module.get_submodule(parent), last, part)
