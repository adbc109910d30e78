from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.stored_weights import StoredInt8, is_storable

LAYERS = [
    (nn.Linear(12, 5), (2, 12)),
    (nn.Linear(12, 5, bias=False), (2, 12)),
    (nn.Conv1d(3, 4, 3, padding=1), (2, 3, 8)),
    (nn.Conv2d(3, 4, 2, stride=2), (2, 3, 4, 4)),
    (nn.Conv2d(3, 4, 2, padding="same", padding_mode="circular"), (2, 3, 4, 4)),
    (nn.Conv3d(3, 4, 2, stride=2), (2, 3, 4, 4, 4)),
    (nn.Conv3d(4, 4, 3, padding=1, groups=4, bias=False), (2, 4, 4, 4, 4)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda given: str(given).partition("(")[0])
def test_stored_weights_compute_like_their_layer(layer: nn.Module, shape: tuple[int, ...]) -> None:
    given = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    assert is_storable(layer)
    stored = StoredInt8(layer)  # type: ignore[arg-type]
    held = stored.state_dict()
    assert held["weight"].dtype == torch.int8
    assert "layer.weight" not in held
    with torch.inference_mode():
        assert torch.equal(stored(given), stored.widened()(given))
        assert (stored(given) - layer(given)).norm() < 0.02 * layer(given).norm()
    assert layer.weight is not None, "the layer itself is left alone"
