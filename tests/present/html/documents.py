"""Run files of results, as a run hands them to its page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pytest_vidcompress.clips.faults import Skipped
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.formats.run_json import run_document
from pytest_vidcompress.present.outcome import Outcome


def document(results: Sequence[Result], about: str = "", skipped: Sequence[Skipped] = ()) -> Any:
    """As it is when it was written and read again."""
    outcome = Outcome(results=results, about=about, skipped=skipped)
    return json.loads(json.dumps(run_document(outcome)))
