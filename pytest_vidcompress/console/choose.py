"""`vidcompress choose`: from run files, the variants that meet limits, and what makes the best of them."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import VidcompressError
from ..gate.shortlist import CRITERIA, Candidate, Shortlist, shortlists
from ..present.printable import printable
from ..present.shortlist.run_entries import RunEntries, read_run
from ..present.shortlist.shortlist_json import shortlist_json
from ..present.shortlist.shortlist_lines import shortlist_lines
from ..present.width import width
from ..present.wording import count
from ..run.options import Options, reading
from .files import read_all
from .verb import Answer, Named, Verb, note, reads

_MADE_WITH = (Options.weights, Options.clips, Options.calibration)
"""Options of `vidcompress compress` that a run file says, each where it was not the default."""


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "runs", metavar="RUN.json", nargs="+", type=Path, help="what pytest --vc-json=RUN.json wrote"
    )
    parser.add_argument(
        "--max-ms", type=reads(reading.number), metavar="MS", help="most milliseconds of a call, batch of one"
    )
    parser.add_argument(
        "--max-mb",
        type=reads(reading.number),
        metavar="MB",
        help="most megabytes of the artefact, of 1,000,000",
    )
    parser.add_argument(
        "--max-drop",
        type=reads(reading.share),
        metavar="SHARE",
        help="most top-1 that may be lost beside the reference, or GAP of several labels, such as 0.01 or 1%%",
    )
    parser.add_argument(
        "--by", choices=[*CRITERIA], default="time", help="what the best has least of (default: time)"
    )
    parser.add_argument("--json", action="store_true", help="print it for other programs")


def _run(given: Namespace, named: Named) -> Answer:
    typed = {name: getattr(given, each.option.replace("-", "_")) for name, each in CRITERIA.items()}
    limits = {
        # Seconds, bytes and a share; of the last that is what was read.
        name: limit if CRITERIA[name].suffix else limit / CRITERIA[name].scale
        for name, limit in typed.items()
        if limit is not None
    }
    if not limits:
        raise VidcompressError("no limit: give one of --max-ms, --max-mb and --max-drop")
    runs = read_all([partial(read_run, path, place) for place, path in enumerate(given.runs)])
    found = shortlists((each for run in runs for each in run.candidates), limits, given.by)
    if not found:
        raise VidcompressError(f"no measurement in {', '.join(map(str, given.runs))}: nothing to choose from")
    fits = any(each.fits for each in found.values())
    lines = [shortlist_json(found, given.by, command)] if given.json else _lines(found, runs)
    return Answer(lines, 0 if fits else 1)


def _lines(found: Mapping[str, Shortlist], runs: Sequence[RunEntries]) -> Iterator[str]:
    for place, (machine, each) in enumerate(found.items()):
        if place:
            yield ""
        yield from map(printable, shortlist_lines(machine, each, command, width()))
    total, shown = (
        sum(len(run.candidates) for run in runs),
        sum(len(each.candidates) for each in found.values()),
    )
    if total > shown:
        note(
            f"of {count(total, 'measurement')} {shown} are shown: of a variant on a machine the last run's counts"
        )
    if any(not each.fits[0].made_with for each in found.values() if each.fits):
        note(
            "a file of before its schema does not say with which --weights, --clips and --calibration it was made"
        )
    grids = sum(run.grids for run in runs)
    if grids:
        note(f"{count(grids, 'grid')} left out: a grid says itself what serves best within a budget")


def command(candidate: Candidate) -> str:
    """What makes it, to be typed; or why there is none."""
    recipe = candidate.recipe or _parsed(candidate)
    if not recipe:
        return f"no command makes it: {candidate.test} did, by itself"
    words = ["vidcompress", "compress", candidate.model, recipe, "OUT"]
    return shlex.join([*words, *_options(candidate)])


def _parsed(candidate: Candidate) -> str:
    """Of files that did not say the recipe yet, the name, if it is one."""
    from ..compress.recipe import parse
    from ..compress.registry import TECHNIQUES

    if candidate.made_with:
        return ""
    try:
        return str(parse(candidate.name, TECHNIQUES))
    except VidcompressError:
        return ""


def _options(candidate: Candidate) -> Iterator[str]:
    from ..models.catalog import CATALOG

    said, known = dict(candidate.made_with), CATALOG.get(candidate.model)
    for row in _MADE_WITH:
        # Of a model that is known by name; any other is loaded for the labels of clips that are named.
        usual: Any = (known and known.clips) if row is Options.clips else row.default
        name = row.name.removeprefix("vc-")
        if name in said and said[name] != str(usual):
            yield f"--{name}={said[name]}"


VERB = Verb(
    "choose",
    "from runs, the variants that meet limits, and the command that makes the best",
    "Reads what runs measured (pytest --vc-json=RUN.json) and shows, machine by machine, which variants meet all\n"
    "limits, why the others do not, and what makes the best. The estimate decides; ~ stands where the limit is\n"
    "within its 95 % interval. What was not measured meets no limit. Exit code 0 where a variant fits, 1 where none\n"
    "does.",
    _declare,
    _run,
)
