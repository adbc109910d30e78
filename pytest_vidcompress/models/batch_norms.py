"""What a batch norm is."""

from __future__ import annotations

from typing import get_args

from torch import nn

BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d | nn.SyncBatchNorm
BATCH_NORMS: tuple[type[BatchNorm], ...] = get_args(BatchNorm)
