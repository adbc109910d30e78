from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.models.checkpoint.stored_sizes import stored_sizes
from tests.models.small import checkpoint, weights


def test_every_way_to_store_weights_has_the_same_sizes(tmp_path: Path) -> None:
    module: Any = checkpoint(tmp_path / "one", "videomae")
    expected = sorted(tensor.numel() for tensor in weights(tmp_path / "one").values())
    assert sorted(stored_sizes(tmp_path / "one") or []) == expected
    module.save_pretrained(tmp_path / "many", max_shard_size="20KB")
    assert len([*(tmp_path / "many").glob("*.safetensors")]) > 1
    assert sorted(stored_sizes(tmp_path / "many") or []) == expected
    (tmp_path / "old").mkdir()
    torch.save(module.state_dict(), tmp_path / "old" / "pytorch_model.bin")
    assert sorted(stored_sizes(tmp_path / "old") or []) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.safetensors", b"\xff" * 20),
        ("pytorch_model.bin", b"PK\x03\x04"),
        ("model.safetensors.index.json", b"[]"),
        ("model.safetensors.index.json", json.dumps({"weight_map": {"a": "../elsewhere"}}).encode()),
        ("pytorch_model.bin.index.json", b"{}"),
        ("nothing", b""),
    ],
)
def test_files_that_do_not_say_are_left_to_whoever_loads_them(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert stored_sizes(tmp_path) is None
