"""Labs that serve NFS, by the one server and by the other."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.host import tools
from harness.host.nfs_server import NfsServer, choose
from harness.lab import LabOptions
from harness.services.nfs.base import Rpcbind
from harness.services.nfs.ganesha import GaneshaNfs
from harness.site import Site
from tests.lab.conftest import SHOWMAX
from tests.lab.nfs.files import FILE, MakeOptions


@pytest.fixture(params=list(NfsServer), ids=lambda server: server.value)
def server(request: pytest.FixtureRequest, daemons: None) -> NfsServer:
    """Give one server and the other; skip where it cannot serve."""
    tools.require(GaneshaNfs.tool, Rpcbind.tool, "gcc")
    wanted: NfsServer = request.param
    return choose(wanted.value, places=(SHOWMAX,)).server


@pytest.fixture
def options(options: Callable[[str], LabOptions], server: NfsServer) -> MakeOptions:
    """Have that server in the labs."""
    return lambda name: replace(options(name), nfs=server.value)


@pytest.fixture
def site(site: Site) -> Site:
    """Put a file there, and run what it takes to serve it."""
    others = (daemon for daemon in site.daemons if daemon != "nfs")
    return site.without_daemons(*others).with_file(FILE, "from this lab\n")
