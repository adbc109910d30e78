"""A check that failed -> its bundle, from what the run knows of it."""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...artefacts import manifest
from ...artefacts.folder import MOST_BYTES
from ...artefacts.load import Artefact
from ...artefacts.variant import Variant
from ...clips.crops.digest import digest
from ...errors import first_line
from ...gate.verdict import Verdict
from ...measure.accuracy.class_counts import answer_name, set_name
from ...present.formats.report_json import as_json
from ...present.wording import commands
from ...untrusted import Malformed, file_in, read_json
from ..facts.environment import environment
from ..one_test.failing_blocks import flipped
from . import bundle_folder
from .bundle import Bundle, Failed, Flip, TakenClips, as_document
from .clip_paths import paths_within
from .without_home import without_home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...clips.clip import Clip
    from ...measure.report import Accuracy
    from ..one_test.measurements import Answers, Measurement
    from ..session import Session


@dataclass(frozen=True)
class Failure:
    """A check that failed."""

    test: str
    """Its node id."""
    measurement: Measurement
    """With its report as it was judged."""
    verdicts: tuple[Verdict, ...]
    options: str
    """What must be typed to run the test the same way."""


def look_again(session: Session, failure: Failure) -> str:
    """Writes the bundle of a failure; returns a line for its message on how to look at it, or on why there is none.

    Empty where nobody asked for a bundle.
    """
    try:
        folder = write_bundle(session, failure)
    except Exception as error:  # a test that fails says so, whatever comes of this
        return f"  {'no bundle:':<14} {first_line(error)}"
    if folder is None:
        return ""
    return f"  {'look at it:':<14} vidcompress show {shlex.quote(str(folder))}"


def write_bundle(session: Session, failure: Failure) -> Path | None:
    """Writes the bundle of a failure where `--vc-bundle` asks for one, in place of an earlier one.

    Returns:
        Its folder, as it can be typed; None where nobody asked.

    Raises:
        VidcompressError: it cannot be written.
    """
    directory = session.options.bundle
    if directory is None:
        return None
    report = failure.measurement.report
    name = bundle_folder.folder_name(without_home(failure.test), report.identity.number)
    document = without_home(as_document(_bundle(session, failure)))
    folder = bundle_folder.write(directory, name, document, _files(session, failure))
    here = session.options.folder
    folder = folder.relative_to(here) if folder.is_relative_to(here) else folder
    session.ledger.bundles[name] = str(folder)
    return folder


def forget(session: Session, test: str, number: int) -> None:
    """Removes the bundle that a test left when it failed, now that it holds."""
    directory = session.options.bundle
    if directory is not None:
        with suppress(OSError):  # a stale one is better than a failed test
            bundle_folder.discard(directory, bundle_folder.folder_name(without_home(test), number))


def _bundle(session: Session, failure: Failure) -> Bundle:
    report, options = failure.measurement.report, session.options
    answers, identity = failure.measurement.answers, report.identity
    _, command = next(commands([failure.test], failure.options, []))
    numbers = as_json(replace(report, divergence=None), failure.verdicts)
    return Bundle(
        Failed(
            failure.test,
            identity.number,
            command,
            report.name,
            _recipe(answers),
            report.model,
            options.weights,
            report.execution.runtime,
        ),
        failure.verdicts,
        TakenClips(
            session.inputs.clip_set.name,
            options.seed,
            identity.sample,
            identity.protocol,
            identity.clips_digest,
            identity.clip_ids,
            identity.label_names,
        ),
        _flips(session, failure.measurement),
        report.divergence,
        environment(session.baselines.machine_of(report.execution)),
        numbers,
    )


def _recipe(answers: Answers | None) -> str:
    target = answers and answers.target
    if isinstance(target, Variant):
        return target.recipe.text
    return target.recipe if isinstance(target, Artefact) else ""


def _flips(session: Session, measurement: Measurement) -> tuple[Flip, ...]:
    report = measurement.report
    if report.reference is None:
        return ()
    clips = session.references.of(report.model).clips
    within = paths_within(session.options.clips, session.inputs.clip_set.clips)
    return tuple(
        Flip(
            clips[place].id,
            within(clips[place]),
            _digest(clips[place]),
            *_said(place, report.identity.label_names, report.accuracy, report.reference.accuracy),
        )
        for place in flipped(report)
    )


def _said(place: int, names: Sequence[str], own: Accuracy, before: Accuracy) -> tuple[str, str, str]:
    """Of a clip: what it is, what the reference says and what the variant does."""
    if own.several_labels:
        sets = own.label_sets, before.predicted_sets, own.predicted_sets
        label, was, is_ = (set_name(names, each[place]) for each in sets)
    else:
        answers = own.labels, before.predictions, own.predictions
        label, was, is_ = (answer_name(names, each[place]) for each in answers)
    return label, was, is_


def _digest(clip: Clip) -> str:
    try:
        return digest(clip.source)
    except OSError:
        return ""


def _files(session: Session, failure: Failure) -> dict[str, bytes]:
    """Of a bundle, beside its data."""
    import torch
    from safetensors.torch import save

    from ...measure.accuracy.label_sets import many_hot

    measurement = failure.measurement
    report, answers = measurement.report, measurement.answers
    reference = session.references.of(report.model).logits[: report.clips]
    tensors = {"reference": reference, "labels": torch.tensor(report.accuracy.labels, dtype=torch.int64)}
    if report.accuracy.several_labels:
        tensors["labels"] = many_hot(report.accuracy.label_sets, len(report.identity.label_names))
    if answers is not None:
        tensors["variant"] = answers.logits
    files = {bundle_folder.LOGITS: save({name: each.contiguous() for name, each in tensors.items()})}
    if answers is not None and isinstance(answers.target, Artefact):
        with suppress(OSError, Malformed):  # gone since, or changed: then there is none
            document = read_json(file_in(answers.target.directory, manifest.FILE), MOST_BYTES)
            text = json.dumps(without_home(document), indent=2, sort_keys=True) + "\n"
            files[bundle_folder.ARTEFACT] = text.encode()
    return files
