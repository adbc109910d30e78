"""How many bytes of an ONNX file are numbers, and not names and structure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ...errors import VidcompressError, first_line


def tensor_bytes(content: bytes) -> int:
    """Bytes of all tensors in a model: initializers and constants, those of inner graphs included.

    Args:
        content: of the file.

    Raises:
        VidcompressError: it is no ONNX file.
    """
    import onnx  # pyright: ignore[reportMissingImports]

    try:
        model = onnx.load_model_from_string(content)
        return sum(map(_nbytes, _tensors(model.graph)))
    except Exception as error:  # of protobuf, of onnx, of numpy
        raise VidcompressError(f"what should be an ONNX model is none ({first_line(error)})") from error


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("g"):
                yield from _tensors(attribute.g)
            for inner in attribute.graphs:
                yield from _tensors(inner)


def _nbytes(tensor: Any) -> int:
    import onnx  # pyright: ignore[reportMissingImports]

    return math.prod(tensor.dims) * onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
