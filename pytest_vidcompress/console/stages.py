"""A bar for the stages of what takes longer than a moment."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

WIDTH = 80


@contextmanager
def stages(number: int) -> Generator[Callable[[str], None]]:
    """A function that says what begins now, on a bar of so many parts; nothing where stderr is no terminal."""
    from tqdm import tqdm

    layout = "{desc} |{bar}| {n_fmt}/{total_fmt}"
    with tqdm(total=number, leave=False, ncols=WIDTH, disable=None, bar_format=layout) as bar:
        begun = iter(range(number))

        def stage(what: str) -> None:
            bar.n = next(begun)
            bar.set_description_str(what)

        yield stage
