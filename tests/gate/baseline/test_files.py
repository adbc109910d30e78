from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.baseline.files import (
    baseline_path,
    locked,
    read,
    read_timings,
    slug,
    writable,
    write,
    write_timings,
)
from pytest_vidcompress.gate.baseline.json_shape import (
    stored_document,
    stored_entries,
    timing_document,
    timing_entries,
)
from pytest_vidcompress.gate.baseline.stored import Stored, StoredTiming
from pytest_vidcompress.measure.report import Estimate, PublishedAccuracy
from tests.gate.reports import report

STORED = Stored.of(report())


def with_number(**numbers: float) -> Stored:
    return replace(STORED, numbers={**STORED.numbers, **numbers})


def without(*names: str) -> Stored:
    return replace(STORED, numbers={name: n for name, n in STORED.numbers.items() if name not in names})


def save(path: Path, **variants: Stored) -> None:
    write(path, variants, clip_set="pocket", model="timesformer")


def test_paths(tmp_path: Path) -> None:
    assert baseline_path(tmp_path, "pocket", "facebook/timesformer-hr") == (
        tmp_path / "pocket" / "facebook--timesformer-hr.json"
    )
    assert (
        baseline_path(tmp_path, "pocket", "vit", "random", "Xeon avx512 2t").name
        == "vit-random.Xeon-avx512-2t.json"
    )
    with pytest.raises(VidcompressError, match="cannot name"):
        slug("../")


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "pocket" / "timesformer.json"
    other = replace(without("macs", "sparsity"), clip_ids=("a b", "c%20d/e.mp4"), outcomes=(True, False))
    save(path, first=STORED, second=STORED, third=other)
    assert read(path) == {"first": STORED, "second": STORED, "third": other}
    document = json.loads(path.read_text())
    assert document["schema"] == 1
    assert [name for name, entry in document["variants"].items() if "clips" in entry] == ["third"]
    assert path.read_text().endswith("}\n")
    assert [file.name for file in path.parent.iterdir()] == ["timesformer.json"]


def test_what_was_measured_on_is_a_line_each_once(tmp_path: Path) -> None:
    marks = tuple(f"{place:06x}" for place in range(100))
    known = replace(STORED, protocol="16x4, 1x1 views", clips_digest="0123456789abcdef", contents=marks)
    other = replace(known, protocol="16x4, 5x3 views")
    save(tmp_path / "x", first=known, second=known, third=STORED, fourth=other)
    assert read(tmp_path / "x") == {"first": known, "second": known, "third": STORED, "fourth": other}
    document = json.loads((tmp_path / "x").read_text())
    assert document["contents"] == "".join(marks)
    assert [document[field] for field in ("protocol", "clips_digest")] == [known.protocol, known.clips_digest]
    own = {
        name: sorted({"clips", "contents", "clips_digest", "protocol"} & entry.keys())
        for name, entry in document["variants"].items()
    }
    assert own == {
        "first": [],
        "second": [],
        "third": ["clips_digest", "contents", "protocol"],
        "fourth": ["protocol"],
    }


def test_the_label_of_an_accuracy_is_stored_with_it(tmp_path: Path) -> None:
    label = "measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4"
    published = PublishedAccuracy("16x4, 5x3 views", 0.815, label)
    now = report(protocol="16x4, 1x1 views", protocol_details="stride, 224 of 224 px", published=published)
    save(tmp_path / "x", first=Stored.of(now), second=STORED)
    assert read(tmp_path / "x") == {"first": Stored.of(now), "second": STORED}
    document = json.loads((tmp_path / "x").read_text())
    lines = {**document, **document["variants"]["first"]}
    assert (lines["protocol_details"], lines["protocol_label"]) == ("stride, 224 of 224 px", label)


