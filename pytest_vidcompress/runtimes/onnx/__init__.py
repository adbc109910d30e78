"""`onnxruntime`: the model as an ONNX graph, executed by ONNX Runtime's CPU provider.

Layers of `int8-static` become its integer kernels; what is stored narrow is narrow in the file, and widened when
a session starts.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VidcompressError
from .. import integer_sums
from ..bf16_kernels import Bf16
from ..operator_time import OperatorTime
from ..precisions import FLOAT32, INT8, widest_of_each
from ..runtime import Runtime
from .external_data import refuse_external_data
from .module_names import module_of

if TYPE_CHECKING:
    import torch

    from ...models.model import Model

FILE = "model.onnx"
_KERNEL = "_kernel_time"
"""What ONNX Runtime's profile appends to a node's name for its own time."""


_INTEGER = frozenset(
    {
        *("QLinearConv", "QLinearMatMul", "QGemm", "ConvInteger", "MatMulInteger"),
        *("MatMulIntegerToFloat", "DynamicQuantizeMatMul"),
    }
)
_FLOAT = frozenset(
    {"Conv", "FusedConv", "NhwcFusedConv", "MatMul", "FusedMatMul", "Gemm", "FusedGemm", "Attention"}
)
"""Operators that multiply matrices or slide kernels: of integers, of floats."""


class Graph:
    """Pixels -> logits. A session starts at the first call in each process; it pickles and copies as its bytes.

    Args:
        content: of `model.onnx`, for one clip.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._session: Any = None

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """`(B, T, C, H, W)` -> `(B, labels)`, one clip after the other: its shape is fixed."""
        import torch

        run = self.session.run
        rows = [run(None, {"pixels": clip.numpy()})[0] for clip in pixels.split(1)]
        return torch.cat([torch.from_numpy(row) for row in rows])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.content,)

    @property
    def session(self) -> Any:
        if self._session is None:
            self._session = _start(self.content)
        return self._session

    def profile(self, pixels: torch.Tensor) -> list[OperatorTime]:
        """One call's time, a row a node of the graph as it is executed; pixels `(1, T, C, H, W)`."""
        with tempfile.TemporaryDirectory(prefix="vidcompress-") as folder:
            session = _start(self.content, Path(folder, "profile"))
            for _ in range(2):  # what happens once is not of every call
                session.run(None, {"pixels": pixels.numpy()})
            events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
        spent = {event["name"]: event for event in events if "op_name" in event.get("args", ())}
        return [
            OperatorTime(
                operator=event["args"]["op_name"],
                seconds=event["dur"] / 1e6,
                node=(node := name.removesuffix(_KERNEL)),
                module=module_of(node),
            )
            for name, event in spent.items()
            if name.endswith(_KERNEL)
        ]

    @cached_property
    def bf16(self) -> Bf16 | None:
        """Its floats are stored in bfloat16, and widened; None of any other file."""
        import onnx  # pyright: ignore[reportMissingImports]

        stored = onnx.load_model_from_string(self.content).graph.initializer
        if all(each.data_type != onnx.TensorProto.BFLOAT16 for each in stored):
            return None
        return Bf16(why="ONNX Runtime multiplies none on CPUs")

    def integers(self) -> Collection[str]:
        """The modules all of whose products multiply integers."""
        return {module for module, found in self.precisions().items() if found == INT8}

    def precisions(self) -> Mapping[str, str]:
        """What the products of modules compute in, the widest of them: decided when a session starts."""
        import onnx  # pyright: ignore[reportMissingImports]

        with tempfile.TemporaryDirectory(prefix="vidcompress-") as folder:
            file = Path(folder, FILE)
            _start(self.content, optimized=file)
            nodes = onnx.load(file).graph.node
        return widest_of_each(
            (module_of(node.name), INT8 if node.op_type in _INTEGER else FLOAT32)
            for node in nodes
            if node.op_type in _INTEGER | _FLOAT
        )


def _start(content: bytes, profile: Path | None = None, optimized: Path | None = None) -> Any:
    """A session.

    Args:
        profile: how the name of the file begins that `end_profiling` writes.
        optimized: where to write the graph as it is executed.
    """
    import onnxruntime  # pyright: ignore[reportMissingImports]
    import torch

    options = onnxruntime.SessionOptions()
    if profile is not None:
        options.enable_profiling, options.profile_file_prefix = True, str(profile)
    if optimized is not None:
        options.optimized_model_filepath = str(optimized)
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Its threads would go on spinning after a call, on the cores that the reference is timed on.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if integer_sums.saturate() and b"QuantizeLinear" in content:
        from .fitting_weights import with_fitting_weights

        content = with_fitting_weights(content)
    options.log_severity_level = 3  # errors
    # A bias that is joined to its product first would keep an integer kernel from being made of the two.
    disabled = ["MatMulAddFusion"] if b"QuantizeLinear" in content else []
    try:
        return onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"], disabled_optimizers=disabled
        )
    except Exception as error:
        raise VidcompressError(f"ONNX Runtime cannot load {FILE} ({' '.join(str(error).split())})") from error


def _prepare(model: Model) -> Graph:
    from .graph import onnx_graph

    return Graph(onnx_graph(model))


def _version() -> str:
    import onnxruntime  # pyright: ignore[reportMissingImports]

    return "onnxruntime" + ".".join(onnxruntime.__version__.split(".")[:2])


def _build(graph: Any) -> None:
    _ = graph.session


def _save(graph: Any, folder: Path) -> None:
    (folder / FILE).write_bytes(graph.content)


def _load(folder: Path) -> Graph:
    content = (folder / FILE).read_bytes()
    refuse_external_data(content)
    return Graph(content)


def _tensor_bytes(folder: Path) -> int:
    from .tensor_bytes import tensor_bytes

    return tensor_bytes((folder / FILE).read_bytes())


ONNXRUNTIME = Runtime(
    _prepare,
    _version,
    _save,
    _load,
    _tensor_bytes,
    build=_build,
    needs=("onnx", "onnxruntime"),
    extra="onnxruntime",
)
RUNTIMES = {"onnxruntime": ONNXRUNTIME}
