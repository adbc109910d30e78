"""The modules of a user's that other processes cannot import by their names: conftests, and the file of the test."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType


def sent_modules(of_test: ModuleType | None = None) -> tuple[ModuleType, ...]:
    """What of them is loaded, for whoever pickles by value.

    Args:
        of_test: the file that the test is in.
    """
    conftests = [
        module
        for module in [*sys.modules.values()]
        if Path(getattr(module, "__file__", None) or "").name == "conftest.py"
    ]
    return tuple(dict.fromkeys([*conftests, *([of_test] if of_test else [])]))
