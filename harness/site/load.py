"""Read a site: its `site.toml`, with errors that name the line and what is allowed."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import SiteError
from harness.site.files import read_text
from harness.site.lines import line_of_error, line_of_key
from harness.site.model import SITE_FILE, Entry, Menu, Server, Site
from harness.site.problem import Problem, raise_all, suggestion
from harness.site.schema import EntryTable, MenuTable, SiteTable

_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "list_type": "a list, [...]",
    "dict_type": "a table",
    "model_type": "a table",
}
_FOUND = {
    bool: "true or false",
    int: "a whole number",
    float: "a number with a point",
    str: "text",
    list: "a list",
    dict: "a table",
}
_ANY_KEY = "[key]"
"""How pydantic marks that the error is about a table's key, not its value."""


def load_site(site_dir: Path) -> Site:
    """Read the site in this directory.

    Raises:
        SiteError: `site.toml` is missing or wrong; names the line and what is allowed.
    """
    site_dir = site_dir.absolute()
    if not site_dir.is_dir():
        raise SiteError("there is no such directory", path=site_dir)
    if not (site_dir / SITE_FILE).is_file():
        raise SiteError(
            "a site needs this file, and it is not there",
            path=site_dir / SITE_FILE,
            cure="write it (docs/site.md explains every key), or name the site's directory",
        )
    return _site(site_dir, _table(site_dir / SITE_FILE, read_text(site_dir, SITE_FILE)))


def _table(path: Path, text: str) -> SiteTable:
    """Parse and validate the text of a `site.toml`."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SiteError(
            f"this is no TOML: {error}", path=path, line=line_of_error(error, text)
        ) from error
    try:
        return SiteTable.model_validate(values)
    except ValidationError as error:
        problems = [_problem(each, path, text) for each in error.errors(include_url=False)]
        raise_all(sorted(problems, key=lambda problem: problem.line or 0))
        raise


def _problem(error: ErrorDetails, path: Path, text: str) -> Problem:
    """Say one of pydantic's errors in the words of the file."""
    keys = [key for key in error["loc"] if key != _ANY_KEY]
    what, cure = _explained(error, keys)
    return Problem(what=what, cure=cure, path=path, line=line_of_key(text, keys))


def _explained(error: ErrorDetails, keys: Sequence[str | int]) -> tuple[str, str]:
    """Give what is wrong, and what is allowed instead."""
    table, key = _table_name(keys[:-1]), keys[-1] if keys else ""
    where = f"{key!r} in {table}" if isinstance(key, str) else f"item {key + 1} of {table}"
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key {where}", suggestion(key, _allowed_keys(keys[:-1]))
    if kind == "missing":
        return f"{key!r} is missing from {table}", ""
    if kind in ("literal_error", "enum"):
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{error['input']!r} is unknown as {where}", suggestion(error["input"], allowed)
    if kind in _WANTED:
        return f"{where} must be {_WANTED[kind]}, not {_found(error['input'])}", ""
    if kind == "value_error":
        return f"{where}: {context.get('error', error['msg'])}", ""
    return f"{where}: {error['msg']}, not {error['input']!r}", ""


def _found(value: object) -> str:
    """Say what stands in the file."""
    kind = _FOUND.get(type(value), "a date or time")
    return kind if isinstance(value, (list, dict)) else f"{kind} ({value!r})"


def _table_name(keys: Sequence[str | int]) -> str:
    """Give a table's header as the file writes it."""
    return f"[{'.'.join(str(key) for key in keys)}]" if keys else "the file's first part"


def _allowed_keys(keys: Iterable[str | int]) -> list[str]:
    """Give the keys of the table at this path."""
    model: object = SiteTable
    for key in keys:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(key)].annotation
        else:
            model = get_args(model)[-1]
    fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
    return sorted(fields)


def _site(site_dir: Path, table: SiteTable) -> Site:
    """Make the model of what was read."""
    server = table.server
    return Site(
        dir=site_dir,
        name=table.name,
        server=Server(
            interface=server.interface,
            hostname=server.hostname,
            ipv4=server.ipv4,
            ipv6=server.ipv6,
        ),
        daemons=tuple(dict.fromkeys(table.daemons)),
        menu=_menu(table.menu),
        data_root=table.files.data_root,
        script=table.files.script,
        machine_script=table.files.machine_script,
        loaders={str(key): name for key, name in table.loaders.items()},
        supply=dict(table.supply),
        absent=dict(table.absent),
    )


def _menu(table: MenuTable) -> Menu:
    """Make the menu, its entries in the file's order."""
    return Menu(
        default=table.default,
        timeout_s=table.timeout_s,
        title_uefi=table.title_uefi,
        title_bios=table.title_bios,
        entries={name: _entry(name, entry) for name, entry in table.entries.items()},
    )


def _entry(name: str, table: EntryTable) -> Entry:
    """Make one entry; words that differ between machines stand apart."""
    return Entry(
        id=name,
        text=table.text,
        boots=table.boots,
        kernel=table.kernel,
        initrd=table.initrd,
        cmdline=tuple(word for word in table.cmdline if "{mac}" not in word),
        cmdline_per_machine=tuple(word for word in table.cmdline if "{mac}" in word),
        firmware=tuple(table.firmware),
    )
