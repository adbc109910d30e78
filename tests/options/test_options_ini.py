"""pyproject.toml: the options by their names with underscores; what is typed wins."""

import pytest

from pytest_vidcompress.run.options import OPTIONS

TEST = """
    from pytest_vidcompress.plugin.stash import OPTIONS

    def test_options(request):
        options = request.config.stash[OPTIONS]
        assert options.models == ("videomae", "timesformer")
        assert (options.sample, options.seed, options.threads) == (16, 3, 1)
        assert options.strict is True
        assert options.variants == ("fp16",)
        assert (options.clips, options.weights) == ("mine", "random")
        assert str(options.views) == "5x3"
        assert (options.mode, options.runtime, options.device) == ("create", "torch", "cpu")
        root = request.config.rootpath
        assert options.baselines == root / "held"
        assert options.reports == (root / "page.html",)
        assert options.json == (root / "run.json",)
        assert (options.all_clips, options.profile, options.resume) == (True, True, False)
        assert (options.latency_margin, options.max_skipped, options.confirm_s) == (0.1, 0.2, 7)
        assert options.calls == 400
        assert (options.starts, options.answers) == (8, 12)
        assert (options.against, options.calibration, options.cache_size) == ("HEAD", 8, 500_000_000)
        assert (options.cache, options.bundle) == (root / "cache", root / "failures")
        assert (options.learn, options.learned) == ("never", root / "brought")
        assert (options.targets, options.sensitivity) == (("target:macs=0.5",), True)
        assert (options.workers, options.engine) == (2, ("ray", "10.0.0.1:6379"))
        assert options.grid is None
        assert not options.explicit
    """
VALUES = """
    vc_model = ["videomae", "timesformer"]
    vc_clips = "mine"
    vc_sample = 16
    vc_seed = 3
    vc_variant = ["fp16"]
    vc_weights = "random"
    vc_views = "5x3"
    vc_baselines = "held"
    vc_baseline = "create"
    vc_strict = true
    vc_runtime = "torch"
    vc_device = "cpu"
    vc_threads = 1
    vc_report = "page.html"
    vc_json = "run.json"
    vc_cache = "cache"
    vc_bundle = "failures"
    vc_all_clips = true
    vc_profile = true
    vc_resume = false
    vc_workers = 2
    vc_engine = "ray:10.0.0.1:6379"
    vc_shard = "2/5"
    vc_store = "store"
    vc_latency_margin = "0.1"
    vc_max_skipped = "20%"
    vc_confirm = "7"
    vc_calls = 400
    vc_start = 8
    vc_answer = 12
    vc_against = "HEAD"
    vc_calibration = 8
    vc_cache_size = "500MB"
    vc_learn = "never"
    vc_learned = "brought"
    vc_target = ["macs:0.5"]
    vc_sensitivity = true
    vc_grid = "batch=2"
    """


def test_no_name_is_left_out():
    written = {line.partition("=")[0].strip() for line in VALUES.splitlines() if line.strip()}
    assert written == {row.key for row in OPTIONS if not row.hidden}


@pytest.mark.parametrize("table", ["tool.pytest.ini_options", "tool.pytest"])
def test_every_name(pytester, table):
    pytester.makepyprojecttoml(f"[{table}]\n" + "\n".join(line.strip() for line in VALUES.splitlines()))
    pytester.makepyfile(TEST)
    pytester.runpytest_inprocess("--strict-config").assert_outcomes(passed=1)


def test_ini_file_with_text(pytester):
    pytester.makeini("[pytest]\nvc_model = videomae timesformer\nvc_sample = 16\nvc_strict = yes\n")
    pytester.makepyfile(
        """
        from pytest_vidcompress.plugin.stash import OPTIONS

        def test_options(request):
            options = request.config.stash[OPTIONS]
            assert (options.models, options.sample, options.strict) == (("videomae", "timesformer"), 16, True)
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_what_is_typed_wins(pytester):
    pytester.makepyprojecttoml(
        '[tool.pytest]\nvc_sample = 16\nvc_baselines = "held"\nvc_weights = "random"\n'
    )
    pytester.makepyfile(
        """
        from pathlib import Path
        from pytest_vidcompress.plugin.stash import OPTIONS

        def test_options(request):
            options = request.config.stash[OPTIONS]
            assert (options.sample, options.weights) == (32, "trained")
            assert options.baselines == Path.cwd() / "typed"
        """
    )
    options = ("--vc-sample=32", "--vc-weights=trained", "--vc-baselines=typed")
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("vc_sample = -1", "*vc-sample=-1: expected a whole number of at least 1*"),
        ('vc_sample = "many"', "*vc_sample: *many*"),
        ('vc_baseline = "keep"', "*vc-baseline=keep: expected one of check, create, accept, tighten*"),
        ('vc_weights = "pruned"', "*vc-weights=pruned: expected one of trained, random*"),
        ('vc_strict = "perhaps"', "*vc_strict: *perhaps*"),
        (
            'vc_device = "gpu 0"',
            "*vc-device=gpu 0: expected cpu, or what torch calls a device, such as cuda*",
        ),
        ('vc_report = "r.csv"', "--vc-report=r.csv: expected a file that ends in .html or .md or .json"),
    ],
)
def test_a_wrong_value_is_one_line(pytester, line, said):
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\n{line}\n")
    pytester.makepyfile("def test_plain(): pass")
    result = pytester.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
