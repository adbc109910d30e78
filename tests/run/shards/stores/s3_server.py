"""A server on this machine that speaks as S3 does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def s3_server() -> Iterator[str]:
    """The URL of an empty bucket; skips the test where the packages are not installed."""
    pytest.importorskip("s3fs", reason="s3fs, which reaches S3, is not installed")
    server = pytest.importorskip(
        "moto.server", reason="moto[server], which stands in for S3, is not installed"
    )
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    with pytest.MonkeyPatch.context() as patch:
        _, port = running.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("NO_PROXY", "127.0.0.1")
        import s3fs

        s3fs.S3FileSystem(client_kwargs={"endpoint_url": os.environ["AWS_ENDPOINT_URL"]}).mkdir("store")
        try:
            yield "s3://store"
        finally:
            s3fs.S3FileSystem.clear_instance_cache()
            running.stop()
