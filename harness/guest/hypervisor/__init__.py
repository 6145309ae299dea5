"""Guests as libvirt runs them: started, switched, and told about when they stop.

The one owner of libvirt-python. A guest is a transient domain that libvirt
destroys when its connection ends, so nothing survives the harness. libvirt's
events arrive in one daemon thread per process; waits are told by them and never
ask.
"""

from harness.guest.hypervisor.connection import Hypervisor
from harness.guest.hypervisor.domain import Domain

__all__ = ["Domain", "Hypervisor"]
