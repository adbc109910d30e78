"""What a run keeps in pytest's stashes: the options, the session they are for, and what each test measures with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..run.grid.grid_measurer import GridMeasurer
    from ..run.one_test.checker import Checker
    from ..run.one_test.measurements import Measurements
    from ..run.options import Options
    from ..run.session import Session

OPTIONS: pytest.StashKey[Options] = pytest.StashKey()
SESSION: pytest.StashKey[Session] = pytest.StashKey()
MEASUREMENTS: pytest.StashKey[Measurements] = pytest.StashKey()
CHECKER: pytest.StashKey[Checker] = pytest.StashKey()
GRID: pytest.StashKey[GridMeasurer] = pytest.StashKey()
COMPARED = pytest.StashKey[list[dict[str, Any]]]()
"""Documents of the earlier runs that pytest-benchmark compares with."""
EXIT = pytest.StashKey[int]()
"""How the run ended, a nothing measured and a baseline unused counted in."""
DESELECTED = pytest.StashKey[bool]()
"""Tests were left out of the run."""
TRAININGS = pytest.StashKey[list[str]]()
"""What is going to be trained, in words."""
BESIDE_GRIDS = pytest.StashKey[int]()
"""Of these, those that a run of grids leaves out."""


def session_of(config: pytest.Config) -> Session:
    """The session of this run, made when the first of our tests is collected."""
    if SESSION not in config.stash:
        from ..run.session import Session
        from .hooks import registries
        from .terminal import progress

        session = config.stash[SESSION] = Session(config.stash[OPTIONS], registries(config), progress(config))
        session.ledger.compared = config.stash.get(COMPARED, [])
    return config.stash[SESSION]
