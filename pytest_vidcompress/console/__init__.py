"""`vidcompress`: makes artefacts and shows what is in them, without pytest.

    vidcompress compress timesformer fuse+int8-static out/
    vidcompress show out/ --verify

Bad input ends it with one line and exit code 2.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .. import __version__
from ..errors import VidcompressError
from ..present.printable import printable


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code.

    Args:
        arguments: as typed, the command first; None for those of this process.
    """
    given = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = given.command
    try:
        command(given)
    except VidcompressError as error:
        # Options are called as those of pytest, without their prefix.
        print(f"vidcompress: {printable(error).replace('--vc-', '--')}", file=sys.stderr)
        return 2
    return 0


def _compress(given: argparse.Namespace) -> None:
    from .compress import Asked, compress

    asked = {name: value for name, value in vars(given).items() if name != "command"}
    print(printable(compress(Asked(**asked))))


def _show(given: argparse.Namespace) -> None:
    from .show import artefact_lines

    print("\n".join(artefact_lines(given.folder, given.verify)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vidcompress", description="Compressed video models on disk.")
    parser.add_argument("--version", action="version", version=f"pytest-vidcompress {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    made = commands.add_parser(
        "compress", help="compress a model by a recipe", description="Compresses a model into a folder."
    )
    made.set_defaults(command=_compress)
    made.add_argument(
        "model", metavar="MODEL", help="timesformer, videomae, a Hub id, or a checkpoint folder"
    )
    made.add_argument("recipe", metavar="RECIPE", help="such as fp16, or fuse+int8-static")
    made.add_argument("folder", metavar="FOLDER", type=Path, help="where the artefact goes; new or empty")
    made.add_argument(
        "--clips",
        default="",
        metavar="SET",
        help="clips with the model's labels, to calibrate on: pocket, or a Kinetics folder, annotation CSV or list"
        " of paths (default: pocket)",
    )
    made.add_argument(
        "--calibration",
        type=_positive,
        default=32,
        metavar="N",
        help="clips to calibrate on at most, outside those that tests take (default: 32)",
    )
    made.add_argument(
        "--runtime", default="", metavar="NAME", help="what it is for (default: the recipe's own)"
    )
    made.add_argument("--threads", type=_positive, default=0, metavar="N", help="CPU threads (default: all)")
    made.add_argument(
        "--weights",
        choices=("trained", "random"),
        default="trained",
        help="random: the geometry without a checkpoint, for size and latency (default: trained)",
    )
    made.add_argument("--force", action="store_true", help="replace the artefact that is in FOLDER")

    shown = commands.add_parser(
        "show", help="what is in an artefact", description="Shows what made an artefact and what it holds."
    )
    shown.set_defaults(command=_show)
    shown.add_argument("folder", metavar="FOLDER", type=Path)
    shown.add_argument("--verify", action="store_true", help="read all files and compare their digests")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}, expected a whole number of at least 1")
    return int(text)
