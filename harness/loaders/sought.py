"""What loaders ask for and may do without: one name after another until there is one, and extras.

PXELINUX, and U-Boot like it, look in `pxelinux.cfg/` for a file of the machine's identifier, MAC
address and ever less of its address, then for `default`; GRUB for `grub.cfg-01-…` in the same
way before `grub.cfg` (GRUB's manual, "Network"); scripts of iPXE often for one that is called by
the MAC address, and go on with another. Lists of GRUB's modules, and what shim takes in beside its
second stage, need not be there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from harness.loaders.pxelinux.named_files import search_of

_OF_GRUB = re.compile(r"(?P<search>(?:.*/)?grub\.cfg)(?:-[0-9A-Fa-f-]+)?")
_UNNEEDED = re.compile(
    r"(?:.*/)?(?:(?:x86_64|i386|arm64)-(?:efi|pc)/\w+\.lst"
    r"|revocations\w*\.efi|shim_certificate_\d+\.efi)"
)


def vain_and_normal(arrived: Mapping[str, bool], mac: str) -> frozenset[str]:
    """Give the files that it is normal not to get, of all that a machine asked for, in order.

    Where a search finds nothing, the last name of it is what is missing.
    """
    searches: dict[str, list[str]] = {}
    for file in arrived:
        of_grub = _OF_GRUB.fullmatch(file)
        if search := search_of(file) or (of_grub["search"] if of_grub else ""):
            searches.setdefault(search, []).append(file)
    unneeded = filter(_UNNEEDED.fullmatch, arrived)
    return frozenset({*_passed(searches.values(), arrived), *unneeded, *_own(arrived, mac)})


def _own(arrived: Mapping[str, bool], mac: str) -> Iterator[str]:
    """Go through those that have the MAC address in their names, and after which others came."""
    left = list(arrived.values())
    for file in arrived:
        left.pop(0)
        if mac.replace(":", "") in re.sub(r"[:_-]", "", file).lower() and any(left):
            yield file


def _passed(searches: Iterable[list[str]], arrived: Mapping[str, bool]) -> Iterable[str]:
    for names in searches:
        has_found = any(arrived[name] for name in names)
        yield from names if has_found else names[:-1]
