"""Links of the server's that a copy has lost: made a file of, or left behind what they lead to."""

from collections.abc import Iterator
from pathlib import Path

from harness.examine.finding import Finding, warning
from harness.machines.program import FLAT_LINK, flat_link
from harness.services.registry import SITE_DAEMONS
from harness.site import Site
from harness.site.approved import BOOTS_DIR
from harness.site.files import dead_link, locate
from harness.site.model import SITE_FILE
from harness.site.places import shown_path

_LONGEST_PATH = 255


def findings(site: Site) -> Iterator[Finding]:
    """Go through all small files, and through the links among the daemons' configuration."""
    for file in sorted(_small(site.dir)):
        path = str(file.relative_to(site.dir))
        if path.startswith(f"{BOOTS_DIR}/") or path == SITE_FILE:
            continue
        if target := _was_link(file):
            yield warning(path, f"it has nothing but '{target}': {FLAT_LINK}")
    for host in (site, *site.each_host.values()):
        for path in _configuration(host):
            if (host.dir / path).is_symlink() and locate(host.dir, path) is None:
                what = dead_link(host.dir, path, ()).removeprefix(f"{path} ")
                yield warning(shown_path(path, host.within), what)


def _small(top: Path) -> Iterator[Path]:
    for file in top.rglob("*"):
        if not file.is_symlink() and file.is_file() and file.stat().st_size <= _LONGEST_PATH:
            yield file


def _was_link(file: Path) -> str:
    """Give where it led: a path, or the name of a file that lies beside it."""
    try:
        content = file.read_bytes()
    except OSError:  # whoever needs it says so
        return ""
    if target := flat_link(content):
        return target
    name = content.decode(errors="replace")
    is_name = name.isprintable() and name.strip() == name and name not in ("", file.name)
    is_beside = is_name and "." in name and not name.startswith("-")
    return name if is_beside and (file.parent / name).exists() else ""


def _configuration(host: Site) -> Iterator[str]:
    """Give where daemons look for their configuration, as far as something lies there."""
    for kind in SITE_DAEMONS:
        for part in kind.parts:
            yield from host.names(part)
        yield kind.configuration(host)
