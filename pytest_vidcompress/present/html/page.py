"""Run files -> one HTML page that needs nothing beside it: tables and words without script, plots with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from ..printable import printable
from .figures.changes import change_figure, side_by_side
from .page_blocks import Block, Figure, Section
from .palette import PALETTE
from .plotly_script import packed_plotly
from .reading.run import ModelOfRun, Run, read_runs
from .reading.values import objects, text
from .sections.classes import classes_section, skipped_section
from .sections.inside import clips_section, hotspots_section, layers_section, learning_section
from .sections.of_run import environment_section, grid_sections, run_facts, targets_section, verdict_line
from .sections.ship import lead, ship_section
from .sections.time import time_section
from .sections.variants import tradeoff_section, variants_section

OF_MODEL = (
    ship_section,
    tradeoff_section,
    variants_section,
    time_section,
    classes_section,
    hotspots_section,
)
"""Sections of a model, in their order; one that has nothing to show is None."""
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Part:
    """Sections under a heading of their own: a model, or what is of the run."""

    title: str
    sections: Sequence[Section]


@dataclass(frozen=True)
class RunOfPage:
    """A run as the page shows it."""

    label: str
    verdict: str
    status: str
    closing: str
    about: str
    facts: Sequence[tuple[str, str]]
    leads: Sequence[str]
    parts: Sequence[Part]


def page(documents: Sequence[Any], names: Sequence[str] = ()) -> str:
    """The HTML of one run, or of several side by side; the last is the one that is looked at.

    Args:
        documents: of run files, the earliest first.
        names: of the files, where there are several.
    """
    from jinja2 import Environment, FileSystemLoader

    runs = read_runs(documents, names)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    figures: list[Figure] = []
    own: dict[str, Any] = {"number_of": partial(_number, figures)}
    environment.globals.update(own)
    body = environment.get_template("body.html.j2").render(
        runs=[_shown(run) for run in reversed(runs)], beside=[*_beside(runs)]
    )
    # Written by itself: the quotes and marks of a script are no text of the page.
    drawn = json.dumps([each.document for each in figures], separators=(",", ":"), allow_nan=False)
    return environment.get_template("page.html.j2").render(
        title=_shown_title(runs),
        palette={name: {"light": light, "dark": dark} for name, (light, dark) in PALETTE.items()},
        body=_Ours(body),
        style=_Ours((TEMPLATES / "page.css").read_text(encoding="utf-8")),
        script=_Ours((TEMPLATES / "page.js").read_text(encoding="utf-8")),
        figures=_Ours(_in_script(drawn)) if figures else None,
        library=_Ours(packed_plotly()) if figures else None,
    )


class _Ours(str):
    """Text that goes into the page as it is: it was made here."""

    def __html__(self) -> str:
        return self


def _in_script(text: str) -> str:
    """JSON that ends no script element."""
    return "".join(f"\\u{ord(c):04x}" if c in "<>&\u2028\u2029" else c for c in text)


def _printable(value: object) -> object:
    """What the page shows of a value; what is HTML already is ours."""
    ours = hasattr(value, "__html__")
    return printable(value) if isinstance(value, str | PurePath) and not ours else value


def _number(figures: list[Figure], figure: Figure) -> int:
    """Of a figure on the page, from 0, in the order in which they are met."""
    figures.append(figure)
    return len(figures) - 1


def _shown_title(runs: Sequence[Run]) -> str:
    return verdict_line(runs[-1])[0] if runs else "no run"


def _beside(runs: Sequence[Run]) -> Iterator[Block]:
    """What differs between runs, if there are several."""
    if len(runs) > 1:
        figure = change_figure(runs[-1])
        if figure:
            yield figure
        yield side_by_side(runs)


def _shown(run: Run) -> RunOfPage:
    verdict, status = verdict_line(run)
    return RunOfPage(
        run.label,
        verdict,
        status,
        text(run.facts, "closing"),
        text(run.facts, "about"),
        run_facts(run),
        [said for model in run.models if (said := lead(model))],
        [
            *(Part(f"{model.model}, {model.clips}", _of_model(model, run)) for model in run.models),
            *_of_run(run),
        ],
    )


def _of_model(model: ModelOfRun, run: Run) -> list[Section]:
    sensitivities: Sequence[Mapping[str, Any]] = objects(run.document, "sensitivities")
    found = [
        *(section(model) for section in OF_MODEL),
        layers_section(model, sensitivities),
        clips_section(model),
        learning_section(model),
    ]
    return [each for each in found if each]


def _of_run(run: Run) -> Iterator[Part]:
    found = [
        *grid_sections(run),
        targets_section(run),
        skipped_section(objects(run.document, "skipped")),
        environment_section(run),
    ]
    sections = [each for each in found if each]
    if sections:
        yield Part("The run", sections)
