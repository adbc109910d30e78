from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.divergence.divergence import MOST
from pytest_vidcompress.measure.divergence.relative_error import RelativeError, cast_floats, copied

PART = nn.Identity()


def error(*pairs: tuple[object, object]) -> RelativeError:
    found = RelativeError()
    for own, original in pairs:
        found.add(PART, own, original)
    return found


def test_it_is_the_norm_of_the_difference_over_the_reference_s() -> None:
    assert error((torch.tensor([3.0, 4.0]), torch.tensor([3.0, 0.0]))).value == pytest.approx(4 / 3)


def test_several_are_taken_together() -> None:
    found = error((torch.tensor([1.0]), torch.tensor([0.0])), (torch.tensor([0.0]), torch.tensor([4.0])))
    assert found.value == pytest.approx(math.sqrt(17) / 4)


def test_nothing_added_is_no_error_and_none_of_nothing_is_zero() -> None:
    assert RelativeError().value is None
    assert error((torch.zeros(2), torch.zeros(2))).value == 0.0


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_the_largest_error(wrong: float) -> None:
    assert error((torch.tensor([1.0, wrong]), torch.ones(2))).value == MOST
    assert error((torch.ones(2), torch.zeros(2))).value == MOST


def test_halves_are_compared_in_full() -> None:
    assert error((torch.ones(2, dtype=torch.bfloat16), torch.ones(2) * 2)).value == pytest.approx(0.5)


def test_axes_of_one_do_not_matter_and_other_shapes_do() -> None:
    assert error((torch.ones(1, 1, 3), torch.ones(1, 3))).value == 0.0
    other = error((torch.ones(1, 4, 3), torch.ones(1, 8, 3)), (torch.ones(1), torch.ones(1)))
    assert other.value is None
    assert other.why == "it gives 1 x 4 x 3, the reference's 1 x 8 x 3"


def test_all_tensors_of_floats_count_wherever_they_are() -> None:
    own = {"hidden": torch.ones(2), "more": [torch.ones(2), None], "ids": torch.tensor([1])}
    original = (torch.ones(2), torch.ones(2) * 2)
    assert error((own, original)).value == pytest.approx(math.sqrt(2 / 10))
    assert error((None, torch.ones(2))).why == "it gives no numbers, the reference's 2"


def test_a_copy_is_not_changed_in_place_and_a_cast_leaves_integers() -> None:
    given = {"x": [torch.ones(2)], "n": 3, "ids": torch.tensor([1])}
    taken = copied(given)
    given["x"][0].zero_()
    assert taken["x"][0].tolist() == [1, 1]
    cast = cast_floats(taken, torch.bfloat16)
    assert (cast["x"][0].dtype, cast["ids"].dtype, cast["n"]) == (torch.bfloat16, torch.int64, 3)
    assert cast_floats(taken, None)["x"][0].dtype == torch.float32
