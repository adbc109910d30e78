"""What `shrink` knows of a family: the names of the layers that make and take neurons, heads, blocks and width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from torch import nn

from ...layers.product import Layer


@dataclass(frozen=True)
class AttentionNames:
    """Parts of one attention, by their names within a block."""

    norm: str
    """What it takes is the stream of tokens, row for row with what the attention adds to that."""
    inner: str
    """What splits its tokens into heads."""
    projections: tuple[str, ...]
    """To query, key and value, in this order; a single one where they are one layer."""
    output: str
    """The layer that takes what the heads give."""
    writer: str = ""
    """The layer after it that adds to the stream; empty: `output` itself."""
    of_all: bool = True
    """Does it take the class token, where there is one?"""


def shared_width(config: Any) -> tuple[int, int]:
    """Of a configuration whose heads share the channels of a token: how many, and channels of each."""
    return config.num_attention_heads, config.hidden_size // config.num_attention_heads


def share_width(config: Any, heads: int, size: int) -> None:
    """Says so many heads where they share the channels of a token; no such configuration can say others."""
    if heads * size == config.hidden_size:
        config.num_attention_heads = heads


@dataclass(frozen=True)
class Anatomy:
    """Of one class of transformers'."""

    of: str
    """Name of the class, such as `VideoMAEForVideoClassification`."""
    blocks: str
    """Dotted name of its `nn.ModuleList` of blocks."""
    attentions: tuple[AttentionNames, ...]
    """In the order in which a block computes them."""
    mlp_norm: str
    up: str
    down: str
    """Within a block; the neurons are between the last two."""
    heads_of: Callable[[Any], tuple[int, int]]
    """What splits into heads -> how many, and channels of each."""
    set_heads: Callable[[nn.Module, AttentionNames, int, int], None]
    """Makes an attention of a block, whose layers have their sizes already, split into heads of so many channels."""
    patches: str
    """The convolution that makes tokens."""
    tables: tuple[str, ...]
    """Tensors `(1, n, width)` that are added to tokens or put among them."""
    last_norm: Callable[[Any], str]
    """The norm in front of the classifier."""
    configured_heads: Callable[[Any], tuple[int, int]] = shared_width
    """What a configuration says of all blocks: how many heads, and channels of each."""
    configure_heads: Callable[[Any, int, int], None] = share_width
    """Says it in a configuration, where that can."""
    classifier: str = "classifier"
    class_token: bool = False
    """Does the head read the first token alone?"""

    def blocks_of(self, module: nn.Module) -> nn.ModuleList:
        """Its blocks, in their order."""
        return cast(nn.ModuleList, module.get_submodule(self.blocks))

    def within(self, block: nn.Module) -> Anatomy:
        """The same of a model whose blocks may have fewer attentions, such as TimeSformer's of joint attention."""
        names = {name for name, _ in block.named_modules()}
        return replace(self, attentions=tuple(each for each in self.attentions if each.inner in names))


def layer_named(module: nn.Module, name: str) -> Layer:
    """The linear layer or convolution of this dotted name."""
    return cast(Layer, module.get_submodule(name))
