"""A cluster that cannot be joined says so in a line, whether or not Ray is installed."""

from __future__ import annotations

import socket
import sys

import pytest

from pytest_vidcompress.errors import VidcompressError
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
            VidcompressError, match=rf"^--vc-engine=ray:{address}: nobody answers at {address} \("
        ):
            Cluster(address)
