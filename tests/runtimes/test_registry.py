from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes import registry
from pytest_vidcompress.runtimes.registry import RUNTIMES, find_runtime, usable_runtime
from pytest_vidcompress.runtimes.runtime import Runtime, as_runtime
from tests.models.small import model

HEAVY = ("torch", "openvino", "onnx", "onnxruntime")


PROMISED = {"torch", "torch-compile", "openvino", "onnxruntime"}


def test_all_that_are_promised() -> None:
    assert set(RUNTIMES) >= PROMISED


def test_those_that_need_nothing_come_first_each_by_its_name() -> None:
    assert next(iter(RUNTIMES)) == "torch"
    assert list(RUNTIMES) == sorted(RUNTIMES, key=lambda name: (bool(RUNTIMES[name].needs), name))


def test_every_file_that_defines_a_runtime_is_found() -> None:
    folder = Path(registry.__file__).parent
    files = [path for path in folder.rglob("*.py") if " = Runtime(" in path.read_text(encoding="utf-8")]
    assert len(files) == len(RUNTIMES)
    assert all("RUNTIMES = {" in path.read_text(encoding="utf-8") for path in files)


def test_a_runtime_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(VidcompressError, match=r"^unknown runtime 'abacus': there are torch, .*openvino"):
        find_runtime("abacus")
    absent = Runtime(lambda model: model.module, lambda: "1", needs=("not_here_at_all",))
    assert find_runtime("absent", {"absent": absent}) is absent
    with pytest.raises(
        VidcompressError, match=r"^runtime 'absent' cannot run here: it needs not_here_at_all"
    ):
        usable_runtime("absent", {"absent": absent})
    assert usable_runtime("torch") is RUNTIMES["torch"]


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
    assert Runtime(lambda given: given.module, lambda: "none", needs=("not_there.part",)).missing
    assert RUNTIMES["torch"].missing == RUNTIMES["torch-compile"].missing == ""


def test_a_function_from_a_module_is_a_runtime() -> None:
    given: Model = model("videomae")
    made = as_runtime("loud", lambda module: (module, "loud"))  # type: ignore[arg-type, return-value]
    assert made.prepare(given) == (given.module, "loud")
    assert (made.version(), made.missing) == ("loud", "")
    assert as_runtime("torch", RUNTIMES["torch"]) is RUNTIMES["torch"]
    with pytest.raises(VidcompressError, match=r"expected a Runtime, or a function .* not int"):
        as_runtime("bad", 3)  # type: ignore[arg-type]
