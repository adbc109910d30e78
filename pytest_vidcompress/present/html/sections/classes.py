"""Who is hurt: classes that lost or gained, labels that are confused, and the clips whose answer changed."""

from __future__ import annotations

from collections.abc import Iterator

from ...wording import count
from ..figures.class_map import changed, class_map
from ..numbers import whole_cell
from ..page_blocks import Block, Cell, FlippedClip, FlippedClips, Folded, Section, Table, Text
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import Entry, items, number, objects, text

PLAYABLE = (".mp4", ".m4v", ".webm", ".ogv", ".mov")
PICTURES = ("data:image/jpeg;base64,", "data:image/png;base64,", "data:image/webp;base64,")
MOST_CONFUSIONS = 20


def classes_section(model: ModelOfRun) -> Section | None:
    """Nothing where no answer changed."""
    figure = class_map(model)
    blocks: list[Block] = [figure] if figure else []
    for variant in model.variants:
        flips = [*_flipped(variant)]
        seen = [each for each in flips if each.thumbnails or each.playable]
        unseen = [each for each in flips if not (each.thumbnails or each.playable)]
        inside: list[Block] = [FlippedClips(seen)] if seen else []
        inside += [_unseen(variant, unseen, bool(seen))] if unseen else []
        confusions = _confusions(variant)
        inside += [confusions] if confusions else []
        if inside:
            blocks.append(Folded(_summary(variant, flips), inside))
    return Section("Classes and clips that changed", blocks) if blocks else None


def _summary(variant: Variant, flips: list[FlippedClip]) -> str:
    rows = changed(variant)
    lost, gained = (sum(int(number(row, key) or 0) for row in rows) for key in ("lost", "gained"))
    shown = f", {len(flips)} shown" if flips else ""
    return f"{variant.name}: {count(lost, 'clip')} lost, {gained} gained{shown}"


def _unseen(variant: Variant, flips: list[FlippedClip], are_others: bool) -> Table:
    """Those that have no pictures: a row is enough."""
    title = f"{variant.name}: {'other ' if are_others else ''}clips whose answer changed"
    rows = [
        (
            Cell(each.file or each.clip),
            Cell("gained" if each.is_gained else "lost", style="passed" if each.is_gained else "failed"),
            *(Cell(said) for said in (each.label, each.reference, each.variant)),
        )
        for each in flips
    ]
    header = ("clip", "is", "class", "reference says", "variant says")
    return Table(title, header, rows, words=frozenset(range(len(header))))


def _confusions(variant: Variant) -> Table | None:
    found = objects(variant.entry, "confusions")
    if not found:
        return None
    rows = [
        (
            Cell(text(each, "label")),
            Cell(text(each, "taken_for")),
            whole_cell(number(each, "reference")),
            whole_cell(number(each, "variant")),
        )
        for each in found[:MOST_CONFUSIONS]
    ]
    more = len(found) - MOST_CONFUSIONS
    note = f"And {more} pairs more." if more > 0 else ""
    title = f"{variant.name}: taken for another class more often than by the reference"
    return Table(
        title, ("class", "taken for", "by the reference", "by the variant"), rows, note, frozenset({0, 1})
    )


def _flipped(variant: Variant) -> Iterator[FlippedClip]:
    """Lost ones first."""
    found = objects(variant.entry, "flips")
    for each in sorted(found, key=lambda each: each.get("gained") is True):
        yield FlippedClip(
            text(each, "clip"),
            text(each, "label"),
            text(each, "reference"),
            text(each, "variant"),
            each.get("gained") is True,
            text(each, "file"),
            tuple(
                uri for uri in items(each, "thumbnails") if isinstance(uri, str) and uri.startswith(PICTURES)
            ),
            playable(each),
        )


def playable(flip: Entry) -> str:
    """Where the file lies beside the page, if a browser may play it; never an address elsewhere."""
    path = text(flip, "playable").replace("\\", "/")
    is_beside = not path.startswith("/") and ":" not in path.partition("/")[0] and ".." not in path.split("/")
    return path if is_beside and path.lower().endswith(PLAYABLE) else ""


def skipped_section(skipped: list[Entry]) -> Section | None:
    """Clips that could not be used."""
    if not skipped:
        return None
    kinds: dict[str, int] = {}
    for each in skipped:
        kinds[text(each, "kind")] = kinds.get(text(each, "kind"), 0) + 1
    counts = ", ".join(
        f"{number} {kind}" for kind, number in sorted(kinds.items(), key=lambda each: -each[1])
    )
    columns = ("clip", "label", "kind", "reason", "file")
    table = Table(
        "Clips that could not be used",
        ("clip", "class", "kind", "reason", "file"),
        [tuple(Cell(text(each, name)) for name in columns) for each in skipped],
        words=frozenset(range(len(columns))),
    )
    said = Text(f"In neither variant nor reference: {counts}.")
    return Section(
        "Clips that could not be used", [said, Folded(f"All {len(skipped)}", [table], len(skipped) <= 12)]
    )
