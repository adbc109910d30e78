"""--vc-weights=random: the geometry alone, labelled as what it is, and never mixed with trained weights."""

from tests.conftest import HOLDS


def test_accuracy_is_agreement_and_has_a_baseline_of_its_own(project):
    project.write(test_holds=HOLDS)
    run = project.run("--vc-weights=random", "--vc-baseline=create", "--benchmark-disable")
    assert run.passed(1)
    assert run.says("agree\\*")
    assert run.says("weights are random: accuracy is agreement with the reference")
    assert project.json("baselines/pocket/videomae-random.json")["weights"] == "random"
    assert project.run("--vc-weights=random", "--benchmark-disable").passed(1)
