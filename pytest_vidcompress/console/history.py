"""`vidcompress history`: what committed baselines and run files say over commits: steps, slow drifts, and what took
them over."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from ..present.printable import printable
from ..present.width import width
from .files import write_page
from .verb import Named, Verb, note

if TYPE_CHECKING:
    from ..gate.history.trends import Trend
    from ..run.history.read_history import History


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "runs",
        metavar="FOLDER",
        nargs="*",
        type=Path,
        help="of files that pytest --vc-json=FILE wrote, each of a commit",
    )
    parser.add_argument(
        "--baselines",
        metavar="DIR",
        type=Path,
        default=Path("baselines"),
        help="folder of the committed baselines (default: baselines)",
    )
    parser.add_argument(
        "--model", metavar="NAME", action="append", default=[], help="of these alone; repeatable"
    )
    parser.add_argument(
        "--anchor",
        metavar="COMMIT",
        default="",
        help="the fixed point beside the last baseline, such as a release (default: the first commit of each number)",
    )
    parser.add_argument(
        "--database",
        metavar="FILE",
        type=Path,
        help="where what was read is kept (default: in the cache folder)",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE.html", type=Path, help="write a page with every metric over commits"
    )
    parser.add_argument("--all", action="store_true", help="print every change, not the worst alone")


def _run(given: Namespace, named: Named) -> Iterator[str]:
    from ..gate.history.trends import trends
    from ..present.history.history_lines import MOST_ROWS, history_lines
    from ..run.history.read_history import history_of

    history = history_of(given.baselines, given.runs, given.database, given.anchor)
    if history.is_shallow:
        note(
            f"this clone is shallow: {len(history.commits)} commits are here, and what is older is not looked at;"
            " git fetch --unshallow, or fetch-depth: 0 of actions/checkout, fetches the rest"
        )
    found = _of_models(trends(history.series, history.anchor), given.model, history)
    commits = [(each.sha, each.time_s, each.subject) for each in history.commits]
    faults = [(each.what, each.why) for each in history.faults]
    if given.output is not None:
        from ..present.html.history_page import history_page

        write_page(given.output, history_page(commits, found, faults))
    most = len(found) * len(commits) if given.all else MOST_ROWS
    return history_lines(commits, found, faults, width(), most)


def _of_models(found: Sequence[Trend], models: Sequence[str], history: History) -> Sequence[Trend]:
    there = sorted({each.key.model for each in history.series})
    for model in models:
        if model not in there:
            raise VidcompressError(
                f"--model={printable(model)} is in none of the baselines and runs of this history; it has"
                f" {', '.join(there) or 'none'}"
            )
    return [each for each in found if not models or each.series.key.model in models]


VERB = Verb(
    "history",
    "what changed over commits: steps, and drifts too slow for any single run to see",
    "Reads the baselines that commits hold, and run files, and says which numbers changed, by which commit, and\n"
    "whether that was taken over. Of what differs from run to run it says only what noise does not explain: a false\n"
    "alarm in at most one of a thousand histories. Everything is also held to a fixed anchor, for the last baseline\n"
    "moves along.",
    _declare,
    _run,
)
