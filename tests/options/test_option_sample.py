"""--vc-sample and --vc-seed: how many clips, and which."""

TEST = """
    from collections import Counter
    from pathlib import Path

    def test_clips(vc_clips):
        counts = Counter(clip.label for clip in vc_clips)
        assert len(counts) == 16 and set(counts.values()) == {2}
        with Path("ids.txt").open("a") as file:
            print(*(clip.id for clip in vc_clips), file=file)
    """


def test_stratified_the_same_twice_and_other_clips_with_another_seed(project):
    project.write(test_clips=TEST)
    for seed in (0, 0, 1):
        assert project.run("--vc-sample=32", f"--vc-seed={seed}").passed(1)
    first, again, other = (project.folder / "ids.txt").read_text().splitlines()
    assert first == again
    assert set(first.split()) != set(other.split())
