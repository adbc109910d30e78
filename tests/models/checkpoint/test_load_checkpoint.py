from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint, random_model
from tests.models.small import FAMILIES, LABELS, Weights, checkpoint, logits, rewrite, weights

TINY = {
    "num_frames": 4,
    "image_size": 32,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_folder_gives_the_same_logits(family: str, tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, family)
    module, profile, labels = load_checkpoint(tmp_path)
    assert torch.equal(logits(module), logits(saved))
    assert not module.training
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}
    assert (profile.frames, profile.size) == (4, 32)
    assert labels == LABELS


def test_halves_are_loaded_as_fp32(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    rewrite(tmp_path, {name: weight.half() for name, weight in weights(tmp_path).items()})
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "dtype": "float16"}))
    module, *_ = load_checkpoint(tmp_path)
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}


@pytest.mark.parametrize("family", FAMILIES)
def test_labels_come_in_the_order_of_the_logits(family: str, tmp_path: Path) -> None:
    names = {str(k): f"label {k}" for k in reversed(range(12))}
    checkpoint(tmp_path, family, id2label=names, label2id={name: int(k) for k, name in names.items()})
    *_, labels = load_checkpoint(tmp_path)
    assert labels == tuple(f"label {k}" for k in range(12))


def drop(found: Weights) -> None:
    del found["classifier.bias"]


def add(found: Weights) -> None:
    found["encoder.extra.weight"] = torch.ones(2, 2)


