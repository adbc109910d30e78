"""A cluster of two nodes on this machine: each has a raylet of its own, one core and a small object store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

STORE_BYTES = 80 << 20
HEALTH = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 300,
    "health_check_timeout_ms": 3000,
    "health_check_failure_threshold": 3,
}
"""A node that is gone is missed in seconds."""


@dataclass
class TwoNodes:
    """The cluster, and what can be done to it."""

    cluster: Any
    others: list[Any]
    """Nodes beside the head's."""

    @property
    def address(self) -> str:
        return self.cluster.address

    def add(self) -> None:
        """One more node."""
        self.others.append(self.cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES))
        self.cluster.wait_for_nodes()

    def kill(self) -> None:
        """The last node that was added, with all its processes."""
        self.cluster.remove_node(self.others.pop(), allow_graceful=False)


@contextmanager
def two_nodes() -> Iterator[TwoNodes]:
    """Skips where Ray is not installed; nothing of it is left."""
    pytest.importorskip("ray", reason="Ray, for --vc-engine=ray, is not installed")
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {
            "num_cpus": 1,
            "object_store_memory": STORE_BYTES,
            "include_dashboard": False,
            "_system_config": HEALTH,
        }
        nodes = TwoNodes(Cluster(initialize_head=True, head_node_args=head), [])
        try:
            nodes.add()
            yield nodes
        finally:
            nodes.cluster.shutdown()
