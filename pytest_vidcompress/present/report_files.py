"""The files of a run, by their suffix: a page, a comment, or the numbers; and a list of skipped clips beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..clips.faults import Skipped
from ..errors import VidcompressError
from .formats.run_json import run_document, run_text
from .html.page import page
from .markdown.comment import comment
from .measurement.pictures import with_playable
from .outcome import Outcome
from .terminal.skipped_lines import skipped_csv, skipped_file


def write_reports(files: Sequence[Path], outcome: Outcome) -> None:
    """Writes each file, and beside it the list of skipped clips if there are any.

    Raises:
        VidcompressError: one cannot be written.
    """
    # A comment has none of the numbers.
    document = run_document(outcome) if any(map(_has_numbers, files)) else {}
    for file in files:
        text = _text(_beside(file, outcome, document), file) if _has_numbers(file) else comment(outcome)
        _write(file, text, outcome.skipped)


def _has_numbers(file: Path) -> bool:
    return file.suffix.lower() != ".md"


def _beside(file: Path, outcome: Outcome, document: dict[str, Any]) -> dict[str, Any]:
    """The document as it is for a file there: what a browser plays must lie beside it."""
    file_of = outcome.facts and outcome.facts.file_of
    return with_playable(document, file.parent, lambda flip: file_of(flip["clip"])) if file_of else document


def _text(document: dict[str, Any], file: Path) -> str:
    return run_text(document) if file.suffix.lower() == ".json" else page([document])


def _write(file: Path, text: str, skipped: Sequence[Skipped]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        csv_file = skipped_file(file)
        if skipped:
            csv_file.write_text(skipped_csv(skipped), encoding="utf-8", errors="surrogateescape")
        else:
            # That of an earlier run is no longer true.
            csv_file.unlink(missing_ok=True)
    except OSError as error:
        option = "--vc-json" if file.suffix.lower() == ".json" else "--vc-report"
        raise VidcompressError(
            f"{option}={file} cannot be written ({error.strerror}); choose a file in a folder that can be"
        ) from error