def bend(found: Weights) -> None:
    found["classifier.weight"] = torch.ones(5, 24)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (drop, r"1 missing keys, such as classifier\.bias"),
        (add, r"1 unexpected keys, such as encoder\.extra\.weight"),
        (bend, r"1 mismatched keys, such as classifier\.weight \(stored as \(5, 24\), expected \(3, 24\)\)"),
    ],
)
def test_half_a_checkpoint_is_refused_by_name(
    damage: Callable[[Weights], None], message: str, family: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    checkpoint(folder, family)
    found = weights(folder)
    damage(found)
    rewrite(folder, found)
    with pytest.raises(VidcompressError, match=rf"mine' does not load completely: {message}"):
        load_checkpoint(folder)


def test_a_checkpoint_that_was_only_pretrained_is_refused(tmp_path: Path) -> None:
    from transformers import VideoMAEConfig, VideoMAEForPreTraining

    config = VideoMAEConfig(
        **TINY, decoder_hidden_size=16, decoder_num_hidden_layers=1, decoder_num_attention_heads=2
    )
    VideoMAEForPreTraining(config).save_pretrained(tmp_path)
    with pytest.raises(VidcompressError, match=r"missing keys, such as classifier\.bias"):
        load_checkpoint(tmp_path)


def test_videomaes_old_bias_names_give_the_same_logits(tmp_path: Path) -> None:
    module = checkpoint(tmp_path, "videomae")
    renamed: dict[str, Weights] = {"old": {}, "new": {}}
    pairs = (("q_bias", "query.bias"), ("v_bias", "value.bias"))
    for name, weight in weights(tmp_path).items():
        for style, (source, target) in (("old", (1, 0)), ("new", (0, 1))):
            key = name
            for pair in pairs:
                key = key.replace(pair[source], pair[target])
            renamed[style][key] = weight
    changed = renamed["old"].keys() ^ renamed["new"].keys()
    assert len(changed) == 2 * 2 * 2
    assert "videomae.encoder.layer.1.attention.attention.v_bias" in changed
    for style in renamed.values():
        rewrite(tmp_path, style)
        assert torch.equal(logits(load_checkpoint(tmp_path)[0]), logits(module))


@pytest.mark.parametrize("family", FAMILIES)
def test_pytorch_model_bin_loads(family: str, tmp_path: Path) -> None:
    module = checkpoint(tmp_path, family)
    torch.save(module.state_dict(), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    assert torch.equal(logits(load_checkpoint(tmp_path)[0]), logits(module))


def test_a_bin_that_is_code_is_not_run(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    (tmp_path / "model.safetensors").unlink()
    torch.save({"classifier.bias": Evil(tmp_path / "ran")}, tmp_path / "pytorch_model.bin")
    with pytest.raises(VidcompressError, match="cannot be loaded"):
        load_checkpoint(tmp_path)
    assert not (tmp_path / "ran").exists()


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return (os.mkdir, (str(self.folder),))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", None),
        ("config.json", "{"),
        ("config.json", "{}"),
        ("model.safetensors", None),
        ("model.safetensors", "<html>not found</html>"),
    ],
)
def test_a_broken_folder_is_one_line(file: str, content: str | None, tmp_path: Path) -> None:
    checkpoint(tmp_path, "timesformer")
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_text(content)
    with pytest.raises(
        VidcompressError, match=r"model folder .* cannot be loaded: .*expected config\.json"
    ) as e:
        load_checkpoint(tmp_path)
    assert "\n" not in str(e.value)


def test_a_cut_off_download_is_one_line(tmp_path: Path) -> None:
    checkpoint(tmp_path, "timesformer")
    path = tmp_path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(VidcompressError, match="cannot be loaded"):
        load_checkpoint(tmp_path)


def test_other_models_are_refused(tmp_path: Path) -> None:
    from transformers import BertConfig

    BertConfig().save_pretrained(tmp_path)
    with pytest.raises(
        VidcompressError, match=r"is a 'bert' model, not a video classifier.*vidcompress_models"
    ):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("told", [2, 8])
def test_weights_of_another_number_of_frames_than_the_configuration_are_refused(
    told: int, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    checkpoint(folder, "timesformer")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_frames": told}))
    with pytest.raises(
        VidcompressError, match=rf"mine' has weights for 4 frames, .*num_frames={told}: correct that$"
    ):
        load_checkpoint(folder)


def test_the_high_resolution_checkpoint_keeps_its_own_rate(tmp_path: Path) -> None:
    checkpoint(tmp_path, "timesformer", num_frames=16, image_size=448)
    _, profile, _ = load_checkpoint(tmp_path)
    assert profile == CATALOG["timesformer-hr"].profile


# Two ways to be without a network, whatever the machine that runs this has.
OFFLINE = {"switched off": {"HF_HUB_OFFLINE": "1"}, "no answer": {"HF_ENDPOINT": "http://127.0.0.1:9"}}
LOAD_BOTH = """
import sys
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.load import load
model = load("owner/cached", ("waving",), "mine")
print(model.labels, model.profile.mean, model.profile.rate)
try:
    load("owner/elsewhere", ("waving",), "mine")
except VidcompressError as error:
    print(error)
assert "pytest" not in sys.modules
"""


@pytest.mark.parametrize("offline", OFFLINE)
@pytest.mark.slow
def test_hub_ids_without_a_network(offline: str, tmp_path: Path) -> None:
    cache = tmp_path / "hub" / "models--owner--cached"
    snapshot = cache / "snapshots" / ("0" * 40)
    module = checkpoint(snapshot, "timesformer")
    # As the published TimeSformer is: an older format, and no file of ours.
    torch.save(module.state_dict(), snapshot / "pytorch_model.bin")
    (snapshot / "model.safetensors").unlink()
    (snapshot / "preprocessor_config.json").write_text('{"image_mean": [0.1, 0.2, 0.3]}')
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("0" * 40)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "TRANSFORMERS_"))}
    done = subprocess.run(
        [sys.executable, "-c", LOAD_BOTH],
        env={**kept, "HF_HUB_CACHE": str(tmp_path / "hub"), **OFFLINE[offline]},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded, refused = done.stdout.splitlines()
    assert loaded == f"{LABELS} (0.1, 0.2, 0.3) 32"
    assert refused.startswith(
        f"model 'owner/elsewhere' is neither in the local cache ({tmp_path / 'hub'}) nor"
    )
    assert "run `hf download owner/elsewhere` once" in refused
    why = {
        "switched off": "HF_HUB_OFFLINE switches it off",
        "no answer": "it does not answer, as without a network",
    }
    assert f"reachable on the Hub: {why[offline]}" in refused
    # The Hub's client would ask six times, for half a minute.
    assert "Retry" not in done.stderr


def test_a_name_that_no_hub_takes_is_refused() -> None:
    with pytest.raises(VidcompressError, match="neither in the local cache"):
        load_checkpoint("owner/no such/name")


@pytest.mark.parametrize("name", FAMILIES)
def test_random_weights_are_the_published_geometry_seeded_and_without_zeros(name: str) -> None:
    family = replace(CATALOG[name], geometry={**CATALOG[name].geometry, **TINY})
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    module, profile, labels = random_model(family, None, LABELS)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(2)
    again, *_ = random_model(family, None, LABELS)
    assert profile == family.profile
    assert labels == LABELS
    assert not module.training
    held, same = module.state_dict(), again.state_dict()
    assert all(torch.equal(held[key], same[key]) for key in held)
    assert all(parameter.all() for parameter in module.parameters())
    assert all(
        parameter.unique().numel() > 1 for key, parameter in module.named_parameters() if "norm" not in key
    )


def test_random_weights_of_a_folder_need_its_configuration_only(tmp_path: Path) -> None:
    trained = checkpoint(tmp_path / "full", "videomae")
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(tmp_path / "full" / "config.json", bare)
    (bare / "profile.json").write_text('{"rate": 9}')
    module, profile, labels = random_model(None, bare, ("ignored",))
    assert labels == LABELS
    assert profile.rate == 9
    shapes = {key: value.shape for key, value in trained.state_dict().items()}
    assert {key: value.shape for key, value in module.state_dict().items()} == shapes


def change_config(folder: Path, **changed: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked on the terminal; every question is answered with yes."""
    questions: list[str] = []

    def answer(question: str = "") -> str:
        questions.append(question)
        return "y"

    monkeypatch.setattr("builtins.input", answer)
    return questions


def test_code_of_others_is_neither_run_nor_asked_for(tmp_path: Path, asked: list[str]) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "theirs.py").write_text(
        f"""
        import pathlib; pathlib.Path({str(ran)!r}).touch()
        from transformers import VideoMAEConfig as Config, VideoMAEForVideoClassification as Model
        """.replace("\n        ", "\n")
    )
    elsewhere = {"AutoConfig": "theirs.Config", "AutoModelForVideoClassification": "theirs.Model"}
    checkpoint(tmp_path, "videomae")
    expected = logits(load_checkpoint(tmp_path)[0])
    change_config(tmp_path, auto_map=elsewhere)
    assert torch.equal(logits(load_checkpoint(tmp_path)[0]), expected), "transformers' own class"
    change_config(tmp_path, model_type="theirs")
    for load_it in (load_checkpoint, lambda folder: random_model(None, folder, LABELS)):
        with pytest.raises(
            VidcompressError,
            match=r"brings code of its own \(auto_map in its config\.json\), .* with pytest_vid",
        ) as caught:
            load_it(tmp_path)
        assert "\n" not in str(caught.value)
    assert asked == []
    assert not ran.exists()


@pytest.mark.parametrize(
    "attention", ["kernels-community/flash-attn", "flash_attention_2", {"": "a/b"}, ["a"]]
)
def test_an_attention_of_others_is_not_fetched(attention: Any, tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    change_config(tmp_path, attn_implementation=attention)
    with pytest.raises(VidcompressError, match=r"says attn_implementation=.*: expected one of eager, sdpa"):
        load_checkpoint(tmp_path)


def test_the_attention_that_is_asked_for_computes(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    for attention in ("eager", "sdpa"):
        change_config(tmp_path, attn_implementation=attention)
        module: Any = load_checkpoint(tmp_path)[0]
        assert module.config._attn_implementation == attention


# Most of these would take minutes, or gigabytes, before anything was refused.
@pytest.mark.parametrize(
    "changed",
    [
        {"num_hidden_layers": 200_000},
        {"hidden_size": 10**9},
        {"image_size": 6400, "patch_size": 1},
        {"num_frames": 10**7},
        {"num_labels": 10**9},
        {"intermediate_size": 10**400},
    ],
    ids=lambda changed: next(iter(changed)),
)
@pytest.mark.parametrize("weighty", [True, False])
def test_a_configuration_is_held_against_its_tensors_before_it_is_built(
    changed: dict[str, Any], weighty: bool, tmp_path: Path
) -> None:
    checkpoint(tmp_path, "videomae")
    change_config(tmp_path, **changed)
    if not weighty:
        (tmp_path / "model.safetensors").unlink()
    with pytest.raises(
        VidcompressError, match=r"cannot be loaded: .*(config\.json (says|cuts)|digits)"
    ) as caught:
        random_model(None, tmp_path, LABELS)
    assert "\n" not in str(caught.value)


def test_what_somebody_noted_in_a_configuration_is_no_geometry(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    change_config(tmp_path, training_steps=1_000_000, my_layers=5000)
    assert load_checkpoint(tmp_path)[1].size == 32


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "name", ["preprocessor_config.json", "video_preprocessor_config.json", "profile.json"]
)
@pytest.mark.parametrize("content", ["{", "[]", DEEP, '{"image_mean": NaN}', "3", b"\xff\xfe"], ids=range(6))
def test_a_damaged_file_beside_the_weights_is_one_line(name: str, content: Any, tmp_path: Path) -> None:
    checkpoint(tmp_path, "timesformer")
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(VidcompressError, match=rf": {name} cannot be read \(") as caught:
        load_checkpoint(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    checkpoint(tmp_path, "timesformer")
    os.mkfifo(tmp_path / "profile.json")
    with pytest.raises(VidcompressError, match=r"profile\.json cannot be read \(it is no regular file\)"):
        load_checkpoint(tmp_path)


def test_a_pair_that_is_no_square_is_refused_and_a_square_is_read(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    change_config(tmp_path, image_size=[32, 48])
    with pytest.raises(VidcompressError, match=r"takes crops of \[32, 48\] pixels"):
        load_checkpoint(tmp_path)
    change_config(tmp_path, image_size=[32, 32])
    assert load_checkpoint(tmp_path)[1].size == 32


def test_pixels_are_what_the_processor_says(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    half = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (tmp_path / "video_preprocessor_config.json").write_text(json.dumps(half))
    profile = load_checkpoint(tmp_path)[1]
    assert (profile.mean, profile.std) == ((0.5,) * 3, (0.5,) * 3)
    said = {
        "size": {"shortest_edge": 36},
        "crop_size": {"height": 32, "width": 32},
        "do_normalize": False,
    }
    (tmp_path / "video_preprocessor_config.json").write_text(json.dumps(said))
    profile = load_checkpoint(tmp_path)[1]
    assert (profile.size, profile.resize, profile.mean, profile.std) == (32, 36, (0.0,) * 3, (1.0,) * 3)


@pytest.mark.parametrize(
    ("family", "changed", "said"),
    [
        (
            "videomae",
            {"num_attention_heads": 0},
            "num_attention_heads=0, expected a whole number of at least 1",
        ),
        (
            "vivit",
            {"tubelet_size": [2, 0, 16]},
            r"tubelet_size=\[2, 0, 16\], expected a whole number of at least 1",
        ),
        ("timesformer", {"num_channels": -3}, "num_channels=-3, expected a whole number of at least 1"),
        ("vjepa2", {"hidden_size": 0}, "hidden_size=0, expected a whole number of at least 1"),
        (
            "videomae",
            {"hidden_act": "swich"},
            "hidden_act='swich', expected an activation of .*, such as .*swish",
        ),
        ("videomae", {"hidden_act": 3}, "hidden_act=3, expected an activation of transformers, such as gelu"),
        ("xclip", {"prompt_hidden_act": ""}, "prompt_hidden_act='', expected an activation"),
        (
            "xclip",
            {"vision_config": {"hidden_act": "gelo"}},
            "hidden_act='gelo', expected .*, such as .*gelu",
        ),
    ],
)
def test_a_value_that_cannot_be_is_named_with_what_can(
    family: str, changed: dict[str, Any], said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": family, **changed}))
    with pytest.raises(
        VidcompressError, match=rf"mine' cannot be loaded: config\.json says {said}"
    ) as caught:
        random_model(None, folder, LABELS)
    assert "\n" not in str(caught.value)
