"""What OpenVINO offers, at its own default precision and at fp32; and NNCF's int8."""

from __future__ import annotations

import sys
import tempfile
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.duel.contender import Build, Contender, Logits, Peer, example_of
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.models.model import Model


def plain(**settings: Any) -> Build:
    return lambda model, clips: _compiled(_converted(model), settings)


def nncf(**settings: Any) -> Build:
    def made(model: Model, clips: Clips) -> Contender:
        import nncf

        nncf.set_log_level("ERROR")
        items = [view.numpy() for views, _ in clips.batches(1) for view in views.split(1)]
        quantized = nncf.quantize(
            _converted(model),
            nncf.Dataset(items),
            model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(items),
        )
        return _compiled(quantized, settings)

    return made


def _converted(model: Model) -> Any:
    import openvino

    example = example_of(model)
    with torch.no_grad(), _mean_as_product():
        return openvino.convert_model(Logits(model.module), example_input=example, input=[example.shape])


def _compiled(model: Any, settings: dict[str, Any]) -> Contender:
    import openvino

    with tempfile.TemporaryDirectory() as folder:
        openvino.save_model(model, Path(folder, "model.xml"))  # halves its floats, as is its default
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        core = openvino.Core()
        run = core.compile_model(
            core.read_model(Path(folder, "model.xml")),
            "CPU",
            {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_NUM_THREADS": torch.get_num_threads(),
                **settings,
            },
        )
    return Contender(lambda pixels: torch.from_numpy(np.array(run([pixels.numpy()])[0])), size)


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


F32 = {"INFERENCE_PRECISION_HINT": "f32"}
OPENVINO = {
    # Its default is bf16 where the CPU has it: then it is as free as torch's line, and fp32 is the row below.
    "OpenVINO": Peer(plain(), is_free=True),
    "OpenVINO fp32": Peer(plain(**F32)),
    "OpenVINO + NNCF int8": Peer(nncf()),
    "OpenVINO + NNCF int8, rest fp32": Peer(nncf(**F32)),
}
