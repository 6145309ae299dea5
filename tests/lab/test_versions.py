"""What a boot depended on is named: which of two servers it was, too."""

import platform
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, cast

import pytest

from harness.assets.cache import sha256_of
from harness.assets.stub import Stub
from harness.evidence.directory import Version
from harness.guest.hypervisor import Domain
from harness.host import nfs_server
from harness.host.nfs_server import NfsServer
from harness.lab import Clock, Lab, LabOptions
from harness.lab.versions import versions
from harness.site import Site
from tests.lab.test_guest_clock import SPEC


class FakeDomain:
    """A machine that never ran."""

    versions: ClassVar[dict[str, str]] = {"qemu": "7.2"}


@pytest.mark.parametrize("server", list(NfsServer))
def test_the_nfs_server_is_named(
    site: Site,
    options: Callable[[str], LabOptions],
    server: NfsServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nfs_server, "kernel_lacks", lambda _places: ())
    made = replace(options("lab"), nfs=server.value)
    lab = Lab(site, made)
    found = versions(
        SPEC,
        replace(site, loaders={}),
        made,
        services=[lab.add_service(kind) for kind in made.services_of(site)],
        domain=cast("Domain", FakeDomain()),
    )
    assert [name for name in found if name.startswith("daemon nfs")] == [
        f"daemon nfs ({server.words})"
    ]
    nginx = found["daemon nginx"]
    assert nginx.sha256 == sha256_of(Path(nginx.path))
    assert nginx.version
    assert found["kernel of this host"] == Version(version=platform.release())
    assert found["qemu"].version == "7.2"


@pytest.mark.parametrize("clock", list(Clock))
def test_what_a_daemon_is_started_beside_is_named(
    site: Site, options: Callable[[str], LabOptions], clock: Clock
) -> None:
    made = replace(options("lab"), nfs=NfsServer.GANESHA.value, clock=clock)
    lab = Lab(site, made)
    services = [lab.add_service(kind) for kind in made.services_of(site)]
    domain = cast("Domain", FakeDomain())
    found = versions(SPEC, replace(site, loaders={}), made, services=services, domain=domain)
    beside = {name: each for name, each in found.items() if name.startswith("library beside ")}
    daemons = ("dhcpd4", "nfs") if clock is Clock.FAST else ("nfs",)
    assert list(beside) == [f"library beside {daemon}" for daemon in daemons]
    assert all(each.sha256 == sha256_of(Path(each.path)) for each in beside.values())


def test_what_was_booted_is_named_and_nothing_else(
    site: Site, options: Callable[[str], LabOptions]
) -> None:
    def booted(made: LabOptions) -> list[str]:
        domain = cast("Domain", FakeDomain())
        found = versions(SPEC, replace(site, loaders={}), made, services=[], domain=domain)
        return [name for name in found if name.startswith("payload ")]

    linux = options("lab")
    file = linux.payload.kernel_path
    images = Stub(x64_path=file, x64_sha256="", ia32_path=file, ia32_sha256="")
    assert booted(linux) == ["payload kernel", "payload initrd"]
    assert booted(replace(linux, stub=images)) == [f"payload stub {file.name}"]
