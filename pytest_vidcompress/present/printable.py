"""Text that is not ours, as it may be shown anywhere: on one line, and taken for nothing else.

Names of files, labels, models and variants, texts of exceptions and what stands in an artefact may hold anything.
A terminal obeys control sequences, a reader is misled by marks that turn the direction of text, XML has no word
for most control characters, and GitHub's runner takes a line that begins with `::`, or has `##[` anywhere, for a
command (`ActionCommand.cs` in github.com/actions/runner).
"""

from __future__ import annotations

import re

_COMMAND = re.compile(r"(?<!\S):(?=:)|(?<=#)#(?=\[)")
"""The character that makes a workflow command, wherever a line may begin."""


def printable(text: object) -> str:
    r"""`str(text)` on one line: what cannot be seen is written as in a Python string, such as `\n` or `\x1b`.

    So is what would make a command of it: the first colon of a pair that begins a word, the second sign of `##[`.
    What was escaped once is not escaped again.
    """
    shown = str(text)
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
    return _COMMAND.sub(lambda match: f"\\x{ord(match[0]):02x}", shown)
