"""Text that somebody else wrote: markup, quotes, what a terminal obeys, what turns the direction of text."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    *("</script>", "<b>", "&amp;", "-->", "]]>", "<!--", "|", "`", "```", "**", "[x](y)", "#", "$(x)"),
    *('"', "'", "\\", "\x1b[31m", "\x9b0m", "\x07", "\x00", "\n", "\r", "\t", "::error::x", "##[error]"),
    *("\u202e", "\u2066", "\u200f", "\u2028", "\udc80", "\uffff", "\u05e9\u05dc", "a", " ", "%", "%0A", "1"),
)
HOSTILE = st.lists(st.sampled_from(PIECES) | st.characters(), min_size=1, max_size=8).map("".join)
"""Never empty: a name is not."""
