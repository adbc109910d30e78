"""A store in memory that counts requests as an object store bills them, and lets virtual time pass for each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from pytest_vidcompress.run.shards.stores.store import Entry, Store

PAGE = 1000
"""Names that a listing gives a request."""


class CountingStore:
    """Files by name.

    Args:
        wait: called with the seconds that requests take.
        request_s: of one.
    """

    def __init__(self, wait: Callable[[float], object], request_s: float) -> None:
        self.requests = Counter[str]()
        self._wait = wait
        self._request_s = request_s
        self._folders: dict[str, dict[str, bytes]] = defaultdict(dict)

    @property
    def place(self) -> str:
        return "counted"

    def write(self, name: str, content: bytes) -> None:
        if not self.has(name):
            self.replace(name, content)

    def copy(self, name: str, content: bytes, origin: Store) -> None:
        self.write(name, content)

    def replace(self, name: str, content: bytes) -> None:
        self._asked("put")
        folder, _, last = name.rpartition("/")
        self._folders[folder][last] = content

    def read(self, name: str) -> bytes | None:
        self._asked("get")
        folder, _, last = name.rpartition("/")
        return self._folders[folder].get(last)

    def read_many(self, names: Sequence[str]) -> Iterator[bytes | None]:
        return map(self.read, names)

    def has(self, name: str) -> bool:
        self._asked("head")
        folder, _, last = name.rpartition("/")
        return last in self._folders[folder]

    def entries(self, folder: str) -> Mapping[str, Entry]:
        found = self._folders[folder]
        self._asked("list", 1 + len(found) // PAGE)
        return {name: Entry(len(content), 0.0) for name, content in found.items()}

    def folders(self, folder: str) -> Iterator[tuple[str, Sequence[str]]]:
        inside = sorted(each for each in self._folders if each.startswith(f"{folder}/"))
        self._asked("list", 1 + len(inside) // PAGE)
        for each in inside:
            yield each.rpartition("/")[2], [*self.entries(each)]

    def remove(self, name: str) -> None:
        self._asked("delete")
        folder, _, last = name.rpartition("/")
        self._folders[folder].pop(last, None)

    def _asked(self, kind: str, number: int = 1) -> None:
        self.requests[kind] += number
        self._wait(number * self._request_s)
