"""Everybody in the duel: a name -> what builds it from the same model and the same calibration clips.

Every peer is used as its own documentation says, at its own default precision; where another setting is usual too,
that is a row of its own. Where a peer does not work for these models, the help it got is said beside it.
"""

from __future__ import annotations

from benchmarks.duel.contender import Peer
from benchmarks.duel.onnx_peers import ONNX
from benchmarks.duel.openvino_peers import OPENVINO
from benchmarks.duel.ours import OURS
from benchmarks.duel.torch_peers import TORCH

PEERS: dict[str, Peer] = {**TORCH, **ONNX, **OPENVINO, **OURS}
"""The first is what the others are measured against."""
