"""Whether iPXE is told the server that its script asks, where Kea tells of one by classes."""

import re
from collections.abc import Iterator

from harness.examine.finding import Finding, warning
from harness.examine.named import place, scripts
from harness.loaders.script import Script
from harness.services.configuration import kea
from harness.services.configuration.kea import Item
from harness.services.kea import Kea4
from harness.site import Site
from harness.site.places import shown_path

_FIELD, _SERVER = "boot-file-name", "next-server"
_ASKED = re.compile(r"\$\{(?:net\d?/)?next-server\}")


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through the classes that hand out a script which has `${next-server}` in it."""
    root = kea.server(host, Kea4.configured_by) if Kea4.name in host.daemons else None
    if root is None:
        return
    texts = scripts(site)
    for each in root.entries("client-classes"):
        field = each.get(_FIELD)
        if field is None or not field.text or _is_told(root, each):
            continue
        path = place(site, field.text, by=shown_path(field.place, host.within))
        if line := _asks_in(texts.get(path)):
            what = f"the class {each.value('name')} is told no next-server"
            yield warning(
                field.place, f"{what}, and ${{next-server}} in {path}:{line} is empty then"
            )


def _asks_in(text: Script | None) -> int:
    """Give the first line of a script that asks that server; 0 where none does."""
    lines = () if text is None else sorted(text.lines.items())
    return next((number for number, line in lines if _ASKED.search(line)), 0)


def _is_told(root: Item, of_class: Item) -> bool:
    """Whether those in a class may be told of a server: by it, by a wider scope, or another class.

    Not by one whose test leaves out whoever is in this one.
    """
    classes = list(root.entries("client-classes"))
    others = re.compile(rf"not\s+member\s*\(\s*'{re.escape(of_class.value('name'))}'\s*\)")
    shut = [each for each in classes if others.search(each.value("test"))]
    hosts = [each for each in kea.walk(root) if each.key == "reservations"]
    known = {id(each) for top in (*shut, *hosts) for each in kea.walk(top)}
    told = (each for each in kea.walk(root) if each.key == _SERVER and id(each) not in known)
    return any(each.text not in ("", "0.0.0.0") for each in told)
