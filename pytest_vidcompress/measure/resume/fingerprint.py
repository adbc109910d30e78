"""What decides a module's logits, as one digest: two modules that share it give the same ones, bit for bit.

    fingerprint(module, began)    None where that cannot be known

It is of the module tree with everything its parts hold (weights and buffers byte for byte, quantized weights
unpacked, plain attributes, configuration), and of the code that runs: torch and transformers by their versions,
other installed code by the files of its classes, and code that is not installed, such as a conftest's, by
everything of that kind that is loaded. What cannot be told from outside has no fingerprint: a plain callable, a
function made inside another, `forward` hooks, a compiled or scripted module, and code that was edited after
this process had begun, which may not be what runs.
"""

from __future__ import annotations

import hashlib
import sys
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from .source_files import PACKAGE, is_by_version, is_installed, loaded_source, module_file, sources

_PLAIN = (
    *(type(None), bool, int, float, complex, str, bytes),
    *(torch.dtype, torch.device, torch.Size, torch.layout, torch.memory_format),
)
_TENSORS = (torch.Tensor, nn.Parameter, nn.Buffer)
_ACTING_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
# Of training, saving and loading, too.
_HOOKS = {name for name in vars(nn.Module()) if name.endswith("_hooks")}
# Where weights and configuration were read from and how they are stored; and the mode, which measuring sets.
_SILENT = {"_name_or_path", "name_or_path", "_weight_conversions", "_is_hf_initialized", "training"}


class _UnknownError(Exception):
    """Something whose part in the logits cannot be told."""


def fingerprint(module: object, began: float) -> str | None:
    """The digest of everything that decides a module's logits, apart from the machine and its settings.

    Args:
        module: anything; only a module can have one.
        began: when this process began to load code, seconds since the epoch.

    Returns:
        64 hexadecimal digits, or None where something is not understood.
    """
    if not isinstance(module, nn.Module) or _has_global_hooks():
        return None
    walk = _Walk(began)
    try:
        walk.take(module)
        walk.take_code()
    except (_UnknownError, RecursionError, OSError):
        return None
    return walk.digest.hexdigest()


