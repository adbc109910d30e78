"""The option table as pytest's command line and ini names, and what was given there as `Options`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import pytest

from ..errors import VidcompressError
from ..run.options import GROUPS, OPTIONS, Options
from ..run.options.row import Option

BEGAN = time.time()
"""When the plugin was loaded: code that was edited since may be older in this process than on disk."""
ACTIONS: dict[str, Any] = {
    "value": "store",
    "list": "append",
    "flag": "store_true",
    "switch": argparse.BooleanOptionalAction,
}


def add_options(parser: pytest.Parser) -> None:
    """Declares every option, and its ini name with underscores."""
    for title, rows in GROUPS.items():
        group = parser.getgroup(f"vidcompress {title}", f"pytest-vidcompress: {title}")
        for row in rows:
            more: dict[str, Any] = {"metavar": row.metavar} if row.metavar else {}
            if row.bare:
                more |= {"nargs": "?", "const": row.bare}
            group.addoption(f"--{row.name}", action=ACTIONS[row.form], default=None, help=_help(row), **more)
            if not row.hidden:
                parser.addini(row.key, row.help, type=row.ini_type, default=None)  # type: ignore[arg-type]


def _help(row: Option[Any]) -> str:
    if row.hidden:
        return argparse.SUPPRESS
    text = f"{row.help} (default: {row.usual})" if row.usual else row.help
    return text.replace("%", "%%")


def read_options(config: pytest.Config) -> Options:
    """Reads the options, command line before ini.

    Raises:
        pytest.UsageError: a value that cannot be right whatever is tested.
    """
    typed = {
        row.name: given for row in OPTIONS if (given := config.getoption(row.key, default=None)) is not None
    }
    return Options(
        values={row.name: _value(config, row, typed.get(row.name)) for row in OPTIONS},
        typed=typed,
        root=config.rootpath,
        folder=config.invocation_params.dir,
        began=BEGAN,
    )


def _value(config: pytest.Config, row: Option[Any], typed: Any) -> Any:
    given = _ini(config, row.key) if typed in (None, row.bare or None) and not row.hidden else typed
    if row.bare:
        # What an ini file has does not turn it on: it is what the bare word stands for.
        given = None if typed is None else given or typed
    try:
        value = row.read(row.default if given in (None, [], "") else given)
    except VidcompressError as error:
        raise pytest.UsageError(f"--{row.name}={error}") from None
    # What is typed is relative to where it is typed, what is written in a file to that file's folder.
    return _placed(value, config.rootpath if typed is None else config.invocation_params.dir)


def _placed(value: Any, folder: Path) -> Any:
    if isinstance(value, tuple):
        return tuple(_placed(each, folder) for each in value)
    return folder / value if isinstance(value, Path) else value


def _ini(config: pytest.Config, key: str) -> Any:
    try:
        return config.getini(key)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"{key}: {error}") from None
