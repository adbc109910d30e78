from __future__ import annotations

import pytest
from torch import nn

from pytest_vidcompress.models.batch_norms import BATCH_NORMS


@pytest.mark.parametrize("norm", [nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm])
def test_what_a_batch_norm_is(norm: type[nn.Module]) -> None:
    assert norm in BATCH_NORMS
    assert not isinstance(nn.LayerNorm(4), BATCH_NORMS)
    assert not isinstance(nn.InstanceNorm3d(4), BATCH_NORMS)
