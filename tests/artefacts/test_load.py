"""What was saved is loaded again: the same logits, bit for bit, in any process, or a reason why not."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from pytest_vidcompress import Technique, VidcompressError, load
from pytest_vidcompress.artefacts.folder import read
from pytest_vidcompress.artefacts.load import Artefact, open_artefact
from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import IMMEDIATE, TECHNIQUES
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.device import CPU, Accelerators
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.runtime import Runtime
from tests.artefacts.test_save import Odd
from tests.artefacts.variants import (
    RECIPES,
    SUPPORTED,
    answers,
    in_turns,
    missing,
    place,
    skip_without,
    variant,
)
from tests.models.small import FAMILIES, LABELS, NO_CLIPS, checkpoint, model, network, pixels

IN_A_FRESH_PROCESS = """
import json, socket, sys
from pathlib import Path

def offline(*_, **__):
    raise OSError("this process has no network")

socket.socket.connect = socket.getaddrinfo = offline

import torch
from safetensors.torch import save_file
from pytest_vidcompress import load
from pytest_vidcompress.measure.accuracy.predict import logits_of
from tests.models.small import pixels

torch.set_num_threads(int(sys.argv[2]))
logits, failed = {}, {}
for folder in sorted(Path(sys.argv[1]).iterdir()):
    try:
        run = load(folder).module
        with torch.inference_mode():
            logits[folder.name] = logits_of(run, pixels(1)).clone()
    except Exception as error:
        failed[folder.name] = f"{type(error).__name__}: {error}"
