"""`openvino`: the model as OpenVINO's intermediate representation, executed by its CPU plugin.

Layers of `int8-static` become its integer kernels. Latency is what counts here: one stream, as many threads as
torch is set to, fp32 where nothing was quantized.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Collection, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..operator_time import OperatorTime
from ..runtime import Runtime
from .node import is_fused, multiplies_integers, products_of, told

if TYPE_CHECKING:
    import torch

    from ...models.model import Model

NAME = "model"
_NUMBERED = re.compile(r"[A-Z][A-Za-z]*_\d+")
_WIDEST = ("amx", "avx512_core_vnni", "avx512_vnni", "avx512", "avx2_vnni", "avx2", "neon")
_ABOUT = re.compile(rb"\t<rt_info>(?:(?!<rt_info>).)*</rt_info>\n(?=</net>)", re.DOTALL)
"""Which OpenVINO wrote the file: the manifest says so too, and a size must not hang on how long that is."""
_WARM = 2
"""Calls before the one whose time is told."""


class Representation:
    """A model in OpenVINO's own format; compiled when it is first called in a process.

    Args:
        graph: the XML.
        weights: what it refers to.
    """

    def __init__(self, graph: bytes, weights: bytes) -> None:
        self.graph, self.weights = graph, weights
        self._compiled: Any = None

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`, one row after the other: its shape is fixed."""
        import torch

        run = self.compiled
        rows = [torch.from_numpy(run([row.numpy()])[0]) for row in pixels.split(1)]
        return torch.cat(rows) if len(rows) > 1 else rows[0]

    def __getstate__(self) -> dict[str, Any]:
        # What is compiled belongs to this process and its threads.
        return {**self.__dict__, "_compiled": None}

    @property
    def compiled(self) -> Any:
        if self._compiled is None:
            self._compiled = self._compile()
        return self._compiled

    def isa(self) -> str:
        """The widest instruction set of its kernels, such as `avx512`, and `int8` where some multiply integers."""
        kernels = {told(node, "primitiveType").lower() for node in self._nodes()}
        widest = next((name for name in _WIDEST if any(name in kernel for kernel in kernels)), "")
        integers = any("gemm" in kernel and kernel.endswith(("_i8", "_u8")) for kernel in kernels)
        return f"{widest}, int8" if widest and integers else widest

    def integers(self) -> Collection[str]:
        """The modules all of whose products multiply integers: OpenVINO decides that as it compiles."""
        whole: dict[str, bool] = {}
        for node in self._nodes():
            for module in products_of(node):
                whole[module] = whole.get(module, True) and multiplies_integers(node)
        return {module for module, narrow in whole.items() if narrow}

    def profile(self, pixels: torch.Tensor) -> Sequence[OperatorTime]:
        """One call's time by node: compiled a second time, as counting costs time of its own."""
        request = self._compile(PERF_COUNT=True).create_infer_request()
        for _ in range(_WARM + 1):
            request.infer([pixels[:1].numpy()])
        fused = {node.get_friendly_name() for node in self._nodes() if is_fused(node) and products_of(node)}
        return [
            OperatorTime(
                each.node_type,
                each.real_time.total_seconds(),
                each.node_name,
                each.exec_type,
                "fused attention" if each.node_name in fused else "",
            )
            for each in request.profiling_info
            if each.real_time
        ]

    def _nodes(self) -> Sequence[Any]:
        return self.compiled.get_runtime_model().get_ordered_ops()

    def _compile(self, **more: Any) -> Any:
        import openvino
        import torch

        core = openvino.Core()
        model = core.read_model(self.graph, self.weights)
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "INFERENCE_PRECISION_HINT": "f32",
            # Threads that are bound to cores lose them to whoever else is bound there, such as another run.
            "ENABLE_CPU_PINNING": False,
        }
        return core.compile_model(model, "CPU", {**settings, **more})


def _prepare(model: Model) -> Representation:
    import torch
    from openvino import convert_model, save_model
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    from ...models.adapter import Logits, example_pixels

    module, pixels = model.module.eval(), example_pixels(model.profile)
    narrow = any(tensor.dtype in (torch.int8, torch.float16) for tensor in module.state_dict().values())
    if any(p.dtype == torch.float16 for p in module.parameters()):
        from ..torch_eager import executable

        module = executable(module)
    with torch.no_grad(), warnings.catch_warnings():
        # Of tracing: its shape is fixed on purpose.
        warnings.simplefilter("ignore")
        # Checking a trace runs the model twice more, which at full size is most of the time.
        traced = TorchScriptPythonDecoder(
            Logits(module), example_input=pixels, trace_kwargs={"check_trace": False}
        )
        converted = convert_model(traced, input=[pixels.shape])
    _named_by_place(converted)
    with tempfile.TemporaryDirectory(prefix="vidcompress-") as folder:
        # What was made smaller has its remaining floats as halves on disk; anything else stays what it is.
        save_model(converted, Path(folder, f"{NAME}.xml"), compress_to_fp16=narrow)
        made = _load(Path(folder))
        return Representation(_ABOUT.sub(b"", made.graph), made.weights)


def _named_by_place(model: Any) -> None:
    """Names what OpenVINO numbers through a whole process: the same model is the same bytes, wherever it is made."""
    model.set_friendly_name(NAME)
    for place, node in enumerate(model.get_ordered_ops()):
        if _NUMBERED.fullmatch(node.get_friendly_name()):
            node.set_friendly_name(f"{node.get_type_name()}_{place}")


def _save(made: Any, folder: Path) -> None:
    folder.joinpath(f"{NAME}.xml").write_bytes(made.graph)
    folder.joinpath(f"{NAME}.bin").write_bytes(made.weights)


def _load(folder: Path) -> Representation:
    return Representation(
        folder.joinpath(f"{NAME}.xml").read_bytes(), folder.joinpath(f"{NAME}.bin").read_bytes()
    )


def _version() -> str:
    return "openvino" + ".".join(version("openvino").split(".")[:2])


def _tensor_bytes(folder: Path) -> int:
    return folder.joinpath(f"{NAME}.bin").stat().st_size


OPENVINO = Runtime(_prepare, _version, _save, _load, _tensor_bytes, needs=("openvino",), extra="openvino")
RUNTIMES = {"openvino": OPENVINO}
