"""What ONNX Runtime offers."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch

from benchmarks.duel.contender import Contender, Logits, Peer, example_of
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.models.model import Model

PRODUCTS = ["MatMul", "Gemm"]
"""What is quantized: its own default would take the normalizations of attention too, and lose the model."""


def plain(model: Model, clips: Clips) -> Contender:
    with tempfile.TemporaryDirectory() as folder:
        return _session(_exported(model, Path(folder)))


def dynamic(model: Model, clips: Clips) -> Contender:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        done = Path(folder) / "done.onnx"
        quantize_dynamic(
            _exported(model, Path(folder)),
            done,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=PRODUCTS,
        )
        return _session(done)


def static(model: Model, clips: Clips) -> Contender:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.calibrate import CalibrationDataReader
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.items = (
                {"pixels": view.numpy()} for views, _ in clips.batches(1) for view in views.split(1)
            )

        def get_next(self) -> Any:
            return next(self.items, None)

    with tempfile.TemporaryDirectory() as folder:
        ready, done = Path(folder) / "ready.onnx", Path(folder) / "done.onnx"
        quant_pre_process(str(_exported(model, Path(folder))), str(ready), skip_symbolic_shape=True)
        quantize_static(
            ready,
            done,
            Reader(),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=PRODUCTS,
        )
        return _session(done)


def _exported(model: Model, folder: Path) -> Path:
    file = folder / "plain.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Logits(model.module),
            (example_of(model),),
            str(file),
            input_names=["pixels"],
            opset_version=17,
            dynamo=False,
        )
    return file


def _session(file: Path) -> Contender:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    # Its threads would go on spinning on the cores of who is timed next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])
    return Contender(
        lambda pixels: torch.from_numpy(session.run(None, {"pixels": pixels.numpy()})[0]), file.stat().st_size
    )


ONNX = {
    "ONNX Runtime fp32": Peer(plain),
    "ONNX Runtime dynamic int8": Peer(dynamic),
    "ONNX Runtime static int8": Peer(static),
}
