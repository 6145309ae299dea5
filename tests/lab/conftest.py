"""Labs of the reference site without guests, on hosts that allow them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from harness.assets.payload import Payload
from harness.deadline import Pace
from harness.errors import PrerequisiteError
from harness.host import rights, tools
from harness.host.finding import State
from harness.host.nfs_server import NfsServer
from harness.lab import LabOptions
from harness.services.registry import LAB_SERVICES, load_site, site_services
from harness.site import Site
from tests.lab.census import Census

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"
DAEMONS = tuple(
    kind.tool
    for kind in (
        *LAB_SERVICES,
        *site_services(load_site(SHOWMAX).daemons, nfs=NfsServer.GANESHA),
    )
)
"""What the reference site's labs run."""


@pytest.fixture(scope="session")
def able_host() -> None:
    """Skip, with the cure, where this user may not make labs."""
    tools.require("unshare", "nsenter", "setpriv", "catatonit", "mount", "ip")
    for check in rights.checks():
        if check.state is State.MISSING and check.name != "taps":
            raise PrerequisiteError(f"{check.name}: {check.detail}", cure=check.cure)


@pytest.fixture(scope="session")
def daemons(able_host: None) -> None:
    """Skip where a boot server cannot run."""
    tools.require(*DAEMONS)


@pytest.fixture
def census() -> Iterator[Census]:
    """Give the means to count what a lab leaves behind."""
    with closing(Census()) as census:
        yield census


@pytest.fixture
def site() -> Site:
    """Give the reference site, without the loaders that would have to be fetched."""
    return replace(load_site(SHOWMAX), supply={})


@pytest.fixture
def payload(tmp_path: Path) -> Payload:
    """Give a payload that nobody boots."""
    kernel_path, initrd_path = tmp_path / "kernel", tmp_path / "initrd"
    kernel_path.write_bytes(b"kernel")
    initrd_path.write_bytes(b"initrd")
    return Payload(
        kernel_path=kernel_path,
        kernel_sha256="",
        kernel_version="",
        initrd_path=initrd_path,
        initrd_sha256="",
    )


@pytest.fixture
def options(tmp_path: Path, payload: Payload) -> Callable[[str], LabOptions]:
    """Give a way to make the options of a lab of this name."""

    def options(name: str) -> LabOptions:
        return LabOptions(
            evidence_dir=tmp_path / "evidence" / name,
            cache_dir=tmp_path / "cache",
            payload=payload,
            accel="tcg",
            pace=Pace(slowness=4.0),
        )

    return options
