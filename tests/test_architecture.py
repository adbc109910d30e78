"""Data flows one way: a room imports only from the rooms before it, no two modules import each other, and a library
is imported only where it belongs. Imports inside functions and for annotations count."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import pytest_vidcompress

PACKAGE = Path(pytest_vidcompress.__file__).parent
ROOMS = (
    *(
        "errors",
        "untrusted",
        "processes",
        "clips",
        "models",
        "learn",
        "compress",
        "runtimes",
        "artefacts",
        "measure",
        "gate",
    ),
    *("present", "search", "other_commit", "run", "console", "plugin"),
)
"""Each may import from those before it, and from itself."""
HOMES = {
    "av": ("clips/decode/", "clips/drawn/encode.py"),
    "fsspec": ("run/shards/stores/remote_store.py",),
    "jinja2": ("present/html/",),
    "onnx": ("runtimes/onnx/",),
    "onnxruntime": ("runtimes/onnx/",),
    "openvino": ("runtimes/openvino/",),
    "plotly": (),
    "pytest": ("plugin/",),
    "ray": ("run/engines/ray/",),
    "scipy": ("gate/statistics.py",),
    "tabulate": ("present/",),
    "tqdm": ("present/", "console/"),
    "sqlite3": ("run/history/", "search/index/"),
    "usearch": ("search/approximate/graph.py",),
    "transformers": ("models/", "compress/fuse/"),
}
"""Library -> the files, or folders with a slash at the end, that may import it."""
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
LOOSE = {"__init__.py", "errors.py", "untrusted.py"}
"""Modules beside the rooms."""
MOST_FILES = 15
"""Of a folder, so that its listing can be read."""


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((PACKAGE / file).read_text(encoding="utf-8"))


def name_of(file: str) -> str:
    """`gate/judge.py` -> `gate.judge`; a package goes by its folder."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {name_of(file): file for file in FILES if "/" in file or file in LOOSE - {"__init__.py"}}


@cache
def imports(file: str) -> frozenset[str]:
    """Dotted names that a file imports anywhere; those of this package without its name."""
    parts = ("pytest_vidcompress", *file.removesuffix(".py").split("/"))
    found = set[str]()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (*parts[: len(parts) - node.level],) if node.level else ()
            origin = ".".join((*base, *([node.module] if node.module else [])))
            found.update(f"{origin}.{alias.name}" for alias in node.names)
    return frozenset(name.removeprefix("pytest_vidcompress.") for name in found)


def modules_of(file: str) -> Iterator[str]:
    """The modules of this package that a file imports."""
    for name in imports(file):
        owner = name if name in MODULES else name.rpartition(".")[0]
        if owner in MODULES:
            yield owner


@pytest.mark.parametrize("file", MODULES.values())
def test_a_room_imports_only_from_those_before_it(file: str) -> None:
    own = name_of(file).split(".")[0]
    allowed = ROOMS[: ROOMS.index(own) + 1]
    assert {module.split(".")[0] for module in modules_of(file)} <= set(allowed)


def test_no_modules_import_each_other() -> None:
    graph: Mapping[str, set[str]] = {
        name: {other for other in modules_of(file) if other != name} for name, file in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    importers = {file for file in FILES if any(name.split(".")[0] == library for name in imports(file))}
    assert {file for file in importers if not file.startswith(HOMES[library])} == set()


@pytest.mark.parametrize("library", ["torch", "numpy", "pytest"])
def test_the_gate_is_pure(library: str) -> None:
    gate = [file for file in FILES if file.startswith("gate/")]
    assert not [file for file in gate if any(name.split(".")[0] == library for name in imports(file))]


def test_every_module_is_in_a_room() -> None:
    assert {file for file in FILES if "/" not in file} == LOOSE
    assert {name.split(".")[0] for name in MODULES} <= set(ROOMS)


def test_every_folder_can_be_read_at_a_glance() -> None:
    folders = {Path(file).parent for file in FILES}
    crowded = {
        str(folder): count
        for folder in folders
        if (count := sum(Path(f).parent == folder and Path(f).name != "__init__.py" for f in FILES))
        > MOST_FILES
    }
    assert crowded == {}
