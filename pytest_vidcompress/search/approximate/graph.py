"""A graph of usearch over vectors as an index stores them. The only module that imports usearch.

It is HNSW (Malkov and Yashunin, *Efficient and robust approximate nearest neighbor search using hierarchical
navigable small world graphs*, 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import VidcompressError, first_line
from ..vector_formats import FORMATS, Bytes

Keys = npt.NDArray[np.uint64]
_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"fp32": ("f32", "ip"), "fp16": ("f16", "ip"), "int8": ("i8", "cos"), "bits": ("b1", "hamming")}
)
"""Format of an index -> scalar and metric of usearch. A scale of each vector is no matter to a cosine."""
_CONNECTIVITY, _BREADTH_OF_ADDING = 16, 128
PARAMETERS = f"{_CONNECTIVITY} {_BREADTH_OF_ADDING}"
"""What decides a graph of given vectors, beside the version of usearch."""
_FIRST, _AT_ONCE = 512, 2048
"""Vectors added in one call: of the first, and of others. Between calls Ctrl-C is heard."""


def usearch_version() -> str:
    """Of what is installed.

    Raises:
        VidcompressError: it is not, or cannot be loaded.
    """
    try:
        _load_torch_first()
        from usearch import __version__
    except (ImportError, OSError) as error:
        raise VidcompressError(
            f"an approximate search needs usearch ({first_line(error)}): pip install 'pytest-vidcompress[usearch]',"
            " or leave out --approximate"
        ) from error
    return str(__version__)


class Graph:
    """Keys and codes.

    Args:
        stored: the format of the vectors.
        width: numbers of one.
        threads: that add and search; 0 for as many as there are cores.
    """

    def __init__(self, stored: str, width: int, threads: int = 0) -> None:
        _load_torch_first()
        from usearch.index import Index

        scalar, metric = _KINDS[stored]
        # Bits come in whole bytes; those after the last number are the same in all vectors.
        numbers = -(-width // 8) * 8 if stored == "bits" else width
        self.stored, self.width = stored, width
        self._threads = threads
        self._codes = FORMATS[stored].codes
        self._own: Any = Index(
            ndim=numbers,
            metric=metric,
            dtype=scalar,
            connectivity=_CONNECTIVITY,
            expansion_add=_BREADTH_OF_ADDING,
        )

    def __len__(self) -> int:
        return len(self._own)

    @property
    def keys(self) -> Keys:
        """In no order."""
        return np.fromiter(self._own.keys, np.uint64, len(self._own))

    def add(self, keys: Keys, rows: Bytes, progress: Callable[[int], None] | None = None) -> None:
        """Vectors under keys that are not in it.

        Args:
            progress: told how many have been added.
        """
        begin = 0
        while begin < len(keys):
            # The first that are added side by side see nothing of each other, and nothing leads to some of them.
            threads, many = (1, _FIRST) if len(self._own) < _FIRST else (self._threads, _AT_ONCE)
            part = slice(begin, begin + many)
            self._own.add(keys[part], self._codes(rows[part]), threads=threads)
            begin = min(begin + many, len(keys))
            if progress:
                progress(begin)

    def remove(self, keys: Keys) -> None:
        if len(keys):
            self._own.remove(keys)

    def near(self, query: Bytes, breadth: int) -> Keys:
        """Keys of what is nearest to the one row of `query` as far as codes tell, the nearest first.

        Args:
            breadth: how many are looked for: the more, the surer are the first of them.
        """
        if not len(self._own):
            return np.empty(0, np.uint64)
        self._own.expansion_search = breadth
        return np.asarray(self._own.search(self._codes(query)[0], breadth, threads=1).keys, np.uint64)

    def content(self) -> bytes:
        return bytes(self._own.save())

    def fill(self, content: bytes | memoryview) -> None:
        """With what `content` gave of a graph of the same kind, by the same version of usearch: it is not checked."""
        self._own.load(content)


def _load_torch_first() -> None:
    """usearch brings the streams of a C++ library of its own: loaded before torch, they are taken for torch's, and
    what compiles or traces a module then never ends."""
    import torch  # noqa: F401  # pyright: ignore[reportUnusedImport]