save_file(logits, sys.argv[3])
Path(sys.argv[4]).write_text(json.dumps(failed))
"""


@dataclass
class Elsewhere:
    """What a fresh process said of artefacts whose checkpoints were gone."""

    expected: dict[str, torch.Tensor]
    logits: dict[str, torch.Tensor]
    failed: dict[str, str]


SAME = "test_a_fresh_process_gives_the_same_logits_without_the_checkpoint"


@pytest.fixture(scope="module")
def elsewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    selected = {item.name for item in request.session.items}
    root = tmp_path_factory.mktemp("elsewhere")
    expected: dict[str, torch.Tensor] = {}
    for family in FAMILIES:
        checkpoint(root / "checkpoint", family)
        module, _, labels = load_checkpoint(root / "checkpoint")
        of = Model(str(root / "checkpoint"), module, model(family).profile, labels)
        for recipe in RECIPES:
            if not missing(recipe) and f"{SAME}[{place(recipe, family)}]" in selected:
                made = variant(recipe, of)
                made.save(root / "artefacts" / place(recipe, family))
                expected[place(recipe, family)] = answers(made.module)
        shutil.rmtree(root / "checkpoint")
    files = [root / "artefacts", torch.get_num_threads(), root / "logits", root / "failed"]
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IN_A_FRESH_PROCESS, *map(str, files)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HF_HOME": str(root / "empty")},
        check=True,
    )
    return Elsewhere(expected, load_file(root / "logits"), json.loads((root / "failed").read_text()))


@pytest.mark.parametrize(("recipe", "family"), in_turns(0))
def test_a_fresh_process_gives_the_same_logits_without_the_checkpoint(
    elsewhere: Elsewhere, recipe: str, family: str
) -> None:
    skip_without(recipe)
    name = place(recipe, family)
    assert name not in elsewhere.failed, elsewhere.failed[name]
    assert torch.equal(elsewhere.logits[name], elsewhere.expected[name])


IN_TORCH = [name for name in IMMEDIATE if TECHNIQUES[name].runtime == "torch" and not TECHNIQUES[name].alone]
VALUES = {
    "amount": st.floats(0, 0.9).map(lambda share: round(share, 3)),
    "layers": st.sampled_from([":", "0", ":-1", "-1:"]),
    "engine": st.sampled_from(SUPPORTED),
}


def steps(names: list[str]) -> st.SearchStrategy[str]:
    def step(name: str) -> st.SearchStrategy[str]:
        known = [field.name for field in dataclasses.fields(TECHNIQUES[name].parameters)]
        drawn = st.fixed_dictionaries({}, optional={key: VALUES[key] for key in known if key in VALUES})
        return drawn.map(lambda of: f"{name}:{','.join(f'{k}={v}' for k, v in of.items())}".rstrip(":"))

    return st.sampled_from(names).flatmap(step)


def compositions() -> st.SearchStrategy[str]:
    first = steps([name for name in IN_TORCH if not TECHNIQUES[name].last])
    last = steps([name for name in IN_TORCH if TECHNIQUES[name].last])
    middle = st.lists(first, min_size=1, max_size=3, unique_by=lambda step: step.partition(":")[0])
    return st.tuples(middle, st.none() | last).map(
        lambda drawn: "+".join(filter(None, [*drawn[0], drawn[1]]))
    )


def same(made: Variant, again: Artefact) -> None:
    for seed in (1, 2):
        assert torch.equal(answers(again.module, seed), answers(made.module, seed))
    said = (again.name, again.recipe, again.model, again.weights, again.runtime, again.notes, again.labels)
    of = made.model
    assert said == (made.name, str(made.recipe), of.name, of.weights, made.runtime, of.notes, of.labels)
    assert again.profile == of.profile
    assert again.size_bytes() == made.size_bytes()
    assert again.size_bytes() == sum(path.stat().st_size for path in again.directory.iterdir())


@pytest.mark.slow
@settings(max_examples=30)
@given(compositions(), st.sampled_from(FAMILIES))
def test_compositions_come_back(recipe: str, family: str) -> None:
    try:
        made = variant(recipe, family)
    except VidcompressError:
        reject()  # as layers that a fused model does not have
    with tempfile.TemporaryDirectory() as folder:
        made.save(folder)
        same(made, load(folder))


@pytest.mark.parametrize(
    "recipe", [recipe for recipe in RECIPES if parse(recipe, TECHNIQUES).runtime == "torch"]
)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_part_is_the_same(recipe: str, family: str, tmp_path: Path) -> None:
    made = variant(recipe, family)
    made.save(tmp_path)
    again = load(tmp_path)
    assert again.stored is not None
    kinds = [
        [(name, type(part)) for name, part in each.named_modules()]
        for each in (again.stored, made.model.module)
    ]
    assert kinds[0] == kinds[1]
    held, expected = again.stored.state_dict(), made.model.module.state_dict()
    assert held.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, torch.Tensor):
            assert held[name].dtype == value.dtype
            assert torch.equal(held[name], value)
    assert not any(part.training for part in again.stored.modules())


def test_it_computes_when_its_files_change_or_are_gone(tmp_path: Path) -> None:
    made = variant("fp32")
    made.save(tmp_path / "here")
    again = load(tmp_path / "here")
    with (tmp_path / "here" / "model.safetensors").open("r+b") as file:
        file.write(bytes(made.size_bytes()))  # where it lies: whoever had mapped it would see that
    assert torch.equal(answers(again.module), answers(made.module))
    shutil.rmtree(tmp_path / "here")
    assert torch.equal(answers(again.module), answers(made.module))
    assert again.size_bytes() == made.size_bytes()


def test_other_attention_than_usual_is_used_again(tmp_path: Path) -> None:
    of = model("videomae")
    config: Any = of.module.config
    config._attn_implementation = "eager"
    made = variant("fp32", of)
    made.save(tmp_path)
    again: Any = load(tmp_path).module
    assert again.config._attn_implementation == "eager"
    assert torch.equal(answers(again), answers(made.module))


def doubled(model: Model) -> Any:
    def run(pixels: torch.Tensor) -> torch.Tensor:
        return 2 * model.module(pixels).logits

    return run


def test_tensors_run_in_another_runtime(tmp_path: Path) -> None:
    made = variant("prune-global")
    made.save(tmp_path)
    twice = Runtime(doubled, lambda: "twice1.0")
    again = load(tmp_path, "twice", runtimes={"twice": twice})
    assert (again.runtime, again.name) == ("twice", "prune-global@twice")
    assert torch.equal(answers(again.module), 2 * answers(made.module))
    function = load(
        tmp_path, "plain", runtimes={"plain": lambda module: lambda pixels: 3 * module(pixels).logits}
    )
    assert torch.equal(answers(function.module), 3 * answers(made.module))


def test_what_another_runtime_made_of_tensors_comes_back_into_it(tmp_path: Path) -> None:
    twice = {"twice": Runtime(doubled, lambda: "twice1.0")}
    made = build(parse("fp16", TECHNIQUES), model("videomae"), NO_CLIPS, {**RUNTIMES, **twice}, "twice")
    made.save(tmp_path)
    with pytest.raises(VidcompressError, match=r"unknown runtime 'twice': there are torch.*runtimes="):
        load(tmp_path)
    again = load(tmp_path, runtimes=twice)
    assert (again.runtime, again.name) == ("twice", "fp16@twice")
    assert load(tmp_path, "torch").name == "fp16"


def own(**given: Any) -> Runtime:
    """A runtime that keeps one number, the sum of all weights, in a file of its own."""

    def prepare(model: Model) -> Any:
        return Constant(float(sum(parameter.detach().sum() for parameter in model.module.parameters())))

    return Runtime(
        prepare,
        lambda: "own1.0",
        lambda run, folder: (folder / "sum.txt").write_text(repr(run.value)),  # type: ignore[attr-defined,arg-type,return-value]
        lambda folder: Constant(float((folder / "sum.txt").read_text())),
        **given,
    )


@dataclass
class Constant:
    value: float

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.full((len(pixels), len(LABELS)), self.value)


@pytest.fixture
def own_files(tmp_path: Path) -> Path:
    runtimes = {**RUNTIMES, "own": own()}
    build(parse("fp32", TECHNIQUES), model("videomae"), NO_CLIPS, runtimes, "own").save(tmp_path)
    return tmp_path


def test_files_of_a_runtime_s_own_run_in_it_and_in_no_other(own_files: Path) -> None:
    again = load(own_files, runtimes={"own": own()})
    expected = float(sum(parameter.detach().sum() for parameter in network("videomae").parameters()))
    assert again.module(pixels(1)).tolist() == [[pytest.approx(expected)] * len(LABELS)]  # type: ignore[attr-defined]
    assert (again.name, again.runtime, again.stored) == ("fp32@own", "own", None)
    assert again.size_bytes() == sum(path.stat().st_size for path in own_files.iterdir())
    with pytest.raises(
        VidcompressError, match=r"its files are those of runtime 'own' and run in no other: save the"
    ):
        load(own_files, "torch", runtimes={"own": own()})


def test_a_runtime_that_is_not_here_is_refused(own_files: Path) -> None:
    with pytest.raises(VidcompressError, match=r"unknown runtime 'own': there are torch"):
        load(own_files)
    absent = own(needs=("not_here_at_all",), extra="own")
    with pytest.raises(
        VidcompressError, match=r"needs not_here_at_all: pip install 'pytest-vidcompress\[own\]'"
    ):
        load(own_files, runtimes={"own": absent})
    with pytest.raises(VidcompressError, match=r"runtime 'own' reads no files: it has no load="):
        load(own_files, runtimes={"own": replace(own(), load=None)})


def test_what_a_runtime_says_of_its_files_is_passed_on(own_files: Path) -> None:
    def broken(folder: Path) -> Any:
        raise RuntimeError("unsupported opset\nand a long story")

    with pytest.raises(VidcompressError, match=r"'own' cannot read its files: unsupported opset$"):
        load(own_files, runtimes={"own": replace(own(), load=broken)})


class Backwards(nn.Module):
    """A network that transformers has never seen; it computes a buffer when it is built."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("signs", torch.tensor([1.0, -1.0, 1.0]), persistent=False)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(4 * 3 * 32 * 32, 8), nn.ReLU(), nn.Linear(8, 3))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.layers(pixels) * self.signs


