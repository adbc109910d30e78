"""A bar for the stages of what takes longer than a moment, and one below it for a stage that takes long itself."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

WIDTH = 80
_LAYOUT = "{desc} |{bar}| {n_fmt}/{total_fmt}"
_LAYOUT_OF_STEPS = "{desc} |{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"


class Stages:
    """Called with what begins now.

    Args:
        bar: of tqdm, with as many parts as there are stages.
    """

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._begun = 0
        self._steps: Any = None

    def __call__(self, what: str) -> None:
        self.end_steps()
        self._bar.n, self._begun = self._begun, self._begun + 1
        self._bar.set_description_str(what)

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the stage is: a bar below the stages', where it is counted."""
        from tqdm import tqdm

        if not total or done >= total:
            self.end_steps()
            return
        if self._steps is None or self._steps.total != total:
            self.end_steps()
            layout = _LAYOUT_OF_STEPS
            self._steps = tqdm(
                total=total, initial=done, leave=False, ncols=WIDTH, disable=None, bar_format=layout
            )
        self._steps.set_description_str(what, refresh=False)
        self._steps.update(done - self._steps.n)

    def end_steps(self) -> None:
        if self._steps is not None:
            self._steps.close()
            self._steps = None


@contextmanager
def stages(number: int) -> Generator[Stages]:
    """Shows so many stages; nothing where stderr is no terminal."""
    from tqdm import tqdm

    with tqdm(total=number, leave=False, ncols=WIDTH, disable=None, bar_format=_LAYOUT) as bar:
        shown = Stages(bar)
        try:
            yield shown
        finally:
            shown.end_steps()
