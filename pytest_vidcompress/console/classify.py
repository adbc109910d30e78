"""`vidcompress classify`: the likeliest labels of videos, by a model or by an artefact as it would be shipped."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..present.printable import printable
from ..present.terminal.progress.stages import stages
from ..run.options import reading
from .model_arguments import declare_model, load_named, shelf
from .verb import Answer, Named, Verb, reads

MOST = 5
"""Labels of a video."""


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="a video, a folder of numbered pictures, or an array of frames",
    )
    declare_model(parser)
    parser.add_argument(
        "--top",
        type=reads(reading.count),
        default=MOST,
        metavar="N",
        help=f"how many labels of each (default: {MOST})",
    )
    parser.add_argument("--json", action="store_true", help="print it for other programs")


def _run(given: Namespace, named: Named) -> Answer:
    from ..measure.from_file.classified import classify
    from ..present.classify.classified_json import classified_json
    from ..present.classify.classified_lines import classified_lines

    with stages(2) as stage:
        stage(f"loading {printable(given.model)}")
        model = load_named(given, named)
        stage("classifying")
        found = []
        for each in classify(model.arm, given.files, model.answers, given.top, shelf(given)):
            found.append(each)
            stage.progress("videos", len(found), len(given.files))
    protocol = model.arm.profile.protocol
    if given.json:
        lines = [classified_json(found, model.words, model.runtime, protocol)]
    else:
        lines = classified_lines(found, f"{model.words}, {protocol}, in {model.runtime}")
    return Answer(lines, 1 if any(each.reason for each in found) else 0)


VERB = Verb(
    "classify",
    "the likeliest labels of videos, by a model or an artefact",
    "Shows each video to a model, or to an artefact in the runtime that it was made for, by the views of its\n"
    "profile, and prints the likeliest labels with their probabilities. What is damaged, empty, missing or no video\n"
    "is listed with the reason, and the rest classified. Exit code 0 where all were, 1 where one was not.",
    _declare,
    _run,
)
