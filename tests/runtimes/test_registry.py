from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.runtime import Runtime, as_runtime
from tests.models.small import model

HEAVY = ("torch", "openvino", "onnx", "onnxruntime")


def test_all_that_are_promised() -> None:
    assert list(RUNTIMES) == ["torch", "torch-compile", "openvino", "onnxruntime"]


def test_light_to_import() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pytest_vidcompress.runtimes.registry;"
            f"print([name for name in {HEAVY} if name in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"


def test_what_is_missing_is_named_with_what_installs_it() -> None:
    def runtime(extra: str) -> Runtime:
        return Runtime(lambda given: given.module, lambda: "none", needs=("torch", "not_there"), extra=extra)

    assert runtime("mine").missing == "it needs not_there: pip install 'pytest-vidcompress[mine]'"
    assert runtime("").missing == "it needs not_there: install not_there"
    assert RUNTIMES["torch"].missing == RUNTIMES["torch-compile"].missing == ""


def test_a_function_from_a_module_is_a_runtime() -> None:
    given: Model = model("videomae")
    made = as_runtime("loud", lambda module: (module, "loud"))  # type: ignore[arg-type, return-value]
    assert made.prepare(given) == (given.module, "loud")
    assert (made.version(), made.missing) == ("loud", "")
    assert as_runtime("torch", RUNTIMES["torch"]) is RUNTIMES["torch"]
    with pytest.raises(VidcompressError, match=r"expected a Runtime, or a function .* not int"):
        as_runtime("bad", 3)  # type: ignore[arg-type]