def test_a_file_of_before_says_nothing_of_contents_and_is_written_as_it_was(tmp_path: Path) -> None:
    save(tmp_path / "x", first=STORED)
    assert (
        json.loads((tmp_path / "x").read_text()).keys().isdisjoint({"contents", "clips_digest", "protocol"})
    )
    packaged = Path(__file__).parents[3] / "baselines" / "pocket" / "videomae.json"
    stored = read(packaged)
    write(tmp_path / "again", stored, clip_set="pocket", model="videomae")
    assert (tmp_path / "again").read_text() == packaged.read_text()


def test_one_line_of_diff_a_metric(tmp_path: Path) -> None:
    save(tmp_path / "a", x=STORED, y=STORED)
    save(tmp_path / "b", x=STORED, y=with_number(size_bytes=7))
    a, b = (tmp_path / name for name in "ab")
    pairs = zip(a.read_text().splitlines(), b.read_text().splitlines(), strict=True)
    assert sum(one != two for one, two in pairs) == 1


def test_timings_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    timings = {
        "a": StoredTiming(
            test="t.py::a", runs=(0.5, 0.25), screens=(0.4, 0.3), numbers={"peak_memory_bytes": 3}
        ),
        "b": StoredTiming(),
        "c": StoredTiming(p90s=(0.5, 0.6), p95s=(0.7, 0.8), reference_p95s=(2.0, 2.1)),
    }
    write_timings(path, timings, machine={"cpu": "Xeon", "threads": 2})
    assert read_timings(path) == timings
    assert json.loads(path.read_text())["machine"] == {"cpu": "Xeon", "threads": 2}


ids = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=6)


@given(st.dictionaries(st.text(max_size=5), st.tuples(ids, st.integers(0, 2**63 - 1)), max_size=4))
def test_documents_round_trip(content: dict[str, tuple[list[str], int]]) -> None:
    variants = {
        name: replace(
            STORED,
            clip_ids=tuple(clips),
            outcomes=tuple(seed >> i & 1 == 1 for i in range(len(clips))),
            numbers={**STORED.numbers, "size_bytes": seed},
        )
        for name, (clips, seed) in content.items()
    }
    assert stored_entries(json.loads(json.dumps(stored_document(variants)))) == variants


@given(st.lists(st.floats(1e-3, 1e3), max_size=10))
def test_runs_keep_six_digits(runs: list[float]) -> None:
    back = timing_entries(json.loads(json.dumps(timing_document({"a": StoredTiming(runs=tuple(runs))}))))
    assert back["a"].runs == pytest.approx(tuple(runs), rel=1e-5)


def test_infinite_divergence_has_no_number(tmp_path: Path) -> None:
    save(tmp_path / "x", a=with_number(kl=math.inf))
    assert "kl" not in read(tmp_path / "x")["a"].numbers
    assert "kl" not in Stored.of(report(kl=Estimate(math.inf))).numbers


