"""Which variant to ship for which budget, and why: what `vidcompress choose` would say of budgets people ask for."""

from __future__ import annotations

from collections.abc import Mapping

from ....gate.shortlist import CRITERIA
from ..numbers import points
from ..page_blocks import Block, Cell, Choices, Section, Table, Text
from .ship_cards import cards, in_points, shares
from .shipping import REFERENCE, Shipping

DROPS = (0.0, 0.005, 0.01, 0.02, 0.05)
"""Shares of accuracy that may be lost, beside what tests allow."""
SHARES = (0.75, 0.5, 0.25)
"""Of the reference's time and bytes."""


def ship_section(found: Shipping) -> Section | None:
    """Cards of what to ship, and the table of other budgets."""
    if not found.variants:
        return None
    blocks: list[Block] = [
        Text(
            f"Of what loses at most {in_points(found.drop)} of {found.accuracy}, {_whose(found)};"
            " what failed is left out."
        ),
        Choices([*cards(found)]),
        _table(found),
        Text("For other budgets: vidcompress choose RUN.json --max-ms=… --max-mb=… --max-drop=…", "quiet"),
    ]
    return Section("Which to ship", blocks)


def lead(name: str, found: Shipping) -> str:
    """The same in one line: what one would ship of the model of that name, or that nothing is worth it."""
    if not found.variants:
        return ""
    said: dict[str, list[str]] = {}
    for by, word in (("time", "speed"), ("size", "size")):
        best = found.best({"accuracy": found.drop}, by)
        if best is not None and by in best.numbers:
            said.setdefault(best.name, []).append(word)
    parts = [
        f"{each} for {' and '.join(words)}" + (f" ({brief})" if (brief := _brief(found, each)) else "")
        for each, words in said.items()
    ]
    return f"{name}: ship {'; '.join(parts)}." if parts else ""


def _whose(found: Shipping) -> str:
    """Who says what may be lost."""
    of_tests = sorted(found.drops)
    if len(of_tests) == 1:
        return "which the tests allow"
    if of_tests:
        return f"which is usual (tests allow {100 * of_tests[0]:g} to {in_points(of_tests[-1])}, variant by variant)"
    return "which is usual (no test says what may be lost)"


def _brief(found: Shipping, name: str) -> str:
    """`0.42 × the time, 28 % of the bytes, -0.6 points`."""
    best = next((each for each in found.candidates if each.name == name), None)
    if best is None or name == REFERENCE:
        return ""
    drop = best.numbers.get("accuracy")
    lost = f"{points(-100 * drop)} points" if drop is not None else ""
    return ", ".join(filter(None, [*shares(found, best).values(), lost]))


def _table(found: Shipping) -> Table:
    """A row a budget; what is limited is not what one wants least of."""
    budgets = [
        *(
            (f"loses at most {in_points(drop)}", {"accuracy": drop})
            for drop in sorted({*DROPS, *found.drops})
        ),
        *(
            (f"takes at most {100 * share:g} % of the time", {"time": share * of})
            for share in SHARES
            if (of := found.of("time"))
        ),
        *(
            (f"has at most {100 * share:g} % of the bytes", {"size": share * of})
            for share in SHARES
            if (of := found.of("size"))
        ),
    ]
    rows = [(Cell(said), *(_best_cell(found, limits, by) for by in CRITERIA)) for said, limits in budgets]
    note = "~: the limit lies within the 95 % interval of the variant. Each beside the uncompressed model's."
    return Table(
        "Budgets, and the variant that serves best within each",
        ("budget", "fastest", "smallest", "most accurate"),
        rows,
        note,
        frozenset(range(4)),
    )


def _best_cell(found: Shipping, limits: Mapping[str, float], by: str) -> Cell:
    chosen = found.list_within(limits, by)
    best = next((each for each in chosen.fits if by in each.numbers), None)
    if best is None:
        return Cell("none", style="quiet")
    close = "~" if any(chosen.is_close(best, name) for name in limits) else ""
    return Cell(f"{best.name}{close}", detail=_brief(found, best.name))
