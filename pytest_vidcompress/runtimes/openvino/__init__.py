"""`openvino`: the model as OpenVINO's intermediate representation, executed by its CPU plugin.

Layers of `int8-static` become its integer kernels. Latency is what counts here: one stream, as many threads as
torch is set to, fp32 where nothing was quantized and nobody asked for bf16.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import integer_sums
from ..bf16_kernels import Bf16, cpu_kernels
from ..operator_time import OperatorTime
from ..precisions import INT8, widest_of_each
from ..runtime import Runtime
from .node import is_fused, module_of, multiplies_integers, precision, products_of, told

if TYPE_CHECKING:
    import torch

    from ...models.model import Model

NAME = "model"
_WIDEST = ("amx", "avx512_core_vnni", "avx512_vnni", "avx512", "avx2_vnni", "avx2", "neon")
_STORED_BF16 = b'element_type="bf16"'
"""In a graph that holds such numbers."""
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
        nodes = self._nodes()
        kernels = {told(node, "primitiveType").lower() for node in nodes}
        widest = next((name for name in _WIDEST if any(name in kernel for kernel in kernels)), "")
        integers = any(multiplies_integers(node) for node in nodes if products_of(node))
        return f"{widest}, int8" if widest and integers else widest

    @property
    def bf16(self) -> Bf16 | None:
        """Its floats are stored in bfloat16: what OpenVINO makes of that here; None of any other file."""
        if _STORED_BF16 not in self.graph:
            return None
        import openvino

        if "BF16" not in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            return Bf16(why="OpenVINO has no bf16 kernels for this CPU")
        # It says so too of CPUs on which it can but imitate them.
        return Bf16(cpu_kernels())

    def precisions(self) -> Mapping[str, str]:
        """What the products of modules compute in, the widest of them: OpenVINO decides that as it compiles."""
        return widest_of_each(
            (module, precision(node)) for node in self._nodes() for module in products_of(node)
        )

    def integers(self) -> Collection[str]:
        """The modules all of whose products multiply integers."""
        return {module for module, found in self.precisions().items() if found == INT8}

    def profile(self, pixels: torch.Tensor) -> Sequence[OperatorTime]:
        """One call's time by node: compiled a second time, as counting costs time of its own."""
        request = self._compile(PERF_COUNT=True).create_infer_request()
        for _ in range(_WARM + 1):
            request.infer([pixels[:1].numpy()])
        fused = {node.get_friendly_name() for node in self._nodes() if is_fused(node) and products_of(node)}
        return [
            OperatorTime(
                operator=each.node_type,
                seconds=each.real_time.total_seconds(),
                node=each.node_name,
                module=module_of(each.node_name),
                kernel=each.exec_type,
                kind="fused attention" if each.node_name in fused else "",
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
        if integer_sums.saturate():
            from .coarser_weights import coarsen

            coarsen(model)
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "INFERENCE_PRECISION_HINT": "bf16" if self.bf16 and self.bf16.kernels else "f32",
            # Threads that are bound to cores lose them to whoever else is bound there, such as another run.
            "ENABLE_CPU_PINNING": False,
        }
        return core.compile_model(model, "CPU", {**settings, **more})


def _prepare(model: Model) -> Representation:
    from .conversion import representation

    return Representation(*representation(model))


def _build(made: Any) -> None:
    _ = made.compiled


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


OPENVINO = Runtime(
    _prepare, _version, _save, _load, _tensor_bytes, build=_build, needs=("openvino",), extra="openvino"
)
RUNTIMES = {"openvino": OPENVINO}
