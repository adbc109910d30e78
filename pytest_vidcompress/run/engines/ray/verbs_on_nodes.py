"""Verbs of the console as tasks of Ray: it chooses the node of each, and runs it again where that is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from ....errors import VidcompressError
from ....measure.resume.torch_settings import environment
from ....processes.clock import today_s
from ..verbs import Ended, Verbs
from .arrival import arriving, sent_paths
from .cluster import Cluster
from .node_worker import facts

_TRIES = 3


def on_nodes(verbs: Verbs) -> Iterator[Ended]:
    """Runs them on whatever nodes have room; yields each when it has ended.

    Raises:
        VidcompressError: the cluster cannot be joined, or a node of it is not as this machine.
    """
    cluster = Cluster(verbs.address)
    with closing(cluster):
        ray = cluster.ray
        most = max((int(node.cpus) for node in cluster.nodes()), default=1)
        options = {"num_cpus": max(1, min(verbs.threads, most)), "max_retries": _TRIES}
        task = ray.remote(_task()).options(**options)
        paths = sent_paths(verbs.paths)
        known, sent = facts(today_s()), ray.put(verbs)
        left = [
            task.remote(paths, environment(), known, [sent], number) for number in range(len(verbs.arguments))
        ]
        while left:
            done, left = ray.wait(left)
            try:
                ended = ray.get(done[0])
            except ray.exceptions.RayError as error:
                said = str(error).strip().splitlines()[-1]
                raise VidcompressError(f"{cluster.name}: a task was lost {_TRIES} times ({said})") from None
            if isinstance(ended, str):
                raise VidcompressError(f"{cluster.name}: {ended}")
            yield Ended(*ended)


def _task() -> Callable[..., Any]:
    """What runs on a node: made in a function as `arriving` is."""
    arrive = arriving()

    def run_verb_there(
        paths: Sequence[str],
        variables: Mapping[str, str],
        known: Mapping[str, str],
        sent: Sequence[Any],
        number: int,
    ) -> Any:
        import platform
        import time

        began = time.time()
        arrive(paths, variables)
        try:
            import ray

            from pytest_vidcompress.run.engines.ray.node_worker import difference, facts
            from pytest_vidcompress.run.engines.verbs import run_verb
        except ImportError as error:
            return (
                f"{platform.node()} cannot load pytest-vidcompress ({error}): install the same there as here"
            )
        if differing := difference(known, facts(began)):
            return f"{platform.node()} {differing}"
        verbs: Any = ray.get(sent[0])
        ended = run_verb(verbs, number)
        return ended.number, ended.exit_code, ended.errors

    return run_verb_there
