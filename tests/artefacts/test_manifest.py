from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.artefacts.manifest import Manifest, Stamp, from_json
from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.untrusted import Malformed

FULL = Manifest(
    format="safetensors",
    recipe="fuse+int8-static",
    name="fuse+int8-static@torch",
    model="timesformer",
    weights="random",
    runtime="torch",
    profile=Profile(
        8, 4, 64, (0.1, 0.2, 1 / 3), (0.5, 0.5, 0.5), "even", "BCTHW",
        {"global": ("a.{layer}.b", "c"), "dense": ()}, Views(2, 3), Views(5, 3), "softmax", "ceil",
    ),
    labels=("waving", "größer als", "笑"),
    notes=("int8 engine x86", "two layers left float"),
    versions={"torch": "2.13.0+cpu", "runtime": "torch2.13"},
    tied={"head.weight": "table.weight"},
    orders={"turned": (1, 0)},
)  # fmt: skip


def written(manifest: Manifest, folder: Path) -> dict[str, Any]:
    manifest.write(folder)
    return json.loads((folder / "recipe.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "manifest",
    [FULL, Manifest("openvino"), *(replace(FULL, profile=family.profile) for family in CATALOG.values())],
)
def test_it_comes_back_as_it_was(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_text("numbers")
    again = from_json(written(manifest, tmp_path))
    stamped = replace(manifest, files={"model.bin": Stamp.of(tmp_path / "model.bin")})
    assert again == stamped
    assert again.files["model.bin"].size_bytes == 7


def test_it_is_sorted_text_that_people_can_read(tmp_path: Path) -> None:
    FULL.write(tmp_path)
    text = (tmp_path / "recipe.json").read_bytes()
    held = json.loads(text)
    assert list(held) == sorted(held)
    assert b"\r" not in text
    assert text.isascii()
    assert b'  "recipe": "fuse+int8-static",\n' in text


def test_versions_and_notes_take_whole_blocks(tmp_path: Path) -> None:
    sizes: dict[int, int] = {}
    for length in range(0, 1500, 7):
        given = replace(FULL, versions={"torch": "2" * (length // 2)}, notes=("x" * (length - length // 2),))
        given.write(tmp_path)
        size = (tmp_path / "recipe.json").stat().st_size
        sizes[size] = sizes.get(size, 0) + 1
        (tmp_path / "recipe.json").unlink()
    small, large = sorted(sizes)
    assert large - small == 1024
    assert sizes[small] > 100, "ordinary ones fit into the first"
    FULL.write(tmp_path)
    assert (tmp_path / "recipe.json").stat().st_size == small


WRONG: list[tuple[str, Any]] = [
    ("recipe", 3),
    ("format", None),
    ("weights", "borrowed"),
    ("labels", "waving"),
    ("labels", [1, 2]),
    ("notes", {}),
    ("versions", []),
    ("versions", {"torch": 2}),
    ("tied", {"a": 1}),
    ("orders", {"a": "10"}),
    ("files", ["model.bin"]),
    ("files", {"model.bin": {"bytes": -1, "sha256": ""}}),
    ("files", {"model.bin": {"bytes": 1.5, "sha256": ""}}),
    ("files", {"model.bin": {"bytes": True, "sha256": ""}}),
    ("files", {"model.bin": {"bytes": 1}}),
    ("files", {"/etc/passwd": {"bytes": 1, "sha256": ""}}),
    ("files", {"a\\b": {"bytes": 1, "sha256": ""}}),
    ("files", {"..": {"bytes": 1, "sha256": ""}}),
    ("profile", []),
    ("profile", {}),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_anything_else_is_an_error(key: str, value: Any, tmp_path: Path) -> None:
    held = written(FULL, tmp_path)
    with pytest.raises(Malformed):
        from_json({**held, key: value})


@pytest.mark.parametrize("key", ["recipe", "profile", "labels", "files", "tied", "orders", "versions"])
def test_nothing_may_be_missing(key: str, tmp_path: Path) -> None:
    held = written(FULL, tmp_path)
    del held[key]
    with pytest.raises(Malformed, match=f"^{key} is missing$"):
        from_json(held)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("frames", "8"),
        ("frames", 0),
        ("frames", 10_000_000),
        ("size", -1),
        ("mean", [0.5, 0.5]),
        ("std", [0.2, 0, 0.2]),
        ("std", [0.2, float("nan"), 0.2]),
        ("mean", [0.5, "x", 0.5]),
        ("views", "5"),
        ("published", 3),
        ("sampling", "at random"),
        ("layout", "TBC"),
        ("merge", ""),
        ("modules", {"global": "a"}),
        ("surprise", 1),
    ],
)
def test_profiles_are_checked(key: str, value: Any, tmp_path: Path) -> None:
    held = written(FULL, tmp_path)
    with pytest.raises(Malformed):
        from_json({**held, "profile": {**held["profile"], key: value}})
