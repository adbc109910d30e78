"""The parts that fused models are made of: linear layers from tensors, patches as a linear layer, attention."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from ..layers.product import bias_of


def linear(weight: torch.Tensor, bias: torch.Tensor | None = None) -> nn.Linear:
    """The layer with this `weight`, `(outputs, inputs)`, and `bias`, `(outputs,)`; takes them as they are."""
    outputs, inputs = weight.shape
    made = nn.Linear(inputs, outputs, bias=bias is not None, device="meta")
    made.weight = nn.Parameter(weight.detach(), requires_grad=False)
    if bias is not None:
        made.bias = nn.Parameter(bias.detach(), requires_grad=False)
    return made


def product(second: nn.Linear, first: nn.Linear) -> nn.Linear:
    """The one layer that does what `second` after `first` does; multiplied in double precision."""
    weight = second.weight.double() @ first.weight.double()
    bias = torch.zeros_like(second.weight[:, 0], dtype=torch.double)
    if (own := bias_of(second)) is not None:
        bias = bias + own.double()
    if (before := bias_of(first)) is not None:
        bias = bias + second.weight.double() @ before.double()
    return linear(weight.float(), bias.float())


def together(*layers: nn.Linear) -> nn.Linear:
    """Layers of one input as one layer; those without a bias get one of zeros."""
    biases = [
        layer.weight.new_zeros(layer.out_features) if (bias := bias_of(layer)) is None else bias
        for layer in layers
    ]
    return linear(torch.cat([layer.weight for layer in layers]), torch.cat(biases))


def has_fewer_channels(output: nn.Linear) -> bool:
    """Do the heads in front of this layer have other channels in all than a token has? What has as many is traced
    with the width of its tokens, as files of before are."""
    return output.in_features != output.out_features


class Patches(nn.Module):
    """A convolution whose kernels do not overlap, as the linear layer it is: int8 and pruning know those.

    Args:
        projection: `Conv2d` over frames, or `Conv3d` over tubelets; its stride is its kernel.
    """

    def __init__(self, projection: nn.Conv2d | nn.Conv3d) -> None:
        super().__init__()
        weight = projection.weight  # (D, C, [t,] h, w)
        if weight.ndim == 4:
            weight = weight.unsqueeze(2)
        self.frames, self.height, self.width = weight.shape[2:]
        self.linear = linear(weight.transpose(1, 2).flatten(1), projection.bias)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels `(B, T, C, H, W)` -> tokens `(B, T / t, P, D)`, patches in reading order."""
        batch, frames, channels, high, wide = pixels.shape
        rows, columns = high // self.height, wide // self.width
        depth = self.frames * channels
        # Frames and channels go together: no more than six axes, which every runtime can permute.
        cut = pixels.reshape(-1, depth, rows, self.height, columns, self.width).permute(0, 2, 4, 1, 3, 5)
        cut = cut.reshape(batch, frames // self.frames, rows * columns, depth * self.height * self.width)
        return self.linear(cut)


class Attention(nn.Module):
    """Scaled dot-product attention; quantization puts another in its place.

    Args:
        tokens: to how many each attends.
    """

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.tokens = tokens

    def forward(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`(B, heads, L, d)` and twice `(B, heads, S, d)` -> `(B, heads, L, d)`; `bias` is added to the scores."""
        if bias is not None:
            return scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return scaled_dot_product_attention(query, key, value)


class PerHead(nn.Module):
    """A matrix for each head: `(B, heads, L, inputs)` -> `(B, heads, L, outputs)`.

    Args:
        weight: `(heads, outputs, inputs)`; held as `(heads * outputs, inputs)`, as other layers hold theirs.
    """

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.heads = weight.shape[0]
        self.weight = nn.Parameter(weight.detach().flatten(0, 1).contiguous(), requires_grad=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.times(tokens, self.weight)

    def times(self, tokens: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """The same with other weights, `(heads * outputs, inputs)`."""
        return tokens @ weight.unflatten(0, (self.heads, -1)).transpose(1, 2)


class Mlp(nn.Module):
    """Two linear layers with an activation between them."""

    def __init__(
        self, up: nn.Linear, activation: Callable[[torch.Tensor], torch.Tensor], down: nn.Linear
    ) -> None:
        super().__init__()
        self.up, self.activation, self.down = up, activation, down

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.down(self.activation(self.up(tokens)))
