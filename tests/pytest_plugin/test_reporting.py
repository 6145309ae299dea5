"""A red scenario says what, why, where and how to go on; a fault of ours shows all."""

from xml.etree import ElementTree

import pytest

from tests.pytest_plugin.conftest import Run

RED = """
def test_it(guest):
    guest.wait_for_power_off()
"""
FAULT = """
def test_it(guest):
    guest.power.console = None
    guest.wait_for_power_off()
"""
PREREQUISITE = """
from harness.host import tools
from harness.host.tools import Tool
import pytest

TOOL = Tool(name="absent", command="no-such-program", package="absent-pkg", needed_for="tests")

@pytest.fixture
def lacking(monkeypatch):
    monkeypatch.setitem(tools.TOOLS, "absent", TOOL)
    {fixture}

def test_it(lacking):
    {test}
"""
REQUIRE = "tools.require('absent')"
IN_FIXTURE = PREREQUISITE.format(fixture=REQUIRE, test="pass")
IN_TEST = PREREQUISITE.format(fixture="pass", test=REQUIRE)
SERVICE = """
import pytest
from harness.deadline import Pace
from harness.services.base import Service

class Sample(Service):
    name = "sample"
    tool = "sh"
    sign = ""
    def command(self): return []
    def is_ready(self): return True

def test_it(tmp_path):
    Sample(None, None, tmp_path, Pace()).wait_until_ready()
"""


def test_an_error_of_the_product_is_told_in_words(run: Run) -> None:
    result = run(RED)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "it stays on",
            "  cause: nginx was stopped",
            "  last lines:",
            "    the screen",
            "",
            "  kind:     BootError",
            "  bundle:   */evidence/*/it-it",
            "  again:    *pytest scenarios/test_it.py::test_it --accel tcg",
            "  desk:     *harness up --site */showmax --accel tcg",
            "  pack:     *harness pack evidence/*/it-it",
            "  scenario: */scenarios/test_it.py:3",
            "FAILED scenarios/test_it.py::test_it - nginx was stopped",
        ]
    )
    failures = result.stdout.str().partition("= FAILURES =")[2]
    assert "guest.wait_for_power_off()" not in failures
    assert "guest = <" not in failures


def test_an_assertion_of_the_scenarios_own_has_the_commands_too(run: Run) -> None:
    result = run("def test_it(evidence_dir): assert not evidence_dir")
    result.stdout.fnmatch_lines(
        [
            "*- evidence -*",
            "  bundle: */evidence/*/it-it",
            "  again:  *pytest scenarios/test_it.py::test_it --accel tcg",
            "  desk:   *harness up --site */showmax --accel tcg",
            "  pack:   *harness pack evidence/*/it-it",
        ]
    )


def test_what_is_run_again_names_its_bundle(run: Run) -> None:
    run(RED, "--rerun-of=x.tar.zst --site 'my site' -- -v").stdout.fnmatch_lines(
        [
            "  again:    *harness rerun x.tar.zst --site 'my site' -- -v",
            "  desk:     *harness rerun x.tar.zst --hold --site 'my site' -- -v",
        ]
    )


def test_one_of_the_slow_tier_names_that(run: Run) -> None:
    source = f"import pytest\npytestmark = pytest.mark.slow\n{RED}"
    run(source, "-m", "slow").stdout.fnmatch_lines(["  again:    *::test_it -m slow --accel tcg"])


def test_it_reads_the_same_from_a_worker(run: Run) -> None:
    alone, parted = (run(RED, *options).stdout.str() for options in ([], ["-n", "1"]))
    for text in (alone, parted):
        words = text.partition("= FAILURES =")[2].partition("  bundle:")[0]
        assert "it stays on\n  cause: nginx was stopped\n  last lines:\n    the screen\n" in words
    assert "- nginx was stopped" in parted


PLACED = """
from harness.errors import BootError

def test_it(evidence_dir):
    causes = ["the file is not there (etc/dhcp/dhcpd.conf:23)", "more"]
    raise BootError("it stays on", causes=causes)
"""


def test_the_closing_summary_has_the_cause_with_its_line(run: Run) -> None:
    run(PLACED).stdout.fnmatch_lines(["FAILED * - dhcpd.conf:23: the file is not there*"])


ASSERTED = """
def test_it(guest):
    assert guest.spec.name == "another"
"""


def test_an_assertion_of_the_scenarios_own_shows_its_frame_but_no_fixture(run: Run) -> None:
    result = run(ASSERTED)
    result.stdout.fnmatch_lines(
        [">   *assert guest.spec.name*", "E   *assert 'guest0' == 'another'"]
    )
    assert "guest = <" not in result.stdout.str()


def test_a_fault_of_the_harness_shows_all(run: Run) -> None:
    result = run(FAULT)
    result.stdout.fnmatch_lines(["E *AttributeError*", "*harness/lab/*guest.py:*: AttributeError"])


