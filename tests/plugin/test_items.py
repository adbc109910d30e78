"""What a test is called in baselines: by its own parameters, and not by ours."""

from types import SimpleNamespace

import pytest

from pytest_vidcompress.plugin.items import key

PAIR = {"vc_model": "videomae", "vc_variant": "fp16"}


def item(name, ids="", **parameters):
    if not ids:
        return SimpleNamespace(nodeid=name)
    return SimpleNamespace(nodeid=f"{name}[{ids}]", callspec=SimpleNamespace(id=ids, params=parameters))


@pytest.mark.parametrize(
    ("ids", "parameters", "expected"),
    [
        ("videomae", {"vc_model": "videomae"}, "a.py::test"),
        ("videomae-fp16", PAIR, "a.py::test"),
        ("videomae-rough", {"vc_model": "videomae", "kind": "rough"}, "a.py::test[rough]"),
        ("rough-videomae-fp16-2", {**PAIR, "kind": "rough", "n": 2}, "a.py::test[rough-2]"),
        ("videomae--1", {"vc_model": "videomae", "n": -1}, "a.py::test[-1]"),
        ("videomae-1", {"vc_model": "videomae", "n": 1}, "a.py::test[1]"),
        ("videomae-a[b]", {"vc_model": "videomae", "kind": "a[b]"}, "a.py::test[a[b]]"),
        (r"mod\xe8le-rough", {"vc_model": "modèle", "kind": "rough"}, "a.py::test[rough]"),
        ("rough", {"kind": "rough"}, "a.py::test[rough]"),
    ],
)
def test_only_its_own_parameters(ids, parameters, expected):
    assert key(item("a.py::test", ids, **parameters)) == expected


def test_a_folder_with_a_bracket_in_its_name():
    assert key(item("x[1]/a.py::test")) == "x[1]/a.py::test"
    assert key(item("x[1]/a.py::test", "videomae", vc_model="videomae")) == "x[1]/a.py::test"
    assert key(item("x[1]/a.py::other", "videomae", vc_model="videomae")) == "x[1]/a.py::other"
