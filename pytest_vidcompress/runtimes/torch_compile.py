"""`torch-compile`: the module compiled by torch's inductor, its weights frozen into what is compiled."""

from __future__ import annotations

import importlib
import logging
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any

from ..compress.int8.torch_packed import refuse_packed
from ..compress.layers.by_clip import refuse_by_clip
from ..errors import VidcompressError
from . import torch_eager as eager
from .runtime import Runtime

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ..models.model import Model

    Logits = Callable[[torch.Tensor], torch.Tensor]


class Compiled:
    """Pixels -> logits, compiled at the first call in each process; it pickles and copies as its module.

    A batch runs clip by clip, so that one shape is compiled.

    Args:
        module: in eval mode.
    """

    def __init__(self, module: nn.Module) -> None:
        # Two seconds that processes share which fork from here; it starts no thread.
        importlib.import_module("torch._inductor.compile_fx")
        self._module = module
        self._run: Logits | None = None

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """`(B, T, C, H, W)` -> `(B, labels)`."""
        import torch

        # Weights are frozen only where no gradients can be asked for. A copy that is made there is always of the same
        # kind of tensor: compiled code is for one kind.
        with torch.inference_mode():
            return torch.cat([self._of_clip(clip.clone()) for clip in pixels.split(1)])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._module,)

    def _of_clip(self, clip: torch.Tensor) -> torch.Tensor:
        if self._run is None:
            self._run, logits = _compile(self._module, clip)
            return logits
        return self._run(clip)


def _compile(module: nn.Module, clip: torch.Tensor) -> tuple[Logits, torch.Tensor]:
    """What runs, and what it said of the clip that it was compiled with."""
    import torch
    from torch._inductor import config

    from ..models.adapter import logits_from

    def logits(pixels: torch.Tensor) -> torch.Tensor:
        return logits_from(module(pixels))

    # What is compiled hangs on the code object: with one of its own it goes when `module` goes, and other
    # modules do not count as recompilations of this one.
    own = FunctionType(logits.__code__.replace(), logits.__globals__, closure=logits.__closure__)
    run: Logits = torch.compile(own, dynamic=False)
    settings = {
        "freezing": True,
        # It hands out graphs of other models: a frozen number such as a scale is in the code, but not in the key.
        "fx_graph_cache": False,
        "compile_threads": 1,  # a pool of compilers would stay beside what is timed
        "cpp.cxx": (None, _compiler()),
    }
    try:
        with config.patch(settings), _untraced():
            return run, run(clip)
    except Exception as error:
        raise VidcompressError(
            f"torch.compile failed ({_reason(error)}); run this variant with --vc-runtime=torch"
        ) from error


@contextmanager
def _untraced() -> Generator[None]:
    """Without the thousands of notes for torch's developers, which pytest would show beside every failure."""
    log = logging.getLogger("torch.__trace")
    handlers = log.handlers
    log.handlers = [each for each in handlers if type(each).__module__.startswith("torch.")]
    try:
        yield
    finally:
        log.handlers = handlers


def _prepare(model: Model) -> Compiled:
    _compiler()
    refuse_packed(model, "torch-compile")
    refuse_by_clip(model, "torch-compile")
    return Compiled(eager.executable(model.module).eval())


def _compiler() -> str:
    """The C++ compiler for what inductor generates."""
    for name in (os.environ.get("CXX", ""), "g++", "clang++"):
        if name and shutil.which(name):
            return name
    raise VidcompressError(
        "runtime 'torch-compile' needs a C++ compiler, and neither $CXX nor g++ nor clang++ is one here: install"
        " g++ (Debian: apt-get install g++) or point CXX to one"
    )


def _reason(error: Exception) -> str:
    """The line of a long message that says most."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line.lower()] or lines or [type(error).__name__]
    return telling[0]


def _version() -> str:
    return eager.version().replace("torch", "torch-compile")


TORCH_COMPILE = Runtime(_prepare, _version, torch_kernels=True)
RUNTIMES = {"torch-compile": TORCH_COMPILE}
