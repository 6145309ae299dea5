"""What dnsmasq's files say: which roles it has, networks, boot files, names, each with its line."""

from harness.services.configuration.dnsmasq.acceptance import accepts
from harness.services.configuration.dnsmasq.options import (
    ETHERS,
    MAIN,
    PARTS,
    SETTERS,
    SETTINGS,
    Option,
    files_read,
    options,
    part_words,
    tags_asked,
)
from harness.services.configuration.dnsmasq.roles import leased, roles
from harness.services.configuration.dnsmasq.said import host_names, says
from harness.services.configuration.dnsmasq.vain import (
    elsewhere,
    idle,
    unread,
    vain,
    withheld,
    without_role,
)

__all__ = [
    "ETHERS",
    "MAIN",
    "PARTS",
    "SETTERS",
    "SETTINGS",
    "Option",
    "accepts",
    "elsewhere",
    "files_read",
    "host_names",
    "idle",
    "leased",
    "options",
    "part_words",
    "roles",
    "says",
    "tags_asked",
    "unread",
    "vain",
    "withheld",
    "without_role",
]
