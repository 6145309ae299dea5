"""The daemons of a boot server, one module each, all through the same five steps."""

from harness.services.libvirtd import Libvirtd
from harness.services.nfs.base import Nfs
from harness.services.registry import (
    LAB_SERVICES,
    all_tools,
    check_site,
    load_site,
    read_logs,
    site_services,
)

__all__ = [
    "LAB_SERVICES",
    "Libvirtd",
    "Nfs",
    "all_tools",
    "check_site",
    "load_site",
    "read_logs",
    "site_services",
]
