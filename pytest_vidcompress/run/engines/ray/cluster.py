"""A Ray cluster as a driver sees it: how it is reached, which nodes it has, how it is left."""

from __future__ import annotations

import importlib
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....errors import VidcompressError, first_line

_PATIENCE_S = 10.0
"""Longest wait for whoever listens at the address."""
_MOST = 300
"""Characters of what Ray says, in a message."""
_SETTINGS = b"\x04"
"""Kind of a frame."""
_HEAD_BYTES = 9
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + _SETTINGS + bytes(5)


@dataclass(frozen=True)
class Node:
    """A machine of a cluster, or what passes for one."""

    id: str
    address: str
    host: str
    cpus: float
    gpus: float

    def __str__(self) -> str:
        return f"node {self.host} ({self.address}, {self.id[:8]})"


class Cluster:
    """The one at an address, or one that is started for this process.

    Args:
        address: `HOST:PORT` of the head, `auto` for the one that runs here; empty: `$RAY_ADDRESS`, the one that runs
            here, or a new one.

    Raises:
        VidcompressError: Ray is not installed, nobody answers there, or it cannot be joined.
    """

    def __init__(self, address: str) -> None:
        self.name = f"--vc-engine=ray{':' * bool(address)}{address}"
        try:
            self.ray: Any = importlib.import_module("ray")
        except ImportError as error:
            raise VidcompressError(
                f"{self.name}: Ray is not installed ({first_line(error)}): pip install 'pytest-vidcompress[ray]'"
            ) from None
        # A user's own tests may have joined one.
        self._is_ours = not self.ray.is_initialized()
        if self._is_ours:
            self._refuse_nobodys(address or os.environ.get("RAY_ADDRESS", ""))
            self._join(address)
        self._here = str(self.ray.get_runtime_context().get_node_id())

    def nodes(self) -> Sequence[Node]:
        """Those that are alive."""
        return [
            Node(
                str(each["NodeID"]),
                str(each["NodeManagerAddress"]),
                str(each["NodeManagerHostname"]),
                float(each["Resources"].get("CPU", 0)),
                float(each["Resources"].get("GPU", 0)),
            )
            for each in self.ray.nodes()
            if each["Alive"]
        ]

    def is_alive(self, node: Node) -> bool:
        return any(each.id == node.id for each in self.nodes())

    def is_here(self, node: Node) -> bool:
        """Is it on this machine?"""
        return node.id == self._here or node.host == socket.gethostname()

    def close(self) -> None:
        """Leaves it; one that was started for this process ends."""
        if self._is_ours and self.ray.is_initialized():
            self.ray.shutdown()

    def _refuse_nobodys(self, address: str) -> None:
        """Asks first, because Ray would try for long, and then end this process."""
        host, colon, port = address.rpartition(":")
        if not colon or not port.isdecimal():
            return
        try:
            with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_S) as there:
                reason = (
                    "" if os.environ.get("RAY_USE_TLS") == "1" or _speaks_grpc(there) else "it is not Ray"
                )
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
        if reason:
            raise VidcompressError(
                f"{self.name}: no Ray answers at {address} ({reason}): expected HOST:PORT of a head, as `ray start"
                " --head` prints it"
            )

    def _join(self, address: str) -> None:
        # What a cluster of a run that measures would report to its makers is nobody's business.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            self.ray.init(
                address=address or None,
                include_dashboard=False,
                log_to_driver=False,
                logging_level="ERROR",
                configure_logging=False,
            )
        except Exception as error:  # of many kinds
            # It may have got half of the way.
            self.ray.shutdown()
            # What it says of versions is a table.
            said = " ".join(str(error).split())[:_MOST]
            raise VidcompressError(
                f"{self.name}: this process cannot join it ({said}): expected the cluster of a node that"
                " this machine is, with the same Ray and Python"
            ) from None


def _speaks_grpc(there: socket.socket) -> bool:
    """Does the other side begin as RFC 9113 (section 3.4) says, with a frame of settings?"""
    there.sendall(_PREFACE)
    answer = b""
    while len(answer) < _HEAD_BYTES and (more := there.recv(_HEAD_BYTES - len(answer))):
        answer += more
    return answer[3:4] == _SETTINGS
