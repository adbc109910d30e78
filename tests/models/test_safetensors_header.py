from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.safetensors_header import Described, described

DTYPES = (
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int8,
    torch.uint8,
    torch.int32,
    torch.int64,
    torch.bool,
)


def test_it_tells_what_is_in_the_file(tmp_path: Path) -> None:
    held = {f"t.{k}": torch.zeros(2, k + 1, dtype=dtype) for k, dtype in enumerate(DTYPES)}
    held["scalar"] = torch.tensor(1.0)
    save_file(held, tmp_path / "some.safetensors", metadata={"format": "pt"})
    found = {each.name: each for each in described(tmp_path / "some.safetensors")}
    assert found.keys() == held.keys()
    for name, tensor in held.items():
        expected = Described(
            name, str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape), tensor.nbytes
        )
        assert found[name] == expected
        assert found[name].numel == tensor.numel()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"1234567",
        b"\x05\0\0\0\0\0\0\0{}",
        b"\x02\0\0\0\0\0\0\0[]",
        b"\xff" * 16,
        b"\x09\0\0\0\0\0\0\0" + b'{"a":"b"}',
        b"\x04\0\0\0\0\0\0\0\xff\xfe\xff\xfe",
    ],
)
def test_anything_else_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "some.safetensors").write_bytes(content)
    with pytest.raises(VidcompressError, match=r"some\.safetensors is no readable safetensors file"):
        described(tmp_path / "some.safetensors")
