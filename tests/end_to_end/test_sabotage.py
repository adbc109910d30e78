"""Unchanged, a run is green again and again; each sabotage turns it red and is called by its name."""

import csv
import shutil

import pytest

from pytest_vidcompress.clips.pocket import packaged as pocket
from pytest_vidcompress.models.catalog import POCKET

UNTIMED = "--benchmark-disable"


@pytest.fixture
def sabotaged(stored, tmp_path):
    return stored.copy(tmp_path / "sabotaged")


def instead_of_prune_global(body):
    """A conftest whose `prune-global` does `body` to a pruned `model`."""
    return f"""
        import time
        from dataclasses import replace
        import torch
        from pytest_vidcompress.compress.prune.prune_global import PRUNE_GLOBAL, PruneGlobal

        def apply(model, parameters, clips):
            {body}
            return model

        def pytest_vidcompress_techniques():
            return {{"prune-global": replace(PRUNE_GLOBAL, apply=apply)}}
        """


@pytest.mark.slow
def test_an_unchanged_tree_is_green_three_times(stored):
    for _ in range(3):
        assert stored.run().passed(1)


@pytest.mark.slow
def test_a_recipe_that_prunes_60_percent_where_20_are_stored(stored, tmp_path):
    project = stored.copy(tmp_path / "all")
    shutil.rmtree(project.folder / "baselines")
    assert project.run("--vc-sample=640", UNTIMED, "--vc-baseline=create").passed(1)
    body = "model = PRUNE_GLOBAL.apply(model, PruneGlobal(amount=0.6), clips)"
    project.write(conftest=instead_of_prune_global(body))
    run = project.run("--vc-sample=640", UNTIMED)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    # Well-trained weights lose little top-1 to it: what they answer differently shows it more surely.
    assert "agreement" in run.failures <= {"agreement", "top1"}, run.out


def test_an_artefact_with_ten_percent_more_bytes(sabotaged):
    bytes_more = sabotaged.baseline["prune-global"]["size_bytes"] // 10
    body = (
        "model = PRUNE_GLOBAL.apply(model, parameters, clips);"
        f" model.module.register_buffer('ballast', torch.zeros({bytes_more}, dtype=torch.uint8))"
    )
    sabotaged.write(conftest=instead_of_prune_global(body))
    run = sabotaged.run(UNTIMED)
    # What is in the file is in memory too.
    assert run.failed("size_bytes", "peak_memory_bytes")
    assert run.says(r"size_bytes failed: measured [\d,]+ bytes.*stored"), run.out


@pytest.mark.slow
def test_a_variant_that_takes_one_and_a_half_times_as_long(sabotaged):
    body = "model = slowed(PRUNE_GLOBAL.apply(model, parameters, clips))"
    slowed = """
        def slowed(model):
            forward = model.module.forward

            def slow(*args, **kwargs):
                began = time.perf_counter()
                result = forward(*args, **kwargs)
                until = began + 1.5 * (time.perf_counter() - began)
                while time.perf_counter() < until:
                    pass
                return result

            model.module.forward = slow
            return model
        """
    sabotaged.write(conftest=instead_of_prune_global(body) + slowed)
    assert sabotaged.run().failed("latency_ratio")


def test_a_quantized_layer_turned_float(project):
    project.write(
        test_holds="""
            import pytest

            @pytest.mark.vc_variants("int8-dynamic")
            @pytest.mark.vc_budget(integer_share=0.5)
            def test_holds(vc_variant, vc_measure, vc_baseline):
                vc_baseline.check(vc_measure(vc_variant))
            """
    )
    assert project.run(UNTIMED, "--vc-baseline=create").passed(1)
    assert project.run(UNTIMED).passed(1)
    project.write(
        conftest="""
            from dataclasses import replace
            import torch
            from torch import nn
            from pytest_vidcompress.compress.int8_dynamic import INT8_DYNAMIC

            def apply(model, parameters, clips):
                model = INT8_DYNAMIC.apply(model, parameters, clips)
                parent = model.module.get_submodule("videomae.encoder.layer.1.output")
                layer = nn.Linear(parent.dense.in_features, parent.dense.out_features)
                layer.weight.data, layer.bias.data = parent.dense.weight().dequantize(), parent.dense.bias()
                parent.dense = layer
                return model

            def pytest_vidcompress_techniques():
                return {"int8-dynamic": replace(INT8_DYNAMIC, apply=apply)}
            """
    )
    run = project.run(UNTIMED)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert "integer_share" in run.failures <= {"integer_share", "size_bytes", "peak_memory_bytes"}, run.out
    assert run.says(r"videomae\.encoder\.layer\.1\.output\.dense computed in float32, was int8"), run.out


def test_two_classes_swapped_in_the_label_file(stored, tmp_path):
    project = stored.copy(tmp_path / "labels")
    clips = project.folder / "mine"
    clips.mkdir()
    (clips / "val").symlink_to(pocket.FOLDER / "val")
    shutil.copy(pocket.FOLDER / "val.csv", clips)
    options = ("--vc-clips=mine", "--vc-sample=128", UNTIMED)
    assert project.run(*options, "--vc-baseline=create").passed(1)

    swap(clips / "val.csv")
    assert project.run(*options).failed("top1")


def swap(table):
    """Gives the clips of the first class the label of the last one, and the other way round."""
    with table.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    labels = sorted({row["label"] for row in rows})
    other = {labels[0]: labels[-1], labels[-1]: labels[0]}
    with table.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows({**row, "label": other.get(row["label"], row["label"])} for row in rows)


def test_a_checkpoint_with_one_matrix_of_zeros(stored, tmp_path):
    from safetensors.torch import load_file, save_file

    project = stored.copy(tmp_path / "weights")
    checkpoint = project.folder / "checkpoint"
    shutil.copytree(POCKET / "videomae", checkpoint)
    options = ("--vc-model=checkpoint", "--vc-sample=64", "--vc-threads=1", UNTIMED, "-pno:cacheprovider")
    assert project.run(*options, "--vc-baseline=create", small=False).passed(1)

    tensors = load_file(checkpoint / "model.safetensors")
    tensors["classifier.weight"].zero_()
    save_file(tensors, checkpoint / "model.safetensors", metadata={"format": "pt"})
    assert project.run(*options, small=False).failed("top1")
