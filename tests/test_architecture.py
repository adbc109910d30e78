"""Data flows one way: a room imports only from the rooms before it, and heavy libraries only where they belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_vidcompress

PACKAGE = Path(pytest_vidcompress.__file__).parent
ROOMS = ("clips", "models", "compress", "runtimes", "measure", "gate", "present")
HOMES = {
    "av": {f"clips/{file}.py" for file in ("container", "survey", "picked", "sparse", "decode", "encode")},
    "onnxruntime": {"runtimes/onnx.py"},
    "openvino": {"runtimes/openvino.py"},
    "scipy": {"gate/statistics.py"},
    "pytest": {"plugin.py", "options.py", "hookspecs.py"},
}
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imports(file: str) -> Iterator[str]:
    """Dotted names of the modules that a file imports, those for annotations alone left out."""
    parts = ("pytest_vidcompress", *file.removesuffix(".py").split("/"))
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in annotations:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level] if node.level else ()
            yield ".".join((*base, *([node.module] if node.module else [])))


@pytest.mark.parametrize("file", [file for file in FILES if "/" in file])
def test_a_room_imports_only_from_those_before_it(file: str) -> None:
    room = file.split("/")[0]
    allowed = {"errors", *ROOMS[: ROOMS.index(room) + 1]}
    ours = {name.split(".")[1] for name in imports(file) if name.startswith("pytest_vidcompress.")}
    assert ours <= allowed


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    importers = {file for file in FILES if any(name.split(".")[0] == library for name in imports(file))}
    assert importers <= HOMES[library]
    assert importers
