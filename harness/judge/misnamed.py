"""Why a file was asked for in vain, or not at all, by how its name or URL is written."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from harness.judge.boot import Boot
from harness.loaders.script import ANY
from harness.model import Role
from harness.site.files import normal
from harness.site.places import below
from harness.site.url import BACKSLASH, OTHER_CASE, loud_scheme, name_fault
from harness.witness.taken_path import TakenStep
from harness.witness.wire import TftpTransfer


def misnamed(boot: Boot, step: TakenStep) -> str:
    """Say what is wrong with the name of a file that is not there; "" where nothing shows it."""
    name, lies = step.file or "", normal(boot.place_of(step))
    is_tftp = isinstance(step.last, TftpTransfer)
    server = getattr(step.last, "server", "")
    daemon = boot.server(Role.TFTP if is_tftp else Role.HTTP, server)
    root = normal(daemon.own_directory) if is_tftp and daemon.directory else ""
    if fault := name_fault(name):
        return f"; {fault}"
    if "\\" in name and not daemon.renames:
        return f"; {BACKSLASH}"
    if root and name.lstrip("/").startswith(f"{root}/"):
        return f"; /{root} is {daemon.called}'s root, and names begin below that"
    beside = (
        *boot.site.supply,
        *boot.site.laid,
        *below(boot.site, str(PurePosixPath(lies).parent)),
    )
    there = next((each for each in beside if each.lower() == lies.lower() and each != lies), "")
    return f"; {there} is there: {OTHER_CASE}" if there else ""


def unfetchable(boot: Boot) -> Iterator[str]:
    """Say which URL of a script its loader has shown and could not ask for, and why."""
    said = "" if boot.complaint is None else boot.complaint.what
    for file in boot.named_files:
        for name in file.names:
            shown = ".*".join(map(re.escape, name.split(ANY)))
            fault = name_fault(name.replace(ANY, "x")) or loud_scheme(name)
            # A loader that does not know a scheme may say nothing of the URL.
            is_it = "..." not in said or re.search(rf"(?<!\w){shown}\.\.\.", said)
            if fault and said and is_it and len(name.strip(ANY)) > 1:
                where = f"{boot.scripts[file.script]}:{file.line}"
                yield f"{where}: '{file.text}' cannot be asked for: {fault}"
