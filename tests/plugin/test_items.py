"""What markers ask of a test."""

from types import SimpleNamespace

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.plugin.items import key, margins


def item(mark=None):
    return SimpleNamespace(nodeid="test_it.py::test_it", get_closest_marker=lambda name: mark and mark.mark)


def test_the_margin_of_the_marker_wins_over_that_of_the_session():
    assert margins(item(), 2.0).latency == 2.0
    assert margins(item(pytest.mark.vc_margin(top1=0.02)), 0.3).latency == 0.3
    assert margins(item(pytest.mark.vc_margin(top1=0.02)), 0.3).top1 == 0.02
    assert margins(item(pytest.mark.vc_margin(latency=0.1)), 2.0).latency == 0.1


def test_a_margin_that_is_no_share_names_its_test():
    with pytest.raises(VidcompressError, match="latency must be a share, not 2"):
        margins(item(pytest.mark.vc_margin(latency=2)), 0.05)


def parametrized(name, ids, **parameters):
    """A collected test as far as its key needs it."""
    return SimpleNamespace(
        nodeid=f"{name}[{ids}]" if ids else name,
        callspec=SimpleNamespace(id=ids, params=parameters) if ids else None,
    )


@pytest.mark.parametrize(
    ("ids", "parameters", "own"),
    [
        ("", {}, ""),
        ("videomae", {"vc_model": "videomae"}, ""),
        ("videomae-rough", {"vc_model": "videomae", "kind": "rough"}, "[rough]"),
        ("rough-videomae", {"vc_model": "videomae", "kind": "rough"}, "[rough]"),
        ("videomae-videomae", {"vc_model": "videomae", "kind": "videomae"}, "[videomae]"),
        (
            "rough-videomae-fp16-2",
            {"vc_model": "videomae", "vc_variant": "fp16", "n": 2, "k": 0},
            "[rough-2]",
        ),
        ("a[b]-videomae", {"vc_model": "videomae", "kind": "a[b]"}, "[a[b]]"),
        (r"mod\xe8le-rough", {"vc_model": "mod\u00e8le", "kind": "rough"}, "[rough]"),
    ],
)
@pytest.mark.parametrize("folder", ["tests", "x[1]"])
def test_a_key_has_the_parameters_of_a_user_s_own_and_the_whole_path(folder, ids, parameters, own):
    name = f"{folder}/test_p.py::test_good"
    assert key(parametrized(name, ids, **parameters)) == name + own
