"""What `vidcompress show` says of bundles that `--vc-bundle` wrote, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import VidcompressError
from ...gate.verdict import Status, Verdict, worst
from ...models.safetensors_header import described
from ...present.divergence_words import relative, sentence_of
from ...present.text_table import columns, paragraph, shorten
from ...present.wording import count, label, numbers
from ...run.bundle.bundle import Bundle
from ...run.bundle.bundle_folder import ARTEFACT, FILE, LOGITS, bundles_in, read
from ...untrusted import Malformed, file_in

_SHOWN = 20
"""Clips, blocks, folders and the like that are listed at most."""
_LONGEST = 400
"""Characters of a text that are shown at most; of a cell of a table a tenth of that."""
_LONGEST_LINE = 4 * _LONGEST
"""A command is there to be copied."""


def are_bundles(folder: Path) -> bool:
    """Is it a bundle, or a folder of some?"""
    return (folder / FILE).is_file() or bool(bundles_in(folder))


def bundle_lines(folder: Path) -> list[str]:
    """The lines to print of a bundle, or of each one in a folder; none is longer than `_LONGEST_LINE`.

    Raises:
        VidcompressError: a bundle is damaged, or of another version.
    """
    if (folder / FILE).is_file():
        return [shorten(line, _LONGEST_LINE) for line in _whole(folder, read(folder))]
    bundles = bundles_in(folder)
    lines = [shorten(line, _LONGEST_LINE) for each in bundles[:_SHOWN] for line in _short(each)]
    return lines + _more(bundles)


def _short(folder: Path) -> Iterator[str]:
    try:
        bundle = read(folder)
    except VidcompressError as error:
        yield f"{folder.name}: {error}"
        return
    status = worst(verdict.status for verdict in bundle.verdicts)
    names = ", ".join(label(verdict) for verdict in bundle.verdicts if verdict.status is status)
    yield f"{folder.name}: {_heading(bundle)}; {status}: {names or 'nothing'}"


def _not_passed(bundle: Bundle) -> Sequence[Verdict]:
    """The worst first."""
    rest = [verdict for verdict in bundle.verdicts if verdict.status is not Status.PASSED]
    return sorted(rest, key=lambda verdict: verdict.status.rank)


def _heading(bundle: Bundle) -> str:
    failed = bundle.failed
    return f"{failed.variant} of {failed.model} ({failed.weights} weights), on {failed.runtime}"


def _whole(folder: Path, bundle: Bundle) -> Iterator[str]:
    failed, clips = bundle.failed, bundle.clips
    yield f"{failed.test}: {_heading(bundle)}"
    for verdict in _not_passed(bundle)[:_SHOWN]:
        yield f"{label(verdict)} {verdict.status}: {', '.join(numbers(verdict))}"
        for text in filter(None, (verdict.reason, verdict.evidence)):
            yield from paragraph(shorten(text, _LONGEST), first="  ", rest="  ")
    passed = [label(verdict) for verdict in bundle.verdicts if verdict.status is Status.PASSED]
    yield f"passed: {', '.join(passed) or 'nothing'}"
    yield f"see it again: {failed.command}"
    yield f"recipe: {failed.recipe or 'none, the test made it'}"
    yield (
        f"clips: {len(clips.ids):,} of {clips.sample:,} of {clips.clip_set}, seed {clips.seed}, {clips.protocol},"
        f" digest {clips.digest}"
    )
    yield from _flips(bundle)
    yield from _blocks(bundle)
    yield from _tensors(folder)
    if (folder / ARTEFACT).is_file():
        yield f"artefact: its manifest is {ARTEFACT}"
    yield "where it failed:"
    for name, value in [*bundle.environment.items()][:_SHOWN]:
        yield f"  {name}: {value}"


def _flips(bundle: Bundle) -> Iterator[str]:
    flips = bundle.flips
    yield f"answered otherwise than the reference: {count(len(flips), 'clip')}"
    rows = [
        [
            shorten(text, _LONGEST // 10)
            for text in (each.id, each.label, each.reference, each.variant, each.path)
        ]
        for each in flips[:_SHOWN]
    ]
    if rows:
        yield from _indented(columns(("clip", "label", "reference", "variant", "file"), rows))
        yield from _more(flips)


def _blocks(bundle: Bundle) -> Iterator[str]:
    divergence = bundle.divergence
    if divergence is None:
        return
    yield from paragraph(shorten(sentence_of(divergence), _LONGEST))
    rows = [
        (shorten(block.name, _LONGEST // 4), relative(block.error), relative(block.own), relative(added))
        for block, added in zip(divergence.blocks, divergence.added, strict=True)
    ]
    if rows:
        header = ("block", "error after it", "its own", "adds")
        yield from _indented(columns(header, rows[:_SHOWN], right=(1, 2, 3)))
        yield from _more(rows)


def _tensors(folder: Path) -> Iterator[str]:
    try:
        file = file_in(folder, LOGITS)
        tensors = described(file) if file.is_file() else ()
    except (VidcompressError, Malformed):
        tensors = ()
    if not tensors:
        yield f"logits: {LOGITS} cannot be read"
        return
    shapes = (f"{each.name} {' x '.join(map(str, each.shape))}" for each in tensors[:_SHOWN])
    yield f"logits: {LOGITS}, {', '.join(shapes)}"


def _indented(lines: Sequence[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _more(of: Sequence[object]) -> list[str]:
    return [f"  and {len(of) - _SHOWN:,} more"] if len(of) > _SHOWN else []
