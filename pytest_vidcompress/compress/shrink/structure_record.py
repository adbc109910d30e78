"""How large the parts of a shrunk model are, where it is written down: in its configuration.

What the family's configuration can say stands in its own keys, and transformers builds the model from that alone.
What it cannot, such as other sizes in every block, stands under `KEY`; whoever puts an artefact together builds it
from there. Of models without a configuration the shapes of the stored tensors say it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from torch import nn

from ...errors import VidcompressError
from ..layers.product import bias_of, is_layer
from .anatomies.anatomy import Anatomy, layer_named
from .embedding_width import resize_stream, store_tables, stores_tables, stream_width
from .narrow_layers import resize, resize_norm

KEY = "vidcompress_sizes"
MOST = 1 << 16
"""Of any size."""


@dataclass(frozen=True)
class BlockSizes:
    """Of one block."""

    neurons: int
    heads: tuple[int, ...]
    """Of each of its attentions."""
    head_size: tuple[int, ...]
    """Channels of each head, likewise."""


def sizes_of(anatomy: Anatomy, block: nn.Module) -> BlockSizes:
    """How large a block's parts are."""
    heads = [anatomy.heads_of(block.get_submodule(each.inner)) for each in anatomy.attentions]
    return BlockSizes(
        layer_named(block, anatomy.up).weight.shape[0],
        tuple(number for number, _ in heads),
        tuple(size for _, size in heads),
    )


def write_sizes(module: nn.Module, anatomy: Anatomy) -> None:
    """Says in a module's configuration how large it is, in place."""
    config: Any = module.config
    sizes = [sizes_of(anatomy, block) for block in anatomy.blocks_of(module)]
    config.num_hidden_layers = len(sizes)
    config.hidden_size = stream_width(module, anatomy)
    config.intermediate_size = max(each.neurons for each in sizes)
    kinds = {pair for each in sizes for pair in zip(each.heads, each.head_size, strict=True)}
    if len(kinds) == 1:
        anatomy.configure_heads(config, *next(iter(kinds)))
    tables = stores_tables(module, anatomy)
    if tables or any(each != _configured(anatomy, config, each) for each in sizes):
        setattr(config, KEY, {"blocks": [_plain(each) for each in sizes], "tables": tables})
    elif hasattr(config, KEY):
        delattr(config, KEY)


def rebuild_sizes(module: nn.Module, anatomy: Anatomy, stored: Mapping[str, Sequence[int]]) -> None:
    """Gives a module of a family the sizes that a shrunk one has, in place and whatever its weights.

    Args:
        module: with a configuration that says them, or the uncompressed one with tensors of the same names stored.

    Raises:
        VidcompressError: what the configuration says are no sizes of its blocks.
    """
    said = getattr(cast(Any, module).config, KEY, None)
    if said is None:
        _resize_family(module, anatomy, stored)
        return
    blocks = anatomy.blocks_of(module)
    sizes = _read(said, len(blocks), len(anatomy.attentions))
    width = stream_width(module, anatomy)
    for block, each in zip(blocks, sizes, strict=True):
        _resize_block(anatomy, block, each, width)
    if said.get("tables"):
        store_tables(module, anatomy)


def resize_to_stored(module: nn.Module, stored: Mapping[str, Sequence[int]]) -> None:
    """Gives the layers and batch norms of a module the shapes of the tensors that are stored, in place."""
    for name, part in module.named_modules():
        shape = stored.get(f"{name}.weight")
        if shape is None:
            continue
        if is_layer(part) and len(shape) == part.weight.ndim:
            resize(part, shape[0], shape[1] * getattr(part, "groups", 1))
            if bias_of(part) is None and f"{name}.bias" in stored:
                part.bias = nn.Parameter(part.weight.new_zeros(shape[0]), requires_grad=False)
        elif hasattr(part, "num_features"):
            resize_norm(part, shape[0])


def _plain(sizes: BlockSizes) -> dict[str, Any]:
    return {key: [*value] if isinstance(value, tuple) else value for key, value in asdict(sizes).items()}


def _configured(anatomy: Anatomy, config: Any, like: BlockSizes) -> BlockSizes:
    """What a block of the configuration would be."""
    heads, size = anatomy.configured_heads(config)
    return BlockSizes(config.intermediate_size, (heads,) * len(like.heads), (size,) * len(like.heads))


def _read(said: Any, blocks: int, attentions: int) -> list[BlockSizes]:
    try:
        found = [
            BlockSizes(
                _size(each["neurons"]),
                tuple(map(_size, each["heads"])),
                tuple(map(_size, each["head_size"])),
            )
            for each in said["blocks"]
        ]
    except (TypeError, KeyError, ValueError):
        found = []
    if len(found) != blocks or any({len(each.heads), len(each.head_size)} != {attentions} for each in found):
        raise VidcompressError(
            f"config.json says under {KEY} what is no list of the sizes of {blocks} blocks: save the variant again"
        )
    return found


def _size(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value <= MOST:
        raise ValueError
    return value


def _resize_block(anatomy: Anatomy, block: nn.Module, sizes: BlockSizes, width: int) -> None:
    resize(layer_named(block, anatomy.up), sizes.neurons, width)
    resize(layer_named(block, anatomy.down), width, sizes.neurons)
    for names, heads, size in zip(anatomy.attentions, sizes.heads, sizes.head_size, strict=True):
        for name in names.projections:
            resize(layer_named(block, name), heads * size * (3 // len(names.projections)), width)
        resize(layer_named(block, names.output), width, heads * size)
        anatomy.set_heads(block, names, heads, size)


def _resize_family(module: nn.Module, anatomy: Anatomy, stored: Mapping[str, Sequence[int]]) -> None:
    """By the names that the uncompressed module has; leaves it where others are stored."""
    blocks = anatomy.blocks_of(module)
    numbers = (_block_number(name, anatomy.blocks) for name in stored)
    last = max((number for number in numbers if number is not None), default=-1)
    if last < 0:
        return
    del blocks[last + 1 :]
    if any(name in stored for name in anatomy.tables):
        store_tables(module, anatomy)
    width = stored.get(f"{anatomy.patches}.weight", (stream_width(module, anatomy),))[0]
    resize_stream(module, anatomy, width)
    for number, block in enumerate(blocks):
        before = sizes_of(anatomy, block)
        shapes = {
            name: stored.get(f"{anatomy.blocks}.{number}.{name}.weight")
            for name in (anatomy.up, *(each.output for each in anatomy.attentions))
        }
        neurons = shapes[anatomy.up]
        heads = [
            number_of if (shape := shapes[each.output]) is None else shape[1] // size
            for each, number_of, size in zip(anatomy.attentions, before.heads, before.head_size, strict=True)
        ]
        sizes = BlockSizes(before.neurons if neurons is None else neurons[0], tuple(heads), before.head_size)
        _resize_block(anatomy, block, sizes, width)
    write_sizes(module, anatomy)


def _block_number(name: str, blocks: str) -> int | None:
    """Of the block that a tensor of this name is in."""
    prefix, _, rest = name.partition(f"{blocks}.")
    number = rest.partition(".")[0]
    return int(number) if not prefix and number.isdecimal() else None
