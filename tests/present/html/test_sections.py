"""What sections of the page say of results, as those who know them from the terminal look for it."""

from __future__ import annotations

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.profile.hotspots import Hotspots
from pytest_vidcompress.present.html.page import page
from tests.gate.reports import changed, pair_times, ranked, report
from tests.present.html.documents import document
from tests.present.html.tags import rows_of, tags_of
from tests.present.terminal.profiles import OPENVINO, profiled
from tests.present.terminal.test_coverage_lines import FLOAT, covered
from tests.present.terminal.test_speed import timed
from tests.present.test_clip_cost_lines import NOW
from tests.present.test_slower_calls import clip_times
from tests.present.test_slower_calls import result as of_calls


def shown(*results: Result) -> str:
    html = page([document(results)])
    tags_of(html)
    return html


def test_achieved_speed_is_said_once_a_model() -> None:
    html = shown(timed(), timed("fp16"))
    rows = rows_of(html, "Achieved speed")
    assert rows[2] == ["int8-static", "avx512_vnni", "150", "150 %"]
    assert len(rows) == 4
    assert "Achieved speed" not in shown(Result(report()))


def test_every_module_left_float() -> None:
    html = shown(covered(), covered(FLOAT, name="fp32"))
    assert "int8-dynamic: int8: 97 % of weights, 72 % of MACs" in html
    rows = rows_of(html, "int8-dynamic: layers left float")
    assert ["videomae.embeddings.patch_embeddings.projection", "Conv3d", "1.36 %"] in [r[:3] for r in rows]


def test_every_row_of_a_profile() -> None:
    html = shown(
        profiled(name="<b>"), profiled(OPENVINO, name="int8-static"), profiled(Hotspots(note="<none>"))
    )
    assert "no time by operator: &lt;none&gt;" in html
    assert len([row for row in rows_of(html, "int8-static by operator") if row[0].startswith("Node")]) == 15
    assert len(rows_of(html, "Time by kind of operator: the numbers")) == 1 + 3
    assert "where the time" not in shown(Result(report())).lower().split("<style>")[0]


def test_distribution_and_groups_of_what_single_clips_cost() -> None:
    html = shown(Result(NOW))
    assert rows_of(html, "Clips of int8-dynamic by motion and class")[1][0] == "still"
    assert rows_of(html, "Clips of int8-dynamic by motion and class")[1][5] == "0.45"
    rows = rows_of(html, "What single clips cost")
    assert rows[0] == ["variant", "of", "mean", "p50", "p90", "p95"]
    assert rows[1][:2] == ["int8-dynamic", "million MACs"]
    assert rows[1][2].startswith("55.0 [")
    assert "the mean of those that were counted" in html
    assert "single clips" not in shown(Result(report()))


def test_calls_with_their_intervals() -> None:
    slow = Result(changed(of_calls(clip_times()).report, name="slow"))
    html = shown(of_calls(pair_times(400, noise=0.0)), slow)
    rows = rows_of(html, "Time of a call: the numbers")
    assert rows[1][2:4] == ["50.0", "50.0"]
    assert "Slow clips of slow, beside its usual call: clip4 2.00 times." in html
    assert "p99 and jitter take 368 undisturbed calls of a variant (--vc-calls=368)." in html
    assert "Time of a call" not in shown(Result(report(log_ratios=(), latency=None)))


def test_rankings_are_columns_where_clips_may_have_several_labels() -> None:
    several = ranked(report(name="fuse"), (0.75,) * 100)
    html = shown(Result(several))
    assert rows_of(html, "Variants of timesformer")[0][4:6] == ["GAP %", "mAP %"]
    assert "GAP" not in rows_of(shown(Result(report())), "Variants of timesformer")[0]


def test_a_clip_of_several_labels_is_in_each_of_its_classes() -> None:
    now = ranked(report((True, False), label_sets=((0,), (0, 1)), predicted_sets=((0,), (1,))))
    assert now.reference is not None
    before = changed(now.reference, predicted_sets=((0,), (0, 1)))
    html = shown(Result(changed(now, label_names=("rain", "snow"), reference=before)))
    assert [row[1] for row in rows_of(html, "Classes that gained or lost clips")[1:]] == ["rain"]
    assert "taken for another class" not in html
