"""A cluster that cannot be joined says so in a line, whether or not Ray is installed."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.engines.ray import cluster
from pytest_vidcompress.run.engines.ray.cluster import Cluster


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(VidcompressError, match=r"^--vc-engine=ray: Ray is not installed .*compress\[ray\]'$"):
        Cluster("")


def test_an_address_of_nobody_is_refused() -> None:
    pytest.importorskip("ray", reason="Ray, for --vc-engine=ray, is not installed")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        # Bound, and not listening.
        with pytest.raises(
            VidcompressError, match=rf"^--vc-engine=ray:{address}: no Ray answers at {address} \("
        ):
            Cluster(address)


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", None])
def test_who_is_not_ray_is_refused(said: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray itself would ask again and again."""
    pytest.importorskip("ray", reason="Ray, for --vc-engine=ray, is not installed")
    monkeypatch.setattr(cluster, "_PATIENCE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                if said is None:  # deaf
                    connection.recv(1 << 16)
                    connection.recv(1)
                else:
                    connection.sendall(said)

        threading.Thread(target=answer, daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(
            VidcompressError, match=rf": no Ray answers at {address} \(.*\): expected HOST:PORT"
        ):
            Cluster(address)


def runs_here() -> bool:
    """Does a node of any cluster?"""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if process.read_bytes().partition(b"\0")[0].endswith(b"/raylet"):
                return True
    return False


def test_where_no_cluster_runs_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray, for --vc-engine=ray, is not installed")
    if runs_here():
        pytest.skip("a Ray cluster runs on this machine, and would be joined")
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    with pytest.raises(
        VidcompressError, match=r"^--vc-engine=ray:auto: .* cannot join it \(Could not find any run"
    ):
        Cluster("auto")
