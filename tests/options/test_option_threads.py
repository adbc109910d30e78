"""--vc-threads and --vc-cache."""

TEST = """
    import torch

    def test_threads(vc_model, vc_clips):
        assert torch.get_num_threads() == {threads}
        assert len(vc_clips) == 16
    """


def test_threads(project):
    for threads in (1, 3):
        project.write(test_threads=TEST.format(threads=threads))
        options = ("--vc-model=videomae", "--vc-sample=16", f"--vc-threads={threads}")
        assert project.run(*options, small=False).passed(1)
