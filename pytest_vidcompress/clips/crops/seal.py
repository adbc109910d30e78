"""Seals that only those can make who know a secret: a cache holds what was decoded, not what somebody put there.

The secret is `PYTEST_VIDCOMPRESS_CACHE_KEY`, such as a secret of a CI service, or else a file that is made once in
the user's data folder, which is no part of a cache that is saved and restored. Entries under another secret are not
found.
"""

from __future__ import annotations

import hmac
import os
import secrets
import time
import warnings
from functools import cache
from hashlib import sha256
from pathlib import Path

VARIABLE = "PYTEST_VIDCOMPRESS_CACHE_KEY"
SEAL_BYTES = 32
_KEY_BYTES = 32
_PATIENCE_S = 2.0
"""For the process that makes the file, and has not written it yet."""


def sealed(*parts: bytes | memoryview) -> bytes:
    """`SEAL_BYTES` for these contents: HMAC-SHA256 (RFC 2104)."""
    seal = hmac.new(_secret(os.environ.get(VARIABLE, "")), digestmod=sha256)
    for part in parts:
        seal.update(part)
    return seal.digest()


@cache
def _secret(given: str) -> bytes:
    if given:
        return sha256(given.encode("utf-8", "surrogateescape")).digest()
    from platformdirs import user_data_path

    file = user_data_path("pytest-vidcompress") / "cache.key"
    try:
        return _of_file(file)
    except OSError as error:
        warnings.warn(
            f"decoded clips of this run are of no use to the next: {file} cannot be used "
            f"({error.strerror or error}); set {VARIABLE} to any secret",
            stacklevel=2,
        )
        return secrets.token_bytes(_KEY_BYTES)


def _of_file(file: Path) -> bytes:
    """The secret in a file, which is made if need be, readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    with os.fdopen(descriptor, "wb") as opened:
        made = secrets.token_bytes(_KEY_BYTES)
        opened.write(made)
    return made


def _read(file: Path) -> bytes:
    until = time.monotonic() + _PATIENCE_S
    while True:
        secret = file.read_bytes()[:_KEY_BYTES] if file.is_file() else b""
        if len(secret) == _KEY_BYTES:
            return secret
        if time.monotonic() > until:
            raise OSError(f"it does not hold {_KEY_BYTES} bytes")
        time.sleep(0.01)
