"""The variables that iPXE's scripts take, and that nothing gives a value."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from harness.loaders.ipxe.script import IpxeScript
from harness.site import Site

_SETTING_LIST = """
active-scan architecture asset base board-serial boot-vlan buildarch busaddr busdev busid busloc
bustype cert chassis chip client-architecture cpumodel cpuvendor crosscert cwduri cwuri dhcp-server
dns dns6 dnssl domain duid encap-opts errno features filename filename6 gateway gateway6
gdbserial hostname http-proxy ifname initiator-iqn ip ip6 iqn keep-san key keymap len6
linktype lldp mac manufacturer memsize mtu netmask next-server next-server6 no-pxedhcp ntp-server
osname password peerdist peerhost platform priority privkey product proxydhcp root-path
reverse-password reverse-username san-drive san-filename sanboot scriptlet serial skip-san-boot
ssid syslog syslogs sysmac timezone trust tz unixtime use-cached user-class username uuid
vendor-class version vlan-tag vram wpad
"""
_SETTINGS = frozenset(_SETTING_LIST.split())
"""What iPXE itself gives values: https://ipxe.org/cfg, and what newer builds have."""
_NEARLY = 0.9
"""How like two names are of which one is the other, misspelt."""
_USED = re.compile(r"\$\{([A-Za-z_][\w.-]*)(?::\w+)?\}")
"""`${name}`, `${name:type}`; not `${net0/mac}` or `${smbios/…}`, which are the machine's."""
_GOTO = re.compile(r"\bgoto\s+\$\{([\w.-]+)(?::\w+)?\}")
_ASKED = re.compile(r"\bisset\s+\$\{([\w./-]+)(?::\w+)?\}")


def unset(scripts: Iterable[IpxeScript]) -> Iterator[tuple[str, int, str]]:
    """Say which script takes, on which line, a variable to which nothing gives a value.

    Where a script asks whether a variable is set, its author knows that it may not be.
    """
    scripts = tuple(scripts)
    given = {name for script in scripts for name in _given(script)}
    lines = {name: place for script in scripts for name, place in _places(script)}
    known = given | _SETTINGS
    for script in scripts:
        for number, line in script.lines.items():
            for name in dict.fromkeys(_USED.findall(line)):
                if name not in known:
                    like = get_close_matches(name, sorted(given), n=1)
                    where = "".join(f" ({lines[each]})" for each in like if each in lines)
                    meant = f"; '{like[0]}' is set{where}" if like else ""
                    said = f"nothing sets '{name}', which iPXE does not have either{meant}"
                    yield script.name, number, said
    yield from _misspelt(scripts)


def _misspelt(scripts: Sequence[IpxeScript]) -> Iterator[tuple[str, int, str]]:
    """Say which variable is asked for that nothing sets, and whose name is nearly one of iPXE's."""
    own = {name.rpartition("/")[2] for script in scripts for name, _ in values(script)}
    own |= {name for script in scripts for name in script.items}
    for script in scripts:
        for number, line in script.lines.items():
            for asked in _ASKED.findall(line):
                name = asked.rpartition("/")[2]
                like = get_close_matches(name, sorted(_SETTINGS), n=1, cutoff=_NEARLY)
                if like and name not in (*own, *_SETTINGS):
                    said = f"nothing sets '{name}', which is asked for: iPXE has '{like[0]}'"
                    yield script.name, number, said


def lost_gotos(site: Site, paths: Iterable[str]) -> Iterator[str]:
    """Say which line goes to a label by a variable that none of these scripts gives a value."""
    scripts = [IpxeScript(path, site.read(path)) for path in paths if site.has(path)]
    for path, number, said in unset(scripts):
        line = next(each for each in scripts if each.name == path).lines[number]
        if (found := _GOTO.search(line)) and f"'{found[1]}'" in said:
            target = found[0].split()[1]
            yield f"{path}:{number} goes to {target}: {said}; the script ends there"


def values(script: IpxeScript) -> Iterator[tuple[str, str | None]]:
    """Give each variable to which a command gives a value, and that; None where only iPXE knows."""
    for _, command in script.commands():
        words = command.split()
        match words[:1] + [word for word in words[1:] if not word.startswith("-")]:
            case ["set", name, *_]:
                # `set name:type` says how it is written.
                yield name.partition(":")[0], " ".join(words[2:])
            case ["clear", name, *_]:
                yield name.partition(":")[0], ""
            case ["inc" | "nslookup" | "pciscan" | "usbscan" | "fcstat", name, *_]:
                yield name.partition(":")[0], None
            case ["read" | "choose" | "prompt", *_, name]:
                yield name.partition(":")[0], None


def set_in(script: IpxeScript, text: str) -> str:
    """Give the one line that sets a variable which a text takes, in brackets; "" where none does.

    `text` is a name or URL as the script has it.
    """
    found = [place for name, place in _places(script) if f"${{{name}}}" in text]
    return f" ({found[0]})" if len(found) == 1 else ""


def _places(script: IpxeScript) -> Iterator[tuple[str, str]]:
    """Give each variable that a `set` gives a value, with the script and line."""
    for number, command in script.commands():
        match command.split():
            case ["set", name, *_] | ["choose" | "read", *_, name]:
                yield name.partition(":")[0], f"{script.name}:{number}"


def _given(script: IpxeScript) -> Iterator[str]:
    yield from script.items  # those of a form are variables
    asked = (name for line in script.lines.values() for name in _ASKED.findall(line))
    for name in (*asked, *(name for name, _ in values(script))):
        yield name.rpartition("/")[2]
