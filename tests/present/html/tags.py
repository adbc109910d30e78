"""A page as its readers see it: which tags it has, that they are closed, and what it says without script."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "img", "wbr"}


class Tags(HTMLParser):
    """Which tags are open, and that they are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.words: list[str] = []
        self.goes_on = False
        """The next word is of the last one, which may be broken there."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.goes_on = tag == "wbr"
        for name, value in attrs:
            if name in ("src", "href", "poster"):
                self.targets.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            assert not name.startswith("on"), "a script in an attribute"
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & {*self.open}:
            self.words.append((self.words.pop() if self.goes_on else "") + data)

    @property
    def text(self) -> str:
        """What is read, with one blank between words."""
        return " ".join(" ".join(self.words).split())


def tags_of(html: str) -> Tags:
    """Those of a whole page that needs no other file."""
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert len(set(tags.ids)) == len(tags.ids)
    inside = {f"#{each}" for each in tags.ids}
    for target in tags.targets:
        assert (
            target in inside
            or target.startswith("data:image/")
            or not re.match(r"(?!file:)[a-z]+:|//", target)
        )
    steps = zip(tags.headings, tags.headings[1:], strict=False)
    assert all(later - earlier <= 1 for earlier, later in steps), "a level of headings is left out"
    return tags


def rows_of(html: str, caption: str) -> list[list[str]]:
    """The cells of a table, the heading first."""
    start = html.index(f"<caption>{caption}</caption>")
    table = html[start : html.index("</table>", start)]
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row.replace("<wbr>", ""), re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]
