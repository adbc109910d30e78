"""A file that names other files: none of them is read, wherever the current folder is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.runtimes.onnx import FILE, ONNXRUNTIME

pytestmark = pytest.mark.skipif(bool(ONNXRUNTIME.missing), reason=f"onnxruntime: {ONNXRUNTIME.missing}")


def hostile(folder: Path, where: str) -> None:
    """Writes a model one of whose tensors is the content of `secret` in the current folder."""
    import onnx
    from onnx import TensorProto, helper

    secret = TensorProto(
        name="secret", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL
    )
    secret.external_data.add(key="location", value="secret")
    inner = [] if where == "initializer" else [helper.make_node("Constant", [], ["secret"], value=secret)]
    branch = helper.make_graph(
        [*inner, helper.make_node("Identity", ["secret"], ["out"])],
        "branch",
        [],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [2])],
        [secret] if where == "initializer" else [],
    )
    graph = helper.make_graph(
        [helper.make_node("If", ["yes"], ["logits"], then_branch=branch, else_branch=branch)],
        "model",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [2])],
        [helper.make_tensor("yes", TensorProto.BOOL, [], [True])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    folder.joinpath(FILE).write_bytes(model.SerializeToString())
    onnx.load_model_from_string(folder.joinpath(FILE).read_bytes())


@pytest.mark.parametrize("where", ["initializer", "attribute"])
def test_a_tensor_in_another_file_is_refused_by_name(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ONNXRUNTIME.load is not None
    hostile(tmp_path, where)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.joinpath("secret").write_bytes(torch.tensor([4.0, 2.0]).numpy().tobytes())
    monkeypatch.chdir(elsewhere)
    with pytest.raises(VidcompressError, match="tensor 'secret' lies in another file"):
        ONNXRUNTIME.load(tmp_path)


def test_what_is_no_onnx_file_is_refused(tmp_path: Path) -> None:
    assert ONNXRUNTIME.load is not None
    tmp_path.joinpath(FILE).write_bytes(b"PK nothing of the kind")
    with pytest.raises(VidcompressError, match="it is no ONNX file"):
        ONNXRUNTIME.load(tmp_path)