@pytest.mark.parametrize("recipe", ["fp32", "fp16", "int8-dynamic", "prune-global:amount=0.6+int8-weights"])
def test_models_that_transformers_does_not_know(recipe: str, tmp_path: Path) -> None:
    made = variant(recipe, Model("mine", Backwards().eval(), Profile(4, 1, 32), LABELS))
    made.save(tmp_path)
    with pytest.raises(
        VidcompressError, match=r"it has no config\.json, because its model is none of transf.*module="
    ):
        load(tmp_path)
    same(made, load(tmp_path, module=Backwards))
    wrong: dict[str, Any] = {
        "module= is the module itself; expected a function": Backwards(),
        "a function that returned a NoneType": lambda: None,
    }
    for said, given_module in wrong.items():
        with pytest.raises(VidcompressError, match=said):
            load(tmp_path, module=given_module)
    with pytest.raises(
        VidcompressError, match=r"its tensors do not fit the model that its recipe makes: \d+ missing"
    ):
        load(tmp_path, module=lambda: nn.Sequential(Backwards()))


def test_a_configuration_of_somebody_else_is_no_help(tmp_path: Path) -> None:
    class Config:
        def to_dict(self) -> dict[str, str]:
            return {"model_type": "backwards"}

    module: Any = Backwards().eval()
    module.config = Config()
    made = variant("fp32", Model("mine", module, Profile(4, 1, 32), LABELS))
    made.save(tmp_path)
    with pytest.raises(VidcompressError, match=r"a 'backwards' model, which is no video classifier.*module="):
        load(tmp_path)
    same(made, load(tmp_path, module=Backwards))


