"""What a verb of the console is: a name, what it takes, and what it does. A file here that defines `VERB` is one."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from ..present.printable import printable

if TYPE_CHECKING:
    from ..run.options.row import Option
    from ..run.registries import Registries

Named = Callable[[], "Registries"]
"""Everything that can be named, what hooks add included; asking starts pytest.

Raises:
    VidcompressError: a hook gave what is of no use.
"""


@dataclass(frozen=True)
class Answer:
    """What a verb prints, where its exit code is an answer too."""

    lines: Iterable[str]
    exit_code: int = 0


@dataclass(frozen=True)
class Verb:
    """`vidcompress NAME`."""

    name: str
    summary: str
    """What it does, in a line for `vidcompress --help`."""
    description: str
    declare: Callable[[ArgumentParser], None]
    """Adds what it takes to its parser."""
    run: Callable[[Namespace, Named], Iterable[str] | Answer]
    """Does it; returns the lines to print, and how it ends where that is not always well.

    Raises:
        VidcompressError: something that was asked for does not exist, or cannot be done here.
    """


def reads(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """What reads an option of tests, for the parser: with its own words where it refuses."""

    def or_refuses(text: str) -> Any:
        try:
            return read(text)
        except VidcompressError as error:
            raise ArgumentTypeError(str(error)) from None

    return or_refuses


def add_option(parser: ArgumentParser, row: Option[Any], help: str = "") -> None:
    """An option of the tests, without its prefix: read, and refused, as there.

    Args:
        help: where it means something else than there.
    """
    text = f"{help or row.help} (default: {row.usual})" if row.usual else help or row.help
    parser.add_argument(
        f"--{row.name.removeprefix('vc-')}",
        type=reads(row.read),
        default=row.read(row.default),
        metavar=row.metavar,
        help=text.replace("%", "%%"),
    )


def note(text: str) -> None:
    """Says something beside what is printed, for people."""
    print(f"note: {printable(text)}", file=sys.stderr)
