"""Which boot paths a lab of a site can have at all, and what is against the others."""

from collections.abc import Iterator

from harness.machines import BootPath
from harness.model import Family, Role
from harness.plan.expected_path import address
from harness.site import Site
from harness.step import IP_NAME


def reasons_against(path: BootPath, site: Site) -> tuple[str, ...]:
    """Give what the site lacks for this boot path; nothing when it can be asked for it."""
    return tuple(_lacks(path, site))


def _lacks(path: BootPath, site: Site) -> Iterator[str]:
    if path.loader is not None:
        if path.loader not in site.loaders:
            yield f"[loaders] names no {path.loader}"
        elif (file := site.data_path(site.loaders[path.loader])) in site.absent:
            yield f"{file} is said to be absent"
    if not address(site, path.family):
        yield f"the server has no {IP_NAME[path.family]} address"
    for role in _roles(path):
        if site.daemon_facts.by_role(role) is None:
            yield f"no daemon is its {role.called}"


def _roles(path: BootPath) -> Iterator[Role]:
    yield Role.dhcp(path.family)
    if path.family is Family.IPV6:
        yield Role.RA
    yield Role[path.protocol.name]
