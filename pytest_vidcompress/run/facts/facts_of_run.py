"""A session -> what its files say of it beside its results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..bundle.clip_paths import paths_within
from ..bundle.without_home import without_home
from .environment import environment
from .flip_pictures import flip_pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...present.formats.run_facts import RunFacts
    from ..session import Session


def facts_of_run(session: Session, command: Sequence[str], exit: str) -> RunFacts:
    """What a run knows when it is over.

    Args:
        command: what was typed.
        exit: how pytest ended, in words.
    """
    from ...measure.report import Execution
    from ...present.formats.run_facts import RunFacts

    options, head = session.options, session.head
    return RunFacts(
        options.weights,
        str(options.clips),
        options.calibration,
        session.baselines.machine_of,
        datetime.fromtimestamp(options.began, UTC).isoformat(timespec="seconds"),
        head.sha if head else "",
        head.dirty if head else False,
        tuple(without_home([*command])),
        exit,
        environment(session.baselines.machine_of(Execution())),
        _path_of(session),
        lambda report: (
            session.baselines.of_execution(report.model, report.execution).baseline(report.name).numbers
        ),
        _file_of(session),
        lambda: flip_pictures(session, session.ledger.results),
    )


def _path_of(session: Session) -> Callable[[str], str]:
    clip_set = session.inputs.clip_set
    within = paths_within(session.options.clips, clip_set.clips)
    by_id = {clip.id: clip for clip in clip_set.clips}
    return lambda name: within(by_id[name]) if name in by_id else ""


def _file_of(session: Session) -> Callable[[str], Path | None]:
    files = {clip.id: clip.path for clip in session.inputs.clip_set.clips if clip.pixels is None}
    return files.get
