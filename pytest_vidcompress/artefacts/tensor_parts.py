"""One entry of a state dict -> plain tensors with its numbers: of quantized, packed, sparse and wrapped ones.

A plain tensor is itself. What takes a tensor apart gives its parts names that begin with its own:

| entry | parts |
|---|---|
| quantized tensor, weight of a quantized linear layer | int8 under its name, `_scale`, `_zero_point` |
| sparse tensor | `_values`, and indices as torch calls them, such as `_crow_indices` |
| wrapper of others, as torchao's | its largest part under its name, `_` and the attribute for the others |
| torch's packed parameters, as of quantized recurrent layers | matrices, as quantized tensors, and biases by number |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import is_traceable_wrapper_subclass

_PACKED = "_packed_params._packed_params"
_SETTINGS = (type(None), bool, int, float, str, torch.dtype, torch.qscheme, torch.device, torch.layout)
"""What a state dict holds beside numbers."""
_INDICES: Mapping[torch.layout, tuple[str, ...]] = {
    torch.sparse_coo: ("indices",),
    torch.sparse_csr: ("crow_indices", "col_indices"),
    torch.sparse_bsr: ("crow_indices", "col_indices"),
    torch.sparse_csc: ("ccol_indices", "row_indices"),
    torch.sparse_bsc: ("ccol_indices", "row_indices"),
}


class Opaque(Exception):  # noqa: N818
    """An entry does not show its numbers; the text says of what kind it is."""


def parts(name: str, value: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """The plain tensors in an entry of a state dict; none of a setting.

    Raises:
        Opaque: it holds something else.
    """
    try:
        if is_packed(name, value):
            yield from _layer(packed_name(name), *value)
        elif isinstance(value, torch.Tensor):
            yield from plain_tensors(plain_name(name, value), value)
        elif isinstance(value, torch.ScriptObject):
            for number, each in enumerate(_inside(value)):
                yield from parts(f"{name}.{number}", each)
        elif isinstance(value, Mapping):
            for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
                yield from parts(f"{name}.{key}", each)
        elif isinstance(value, tuple | list):
            for number, each in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
                yield from parts(f"{name}.{number}", each)
        elif not isinstance(value, _SETTINGS):
            raise Opaque(type(value).__name__)
    except (
        RuntimeError,
        NotImplementedError,
        AttributeError,
    ):  # torch has kinds that take nobody's questions
        raise Opaque(type(value).__name__) from None


def plain_tensors(name: str, tensor: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """The plain tensors that a tensor of any kind consists of; of a plain one itself."""
    if is_traceable_wrapper_subclass(tensor):
        names, _ = tensor.__tensor_flatten__()
        inner = {each: getattr(tensor, each) for each in names}
        main = max(inner, key=lambda each: inner[each].nbytes)
        for each, part in inner.items():
            yield from plain_tensors(name if each == main else f"{name}_{each}", part)
    elif tensor.layout in _INDICES:
        whole = tensor.coalesce() if tensor.layout == torch.sparse_coo else tensor
        yield f"{name}_values", whole.values()
        for each in _INDICES[tensor.layout]:
            yield f"{name}_{each}", getattr(whole, each)()
    elif tensor.is_quantized:
        yield name, tensor.int_repr()
        yield from _scales(name, tensor)
    else:
        yield name, tensor


def packs_numbers(value: Any) -> bool:
    """Is it a tensor that holds several of its numbers in one of another type, as four-bit ones are held?"""
    if not isinstance(value, torch.Tensor) or not is_traceable_wrapper_subclass(value):
        return False
    return all(part.numel() != value.numel() for _, part in plain_tensors("", value))


def is_packed(name: str, value: object) -> bool:
    """Is this entry of a state dict the weight and the bias of a quantized linear layer?"""
    return isinstance(value, tuple) and f".{name}".endswith(f".{_PACKED}")


def is_restorable(name: str, value: Any) -> bool:
    """Can `restore` put this entry of a state dict back together from its parts?"""
    if is_packed(name, value):
        return value[0].is_quantized
    if isinstance(value, torch.Tensor):
        wraps = is_traceable_wrapper_subclass(value)
        return not wraps and value.layout == torch.strided and not value.is_quantized
    return isinstance(value, _SETTINGS)


def packed_name(name: str) -> str:
    """What the weight of a packed entry is stored as."""
    return f"{name.removesuffix(_PACKED)}weight"


def plain_name(name: str, tensor: torch.Tensor) -> str:
    """What a tensor of a state dict is stored as."""
    # A quantized layer's activation scale and zero point: settings, not weights.
    if name.endswith((".scale", ".zero_point")) and tensor.numel() == 1:
        return name.replace(".scale", ".output_scale").replace(".zero_point", ".output_zero_point")
    return name


def matrices(value: Any) -> list[torch.Tensor]:
    """The weights in torch's packed parameters, `(outputs, inputs)` or `(outputs, inputs, ...)` each."""
    return [part for _, part in parts("", value) if part.ndim > 1]


def _layer(name: str, weight: torch.Tensor, bias: torch.Tensor | None) -> Iterator[tuple[str, torch.Tensor]]:
    # Halves that torch packs are unpacked, and saved, as fp32.
    yield from plain_tensors(name, weight)
    if bias is not None:
        yield f"{name.removesuffix('weight')}bias", bias


def _inside(packed: Any) -> tuple[Any, ...]:
    """What an object of torch's own C++ says that it holds."""
    if hasattr(packed, "unpack"):
        return tuple(packed.unpack())
    state, _ = packed.__getstate__()
    return state


def _scales(name: str, weight: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    if weight.qscheme() in (torch.per_tensor_affine, torch.per_tensor_symmetric):
        scale = torch.tensor(weight.q_scale(), dtype=torch.float64)
        point = torch.tensor(weight.q_zero_point())
    else:
        scale, point = weight.q_per_channel_scales(), weight.q_per_channel_zero_points()
    single = scale.float()
    # What observers choose is a float32; anything finer is kept as it is.
    exact = single if torch.equal(single.to(scale.dtype), scale) else scale
    yield f"{name}_scale", exact
    yield f"{name}_zero_point", point if point.is_floating_point() else point.to(torch.int32)
