"""What stands beside a statement for its reader, and is never compared: hashes and places."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256

from harness.describe.pool import leased
from harness.judge.boot import Boot
from harness.judge.where import answering_role, where_done, where_told
from harness.model import Protocol, Role
from harness.plan.boot_names import Names
from harness.plan.boot_text import Statement
from harness.plan.boot_words import MenuWords

_DIGITS = 12
"""Of a hash: enough to tell two files apart."""
_ROLES = {Protocol.HTTP: Role.HTTP, Protocol.TFTP: Role.TFTP}


def noted(boot: Boot, statements: Iterable[Statement]) -> Iterator[Statement]:
    """Go through the statements with a note beside each that has one."""
    for each in statements:
        yield replace(each, note=_note(boot, each))


def _note(boot: Boot, statement: Statement) -> str:
    if statement.subject == "answer":
        return _file_setting(boot, statement.text)
    if statement.subject == "menu":
        menu = MenuWords.read(statement.text)
        return _place(where_done(boot, "title", (menu.title,)))
    asked = statement.asked_file
    if asked is None or asked.ending:
        return ""
    names = Names.of(boot.site.machine_of(boot.mac), addresses=leased(boot))
    file = names.filled(asked.fetch.file).partition("?")[0]
    return _hash(boot, boot.site.place_of(_ROLES[asked.fetch.protocol], file))


def _file_setting(boot: Boot, answer: str) -> str:
    """Give the line of the configuration by which the machine got its boot file."""
    files = [part for part in answer.split("; ") if part.startswith(("file ", "option 67 "))]
    if not files:
        return ""
    file = files[0].rpartition(" ")[2]
    # In quotes a backslash is written twice.
    spelt = (file, file.replace("\\", r"\\"))
    role, server = answering_role(boot, answer), answer.partition(" ")[0]
    return _place(where_told(boot, role, "file", spelt, server=server))


def _place(where: str) -> str:
    """Give the place alone of a setting and its place; "" where only a file is known."""
    place = where.rpartition(", ")[2]
    return place if place.rpartition(":")[2].isdigit() else ""


def _hash(boot: Boot, path: str) -> str:
    """Give the hash of a file of the site's own; of what a lab lays there, it says nothing."""
    site = boot.site
    if path in site.laid:
        return ""
    own = site.file(path)
    content = own.read_bytes() if own is not None else site.changes.get(path) or b""
    return f"sha256 {sha256(content).hexdigest()[:_DIGITS]}" if content else ""
