"""`--vc-export`, for our own runs of another commit: what its tests would measure goes into files, unmeasured.

In the folder that it names:

    wanted        node ids, a JSON list: the tests to run, where their files hold them
    <key>.arms    what the first `vc_measure` of a test was given, as a worker loads it
    <key>.failed  why a test, or the file it is in, got not that far
    paths         `sys.path` of the tests, a JSON list: what the worker needs to load the arms
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from types import ModuleType

    import torch

    from ..clips.loader import Clips

WANTED, PATHS = "wanted", "paths"


class Exported(BaseException):
    """Ends a test whose arms are written; no `except Exception` of the test's own holds it up."""


def arms_file(folder: Path, nodeid: str) -> Path:
    return folder / f"{_key(nodeid)}.arms"


def failure_file(folder: Path, nodeid: str) -> Path:
    """Of a test, or of a file with tests."""
    return folder / f"{_key(nodeid)}.failed"


def export(
    folder: Path, nodeid: str, run: Callable[[torch.Tensor], Any], clips: Clips, module: ModuleType | None
) -> NoReturn:
    """Writes what a test would measure, with the pixels that would be timed.

    Args:
        run: pixels -> logits.
        module: of the test, which the worker may not be able to import.

    Raises:
        Exported: written; there is nothing more to do in this test.
        VidcompressError: it cannot be sent to another process.
    """
    from ..measure.latency.blocks import BASE
    from ..measure.latency.timer import pack
    from ..measure.measurement import first_clip

    file = arms_file(folder, nodeid)
    unfinished = file.with_suffix(".part")
    pack(unfinished, {BASE: run}, first_clip(clips), module)
    (folder / PATHS).write_text(json.dumps(sys.path))
    unfinished.replace(file)  # what bears the name is complete
    raise Exported(file.name)


class ExportPlugin:
    """The hooks of such a run: it takes the tests that are wanted, and notes which fail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        wanted = frozenset(json.loads((self._folder / WANTED).read_text()))
        left_out = [item for item in items if item.nodeid not in wanted]
        if left_out:
            items[:] = [item for item in items if item.nodeid in wanted]
            config.hook.pytest_deselected(items=left_out)

    def pytest_collectreport(self, report: Any) -> None:
        self._note(report)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._note(report)

    def _note(self, report: Any) -> None:
        if report.failed:
            crash = getattr(getattr(report.longrepr, "reprcrash", None), "message", "")
            said = _lines(crash)[:1] or _lines(report.longreprtext)[-1:] or ["no reason given"]
            failure_file(self._folder, report.nodeid).write_text(said[0])


def _lines(text: str) -> Sequence[str]:
    stripped = (line.removeprefix("E ").strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _key(nodeid: str) -> str:
    return hashlib.sha256(nodeid.encode()).hexdigest()
