"""Where apache2's files lie: as Debian has them, or as Red Hat has those of httpd.

Owns what of Red Hat's files means something else on a Debian: where modules and logs are.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.data import DATA_DIR, read
from harness.site.files import Files, text_of

_DEBIANS = "etc/apache2"
_MODULES = "debian-modules.load"
_TAKES_ENABLED = re.compile(r"(?mi)^\s*Include(?:Optional)?\s+\"?(?:/etc/apache2/)?mods-enabled/")
_MODULE = re.compile(r"^\s*LoadModule\s+(?P<name>\S+)\s+\"?(?P<path>\S+?)\"?\s*$", re.IGNORECASE)
_LOG = re.compile(r"(?<=[\s\"'|])(?:/etc/httpd/logs|/var/log/httpd|logs)/(?P<name>[\w.-]+)")
MODULES_FILE = "etc/httpd/conf.modules.d/00-base.conf"
"""Red Hat's first list of modules."""
MODULES_DIR = "/usr/lib/apache2/modules"
_LOG_DIR = "/var/log/apache2"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The places of one distribution, below the root of the server."""

    whose: str
    root: str
    """What names without a leading slash are relative to (`ServerRoot`)."""
    main: str
    """The file that takes in the others."""
    parts: Sequence[str]
    """The directories of which it takes in every file."""
    stock: Mapping[str, str] = field(default_factory=dict)
    """What a site may leave out → what stands there then (`harness/data`)."""


DEBIAN = Layout(
    whose="Debian",
    root=_DEBIANS,
    main=f"{_DEBIANS}/apache2.conf",
    parts=(f"{_DEBIANS}/sites-enabled", f"{_DEBIANS}/conf-enabled"),
    stock={
        f"{_DEBIANS}/{name}": f"stock/apache2/{name}"
        for name in ("apache2.conf", _MODULES, "ports.conf", "envvars")
    },
)
RED_HAT = Layout(
    whose="Red Hat",
    root="etc/httpd",
    main="etc/httpd/conf/httpd.conf",
    parts=("etc/httpd/conf.d", "etc/httpd/conf.modules.d"),
    stock={
        "etc/httpd/conf/httpd.conf": "stock/httpd/httpd.conf",
        MODULES_FILE: "stock/httpd/00-base.conf",
    },
)
STOCK = {**DEBIAN.stock, **RED_HAT.stock}


def layout(files: Files) -> Layout:
    """Give whose places a server's files have; Debian's where both are there, or neither."""
    is_there = {
        each.whose: files.has(each.main) or any(files.names(part) for part in each.parts)
        for each in (DEBIAN, RED_HAT)
    }
    return RED_HAT if is_there[RED_HAT.whose] and not is_there[DEBIAN.whose] else DEBIAN


def enabled(files: Files) -> dict[str, str]:
    """Give the modules that Debian enables to a site with an `apache2.conf` and no `mods-enabled`.

    It has nothing but links, which are lost where only some of a server's files are kept.
    """
    enabled_dir = f"{_DEBIANS}/mods-enabled"
    text = text_of(files, DEBIAN.main)
    if files.names(enabled_dir) or not _TAKES_ENABLED.search(text):
        return {}
    return {
        f"{enabled_dir}/{_MODULES}": read(
            DATA_DIR / DEBIAN.stock[f"{_DEBIANS}/{_MODULES}"]
        ).decode()
    }


def on_debian(files: Files, paths: Iterable[str], modules: Collection[str]) -> dict[str, str]:
    """Give those of Red Hat's files that a Debian must have otherwise: path → text.

    `modules`: the files of those that are there.
    """
    found = {path: files.read(path) for path in paths}
    laid = {path: moved(text, modules) for path, text in found.items()}
    changed = {path: text for path, text in laid.items() if text != found[path]}
    # A site that brings lists of its own has no module but theirs.
    has_lists = any(path.startswith(f"{RED_HAT.parts[1]}/") for path in found)
    left = {MODULES_FILE: ""} if has_lists and MODULES_FILE not in found else {}
    return {**left, **changed}


def moved(text: str, modules: Collection[str]) -> str:
    """Give a file of Red Hat's with modules and logs where a Debian has them, line by line.

    What is built in, or lacks, is not loaded.
    """
    return "".join(_line(each, modules) for each in text.splitlines(keepends=True))


def _line(line: str, modules: Collection[str]) -> str:
    loads = _MODULE.match(line)
    if loads is None:
        return _LOG.sub(lambda log: f"{_LOG_DIR}/{_log_name(log['name'])}", line)
    file = loads["path"].rpartition("/")[2]
    if file in modules:
        return f"LoadModule {loads['name']} {MODULES_DIR}/{file}\n"
    return f"# {line.lstrip()}"


def _log_name(name: str) -> str:
    """Give a log the ending by which the harness finds it."""
    return f"{name.removesuffix('.log').removesuffix('_log')}.log"
