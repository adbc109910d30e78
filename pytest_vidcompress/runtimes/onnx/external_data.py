"""Tensors of an ONNX file that lie in other files.

Ours have none, and whoever names some may name any file that the user can read: ONNX Runtime looks for them from the
current folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...errors import VidcompressError, first_line


def refuse_external_data(content: bytes) -> None:
    """Raises VidcompressError where a tensor lies in another file, or this is no ONNX file."""
    import onnx  # pyright: ignore[reportMissingImports]

    try:
        model: Any = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf has kinds of its own
        raise VidcompressError(f"it is no ONNX file ({first_line(error)}): save the variant again") from error
    for tensor in _tensors(model):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise VidcompressError(
                f"tensor {tensor.name!r} lies in another file, which files of this runtime never do: save the variant"
                " again"
            )


def _tensors(message: Any) -> Iterator[Any]:
    """All tensors at any depth: initializers, attributes, those of subgraphs and functions."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in value if isinstance(value, Iterable) else (value,):
            if field.message_type.name == "TensorProto":
                yield part
            else:
                yield from _tensors(part)
