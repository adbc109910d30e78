"""Everybody in the duel: a name -> what builds it from the same model and the same calibration clips.

Every peer is used as its own documentation says; where that does not work for these models, the help it got is
said beside it.
"""

from __future__ import annotations

import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from pytest_vidcompress.artefacts import save as artefact
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES

Call = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Built:
    """One who takes part, ready to run."""

    run: Call
    """Pixels of one view -> logits."""
    size_bytes: int
    """Of the files that a user would ship."""


def ours(recipe: str, runtime: str = "") -> Callable[[Model, Clips], Built]:
    def made(model: Model, clips: Clips) -> Built:
        variant = build(parse(recipe, TECHNIQUES), model, clips, RUNTIMES, runtime)
        return Built(logits_of(variant.module), variant.size_bytes())

    return made


def dynamic(engine: str) -> Callable[[Model, Clips], Built]:
    def made(model: Model, clips: Clips) -> Built:
        module = packed(model.copy().module, engine)
        return Built(logits_of(module), artefact.size_bytes(module))

    return made


def torchao(model: Model, clips: Clips) -> Built:
    import torch._inductor.config
    from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_

    torch._inductor.config.freezing = True
    module = model.copy().module
    quantize_(module, Int8DynamicActivationInt8WeightConfig())
    with tempfile.TemporaryDirectory() as folder:
        torch.save(module.state_dict(), Path(folder, "model.pt"))
        size = Path(folder, "model.pt").stat().st_size
    return Built(logits_of(torch.compile(module)), size)


def openvino_fp32(model: Model, clips: Clips) -> Built:
    return _openvino(_converted(model))


def openvino_nncf(model: Model, clips: Clips) -> Built:
    import nncf

    nncf.set_log_level("ERROR")
    items = [view.numpy() for views, _ in clips.batches(1) for view in views.split(1)]
    return _openvino(
        nncf.packed(
            _converted(model),
            nncf.Dataset(items),
            model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(items),
        )
    )


def onnxruntime(quantized: str) -> Callable[[Model, Clips], Built]:
    def made(model: Model, clips: Clips) -> Built:
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static
        from onnxruntime.quantization.calibrate import CalibrationDataReader
        from onnxruntime.quantization.shape_inference import quant_pre_process

        class Reader(CalibrationDataReader):
            def __init__(self) -> None:
                self.items = (
                    {"pixels": view.numpy()} for views, _ in clips.batches(1) for view in views.split(1)
                )

            def get_next(self) -> Any:
                return next(self.items, None)

        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            plain, ready, done = (folder / f"{stage}.onnx" for stage in ("plain", "ready", "done"))
            example = torch.zeros(1, model.profile.frames, 3, model.profile.size, model.profile.size)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    _Logits(model.module),
                    (example,),
                    str(plain),
                    input_names=["pixels"],
                    opset_version=17,
                    dynamo=False,
                )
            if quantized == "dynamic":
                quantize_dynamic(
                    plain,
                    done,
                    weight_type=QuantType.QInt8,
                    per_channel=True,
                    op_types_to_quantize=["MatMul", "Gemm"],
                )
            elif quantized == "static":
                quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
                quantize_static(
                    ready,
                    done,
                    Reader(),
                    quant_format=QuantFormat.QDQ,
                    activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8,
                    per_channel=True,
                    op_types_to_quantize=["MatMul", "Gemm"],
                )
            else:
                plain.rename(done)
            return _onnx_session(done)

    return made


def _onnx_session(file: Path) -> Built:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    # Its threads would go on spinning on the cores of who is timed next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])
    return Built(
        lambda pixels: torch.from_numpy(session.run(None, {"pixels": pixels.numpy()})[0]), file.stat().st_size
    )


def _converted(model: Model) -> Any:
    import openvino

    example = torch.zeros(1, model.profile.frames, 3, model.profile.size, model.profile.size)
    with torch.no_grad(), _mean_as_product():
        return openvino.convert_model(_Logits(model.module), example_input=example, input=[example.shape])


def _openvino(model: Any) -> Built:
    import openvino

    with tempfile.TemporaryDirectory() as folder:
        openvino.save_model(model, Path(folder, "model.xml"))  # halves its floats, as is its default
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "INFERENCE_PRECISION_HINT": "f32",
        }
        core = openvino.Core()
        run = core.compile_model(core.read_model(Path(folder, "model.xml")), "CPU", settings)
    return Built(lambda pixels: torch.from_numpy(np.array(run([pixels.numpy()])[0])), size)


@contextmanager
def _mean_as_product() -> Iterator[None]:
    """The help OpenVINO gets: its low-precision pass breaks on TimeSformer's mean over the class tokens."""
    from transformers.models.timesformer import modeling_timesformer

    class Torch(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            return getattr(torch, name)

        @staticmethod
        def mean(values: torch.Tensor, dim: int, keepdim: bool) -> torch.Tensor:
            assert (dim, keepdim) == (1, True)
            return torch.full((1, values.shape[1]), 1 / values.shape[1]) @ values

    modeling_timesformer.torch = Torch("torch")
    try:
        yield
    finally:
        modeling_timesformer.torch = sys.modules["torch"]


class _Logits(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.module(pixels).logits


def logits_of(run: Callable[[torch.Tensor], Any]) -> Call:
    def call(pixels: torch.Tensor) -> torch.Tensor:
        output = run(pixels)
        return getattr(output, "logits", output)

    return call


PEERS: dict[str, Callable[[Model, Clips], Built]] = {
    "torch fp32": ours("fp32"),
    "torch quantize_dynamic, x86": dynamic("x86"),
    "torch quantize_dynamic, onednn": dynamic("onednn"),
    "torchao dynamic int8, compiled": torchao,
    "ONNX Runtime fp32": onnxruntime(""),
    "ONNX Runtime dynamic int8": onnxruntime("dynamic"),
    "ONNX Runtime static int8": onnxruntime("static"),
    "OpenVINO fp32": openvino_fp32,
    "OpenVINO + NNCF int8": openvino_nncf,
    "ours: fuse": ours("fuse"),
    "ours: fuse@openvino": ours("fuse", "openvino"),
    "ours: fuse+int8-static@onnxruntime": ours("fuse+int8-static", "onnxruntime"),
    "ours: fuse+int8-static": ours("fuse+int8-static"),
}
