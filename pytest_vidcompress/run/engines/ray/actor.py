"""What runs on a node: a class that is sent there as it is, so that it can find this package before importing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .arrival import arriving


def actor_class() -> type:
    """The class of an actor; made in a function as `arriving` is.

    Its constructor imports nothing: what goes wrong there Ray tells in many lines.
    """
    arrive = arriving()

    class VidcompressWorker:
        def __init__(
            self, paths: Sequence[str], environment: Mapping[str, str], setting: tuple[str, str, str, int]
        ) -> None:
            import time

            self._began = time.time()
            arrive(paths, environment)
            self._setting = setting
            self._worker: Any = None

        def about(self) -> dict[str, Any]:
            try:
                return dict(self._own().about())
            except Exception as error:
                return {"error": f"{type(error).__name__}: {error}".splitlines()[0]}

        def compute(self, request: Any, sent: Sequence[Any]) -> dict[str, Any]:
            return dict(self._own().compute(request, sent))

        def _own(self) -> Any:
            if self._worker is None:
                from pytest_vidcompress.run.engines.ray.node_worker import NodeWorker

                self._worker = NodeWorker(*self._setting, self._began)
            return self._worker

    return VidcompressWorker
