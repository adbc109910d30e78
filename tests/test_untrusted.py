"""What anybody may have written is read so far and no further, and each value is what it should be, or refused."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.untrusted import (
    MOST_DEPTH,
    Malformed,
    file_in,
    file_name,
    json_object,
    mapping,
    number,
    numbers,
    objects,
    one_of,
    optional,
    parse_json,
    read_file,
    read_json,
    text,
    texts,
    whole,
    wholes,
)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_file(tmp_path / "file", 5) == b"12345"
    with pytest.raises(Malformed, match=r"^it is longer than 4 bytes$"):
        read_file(tmp_path / "file", 4)


def test_a_sparse_file_of_terabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 42)
    with pytest.raises(Malformed, match="longer than"):
        read_file(tmp_path / "sparse")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    started = time.monotonic()
    with pytest.raises(Malformed, match=r"^it is no regular file$"):
        read_file(tmp_path / "pipe")
    assert time.monotonic() - started < 5


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless file")
def test_an_endless_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "endless").symlink_to("/dev/zero")
    with pytest.raises(Malformed, match="no regular file"):
        read_file(tmp_path / "endless")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system makes no files up")
def test_a_file_whose_size_is_a_lie_is_read_whole_or_refused() -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    assert read_file(Path("/proc/self/status")).endswith(b"\n")
    with pytest.raises(Malformed, match="longer than 9 bytes"):
        read_file(Path("/proc/self/status"), 9)


def test_what_cannot_be_opened_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "nothing")
    with pytest.raises(OSError, match=r"directory|Permission"):
        read_file(tmp_path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_what_json_can_say_comes_back(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is no JSON: Expecting value"),
        (b"[1, 2", "it is no JSON"),
        (b"\xff\xfe\0", "it is no JSON: .*utf-8"),
        (b"[" * 200_000, "nested deeper than 32 levels"),
        (b"[" * 40 + b"]" * 40, "nested deeper than 32 levels"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "nested deeper than 32 levels"),
        (b"[1" + b"0" * 400 + b"]", "it has a number of 401 digits"),
        (b"1" + b"0" * 9_999, "it has a number of 10000 digits"),
        (b"[1e999]", "a number beyond all that can be computed with, 1e999"),
        (b"[NaN]", "it has NaN, which is no number of JSON"),
        (b"[-Infinity]", "it has -Infinity"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', "'b' stands twice in one object"),
    ],
)
def test_anything_else_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why) as refusal:
        parse_json(content)
    assert len(str(refusal.value)) < 200


def test_nesting_counts_to_the_limit() -> None:
    assert parse_json(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH)
    with pytest.raises(Malformed):
        parse_json(b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1))


def test_a_hundred_thousand_names_of_which_one_stands_twice_take_no_time() -> None:
    pairs = ",".join(f'"{k}":0' for k in [*range(100_000), 99_999])
    started = time.monotonic()
    with pytest.raises(Malformed, match="'99999' stands twice"):
        parse_json(f"{{{pairs}}}".encode())
    assert time.monotonic() - started < 5


def test_a_file_is_read_as_json(tmp_path: Path) -> None:
    (tmp_path / "some.json").write_text('{"a": [1, 2.5, null, true, "x"]}')
    assert read_json(tmp_path / "some.json") == {"a": [1, 2.5, None, True, "x"]}
    with pytest.raises(Malformed, match="longer than 8 bytes"):
        read_json(tmp_path / "some.json", 8)


HELD: dict[str, Any] = {
    "text": "words", "count": 3, "share": 0.5, "negative": -1, "flag": True, "texts": ["a", "b"], "mixed": ["a", 1],
    "sizes": [2, 3], "shares": [0.5, 2], "object": {"a": 1}, "null": None, "long": "x" * 10_000,
}  # fmt: skip
READ: list[tuple[Callable[[], Any], Any]] = [
    (lambda: text(HELD, "text"), "words"),
    (lambda: texts(HELD, "texts"), ("a", "b")),
    (lambda: mapping(HELD, "object"), {"a": 1}),
    (lambda: one_of(HELD, "text", ("numbers", "words")), "words"),
    (lambda: whole(HELD, "count"), 3),
    (lambda: whole(HELD, "count", 3, 3), 3),
    (lambda: whole(HELD, "negative", -1), -1),
    (lambda: number(HELD, "share", 0.5, 0.5), 0.5),
    (lambda: number(HELD, "count"), 3),
    (lambda: numbers(HELD, "shares", 2), (0.5, 2.0)),
    (lambda: wholes(HELD, "sizes"), (2, 3)),
    (lambda: optional(whole, HELD, "count", 1, high=5), 3),
    (lambda: optional(whole, HELD, "null"), None),
    (lambda: optional(whole, HELD, "absent"), None),
]


@pytest.mark.parametrize(("read", "expected"), READ)
def test_values_are_read_by_type_and_range(read: Callable[[], Any], expected: Any) -> None:
    assert read() == expected
    assert type(read()) is type(expected)


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: text(HELD, "absent"), "absent is missing"),
    (lambda: whole(HELD, "absent"), "absent is missing"),
    (lambda: text(HELD, "count"), "count: expected a text, found 3"),
    (lambda: text(HELD, "null"), "null: expected a text, found None"),
    (lambda: texts(HELD, "mixed"), "mixed: expected a list of texts, found a list"),
    (lambda: texts(HELD, "text"), "text: expected a list, found 'words'"),
    (lambda: mapping(HELD, "texts"), "texts: expected an object, found a list"),
    (lambda: one_of(HELD, "text", ("a", "b")), "text: expected one of a, b, found 'words'"),
    (lambda: whole(HELD, "share"), "share: expected a whole number of at least 0, found 0.5"),
    (lambda: whole(HELD, "flag"), "flag: expected a whole number of at least 0, found True"),
    (lambda: whole(HELD, "negative"), "negative: expected a whole number of at least 0, found -1"),
    (lambda: whole(HELD, "count", 4, 5000), "count: expected a whole number of 4 to 5,000, found 3"),
    (lambda: number(HELD, "text"), "text: expected a number, found 'words'"),
    (lambda: number(HELD, "flag"), "flag: expected a number, found True"),
    (lambda: number(HELD, "share", 0.6, 1), "share: expected a number of 0.6 to 1, found 0.5"),
    (lambda: number({"a": math.nan}, "a"), "a: expected a number, found nan"),
    (lambda: number({"a": math.inf}, "a", 0), "a: expected a number of at least 0, found inf"),
    (lambda: numbers(HELD, "shares", 3), "shares: expected a list of 3, found a list"),
    (lambda: numbers(HELD, "mixed"), "mixed: expected a number, found 'a'"),
    (lambda: wholes(HELD, "shares"), "shares: expected a whole number of at least 0, found 0.5"),
    (lambda: optional(whole, HELD, "text"), "text: expected a whole number of at least 0, found 'words'"),
    (lambda: json_object([], "a baseline"), "a baseline: expected an object, found a list"),
    (lambda: whole(HELD, "long"), f"long: expected a whole number of at least 0, found '{'x' * 60}' ..."),
]


@pytest.mark.parametrize(("read", "why"), WRONG)
def test_a_wrong_value_is_named_with_what_was_expected(read: Callable[[], Any], why: str) -> None:
    with pytest.raises(Malformed) as refusal:
        read()
    assert str(refusal.value) == why


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "/etc/passwd", "a\\b", "a\0b", "a\nb", "a\x1b[2J", 3, None]
)
def test_a_name_that_leads_elsewhere_or_cannot_be_shown_is_refused(name: Any) -> None:
    with pytest.raises(Malformed, match="is no name of a file beside it"):
        file_name(name)


def test_a_list_of_objects() -> None:
    assert objects({"a": [{}, {"b": 1}]}, "a") == ({}, {"b": 1})
    for wrong in ({}, {"a": {}}, {"a": [{}, 3]}, {"a": None}):
        with pytest.raises(Malformed, match=r"^a"):
            objects(wrong, "a")


def test_links_may_not_lead_out_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret").write_text("")
    (folder / "file").write_text("")
    (folder / "inside").symlink_to("file")
    (folder / "outside").symlink_to(tmp_path / "secret")
    (folder / "circle").symlink_to("circle")
    for name in ("file", "inside", "absent", "circle"):
        assert file_in(folder, name) == folder / name
    with pytest.raises(Malformed, match=r"^outside is a link that leads out of the folder"):
        file_in(folder, "outside")
    linked = tmp_path / "linked"
    linked.symlink_to(folder)
    assert file_in(linked, "file") == linked / "file"


def test_reading_is_light() -> None:
    heavy = "[m for m in ('torch', 'numpy', 'pytest') if m in sys.modules]"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, pytest_vidcompress.untrusted; print({heavy})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
