"""A test, as far as measuring needs to know it. No pytest in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...gate.budget import Budget, Margins

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True)
class Case:
    """What a test is called, what it measures beside, and what it holds that to."""

    nodeid: str
    """With all its parameters."""
    key: str
    """`path/test_file.py::test_name`, and in brackets the parameters that are not ours: what a baseline calls it."""
    model: str
    budget: Budget = field(default_factory=Budget)
    """From its `vc_budget` marker."""
    margins: Margins = field(default_factory=Margins)
    """From the options and its `vc_margin` marker."""
    checks: bool = False
    """It holds what it measures to the baseline: then clips beyond what decides that are left out."""
    module: ModuleType | None = None
    """The file it is in."""
