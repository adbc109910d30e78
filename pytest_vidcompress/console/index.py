"""`vidcompress index`: the videos of a folder as vectors in one file, to be searched."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from ..errors import VidcompressError
from ..present.printable import printable
from ..present.terminal.progress.stages import stages
from ..run.options import reading
from ..search.shown.index_lines import index_lines
from .model_arguments import declare_model, load_embedder
from .verb import Named, Verb, reads

_FORMATS = ("fp32", "fp16", "int8", "bits")
_WINDOW_S, _STEP_S = 10.0, 5.0


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="with videos in and below it")
    declare_model(parser)
    parser.add_argument(
        "--index", type=Path, metavar="FILE", help="the file (default: .vidcompress-index in FOLDER)"
    )
    parser.add_argument(
        "--vectors",
        choices=_FORMATS,
        default="fp32",
        help="how a number of a vector is stored (default: fp32)",
    )
    parser.add_argument(
        "--approximate",
        action="store_true",
        help="also make or bring up to date what search --approximate goes by (needs the extra usearch)",
    )
    for name, usual, what in (
        ("window", _WINDOW_S, "seconds of a window that a longer video is cut into"),
        ("step", _STEP_S, "seconds from one to the next"),
    ):
        parser.add_argument(
            f"--{name}",
            type=reads(reading.number),
            default=usual,
            metavar="S",
            help=f"{what} (default: {usual:g})",
        )


def _run(given: Namespace, named: Named) -> Sequence[str]:
    from ..clips.crops.windows import Windows
    from ..search.approximate.graph import usearch_version
    from ..search.approximate.view import up_to_date
    from ..search.index.index_file import NAME, opened
    from ..search.index.index_folder import index_folder

    if not given.folder.is_dir():
        raise VidcompressError(f"{str(given.folder)!r} is no folder: name one with videos in it")
    if given.approximate:
        usearch_version()  # before hours of indexing
    file, windows = given.index or given.folder / NAME, Windows(given.window, given.step)
    said = list[str]()
    with stages(2 + given.approximate) as stage:
        stage(f"loading {printable(given.model)}")
        model = load_embedder(given, named, given.vectors, windows)
        stage("indexing")
        with opened(file, to_write=True) as index:
            if not index.is_new:
                index.made_by.refuse_other(model.made_by, str(file))
            index.describe(model.made_by, given.folder)
            index.commit()
            tally = index_folder(index, given.folder, model.arm, windows, given.vectors, stage.progress)
            totals = index.count()
        if given.approximate:
            stage("approximate view")
            with opened(file) as index:
                up_to_date(index, file, said.append, stage.progress, given.threads or 0)
    return [*index_lines(tally, totals, model.made_by, file), *said]


VERB = Verb(
    "index",
    "the videos of a folder as vectors in one file, to be searched",
    "Embeds the videos in and below a folder, long ones in windows that overlap, by a model or an artefact, and\n"
    "keeps the vectors in one file. Run again, it looks only at what is new, by content: a moved file costs\n"
    "nothing. Killed, it goes on where it was. Files that cannot be indexed are listed with the reason.",
    _declare,
    _run,
)
