"""What a runtime is: what executes a compressed model, and the files that it ships as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError

if TYPE_CHECKING:
    import torch

    from ..models.model import Model

Executable = Callable[["torch.Tensor"], Any]
"""Pixels `(B, T, C, H, W)` -> logits `(B, labels)`, or an object with `.logits`; under torch an `nn.Module`."""


@dataclass(frozen=True)
class Runtime:
    """What executes compressed models. Light to make: what it needs is imported when it is used."""

    prepare: Callable[[Model], Executable]
    """A model as techniques leave it -> what runs.

    What runs is sent to other processes, which fork before they call it: it pickles, it can be deep-copied, and it
    starts no thread before its first call. It takes its number of threads from torch's at that call.
    """
    version: Callable[[], str]
    """Its name with major.minor, such as `openvino2026.4`: part of the machine class."""
    save: Callable[[Executable, Path], None] | None = None
    """Writes what `prepare` made into a folder, in its own format; None: it ships as the module's tensors."""
    load: Callable[[Path], Executable] | None = None
    """Reads what `save` wrote; what it returns gives the logits of what was saved, bit for bit."""
    tensor_bytes: Callable[[Path], int] | None = None
    """Bytes of the tensors alone in what `save` wrote into a folder, without the names and structure around them: a
    size is held exactly by them. None where they cannot be told apart: then by all."""
    torch_kernels: bool = False
    """Torch's own kernels execute it, on whatever device its module is: they multiply no other integers than torch's
    own int8 operators do, and go by what torch found in this CPU. What others execute runs on the CPU alone."""
    needs: tuple[str, ...] = ()
    """Packages that it imports and that are not installed with ours."""
    extra: str = ""
    """What installs them: `pytest-vidcompress[extra]`."""
    build: Callable[[Executable], None] | None = None
    """Does now what the first call in a process would do before it computes, such as compiling: a cold start times
    the two apart. None: there is no such thing, or it takes the pixels of that call."""

    @property
    def missing(self) -> str:
        """What to install before it can run; empty when it can."""
        absent = [package for package in self.needs if not _is_installed(package)]
        if not absent:
            return ""
        named = f"pip install 'pytest-vidcompress[{self.extra}]'" if self.extra else f"install {absent[0]}"
        return f"it needs {' and '.join(absent)}: {named}"


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):  # of a package's part, where the package itself is not
        return False


def as_runtime(name: str, given: Runtime | Callable[[Any], Executable]) -> Runtime:
    """What a hook gave: a `Runtime`, or just a function from the stored module to what runs."""
    if isinstance(given, Runtime):
        return given
    if not callable(given):
        raise VidcompressError(
            f"runtime {name!r}: expected a Runtime, or a function from a module to a callable pixels -> logits,"
            f" not {type(given).__name__}"
        )
    return Runtime(prepare=lambda model: given(model.module), version=lambda: name)
