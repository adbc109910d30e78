"""--vc-learned: learned variants that come with the repository."""

from __future__ import annotations

from tests.options.test_option_learn import CONFTEST, TEST, TINY

COMMIT = """
    from pathlib import Path

    import pytest

    from pytest_vidcompress.artefacts.kept.committed import CommittedPlace
    from pytest_vidcompress.artefacts.kept.learned_record import LearnedRecord
    from pytest_vidcompress.plugin.stash import session_of
    from pytest_vidcompress.run.variants.learning_facts import learning_facts

    @pytest.mark.vc_variants("teach")
    def test_it(vc_variant, vc_measure, request):
        vc_measure(vc_variant)
        session = session_of(request.config)
        start = session.builder.starting_point(vc_variant.recipe, "tiny")
        facts = learning_facts(start, session.inputs.lessons("tiny"), session.inputs.calibration("tiny"))
        record = LearnedRecord(facts, {"torch": "2.0.0"})
        CommittedPlace(Path("brought"), "tiny", vc_variant.recipe).write(vc_variant.model, record)
    """


def test_they_are_taken_before_anything_is_trained(project):
    project.write(conftest=CONFTEST, test_it=COMMIT)
    assert project.run(*TINY, "--vc-cache=one", small=False).passed(1)
    project.write(test_it=TEST)
    run = project.run(*TINY, "--vc-cache=another", "--vc-learned=brought", small=False)
    assert run.passed(2)
    assert not run.says("to train")
    assert run.says(r"teach of tiny: of the repository \(made with\s+torch 2\.0\.0, here is")
    assert len((project.folder / "trained.txt").read_text().splitlines()) == 1