def test_missing_file_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "no" / "x.json") == read_timings(tmp_path / "x.json") == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<<<<<<< HEAD", "it is no JSON"),
        ("[]", "expected an object, found a list"),
        ('{"schema": 2, "variants": {}}', "has schema 2, expected 1"),
        ("{}", "has schema None, expected 1"),
        ('{"schema": true, "variants": {}}', "has schema True, expected 1"),
        ('{"schema": 1}', "is not the baseline of a model"),
        ('{"schema": 1, "variants": []}', "variants: expected an object"),
        ('{"schema": 1, "variants": {"a": 3}}', "a: expected an object"),
        ('{"schema": 1, "variants": {"a": {"outcomes": ""}}}', "has no top1"),
        ('{"schema": 1, "variants": {"a": {"top1": "1", "outcomes": ""}}}', "top1: expected a number"),
        ('{"schema": 1, "clips": "x y", "variants": {"a": {"top1": 1, "outcomes": "88"}}}', "2 clips take 1"),
        (
            '{"schema": 1, "clips": "x", "contents": "abc", "variants": {"a": {"top1": 1, "outcomes": "8"}}}',
            "contents of 1 clips take 6 digits, not 3",
        ),
        (
            '{"schema": 1, "variants": {"a": {"top1": 1, "outcomes": "", "macs": 0.5}}}',
            "macs: expected a whole",
        ),
        ('{"schema": 1, "variants": ' + '{"a": ' * 100_000, "nested deeper|no JSON"),
        ('{"schema": 1, "variants": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper"),
        (f'{{"schema": 1, "variants": {{"a": {{"top1": {"9" * 400}}}}}}}', "a number of 400 digits"),
        ('{"schema": 1, "variants": {"a": {"top1": 1, "outcomes": "", "sparsity": NaN}}}', "NaN"),
        (f'{{"schema": "{"x" * 1000}"}}', "has schema 'xxx"),
    ],
    ids=lambda each: each[:40],
)
def test_not_a_baseline(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(VidcompressError, match=says) as raised:
        read(path)
    assert str(path) in str(raised.value)
    assert "delete it" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_not_text(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"\xff\xfe")
    with pytest.raises(VidcompressError, match="cannot be read"):
        read(tmp_path / "x.json")


@pytest.mark.parametrize("runs", ["[1]", '"fast"'])
def test_not_timings(tmp_path: Path, runs: str) -> None:
    (tmp_path / "x.json").write_text(f'{{"schema": 1, "variants": {{"a": {{"runs": {runs}}}}}}}')
    with pytest.raises(VidcompressError, match="machine class"):
        read_timings(tmp_path / "x.json")


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_failing_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "x.json"
    save(path, a=STORED)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, call) if call == "fsync" else (Path, call)), full)
    with pytest.raises(VidcompressError, match="No space left"):
        save(path, b=STORED)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VidcompressError, match="--vc-baselines"):
        writable(tmp_path / "file" / "baselines")
    with pytest.raises(VidcompressError, match="--vc-baselines"):
        save(tmp_path / "file" / "x.json", a=STORED)


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(VidcompressError, match="cannot be written"):
        writable(tmp_path)


def test_writable_leaves_nothing(tmp_path: Path) -> None:
    writable(tmp_path / "baselines")
    assert list((tmp_path / "baselines").iterdir()) == []


def test_a_baseline_may_be_written_while_it_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    with locked(path):
        save(path, **read(path), a=STORED)
    assert list(read(path)) == ["a"]


UPDATE = """
import sys
from pathlib import Path
from pytest_vidcompress.gate.baseline.files import locked, read, write
from pytest_vidcompress.gate.baseline.stored import Stored
path, who = Path(sys.argv[1]), sys.argv[2]
for place in range(20):
    with locked(path):
        entries = {**read(path), f"{who} {place}": Stored(test="t", numbers={"top1": 1})}
        write(path, entries, clip_set="pocket", model="m")
"""


def test_two_runs_lose_no_update_whatever_their_temporary_folders_and_links(tmp_path: Path) -> None:
    (tmp_path / "baselines").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "baselines")
    running: list[subprocess.Popen[bytes]] = []
    for who, folder in (("a", "baselines"), ("b", "linked")):
        (tmp_path / who).mkdir()
        command = [sys.executable, "-c", UPDATE, str(tmp_path / folder / "m.json"), who]
        running.append(subprocess.Popen(command, env={**os.environ, "TMPDIR": str(tmp_path / who)}))
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(read(tmp_path / "baselines" / "m.json")) == 40
    assert sorted(path.name for path in (tmp_path / "baselines").iterdir()) == [".m.json.lock", "m.json"]


def test_a_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    save(tmp_path / "real.json", a=STORED)
    (tmp_path / "x.json").symlink_to("real.json")
    with locked(tmp_path / "x.json"):
        save(tmp_path / "x.json", a=STORED, b=STORED)
    assert (tmp_path / "x.json").is_symlink()
    assert list(read(tmp_path / "real.json")) == ["a", "b"]


def test_where_nothing_can_be_locked_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(VidcompressError, match=r"cannot be written .*--vc-baselines"),
        locked(tmp_path / "file" / "x.json"),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.json")
    with pytest.raises(VidcompressError, match="no regular file"):
        read(tmp_path / "x.json")
