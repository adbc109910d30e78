"""What a run keeps of what it measured, and what it hands on."""

import pickle

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.baseline.store import Store
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.report import IN_TORCH
from pytest_vidcompress.run.ledger import Ledger
from tests.gate.reports import confirmation, report, searching

FILE = "benchmarks/test_variants.py"
NODE = f"{FILE}::test_variant_holds[timesformer-int8-dynamic]"


@pytest.fixture
def store(tmp_path):
    def of(model, classed_by=IN_TORCH):
        machine = f"machine-{''.join(classed_by)}"
        return Store(
            tmp_path,
            "pocket",
            model,
            "trained",
            machine,
            {"runtime": classed_by[0]},
            classed_by,
        )

    return of


def result(nodeid=NODE, number=1, **changes):
    return Result(report(nodeid=nodeid, number=number, **changes), nodeid=nodeid)


def filled(*results, **changes):
    ledger = Ledger(**changes)
    for each in results:
        ledger.record(each)
    return ledger


def test_a_checked_report_takes_the_place_of_the_unchecked():
    checked = result(confirmed=confirmation())
    ledger = filled(result(), result("another"), result(number=2), checked)
    assert [each.report.identity.nodeid for each in ledger.results] == [NODE, "another", NODE]
    assert ledger.results[0] is checked


def test_workers_are_merged():
    one, two = Ledger(planned=frozenset({"a", "b"})), Ledger(planned=frozenset({"a", "b"}))
    one.record(result("a"))
    two.record(result("b"))
    whole = Ledger()
    for worker in (one, two):
        whole.merge(pickle.loads(pickle.dumps(worker)))
    assert whole.planned == {"a", "b"}
    assert [result.nodeid for result in whole.results] == ["a", "b"]
    assert whole.results[0].report.top1.low == report().top1.low


def settled(store, mode, planned=(NODE,), complete=(FILE,), exists=True, **changes):
    ledger = Ledger(planned=frozenset(planned), complete=frozenset(complete))
    ledger.record(result(**changes))
    ledger.settle(mode, store, lambda file: exists)
    return ledger


def test_settling_writes_what_the_mode_takes(store):
    assert not settled(store, None).written
    assert not store("timesformer").entries
    assert settled(store, "create").written == ("timesformer int8-dynamic: new entry",)
    assert store("timesformer").entries.keys() == {"int8-dynamic"}


def test_what_computes_in_bf16_is_timed_in_a_file_of_its_own(store):
    in_bf16 = {"name": "bf16", "bf16_kernels": "avx512_bf16"}
    ledger = filled(result(name="fp32"), result(number=2, **in_bf16))
    ledger.settle("create", store, lambda file: True)
    assert store("timesformer").entries.keys() == {"fp32", "bf16"}
    assert store("timesformer").timings.keys() == {"fp32"}
    assert store("timesformer", ("torch", "", "avx512_bf16")).timings.keys() == {"bf16"}


def test_what_a_runtime_timed_goes_into_its_own_file(store):
    ledger = filled(result(name="fp32"), result(number=2, name="fp32@openvino", runtime="openvino"))
    ledger.settle("create", store, lambda file: True)
    assert ledger.written.count("timesformer fp32@openvino: new entry") == 1
    assert store("timesformer").entries.keys() == {"fp32", "fp32@openvino"}
    assert store("timesformer").timings.keys() == {"fp32"}
    assert store("timesformer", ("openvino", "", "")).timings.keys() == {"fp32@openvino"}


def test_nothing_is_written_where_the_order_of_tests_would_decide(store):
    results = [
        result("a.py::rough", name="mine", size_bytes=5),
        result("a.py::fine", name="mine", size_bytes=6),
    ]
    ledger = filled(result(name="fp32", model="videomae"), *results)
    with pytest.raises(VidcompressError, match=r"nothing was written .*'mine'"):
        ledger.settle("create", store, lambda file: True)
    assert not store("videomae").entries
    filled(*results).settle(None, store, lambda file: True)


def test_one_name_in_two_runtimes_is_one_entry(store):
    """A name that a test gives itself, whatever it is measured in."""
    results = [
        result("a.py::one", name="mine", test="a.py::one"),
        result("a.py::other", name="mine", test="a.py::other", runtime="openvino"),
    ]
    for written in (("timesformer mine: new entry",), ()):
        ledger = filled(*results)
        ledger.settle("create", store, lambda file: True)
        assert not [line for line in ledger.written if line not in written and "latency_ratio" not in line]
    assert store("timesformer").entries["mine"].test in ("a.py::one", "a.py::other")


def test_what_was_skipped_for_want_of_a_runtime_is_merged():
    whole, worker = Ledger(), Ledger(missing_runtimes={"a": ("openvino", "it needs openvino")})
    whole.merge(pickle.loads(pickle.dumps(worker)))
    assert whole.missing_runtimes == worker.missing_runtimes


def test_what_is_kept_of_failures_is_merged():
    whole, worker = Ledger(bundles={"a": "failures/a"}), Ledger(bundles={"b": "failures/b"})
    whole.merge(pickle.loads(pickle.dumps(worker)))
    assert whole.bundles == {"a": "failures/a", "b": "failures/b"}


def test_what_a_chosen_runtime_stored_is_not_missed_by_others(store):
    settled(store, "create", name="fp32@openvino", runtime="openvino")
    assert settled(store, None).unused == ()
    assert settled(store, None, exists=False).unused == ("timesformer fp32@openvino",)


def test_unused_only_where_everything_ran(store):
    settled(store, "create")
    assert settled(store, None, name="fp16").unused == ("timesformer int8-dynamic",)
    assert settled(store, None, name="fp16", complete=()).unused == ()
    assert settled(store, None, name="fp16", planned=(NODE, f"{FILE}::test_skipped")).unused == ()
    assert settled(store, None, name="fp16", complete=(), exists=False).unused == (
        "timesformer int8-dynamic",
    )


def test_a_renamed_test_is_named_beside_the_entry_that_it_left(store):
    old, new = (dict.fromkeys(("name", "test"), f"{FILE}::{name}") for name in ("test_old", "test_new"))
    settled(store, "create", **old)
    left = settled(store, None, **new).unused
    assert left == (f"timesformer {old['name']}, which is probably {new['name']} now",)
    assert settled(store, None, **new, size_bytes=1).unused == (f"timesformer {old['name']}",)


def test_what_is_not_taken_over_is_said(store):
    settled(store, "create")
    better = settled(store, "accept", size_bytes=1)
    assert better.written == ()
    assert [line.partition(" left at")[0] for line in better.left] == ["timesformer int8-dynamic: size_bytes"]
    disturbed = settled(store, "create", confirmed=confirmation(noise=0.5, turns=24, turns_per_block=2))
    assert "latency_ratio not recorded: the machine was disturbed" in disturbed.left[0]
    assert settled(store, None, size_bytes=1).left == ()


def test_what_one_test_leaves_out_and_another_measures_is_measured() -> None:
    missed = frozenset({("recall_at_1", "int8-dynamic of timesformer")})
    assert filled(result(), unmeasured=missed).not_measured == missed
    searched = Result(searching(result(number=2).report), nodeid=NODE)
    assert filled(result(), searched, unmeasured=missed).not_measured == frozenset()