def test_odd_tensors_come_back_as_they_lay(tmp_path: Path) -> None:
    made = variant("fp32")
    odd = Odd()
    odd.turned.data.mul_(3)
    replace(made, model=replace(made.model, module=odd), module=odd).save(tmp_path)
    again: Any = load(tmp_path, module=Odd).stored
    for name, value in odd.state_dict().items():
        found = again.state_dict()[name]
        assert torch.equal(found, value)
        if name != "wide":
            assert found.stride() == value.stride()
    assert again.head.weight is again.table.weight


@dataclass(frozen=True)
class Wider:
    by: int = 2


def widened(module: nn.Module, parameters: Wider) -> nn.Module:
    """The classifier in two layers."""
    whole: Any = module
    inputs, outputs = whole.classifier.in_features, whole.classifier.out_features
    whole.classifier = nn.Sequential(
        nn.Linear(inputs, parameters.by), nn.Linear(parameters.by, outputs)
    ).eval()
    return module


WIDER = Technique(
    "a classifier of two layers",
    lambda model, parameters, clips: replace(model, module=widened(model.module, parameters)),
    Wider,
    rebuild=widened,
)


def test_techniques_of_a_user_s_own(tmp_path: Path) -> None:
    techniques = {**TECHNIQUES, "wider": WIDER}
    made = build(parse("wider:by=5+fp16", techniques), model("timesformer"), NO_CLIPS, RUNTIMES)
    made.save(tmp_path)
    same(made, load(tmp_path, techniques={"wider": WIDER}))
    with pytest.raises(VidcompressError, match=r"unknown technique 'wider'; there are .*techniques="):
        load(tmp_path)
    forgetful = replace(WIDER, rebuild=None)
    with pytest.raises(
        VidcompressError, match=r"2 missing, such as classifier\.weight; 4 left over, such as class"
    ):
        load(tmp_path, techniques={"wider": forgetful})


def say(folder: Path, **changed: Any) -> None:
    held = json.loads((folder / "recipe.json").read_text())
    (folder / "recipe.json").write_text(json.dumps({**held, **changed}))


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    """Other tensors, with digests that fit."""
    held = load_file(folder / "model.safetensors")
    change(held)
    save_file(held, folder / "model.safetensors")
    restamp(folder)


BIAS = "classifier.bias"
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a tensor less": (lambda at: rewrite(at, lambda held: held.pop(BIAS)), rf"1 missing, such as {BIAS}"),
    "a tensor more": (
        lambda at: rewrite(at, lambda held: held.update(a=torch.ones(1))),
        "1 left over, such as a",
    ),
    "another shape": (
        lambda at: rewrite(at, lambda held: held.update({BIAS: torch.ones(2)})),
        rf"such as {BIAS} \(stored as float32 \(2,\), expected float32 \(3,\)\)",
    ),
    "no tensors": (
        lambda at: ((at / "model.safetensors").write_bytes(b""), restamp(at)),
        r"model\.safetensors cannot be read",
    ),
    "tensors not named": (lambda at: say(at, files={}), r"its recipe\.json names no model\.safetensors"),
    "another recipe": (lambda at: say(at, recipe="int8-weights"), "its tensors do not fit .* missing"),
    "a technique of the future": (lambda at: say(at, recipe="teleport"), "unknown technique 'teleport'"),
    "no recipe": (lambda at: say(at, recipe=""), "unknown technique ''"),
    "no profile": (lambda at: say(at, profile=None), r"its recipe\.json has no profile"),
    "a damaged configuration": (
        lambda at: ((at / "config.json").write_text("{"), restamp(at)),
        r"config\.json is damaged",
    ),
    "an image model": (
        lambda at: ((at / "config.json").write_text('{"model_type": "vit"}'), restamp(at)),
        "a 'vit' model, which is no video classifier",
    ),
    "layers without tensors": (
        lambda at: configure(at, num_hidden_layers=200_000),
        r"config\.json says num_hidden_layers=200,000, and there are \d+ tensors",
    ),
    "a picture of no one's": (
        lambda at: configure(at, image_size=6400, patch_size=1),
        r"config\.json cuts a clip into 81,920,000 patches of hidden_size=24",
    ),
    "a configuration of the library's own switches": (
        lambda at: configure(at, use_return_dict=5),
        "cannot be built: property 'use_return_dict'",
    ),
    "attention of somebody else's": (
        lambda at: configure(at, attn_implementation="kernels-community/flash-attn"),
        "says attn_implementation='kernels-community/flash-attn': expected one of eager, sdpa",
    ),
    "axes without end": (
        lambda at: say(at, orders={"classifier.weight": [1e300, 0]}),
        r"recipe\.json is damaged \(classifier\.weight: expected a whole number of at least 0, found 1e\+300\)",
    ),
    "axes twice": (
        lambda at: say(at, orders={"classifier.weight": [1, 1]}),
        r"model\.safetensors cannot be read",
    ),
    "axes that do not exist": (
        lambda at: say(at, orders={"classifier.weight": [0, 5]}),
        r"model\.safetensors cannot be read",
    ),
}


