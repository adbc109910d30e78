"""--vc-variant: only these of what the tests name."""

TEST = """
    import pytest

    @pytest.mark.vc_variants("fp32", "fp16")
    @pytest.mark.vc_variants("prune-global", model="timesformer*")
    def test_marked(vc_variant):
        pass

    def test_unmarked(vc_variant):
        pass
    """


def collected(project, *options):
    run = project.run("--collect-only", "-q", *options)
    return [line.partition("::")[2] for line in run.out.splitlines() if "::" in line]


def test_which_tests_there_are(project):
    project.write(test_it=TEST)
    marked = ["test_marked[videomae-fp32]", "test_marked[videomae-fp16]"]
    everything = collected(project)
    assert everything[:2] == marked
    assert "test_unmarked[videomae-int8-dynamic]" in everything
    # A variant that the marker does not name is none of that test; one without a marker takes any.
    assert collected(project, "--vc-variant=fp16") == [marked[1], "test_unmarked[videomae-fp16]"]
    assert collected(project, "--vc-variant=prune-global:amount=0.20+fp16") == [
        "test_unmarked[videomae-prune-global+fp16]"
    ]
    assert "test_marked[timesformer-prune-global]" in collected(project, "--vc-model=timesformer")


def test_one_variant_runs(project):
    project.write(test_it=TEST)
    run = project.run("--vc-variant=fp16")
    assert run.passed(2)
    # It is not said of the other variants that nobody measures them.
    assert not run.says("any more")
