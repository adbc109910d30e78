"""--junit-xml holds every verdict as a property of the test that made it, with xdist as without."""

from xml.etree import ElementTree

import pytest

from tests.project import WORKERS, Project

TESTS = """
    import pytest

    @pytest.mark.vc_variants("prune-global", "fp32")
    @pytest.mark.vc_budget(size_ratio=0.5)
    def test_holds(vc_variant, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_variant))

    def test_only_measures(vc_model, vc_measure):
        vc_measure(vc_model.module)

    def test_named(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_model.module, name="a\\x1b\\n\\udcff"))
    """


@pytest.fixture(scope="module", params=WORKERS)
def cases(request, tmp_path_factory):
    """The properties of every test case, by its name."""
    project = Project(tmp_path_factory.mktemp("junit")).write(test_it=TESTS)
    run = project.run("--junit-xml=junit.xml", "--benchmark-disable", *request.param)
    assert run.failed("size_ratio")
    root = ElementTree.parse(project.folder / "junit.xml").getroot()
    return {
        case.get("name"): [(p.get("name"), p.get("value")) for p in case.iter("property")]
        for case in root.iter("testcase")
    }


def test_every_verdict_is_a_property(cases):
    assert len(cases) == 4
    known = dict(cases["test_holds[videomae-prune-global]"])
    assert known["vidcompress.prune-global"] == "failed"
    assert known["vidcompress.prune-global.size_ratio.budget"].startswith("failed: measured 0.87")
    assert known["vidcompress.prune-global.size_ratio.budget"].endswith("limit 0.5")
    assert known["vidcompress.prune-global.top1"].startswith("new: measured ")
    assert "evidence 16 clips" in known["vidcompress.prune-global.top1"]
    assert {"vidcompress.prune-global.size_bytes", "vidcompress.prune-global.macs"} <= set(known)


def test_each_test_has_its_own_and_each_once(cases):
    other = [name for name, _ in cases["test_holds[videomae-fp32]"]]
    assert "vidcompress.fp32" in other
    assert all(name.startswith("vidcompress.fp32") for name in other)
    assert len(other) == len(set(other))


def test_a_name_that_xml_has_no_word_for_is_escaped(cases):
    assert dict(cases["test_named[videomae]"])[r"vidcompress.a\x1b\n\udcff"] == "inconclusive"


def test_what_nothing_was_held_to_has_none(cases):
    assert cases["test_only_measures[videomae]"] == []