class _Walk:
    """Feeds everything that hangs on a module into a digest, each thing with its kind and its length."""

    def __init__(self, began: float) -> None:
        self.digest = hashlib.sha256()
        self._began = began
        self._places: dict[int, int] = {}
        self._alive: list[object] = []
        self._classes: set[type] = set()
        self._has_foreign_code = False

    def take(self, value: object) -> None:
        kind = type(value)
        if kind in _PLAIN:
            self._say(kind.__name__, repr(value))
        elif kind in (list, tuple):
            self._each(kind.__name__, cast("list[object]", value))
        elif kind in (set, frozenset):
            # Their order is another in every process.
            self._each("set", sorted(cast("set[object]", value), key=repr))
        elif isinstance(value, type):
            self._class(value)
        elif isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
            self._function(value)
        elif id(value) in self._places:
            self._say("again", str(self._places[id(value)]))
        else:
            self._places[id(value)] = len(self._places)
            self._alive.append(value)  # or another object could get its id
            self._object(value)

    def take_code(self) -> None:
        """What the classes and functions that were met are made of."""
        if self._has_foreign_code:
            self._say("loaded", _known(loaded_source(self._began)))

    def _object(self, value: object) -> None:
        if isinstance(value, torch.Tensor):
            self._tensor(value)
        elif isinstance(value, nn.Module):
            self._module(value)
        elif isinstance(value, torch.ScriptObject):
            self._packed(value)
        elif type(value) is dict:
            self._each(
                "dict", [part for item in cast("dict[object, object]", value).items() for part in item]
            )
        else:
            self._any(value)

    def _module(self, module: nn.Module) -> None:
        if isinstance(module, torch.jit.ScriptModule):
            raise _UnknownError("scripted")
        held = {name: value for name, value in vars(module).items() if name not in _HOOKS}
        if "forward" in held or any(vars(module).get(name) for name in _ACTING_HOOKS):
            raise _UnknownError("forward is not its class's")
        self._class(type(module))
        self._attributes(held)

    def _attributes(self, held: Mapping[str, object]) -> None:
        # Their order says nothing; the order of parts does, and is in `_modules`.
        names = [name for name in sorted(held) if name not in _SILENT]
        self._each("attributes", [part for name in names for part in (name, held[name])])

    def _tensor(self, tensor: torch.Tensor) -> None:
        if type(tensor) not in _TENSORS or tensor.layout is not torch.strided or tensor.is_meta:
            raise _UnknownError("an unusual tensor")
        self._say("tensor", f"{tensor.dtype} {tuple(tensor.shape)} {tensor.stride()} {tensor.device}")
        if tensor.is_quantized:
            self._each("scales", _scales(tensor))
            tensor = tensor.int_repr()
        flat = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        self.digest.update(flat.numpy().data)

    def _packed(self, value: torch.ScriptObject) -> None:
        """The weights of a quantized linear layer; a state of another kind is refused by its operator."""
        try:
            weight, bias = torch.ops.quantized.linear_unpack(value)
        except RuntimeError as error:
            raise _UnknownError(str(error)) from None
        self._each("packed", [weight, bias])

    def _any(self, value: object) -> None:
        """Any other object as pickle would take it apart."""
        try:
            reduced: Any = value.__reduce_ex__(4)
        except Exception as error:  # whatever it raises, it does not want to be taken apart
            raise _UnknownError(str(error)) from None
        if isinstance(reduced, str):
            raise _UnknownError(reduced)
        parts: tuple[Any, ...] = (*reduced, None, None, None)
        make, arguments, state, items, pairs = parts[:5]
        self._each("object", [make, arguments, list(items or ()), dict(pairs or ())])
        if type(state) is dict and all(isinstance(name, str) for name in cast("dict[Any, Any]", state)):
            self._attributes(cast("dict[str, object]", state))
        else:
            self.take(state)

    def _class(self, kind: type) -> None:
        self._say("class", _name(kind))
        for each in kind.__mro__:
            if each not in self._classes and each.__module__ != "builtins":
                self._classes.add(each)
                self._code(module_file(each.__module__))
                # A method may have been put in place of the class's own.
                for method in vars(each).values():
                    if isinstance(method, types.FunctionType):
                        self._code(Path(method.__code__.co_filename))

    def _function(self, function: types.FunctionType | types.BuiltinFunctionType) -> None:
        self._say("function", _name(function))
        if isinstance(function, types.FunctionType):
            self._code(Path(function.__code__.co_filename))

    def _code(self, file: Path | None) -> None:
        """Notes a file that code comes from; code that no file holds is part of an extension or made up."""
        if file is None or is_by_version(file):
            return
        if file.name.startswith("<"):
            # Dataclasses and named tuples make methods of themselves; their class's file says which.
            return
        if is_installed(file):
            self._say("file", _known(sources([file], self._began)))
        elif not file.is_relative_to(PACKAGE):
            self._has_foreign_code = True

    def _each(self, kind: str, values: Iterable[object]) -> None:
        values = list(values)
        self._say(kind, str(len(values)))
        for value in values:
            self.take(value)

    def _say(self, kind: str, text: str) -> None:
        encoded = text.encode("utf-8", "surrogatepass")
        self.digest.update(f"{kind} {len(encoded)} ".encode() + encoded)


def _has_global_hooks() -> bool:
    held = vars(torch.nn.modules.module)
    return any(held.get(f"_global{name}") for name in _ACTING_HOOKS)


def _scales(tensor: torch.Tensor) -> list[object]:
    if tensor.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric):
        return [
            tensor.q_per_channel_scales(),
            tensor.q_per_channel_zero_points(),
            tensor.q_per_channel_axis(),
        ]
    return [tensor.q_scale(), tensor.q_zero_point()]


def _name(value: Any) -> str:
    """The name by which a class or function is found; one that is not found there is unknown."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    found: Any = sys.modules.get(module or "")
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not value:
        raise _UnknownError(f"{module}.{name}")
    return f"{module}.{name}"


def _known(found: str | None) -> str:
    if found is None:
        raise _UnknownError("edited while it runs")
    return found
