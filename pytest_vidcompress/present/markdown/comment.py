"""The summary of a run for a comment on a pull request, or wherever else Markdown is shown."""

from __future__ import annotations

from ..outcome import Outcome
from .step import Step
from .step_summary import COMMENT_BYTES, step_summary

MARK = "<!-- pytest-vidcompress -->\n"
"""How the comment of an earlier run is known, to be written anew."""


def comment(outcome: Outcome) -> str:
    """What the step's summary says, as long as a comment may be."""
    step = Step.of(outcome)
    unexpected = step.unexpected(outcome.results)
    return MARK + step_summary(outcome.results, unexpected, step, COMMENT_BYTES - len(MARK))
