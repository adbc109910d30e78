"""`vidcompress VERB`: makes artefacts, shows what is in them, has them answer videos, chooses, looks back.

    vidcompress compress timesformer fuse+int8-static out/
    vidcompress show out/ --verify
    vidcompress classify film.mp4 --model=out/
    vidcompress index films/ --model=out/
    vidcompress choose run.json --max-mb=2 --max-drop=1%
    vidcompress history runs/

Bad input ends it with 2. A verb is a file here; it is found by being here.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from .. import __version__
from ..errors import VidcompressError
from ..present.printable import printable
from .verb import Answer, Named, Verb

if TYPE_CHECKING:
    from ..run.registries import Registries

EXAMPLES = """\
examples:
  vidcompress compress timesformer fuse+int8-static out/
  vidcompress show out/ --verify
  vidcompress classify film.mp4 --model=out/
  vidcompress index films/ --model=out/
  vidcompress choose run.json --max-mb=2 --max-drop=1%
  vidcompress history runs/

What hooks of a conftest.py here, or of an installed package, add to models, clip sets, techniques and runtimes can be
named too.
"""


def packaged() -> Registries:
    """What can be named where nobody asks hooks."""
    from ..run.registries import Registries

    return Registries.merge([], [], [], [])


def main(arguments: Sequence[str] | None = None, named: Named = packaged) -> int:
    """Runs one verb; returns its exit code.

    Args:
        arguments: as typed, the verb first; None for those of this process.
        named: everything that can be named; by default what this package brings.
    """
    given = _parser().parse_args(arguments)
    verb: Verb = given.verb
    try:
        said = verb.run(given, named)
        answer = said if isinstance(said, Answer) else Answer(said)
        for line in answer.lines:
            print(line)
    except VidcompressError as error:
        # Options are called as those of pytest, without their prefix.
        print(f"vidcompress: {printable(error).replace('--vc-', '--')}", file=sys.stderr)
        return 2
    return answer.exit_code


def verbs() -> Sequence[Verb]:
    """All there are, by their names."""
    names = (each.name for each in iter_modules(__path__) if each.name != "__main__")
    modules = (import_module(f"{__name__}.{name}") for name in names)
    found: list[Verb] = [module.VERB for module in modules if hasattr(module, "VERB")]
    return sorted(found, key=lambda verb: verb.name)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="vidcompress",
        description="Compressed video models on disk: makes them by a recipe, shows what is in them, has"
        " them answer videos, says which meets limits, and what changed over commits.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pytest-vidcompress {__version__}")
    listed = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in verbs():
        own = listed.add_parser(
            verb.name,
            help=verb.summary,
            description=verb.description,
            formatter_class=RawDescriptionHelpFormatter,
        )
        verb.declare(own)
        own.set_defaults(verb=verb)
    return parser