def configure(folder: Path, **changed: Any) -> None:
    held = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**held, **changed}))
    restamp(folder)


def restamp(folder: Path) -> None:
    manifest = read(folder)
    (folder / "recipe.json").unlink()
    manifest.write(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "artefact"
    variant("prune-global").save(folder)
    return folder


@pytest.mark.parametrize("damage", REFUSED)
def test_what_does_not_fit_is_refused_with_the_reason(damage: str, whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "artefact"))
    harm, reason = REFUSED[damage]
    harm(folder)
    with pytest.raises(VidcompressError, match=f"^artefact .*artefact'.*{reason}"):
        load(folder)


def test_another_version_is_named_where_something_does_not_fit(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "artefact"))
    held = json.loads((folder / "recipe.json").read_text())
    say(folder, versions={**held["versions"], "transformers": "9.1.0"}, recipe="fp16+teleport")
    with pytest.raises(VidcompressError, match=r"\(it was made with transformers 9\.1\.0, here is 5\."):
        load(folder)


class Bomb:
    """Unpickling it leaves a file."""

    def __init__(self, crater: Path) -> None:
        self.crater = crater

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.crater,)


def test_pickles_and_code_beside_it_are_never_read(whole: Path, tmp_path: Path) -> None:
    folder, crater = Path(shutil.copytree(whole, tmp_path / "artefact")), tmp_path / "crater"
    for name in ("pytorch_model.bin", "model.pt", "model.pkl", "optimizer.pt"):
        (folder / name).write_bytes(pickle.dumps(Bomb(crater)))
    torch.save({"weights": Bomb(crater)}, folder / "training_args.bin")
    for name in ("modeling_videomae.py", "configuration_videomae.py", "sitecustomize.py", "__init__.py"):
        (folder / name).write_text(f"from pathlib import Path\nPath({str(crater)!r}).touch()\n")
    config = json.loads((folder / "config.json").read_text())
    code = {
        "AutoConfig": "configuration_videomae.Config",
        "AutoModelForVideoClassification": "modeling_videomae.M",
    }
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": code}))
    before = answers(load(whole).module)
    held = json.loads((folder / "recipe.json").read_text())["files"]
    content = (folder / "config.json").read_bytes()
    held["config.json"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    say(folder, files=held)
    assert torch.equal(answers(load(folder).module), before)
    assert not crater.exists()


def test_files_that_are_not_its_own_do_not_count(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "artefact"))
    (folder / "notes.txt").write_text("x" * 1000)
    assert load(folder).size_bytes() == load(whole).size_bytes()


def test_it_is_measured_beside_its_own_model_only(whole: Path) -> None:
    again = load(whole)
    of = model("videomae")
    again.refuse_other(of)
    again.refuse_other(replace(of, labels=tuple(label.title() for label in of.labels)))
    with pytest.raises(
        VidcompressError, match=r"does not answer with the labels of model 'videomae': measure it bes"
    ):
        again.refuse_other(replace(of, labels=of.labels[::-1]))
    with pytest.raises(
        VidcompressError, match="takes clips of rate 1, and model 'videomae' of 4: measure it beside"
    ):
        again.refuse_other(replace(of, profile=replace(of.profile, rate=4)))


def test_what_somebody_noted_in_a_configuration_does_not_keep_it_from_loading(tmp_path: Path) -> None:
    made = variant("fp16")
    made.model.module.config.training_steps = 1_000_000  # type: ignore[union-attr]
    made.save(tmp_path)
    assert load(tmp_path).recipe == "fp16"


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    variant("fp16", "videomae").save(tmp_path / "it")
    absent = next(kind for kind in ("cuda", "xpu") if kind != Accelerators.here().kind)
    with pytest.raises(VidcompressError, match=rf"^this torch has no {absent.upper()}; it has cpu"):
        load(tmp_path / "it", device=absent)
    named = load(tmp_path / "it", device=torch.device("cpu"))
    assert torch.equal(answers(named.module), answers(load(tmp_path / "it").module))


def test_an_artefact_of_the_cpu_goes_to_no_other_device(tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    variant("fp16", "videomae", "openvino").save(tmp_path / "it")
    opened = open_artefact(tmp_path / "it")
    assert opened.on(CPU) is opened
    with pytest.raises(
        VidcompressError, match=r"^artefact .*runtime 'openvino' computes on the CPU alone, and"
    ):
        opened.on(torch.device("cuda", 0))
