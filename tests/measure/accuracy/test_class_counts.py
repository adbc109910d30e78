from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.accuracy.class_counts import (
    ClassCount,
    Confusion,
    classes,
    confusions,
    count_classes,
    count_confusions,
    count_labels,
    set_name,
)
from pytest_vidcompress.measure.accuracy.no_answer import NO_ANSWER
from tests.gate.reports import changed, ranked, report

NAMES = tuple(f"class {number}" for number in range(400))
answers = st.integers(0, 5) | st.integers(0, len(NAMES) - 1)
runs = st.lists(st.tuples(answers, answers, answers), max_size=200).map(
    lambda rows: tuple(map(list, zip(*rows, strict=True))) if rows else ([], [], [])
)


def test_an_example_by_hand() -> None:
    labels, before, now = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 2], [0, 1, 1, 1, 1, 1]
    assert count_classes(labels, before, now, "abc") == (
        ClassCount("c", clips=1, before=1, lost=1, gained=0),
        ClassCount("a", clips=3, before=2, lost=1, gained=0),
        ClassCount("b", clips=2, before=1, lost=0, gained=1),
    )
    assert count_confusions(labels, before, now, "abc") == (
        Confusion("a", "b", before=1, now=2),
        Confusion("c", "b", before=0, now=1),
        Confusion("b", "a", before=1, now=0),
    )


@given(runs)
def test_classes_add_up_and_none_is_lost(run: tuple[list[int], list[int], list[int]]) -> None:
    labels, before, now = run
    found = count_classes(labels, before, now, NAMES)
    assert {each.label for each in found} == {NAMES[label] for label in labels}
    assert len(found) == len(set(labels))
    assert sum(each.clips for each in found) == len(labels)
    assert sum(each.before for each in found) == sum(
        b == label for b, label in zip(before, labels, strict=True)
    )
    assert sum(each.now for each in found) == sum(n == label for n, label in zip(now, labels, strict=True))
    assert all(0 <= each.now <= each.clips for each in found)
    assert all(each.lost <= each.before for each in found)
    assert [each.hurt for each in found] == sorted((each.hurt for each in found), reverse=True)


@given(runs)
def test_confusions_add_up(run: tuple[list[int], list[int], list[int]]) -> None:
    labels, before, now = run
    found = count_confusions(labels, before, now, NAMES)
    assert len({(each.label, each.taken_for) for each in found}) == len(found)
    assert all(each.label != each.taken_for and each.before + each.now > 0 for each in found)
    assert sum(each.before for each in found) == sum(
        b != label for b, label in zip(before, labels, strict=True)
    )
    assert sum(each.now for each in found) == sum(n != label for n, label in zip(now, labels, strict=True))
    assert [each.more for each in found] == sorted((each.more for each in found), reverse=True)


@given(runs)
def test_a_variant_that_answers_as_its_reference_hurts_nothing(
    run: tuple[list[int], list[int], list[int]],
) -> None:
    labels, before, _ = run
    assert all(each.lost == each.gained == 0 for each in count_classes(labels, before, before, NAMES))
    assert all(each.more == 0 for each in count_confusions(labels, before, before, NAMES))


def test_of_a_report() -> None:
    made = report((True, False))
    assert made.reference is not None
    assert classes(made) == confusions(made) == ()
    known = changed(
        made,
        label_names=("a", "b"),
        labels=(0, 1),
        predictions=(0, 0),
        reference=changed(made.reference, predictions=(0, 1)),
    )
    assert [each.label for each in classes(known)] == ["b", "a"]
    assert confusions(known) == (Confusion("b", "a", before=0, now=1),)
    assert classes(changed(known, reference=None)) == ()


def test_an_answer_that_is_none_is_a_loss_and_no_class() -> None:
    names = ("run", "walk")
    (lost,) = count_classes((1,), (1,), (NO_ANSWER,), names)
    assert (lost.label, lost.lost, lost.now) == ("walk", 1, 0)
    (taken,) = count_confusions((1,), (1,), (NO_ANSWER,), names)
    assert (taken.label, taken.taken_for) == ("walk", "no answer")


def test_a_clip_of_several_labels_is_one_of_each_class() -> None:
    rows = [((0, 1), (0, 1), (1, 2)), ((0,), (0,), (0, 1)), ((1, 2), (), (2,))]
    assert count_labels(rows, "abcd") == (
        ClassCount("a", clips=2, before=2, lost=1, gained=0),
        ClassCount("b", clips=2, before=1, lost=0, gained=0),
        ClassCount("c", clips=1, before=0, lost=0, gained=1),
    )
    assert count_labels([((), (0,), ())], "a") == ()


def test_a_report_on_several_labels_has_classes_and_no_confusions() -> None:
    own = ranked(report((True, False), label_sets=((0,), (0, 1)), predicted_sets=((0,), (1,))))
    assert own.reference is not None
    before = changed(own.reference, predicted_sets=((0,), (0, 1)))
    now = changed(own, label_names=("a", "b"), reference=before)
    assert [(each.label, each.lost) for each in classes(now)] == [("a", 1), ("b", 0)]
    assert confusions(now) == ()


def test_sets_of_labels_in_words() -> None:
    assert (set_name("abc", (2, 0)), set_name("abc", ())) == ("a, c", "no label")
