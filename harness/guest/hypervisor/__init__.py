"""Guests as libvirt runs them: defined, switched, and told about when something happens to them.

The one owner of libvirt-python. A guest is a domain that stays defined while it is
off, and that libvirt destroys when its connection ends, so nothing survives the
harness. libvirt's events arrive in one daemon thread per process; waits are told by
them and never ask.
"""

from harness.guest.hypervisor.connection import Hypervisor
from harness.guest.hypervisor.domain import Domain

__all__ = ["Domain", "Hypervisor"]