def test_a_daemon_that_fails_is_told_in_words(run: Run) -> None:
    result = run(SERVICE)
    result.stdout.fnmatch_lines(["sample: was not started", "FAILED * - sample: was not started"])
    assert "harness/services/base.py" not in result.stdout.str()


@pytest.mark.parametrize("source", [IN_FIXTURE, IN_TEST], ids=["fixture", "test"])
def test_a_missing_prerequisite_skips_with_its_cure(run: Run, source: str) -> None:
    result = run(source, "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *not installed: absent*", "*cure: *absent-pkg*"])


@pytest.mark.parametrize(
    ("source", "outcome"), [(IN_FIXTURE, "errors"), (IN_TEST, "failed")], ids=["fixture", "test"]
)
def test_a_missing_prerequisite_fails_where_all_is_required(
    run: Run, source: str, outcome: str
) -> None:
    result = run(source, "--require-all")
    result.assert_outcomes(**{outcome: 1})
    result.stdout.fnmatch_lines(["not installed: absent*", "  cure: *absent-pkg*"])
    assert "harness/host/tools.py" not in result.stdout.str()


def test_the_evidence_is_in_junits_xml(run: Run, pytester: pytest.Pytester) -> None:
    run(RED, "--junit-xml=junit.xml")
    found = ElementTree.parse(pytester.path / "junit.xml").iter("property")
    properties = {each.get("name"): each.get("value") for each in found}
    assert (properties["evidence"] or "").endswith("/it-it")


BOOTED = """
import json

def test_it(evidence_dir):
    for place in (evidence_dir, evidence_dir / "guest1"):
        place.mkdir(exist_ok=True)
        (place / "boot.json").write_text("{}")
        told = {"boot_path": place.name, "options": {"accelerator": "tcg"}, "verdict": "red"}
        (place / "summary.json").write_text(json.dumps(told))
        (place / "phases.json").write_text('{"menu": 4.5}')
    version = {"version": "2022.11 password=s3cret", "sha256": "ab"}
    (evidence_dir / "versions.json").write_text(json.dumps({"firmware ovmf-x64": version}))
"""


def test_a_boot_is_in_junits_xml(run: Run, pytester: pytest.Pytester) -> None:
    run(BOOTED, "--junit-xml=junit.xml", "-n", "1")
    found = ElementTree.parse(pytester.path / "junit.xml").iter("property")
    properties = {each.get("name"): each.get("value") for each in found}
    assert properties["boot_path"] == "it-it"
    assert properties["accelerator"] == "tcg"
    assert properties["firmware ovmf-x64"] == "2022.11 password=*** sha256:ab"
    assert properties["phase.menu"] == "4.5"
    assert properties["guest1.boot_path"] == "guest1"


def test_a_run_leaves_a_page_and_tells_a_ci_jobs_own(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_page = pytester.path / "job.md"
    job_page.write_text("# job\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(job_page))
    result = run(BOOTED)
    result.stdout.fnmatch_lines(["report: */evidence/*/report.html"])
    assert [*pytester.path.glob("evidence/*/report.html")]
    assert job_page.read_text().startswith("# job\n## 2 of 2 boots red\n")


def test_a_run_without_a_boot_leaves_no_page(run: Run) -> None:
    assert "report:" not in run(RED).stdout.str()


CAUSES = """
from harness.errors import BootError

def test_it():
    raise BootError("it stays on", causes=[f"cause {number}" for number in range(7)])
"""


def test_all_causes_are_in_junits_xml(run: Run, pytester: pytest.Pytester) -> None:
    run(CAUSES, "--junit-xml=junit.xml")
    (failure,) = ElementTree.parse(pytester.path / "junit.xml").iter("failure")
    message = failure.get("message") or ""
    assert [line[-1] for line in message.splitlines() if "cause: " in line] == [*"0123456"]
    assert "cause: cause 6" in (failure.text or "")


ENDED = """
import pytest
from harness.errors import BootError
from harness.pytest_plugin.reporting import RESULT

@pytest.fixture(autouse=True)
def told(request, evidence_dir):
    before = request.node.stash.get(RESULT, None)
    yield
    result = request.node.stash[RESULT]
    (evidence_dir / "result").write_text(f"{before}; {result.outcome}: {result.why}")

def test_it():
    {body}
"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("pass", "passed: "),
        ("raise BootError('red', causes=['nginx'])", "failed: red"),
        ("assert 1 == 2, 'not so'", "failed: not so"),
        ("with pytest.raises(BootError): pass", "failed: DID NOT RAISE"),
        ("{}['key']", "error: 'key'"),
        ("raise KeyError", "error: KeyError"),
        ("pytest.skip('not here')", "skipped: "),
    ],
)
def test_the_evidence_is_told_how_the_scenario_ended(
    run: Run, pytester: pytest.Pytester, body: str, told: str
) -> None:
    run(ENDED.replace("{body}", body))
    (path,) = {path.resolve() for path in pytester.path.glob("evidence/*/it-it/result")}
    assert path.read_text().startswith(f"None; {told}")
