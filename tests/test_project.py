"""The project's own rules, which no linter knows: what belongs together stays together."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from harness.host.tools import Tool
from harness.process import run
from harness.services.registry import SITE_DAEMONS, all_tools

ROOT = Path(__file__).parent.parent
FUNCTION_LINES = 40
CODE = ("harness", "scenarios", "tools")
PAUSES = ROOT / "harness" / "logwatch.py"
"""The one module that may pause."""

OF_A_SITE = re.compile(r"showmax|sysrescd|gparted|192\.0\.2\.|2001:db8", re.IGNORECASE)
"""Entries and addresses of the reference site."""

# Put together from parts, so that this file does not hold the words it forbids.
REGISTRIES = ("py" + "pi.org", "python" + "hosted", "deb.deb" + "ian.", "snapshot.deb" + "ian.")
FORBIDDEN = {
    "a package registry's host": "|".join(map(re.escape, REGISTRIES)),
    "a path of somebody's machine": r"(?<![\w.~-])/(?:wor" + r"k|ho" + r"me/\w+)/|/tmp/la" + "b",
    "a promise instead of work": r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b",
}


def kept_files() -> list[Path]:
    """Give every file of the project that git keeps or would keep, without links."""
    git = ("git", "-c", "safe.directory=*")  # also in a checkout of another user
    kept = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = run([*git, *kept], cwd=ROOT).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def text_of(path: Path) -> str:
    """Give a file's text; empty when it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def packages() -> dict[str, str]:
    """Give every package of tools/packages.txt with its reason."""
    lines = (ROOT / "tools" / "packages.txt").read_text().splitlines()
    split = (line.partition("#") for line in lines if line and not line.startswith("#"))
    return {name.partition(":")[0].strip(): reason.strip() for name, _, reason in split}


def targets() -> set[str]:
    """Give every target of the Makefile that people call."""
    return set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def sleeps(tree: ast.AST) -> Iterator[int]:
    """Give the line of every sleep: any `sleep`, and a `select` that waits for nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("select"):
            waited = [ast.unparse(each) for each in node.args[:3]]
            if waited and all(each in ("()", "[]") for each in waited):
                yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr == "sleep":
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and "sleep" in [name.name for name in node.names]:
            yield node.lineno


@pytest.mark.parametrize("tool", all_tools(), ids=lambda tool: tool.name)
def test_every_tool_is_in_a_package_that_is_installed(tool: Tool) -> None:
    assert (tool.package in packages()) is not tool.by_name


def test_every_package_has_a_reason() -> None:
    assert [name for name, reason in packages().items() if not reason] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/cookbook.md"])
def test_commands_of_the_documents_exist(page: str) -> None:
    commands = re.findall(
        r"(?:^ {4}|`)make ((?:[a-z]+ ?)+)", (ROOT / page).read_text(), re.MULTILINE
    )
    named = {word for command in commands for word in command.split()}
    assert named
    assert named <= targets()


def test_links_of_the_documents_lead_somewhere() -> None:
    pages = [path for path in kept_files() if path.suffix == ".md"]
    for page in pages:
        links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        assert [link for link in links if not (page.parent / link).exists()] == [], page


def test_the_map_has_every_package_in_the_order_of_the_imports() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    layers = tools["importlinter"]["contracts"][0]["layers"]
    named = [name for layer in layers for name in re.findall(r"\w+", layer)]
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"\w+", row)] == named


def test_every_target_is_phony_and_listed() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert set(phony.group(1).split()) == targets()


def test_what_is_locked_is_in_the_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = dict(line.split("==") for line in lines if not line.startswith("#"))
    ranges = [Requirement(text) for text in wanted]
    outside = [each for each in ranges if locked.get(each.name, "none") not in each.specifier]
    assert wanted
    assert outside == []


@pytest.mark.parametrize("part", CODE)
def test_no_function_is_too_long(part: str) -> None:
    long = {}
    for path in (ROOT / part).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                long[f"{path}:{node.lineno}"] = node.end_lineno - node.lineno + 1
    assert {place: length for place, length in long.items() if length > FUNCTION_LINES} == {}


@pytest.mark.parametrize("part", CODE)
def test_nothing_sleeps(part: str) -> None:
    for path in (ROOT / part).rglob("*.py"):
        allowed = 1 if path == PAUSES else 0
        assert len(list(sleeps(ast.parse(path.read_text())))) == allowed, path


def words(tree: ast.AST) -> Iterator[str]:
    """Give the words of a module's code: its strings, without what explains it to readers."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from re.findall(r"[a-z]+", node.value)


def test_only_the_services_know_a_daemon_by_name() -> None:
    names = {word for kind in SITE_DAEMONS for word in re.findall("[a-z]+", kind.name)} - {"nfs"}
    assert {"dhcpd", "nginx", "lighttpd"} < names
    others = (
        p
        for p in (ROOT / "harness").rglob("*.py")
        if not p.is_relative_to(ROOT / "harness" / "services")
    )
    known = {p: names & set(words(ast.parse(p.read_text()))) for p in others}
    assert {str(p): found for p, found in known.items() if found} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(1)",
        "from time import sleep",
        "wait = time.sleep",
        "select.select((), (), (), 1)",
        "select([], [], [])",
    ],
)
def test_a_sleep_is_seen(source: str) -> None:
    assert list(sleeps(ast.parse(source)))


def names_of_a_site(source: str) -> Iterator[str]:
    """Give what code says of one site's own: not in a docstring, which may give an example."""
    tree = ast.parse(source)
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        words = [value for value in vars(node).values() if isinstance(value, str)]
        if id(node) not in docs:
            yield from (word for text in words for word in OF_A_SITE.findall(text))


@pytest.mark.parametrize("part", ["harness", "scenarios/promises"])
def test_what_any_site_is_asked_names_no_site(part: str) -> None:
    found = {
        str(path.relative_to(ROOT)): [*names_of_a_site(path.read_text())]
        for path in (ROOT / part).rglob("*.py")
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("source", ["x = 'showmax'", "x.is_sysrescd", "f('http://192.0.2.1/')"])
def test_a_name_of_a_site_is_seen(source: str) -> None:
    assert [*names_of_a_site(source)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_forbidden_words(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = {path: pattern.findall(text_of(path)) for path in kept_files()}
    assert {path: words for path, words in found.items() if words} == {}


def test_pages_name_no_place_where_somebody_worked() -> None:
    place = re.compile(r"(?<![\w.~-])/(?:tmp|opt|root)/")
    pages = [path for path in kept_files() if path.suffix == ".md"]
    assert [str(path) for path in pages if place.search(text_of(path))] == []


@pytest.mark.parametrize(
    "text",
    [
        "https://py" + "pi.org/simple",
        "http://deb.debi" + "an.org/debian",
        "cd /wor" + "k/main",
        "/ho" + "me/somebody/x",
        "/tmp/la" + "b0/v",
        "# TO" + "DO: later",
    ],
)
def test_a_forbidden_word_is_seen(text: str) -> None:
    assert any(re.search(pattern, text) for pattern in FORBIDDEN.values())
