"""Run files -> one HTML page that needs nothing beside it: tables and words without script, plots with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .figures.changes import change_figure, side_by_side
from .page_blocks import Block, Section
from .page_frame import Part, RunOfPage, framed_page
from .reading.run import ModelOfRun, Run, read_runs
from .reading.values import objects, text
from .sections.classes import classes_section, skipped_section
from .sections.inside import clips_section, hotspots_section, layers_section, learning_section
from .sections.of_run import environment_section, grid_sections, run_facts, targets_section, verdict_line
from .sections.search import search_section
from .sections.ship import lead, ship_section
from .sections.shipping import Shipping, shipping
from .sections.time import time_section
from .sections.variants import tradeoff_section, variants_section

OF_MODEL = (
    tradeoff_section,
    variants_section,
    search_section,
    time_section,
    classes_section,
    hotspots_section,
)
"""Sections of a model, in their order after what to ship; one that has nothing to show is None."""


def page(documents: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> str:
    """The HTML of one run, or of several side by side; the last is the one that is looked at.

    Args:
        documents: of run files, the earliest first.
        names: of the files, where there are several.
    """
    runs = read_runs(documents, names)
    shown = [_shown(run) for run in reversed(runs)]
    return framed_page(_shown_title(runs), runs=shown, beside=[*_beside(runs)])


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
    found = [(model, shipping(model)) for model in run.models]
    return RunOfPage(
        run.label,
        verdict,
        status,
        text(run.facts, "closing"),
        text(run.facts, "about"),
        run_facts(run),
        [said for model, choices in found if (said := lead(model.model, choices))],
        [
            *(
                Part(f"{model.model}, {model.clips}", _of_model(model, choices, run))
                for model, choices in found
            ),
            *_of_run(run),
        ],
    )


def _of_model(model: ModelOfRun, choices: Shipping, run: Run) -> list[Section]:
    sensitivities: Sequence[Mapping[str, Any]] = objects(run.document, "sensitivities")
    found = [
        ship_section(choices),
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
