"""What is promised is there, and whatever has a file is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pytest_vidcompress.compress import registry
from pytest_vidcompress.compress.registry import IMMEDIATE, TECHNIQUES
from pytest_vidcompress.compress.technique import as_technique

PROMISED = {
    *("fp32", "prune-global", "prune-local-attention", "prune-local-dense", "prune-local-both"),
    *("int8-dynamic", "fp16", "fuse", "int8-static", "int8-weights"),
}
"""By the design: recipes of users name them."""


def test_all_that_are_promised() -> None:
    assert set(TECHNIQUES) >= PROMISED


def test_the_control_comes_first_and_the_others_by_their_names() -> None:
    first, *others = TECHNIQUES
    assert first == "fp32"
    assert others == sorted(others)


def test_every_file_that_defines_a_technique_is_found() -> None:
    folder = Path(registry.__file__).parent
    files = [path for path in folder.rglob("*.py") if " Technique(" in path.read_text(encoding="utf-8")]
    assert len(files) >= 8
    assert all(any(map(registers, (path, path.parent / "__init__.py"))) for path in files)
    assert all(as_technique(name, each) is each for name, each in TECHNIQUES.items())


def registers(path: Path) -> bool:
    return "TECHNIQUES = {" in path.read_text(encoding="utf-8")


def test_light_to_import() -> None:
    heavy = ("torch", "numpy", "transformers", "openvino", "onnx")
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pytest_vidcompress.compress.registry;"
            f"print([name for name in {heavy} if name in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"


def test_what_its_name_alone_makes_at_once_neither_learns_nor_needs_a_folder() -> None:
    assert set(IMMEDIATE) >= PROMISED
    assert not any(TECHNIQUES[name].learns or TECHNIQUES[name].first for name in IMMEDIATE)
    assert set(TECHNIQUES) - set(IMMEDIATE) >= {"artefact"}
