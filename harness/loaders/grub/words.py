"""Commands of GRUB's configurations that GRUB does not know, nearly known ones that is.

A command that is not like any other may be a module's own: that is left to GRUB to say.
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from harness.loaders.grub.faults import QUOTED
from harness.site import Site
from harness.site.files import text_of

_COMMAND_LIST = """
acpi authenticate background_color background_image badram blocklist boot bootp break cat chain
chainloader clear cmp configfile continue cpuid crc cryptomount cutmem date devicetree distrust_all
dump echo efi-watchdog eval exit export extract_entries_configfile false fwsetup gettext halt
hashsum help hexdump initrd initrd16 initrdefi insmod inttest keystatus kernel knetbsd kopenbsd
linux linux16 linuxefi list_env list_trusted load_env loadfont loopback ls lsacpi lsefi lsfonts
lsmod lspci md5sum menuentry module module2 multiboot multiboot2 nativedisk net_add_addr
net_add_dns net_add_route net_bootp net_bootp6 net_default_server net_del_addr net_del_dns
net_del_route net_dhcp net_get_dhcp_option net_ipv6_autoconf net_ls_addr net_ls_cards net_ls_dns
net_ls_routes net_nslookup normal normal_exit parttool password password_pbkdf2 play probe
rdmsr read reboot regexp return rmmod save_env search search.file search.fs_label search.fs_uuid
serial set setparams sha1sum sha256sum sha512sum shift sleep smbios source submenu terminal_input
terminal_output test time tr true trust unset uppermem usb verify_detached videoinfo videotest
wrmsr xnu_kernel xnu_kernel64 . [
"""
_COMMANDS = frozenset(_COMMAND_LIST.split())
_BEFORE = frozenset({"if", "elif", "while", "until", "then", "else", "do", "!", "{", "}"})
_REST = frozenset({"fi", "done", "for", "function", "case", "esac", "in"})
_FUNCTION = re.compile(r"^\s*function\s+(\w+)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_ALIKE = 0.8
_JOINED = "["


def command_faults(site: Site, path: str, others: Collection[str] = ()) -> Iterator[str]:
    """Say which command is none of GRUB's, nor a function's of these files."""
    text = text_of(site, path)
    own = {name for each in (path, *others) for name in _FUNCTION.findall(text_of(site, each))}
    known = {*_COMMANDS, *_BEFORE, *_REST, *own}
    opened: list[int] = []
    goes_on = False
    for number, line in enumerate(text.splitlines(), start=1):
        for command in _commands(line) if not goes_on else ():
            yield from (f"{path}:{number}: {each}" for each in _fault(command, known))
            opened = _opened(opened, command, number)
        goes_on = line.endswith("\\")
    yield from (f"{path}:{number}: no `fi` ends what this `if` begins" for number in opened[:1])


def _commands(line: str) -> Iterator[list[str]]:
    """Give the words of each command, without what is in quotes."""
    for part in QUOTED.sub(" _ ", line).replace("{", " { ").replace("}", " } ").split(";"):
        if words := part.split():
            yield words


def _opened(opened: list[int], words: list[str], number: int) -> list[int]:
    more = [number] * words.count("if") if words[0] in (*_BEFORE, "if") else []
    found = [*opened, *more]
    return found[:-1] if "fi" in words[:1] else found


def _fault(words: list[str], known: Collection[str]) -> Iterator[str]:
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    word = words[0]
    if word.startswith(_JOINED) and len(word) > 1:
        yield f"a blank has to follow the bracket in '{word}'"
    elif word not in known and _NAME.fullmatch(word):
        like = get_close_matches(word, known, n=1, cutoff=_ALIKE)
        yield from (f"'{word}' is not a command of GRUB's, but {each} is" for each in like)
