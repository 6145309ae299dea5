"""The reference's `site.toml`, changed as a structure, inside the whole of its site."""

import copy
import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.errors import SiteError
from harness.services.registry import check_site, load_site
from harness.site.model import SITE_FILE
from tests.fuzz import examples

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"
TREE = tomllib.loads((SHOWMAX / SITE_FILE).read_text())
Keys: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Literal:
    """A value as the file shall have it."""

    text: str


@dataclass
class Written:
    """A file being written, and on which line each key stands."""

    lines: list[str] = field(default_factory=list)
    places: dict[Keys, int] = field(default_factory=dict)

    def add(self, line: str, keys: Keys) -> None:
        """Write one line."""
        self.lines.append(line)
        self.places[keys] = len(self.lines)

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join(self.lines) + "\n"


def write(tree: Mapping[str, object]) -> Written:
    """Write a tree as TOML."""
    written = Written()
    _write_table(written, tree, ())
    return written


def _write_table(written: Written, table: Mapping[str, object], keys: Keys) -> None:
    """Write a table's own values first, then the tables in it."""
    if keys:
        written.add(f"[{'.'.join(map(json.dumps, keys))}]", keys)
    for name, value in table.items():
        if not isinstance(value, dict):
            text = value.text if isinstance(value, Literal) else json.dumps(value)
            written.add(f"{json.dumps(name)} = {text}", (*keys, name))
    for name, value in table.items():
        if isinstance(value, dict):
            _write_table(written, value, (*keys, name))


def paths(table: Mapping[str, object], keys: Keys = ()) -> Iterator[Keys]:
    """Go through the keys of all values and tables."""
    for name, value in table.items():
        yield (*keys, name)
        if isinstance(value, dict):
            yield from paths(value, (*keys, name))


ALL_KEYS = sorted(paths(TREE))
SCALARS = ["-1", "3.5", "nan", "true", "1979-05-27", "07:32:00", "0x" + "f" * 6000, "9" * 400]
NESTED = ["[" * 60 + "]" * 60, "{a = {b = [1, {c = 2}]}}", "[[], [[]]]", "{}", "[]", '["", "x"]']
WORDS = ['""', '"\\u0000"', '"' + "x" * 5000 + '"', '"a/b"', '"../.."', '"/"', '"{mac}"', '"::1/0"']
WORDS += [
    '"0.0.0.0/0"',
    '"255.255.255.255/32"',
    '"192.0.2.1/33"',
    '"\\U0001F600"',
    '"fe80::1%x/64"',
]
literals = st.sampled_from([*SCALARS, *NESTED, *WORDS]).map(Literal)
values = literals | st.text(max_size=12) | st.integers() | st.lists(st.text(max_size=4), max_size=3)
names = st.sampled_from(sorted({keys[-1] for keys in ALL_KEYS})) | st.text(min_size=1, max_size=6)
Change: TypeAlias = tuple[str, Keys, str, object]
changes = st.tuples(
    st.sampled_from(["replace", "remove", "add", "rename", "copy"]),
    st.sampled_from(ALL_KEYS),
    names,
    values,
)


def changed(tree: dict[str, object], change: Change) -> None:
    """Do one change, if what it is to be done to is still there."""
    kind, keys, name, value = change
    table: object = tree
    for key in keys[:-1]:
        table = table.get(key) if isinstance(table, dict) else None
    if not isinstance(table, dict) or keys[-1] not in table:
        return
    if kind == "add":
        table[name] = value
    elif kind == "replace":
        table[keys[-1]] = value
    elif kind == "copy":
        table[name] = copy.deepcopy(table[keys[-1]])
    else:
        old = table.pop(keys[-1])
        if kind == "rename":
            table[name] = old


@pytest.fixture(scope="module")
def site_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference, whose `site.toml` may be overwritten."""
    return shutil.copytree(SHOWMAX, tmp_path_factory.mktemp("site") / "showmax", symlinks=True)


def error_of(site_dir: Path, text: str) -> SiteError | None:
    """Load and check a site with this `site.toml`; give what is wrong with it."""
    (site_dir / SITE_FILE).write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        check_site(load_site(site_dir))
    except SiteError as error:
        return error
    return None


@given(changes=st.lists(changes, min_size=1, max_size=5))
@examples(100)
def test_a_changed_structure_gives_a_site_or_an_error_with_its_place(
    site_dir: Path, changes: list[Change]
) -> None:
    tree = copy.deepcopy(TREE)
    for change in changes:
        changed(tree, change)
    written = write(tree)
    error = error_of(site_dir, written.text)
    if error is not None:
        assert error.path.is_relative_to(site_dir)
        assert error.line is None or 1 <= error.line <= len(written.lines)
        assert str(error).encode(errors="surrogatepass")


@given(keys=st.sampled_from(ALL_KEYS), scalar=st.sampled_from(SCALARS))
@example(keys=("menu", "timeout_s"), scalar="0x" + "f" * 6000)
@examples(100)
def test_a_value_of_another_kind_is_refused_on_its_line(
    site_dir: Path, keys: Keys, scalar: str
) -> None:
    tree = copy.deepcopy(TREE)
    changed(tree, ("replace", keys, "", Literal(scalar)))
    written = write(tree)
    error = error_of(site_dir, written.text)
    assert error is not None
    assert (error.path, error.line) == (site_dir / SITE_FILE, written.places[keys])
    assert " should " not in str(error)  # pydantic's own words


@given(keys=st.sampled_from(ALL_KEYS), name=st.text(alphabet="abcxyz-_", min_size=9))
@examples(60)
def test_a_misspelt_key_is_named_with_its_line(site_dir: Path, keys: Keys, name: str) -> None:
    free = ("absent", "supply", "loaders", "entries")
    if len(keys) > 1 and keys[-2] in free:
        return
    tree = copy.deepcopy(TREE)
    changed(tree, ("rename", keys, name, None))
    written = write(tree)
    error = error_of(site_dir, written.text)
    assert error is not None
    assert (error.path, error.line) == (site_dir / SITE_FILE, written.places[*keys[:-1], name])
    assert name in str(error)


@pytest.mark.parametrize("key", ["name", "menu.default", "menu.timeout_s", "server.ipv4"])
@pytest.mark.parametrize("depth", [50, 2000])
def test_a_very_deep_table_is_refused(site_dir: Path, key: str, depth: int) -> None:
    tree = copy.deepcopy(TREE)
    changed(tree, ("remove", tuple(key.split(".")), "", None))
    deep = f"{key}.{'.'.join('a' * depth)} = 1\n"
    error = error_of(site_dir, deep + write(tree).text if "." not in key else deep)
    assert error is not None
    assert error.path == site_dir / SITE_FILE
