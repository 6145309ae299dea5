"""One boot: a machine on a network of which something is broken, to its menu or its last words."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import BootError
from harness.evidence.values import from_json, to_json
from harness.guest.spec import GAVE_UP, Clock
from harness.lab import Guest, Lab
from harness.lab.follow import normalised
from harness.machines import BOOT_PATHS, BootPath
from harness.model import Family, Protocol
from harness.site import Site
from harness.step import IP_NAME, Fetch
from harness.witness.taken_path import TakenStep, taken_path
from tools.bench.setting import Setting
from tools.families.trouble import Trouble

_TIMEOUT_S = 120.0
"""Of an idle machine with KVM; `Setting` allows for much more."""
_ANY = re.compile("")
_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 4096
"""So much of what was said may a mark be spread over."""
_MARKS = (
    r"(?P<size>NBP filesize is|File Size:)"
    r"|(?P<loader>iPXE initialising devices|BdsDxe: starting Boot)"
)
_NOTHING = ("No bootable device", "No more network devices", GAVE_UP)
"""What firmware says that has tried all it may."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A kind of machine, with its firmware and the ways that it tries in turn."""

    id: str
    words: str
    """As the table has it."""
    ways: tuple[str, ...]
    """Ids of boot paths."""
    firmware: str

    @property
    def paths(self) -> Sequence[BootPath]:
        """The boot paths, the first one first."""
        return [BOOT_PATHS[id] for id in self.ways]


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came of one boot."""

    client: str
    trouble: str
    firmware_s: float
    """From power-on to the size of the first program, of the machine's own clock.

    To the last word of one that came to no menu; the transfer itself does not count, for its blocks
    take a busy host's time.
    """
    loader_s: float = 0.0
    """From the loader's first word to its menu."""
    nbp: str = ""
    """How the first program came: `TFTP, IPv4`; "" where none did, or the card's ROM is it."""
    script: str = ""
    """Over which family the loader took its script or menu; "" where it took none."""
    said: str = ""
    """The last complaint of a machine that came to no menu."""

    @property
    def has_booted(self) -> bool:
        """Whether the menu came."""
        return bool(self.script)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A directory with a file for each boot: a run goes on where one ended."""

    directory: Path

    def keep(self, came: Came) -> None:
        """Write what came of a boot, beside those before."""
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self._path(came.client, came.trouble)
        all = [to_json(each) for each in (*self._read(path), came)]
        path.write_text(json.dumps(all, indent=2) + "\n", encoding="utf-8")

    def get(self, client: Client, trouble: Trouble) -> Sequence[Came]:
        """Give what came of its boots."""
        return self._read(self._path(client.id, trouble.id))

    def forget(self, client: Client, trouble: Trouble) -> None:
        """Let it be booted anew."""
        self._path(client.id, trouble.id).unlink(missing_ok=True)

    def _read(self, path: Path) -> Sequence[Came]:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return [from_json(Came, each) for each in found]

    def _path(self, client: str, trouble: str) -> Path:
        return self.directory / f"{client}--{trouble}.json"


def typical(came: Sequence[Came]) -> Came | None:
    """Give what came of most boots, and the shortest of these: a busy host only adds."""
    if not came:
        return None
    usual, _times = Counter((each.nbp, each.script) for each in came).most_common(1)[0]
    same = (each for each in came if (each.nbp, each.script) == usual)
    return min(same, key=lambda each: each.firmware_s + each.loader_s)


def boot(setting: Setting, client: Client, trouble: Trouble) -> Came:
    """Boot one machine, and tell how far it came, and by what.

    Under emulation its clock goes by its instructions: a busy host makes no fall-back longer.
    """
    first, *then = client.paths
    is_emulated = setting.accelerator.name == "tcg"
    options = setting.lab_options(
        setting.fresh_dir(f"{client.id}--{trouble.id}"),
        clock=Clock.FAST if is_emulated else Clock.REAL,
        warm=is_emulated,
    )
    options = replace(options, firmware={first.machine.id: client.firmware})
    with Lab(trouble.of_site(setting.site), options) as lab:
        trouble.of_lab(lab)
        guest = lab.power_on(first, then=then)
        took = _took(guest, lab.site)
        seen = guest.record.witnesses.read(guest.record.boot)
        steps = taken_path(seen.wire, lab.site, guest.mac)
        said = _last_complaint([each.line for each in guest.console.findings])
    return came_of(client, trouble, took, steps, lab.site, said=said)


def came_of(
    client: Client,
    trouble: Trouble,
    took: tuple[float, float],
    steps: Sequence[TakenStep],
    site: Site,
    *,
    said: str,
) -> Came:
    """Tell what came of a boot, by the steps that the wire has seen."""
    fetched = [each.what for each in steps if isinstance(each.what, Fetch) and each.arrived]
    loaders = {site.loaders[path.loader] for path in client.paths if path.loader is not None}
    nbp = [each for each in fetched if each.file in loaders]
    scripts = [each for each in fetched if each.file in (site.script, "grub.cfg")]
    return Came(
        client=client.id,
        trouble=trouble.id,
        firmware_s=took[0] if scripts else sum(took),
        loader_s=took[1] if scripts else 0.0,
        nbp=_way(nbp[-1].protocol, nbp[-1].family) if nbp else "",
        script=IP_NAME[scripts[-1].family] if scripts else "",
        said="" if scripts else said,
    )


class _Stopwatch:
    """Reads a guest's own clock when its console shows a mark, in the thread that sees it.

    An idle guest with the fast clock lives through seconds until anybody else has looked.
    """

    def __init__(self, guest: Guest, *ends: str) -> None:
        """Listen for the marks, and for these texts as the end."""
        self.end = re.compile("|".join(map(re.escape, ends)))
        self.marks: dict[str, float] = {}
        """The latest of each kind."""
        self._any = re.compile(rf"{_MARKS}|(?P<end>{self.end.pattern})")
        self._guest, self._said = guest, ""
        guest.console.on_output(self._hear)

    def _hear(self, data: bytes) -> None:
        said = _ESCAPE.sub("", self._said + data.decode(errors="replace"))
        while "end" not in self.marks and (found := self._any.search(said)):
            self.marks[found.lastgroup or ""] = self._guest.clock_s
            said = said[found.end() :]
        self._said = said[-_LONGEST:]

    def took(self) -> tuple[float, float]:
        """Give how long the firmware and its loader took."""
        end_s = self.marks["end"]
        begun_s = self.marks.get("loader", end_s)
        return self.marks.get("size", begun_s), end_s - begun_s


def _took(guest: Guest, site: Site) -> tuple[float, float]:
    """Wait for its menu, or for its firmware to have tried all it may; give its own seconds."""
    watch = _Stopwatch(guest, site.menu.entries[site.menu.default].text, *_NOTHING)
    try:
        guest.console.wait_for(watch.end, timeout_s=_TIMEOUT_S, what="its end", tolerate=[_ANY])
    except BootError as error:
        raise BootError(f"{guest.path}: neither menu nor end: {error.what}") from error
    return watch.took()


def _last_complaint(lines: Sequence[str]) -> str:
    """Give what was said last that says more than that nothing is left to try."""
    telling = [line for line in lines if not any(each in line for each in _NOTHING)]
    return normalised(telling[-1]) if telling else ""


def _way(protocol: Protocol, family: Family) -> str:
    return f"{protocol.value.upper()}, {IP_NAME[family]}"
