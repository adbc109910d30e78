"""What runs on a node: a class that is sent there as it is, so that it can find this package before importing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def actor_class() -> type:
    """The class of an actor. It is made in a function, because what is found by its name is sent by that.

    Its constructor imports nothing: what goes wrong there Ray tells in many lines.
    """

    class VidcompressWorker:
        def __init__(
            self, paths: Sequence[str], environment: Mapping[str, str], setting: tuple[str, str, str, int]
        ) -> None:
            import os
            import sys
            import sysconfig
            import time

            self._began = time.time()
            own = sysconfig.get_paths()["stdlib"]
            first = [own, f"{own}/lib-dynload"]
            # As in `processes.lifeline`: nobody's folder stands in for the standard library.
            sys.path[:] = dict.fromkeys([*first, *paths, *sys.path])
            os.environ.update(environment)
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
