"""Files and their likeliest labels, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...measure.from_file.classified import Classified
from ..printable import printable
from ..wording import count


def classified_lines(found: Sequence[Classified], how: str) -> Iterator[str]:
    """A file a paragraph, or a line where it has no labels; the last line says of how many that holds.

    Args:
        how: what answered, in words.
    """
    for each in found:
        yield printable(f"{each.path}: {each.reason}" if each.reason else str(each.path))
        for guess in each.guesses:
            yield f"  {guess.probability:6.1%}  {printable(guess.label)}"
    left = sum(bool(each.reason) for each in found)
    done = f"{count(len(found) - left, 'video')} classified by {printable(how)}"
    yield f"{done}; {left:,} could not be" if left else done
