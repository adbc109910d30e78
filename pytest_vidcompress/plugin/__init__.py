"""pytest hooks and fixtures, by what they are about. Every pytest run loads them, so nothing heavy is imported
before a test needs it.
"""

from .collection import (
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_deselected,
    pytest_generate_tests,
    pytest_report_collectionfinish,
)
from .configure import (
    pytest_addhooks,
    pytest_addoption,
    pytest_configure,
    pytest_sessionstart,
    pytest_unconfigure,
)
from .fixtures import vc_baseline, vc_clips, vc_grid, vc_measure, vc_model, vc_variant
from .runtest import pytest_runtest_call, pytest_runtest_protocol
from .session_finish import pytest_sessionfinish
from .terminal_summary import pytest_benchmark_compare_machine_info, pytest_terminal_summary
from .xdist.hand_over import pytest_testnodedown
from .xdist.progress import pytest_configure_node

__all__ = [
    "pytest_addhooks",
    "pytest_addoption",
    "pytest_benchmark_compare_machine_info",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_deselected",
    "pytest_generate_tests",
    "pytest_report_collectionfinish",
    "pytest_runtest_call",
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "pytest_unconfigure",
    "vc_baseline",
    "vc_clips",
    "vc_grid",
    "vc_measure",
    "vc_model",
    "vc_variant",
]
